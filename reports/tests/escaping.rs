//! No text of a record reaches markup or a terminal as anything but text: every string field of a record is made hostile, and
//! the page, the XML and the terminal's lines are read back.

#[path = "../examples/sample/record.rs"]
mod sample;

use serde_json::Value;
use shakedown_reports::{Console, Format, RunRecord, json, render};

/// Markup, attributes' ends, the ends of scripts, styles, comments and CDATA, a template's own marks, terminal escapes, reordering.
const HOSTILE: &str = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>]]></style><!--&amp;{{7*7}}{% if %}\u{1b}[2J\u{0}\u{7}\r\u{202e}\u{85}";

/// A text of the same length and with the same quotes (which cut a step's text into values), but nothing else of meaning.
fn harmless() -> String {
    HOSTILE.chars().map(|c| if c == '"' { c } else { 'x' }).collect()
}

/// The sample with `text` before and behind every string in it.
fn sample_with(text: &str) -> RunRecord {
    let mut value = serde_json::to_value(sample::sample()).expect("a record is JSON");
    wrap(&mut value, text, "");
    json::parse(&value.to_string()).expect("still a record")
}

fn wrap(value: &mut Value, text: &str, key: &str) {
    match value {
        // The one field that is not free text.
        Value::String(_) if key == "outcome" => {}
        Value::String(string) => *string = format!("{text}{string}{text}"),
        Value::Array(items) => items.iter_mut().for_each(|item| wrap(item, text, key)),
        Value::Object(fields) => fields.iter_mut().for_each(|(key, field)| wrap(field, text, key)),
        _ => {}
    }
}

/// The markup without its texts and attribute values: what must not depend on the record's texts. Counts `<` as well, so that
/// nothing is lost between.
fn skeleton(markup: &str) -> Vec<String> {
    let mut tags = Vec::new();
    let mut rest = markup;
    while let Some((_, tag)) = rest.split_once('<') {
        let mut quoted = false;
        let end = tag.find(|c| {
            quoted ^= c == '"';
            c == '>' && !quoted
        });
        let (inside, after) = tag.split_at(end.unwrap_or(tag.len()));
        tags.push(inside.split('"').step_by(2).collect::<Vec<_>>().join("\"\""));
        rest = after;
    }
    tags
}

#[test]
fn hostile_texts_leave_the_markup_as_it_was() {
    for format in [Format::Html, Format::Junit] {
        let hostile = render(&sample_with(HOSTILE), format).expect("a rendering");
        let harmless = render(&sample_with(&harmless()), format).expect("a rendering");
        let (hostile_tags, harmless_tags) = (skeleton(&hostile), skeleton(&harmless));
        assert!(
            harmless_tags.len() > 100,
            "{format}: the skeleton is the whole document"
        );
        let difference = hostile_tags
            .iter()
            .zip(&harmless_tags)
            .find(|(one, other)| one != other);
        assert_eq!(difference, None, "{format}");
        assert_eq!(hostile_tags.len(), harmless_tags.len(), "{format}");
        for raw in [
            "<script>alert",
            "<img",
            "]]>",
            "</style><",
            "<!--",
            "\u{1b}",
            "\u{0}",
            "\u{202e}",
            "\u{85}",
            "\r",
        ] {
            assert!(!hostile.contains(raw), "{format}: {raw:?} got through");
        }
        assert!(
            hostile.contains("&lt;script&gt;alert(1)&lt;/script&gt;"),
            "{format}: the text is still there"
        );
    }
}

#[test]
fn hostile_texts_do_not_reach_the_terminal() {
    let summary = Console::default().summary(&sample_with(HOSTILE));
    let unwanted: Vec<char> = summary.chars().filter(|c| c.is_control() && *c != '\n').collect();
    assert_eq!(unwanted, [], "{summary}");
    assert!(!summary.contains('\u{202e}'));
    assert!(summary.contains("␛[2J"), "they are shown instead");
}

#[test]
fn every_string_of_a_scenario_is_shown() {
    let page = render(&sample_with("harmless"), Format::Html).expect("a rendering");
    let run = serde_json::to_value(sample::sample()).expect("a record is JSON");
    let mut missing = Vec::new();
    collect_missing(&run["features"], "", &page, &mut missing);
    assert_eq!(missing, [] as [String; 0]);
}

/// Strings that the page does not have. `id` stands in anchors, changed.
fn collect_missing(value: &Value, key: &str, page: &str, missing: &mut Vec<String>) {
    match value {
        Value::String(string) if !["outcome", "id"].contains(&key) => {
            let words = string.split(['"', '`', '\'', '<', '>', '&', '\n']).map(str::trim);
            missing.extend(
                words
                    .filter(|word| !page.contains(word))
                    .map(|word| format!("{key}: {word}")),
            );
        }
        Value::Array(items) => items.iter().for_each(|item| collect_missing(item, key, page, missing)),
        Value::Object(fields) => fields
            .iter()
            .for_each(|(key, field)| collect_missing(field, key, page, missing)),
        _ => {}
    }
}
