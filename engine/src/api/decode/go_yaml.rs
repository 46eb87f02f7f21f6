//! What go-yaml, the reader of kubectl and the API server, says of YAML that does not read.
//!
//! Our parser finds the same errors and describes them in its own words. go-yaml's messages name a line: of the scanner's errors
//! the line itself, of the parser's the line before it, and none where that would be the first (`yaml.v2` `parser.fail`).
//!
//! Deliberately not modelled: errors for which no words are listed here keep those of our parser.

use super::node::{Content, Node};
use super::yaml::SyntaxError;
use crate::api::go_quote;

/// Whether an error is the scanner's or the parser's.
enum Source {
    Scanner,
    Parser,
}

/// What go-yaml refuses before it looks at the text's structure, or our parser does not.
pub(super) fn refused_at_once(text: &str) -> Option<String> {
    let is_control = |c: char| (c < ' ' && !matches!(c, '\t' | '\n' | '\r')) || ('\u{7f}'..='\u{84}').contains(&c);
    if text.contains(is_control) {
        return Some("yaml: control characters are not allowed".to_owned());
    }
    // Directives must be followed by a document.
    let mut lines = text
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    let has_directive = text.starts_with('%');
    (has_directive && lines.all(|line| line.starts_with('%'))).then(|| {
        located(
            Source::Parser,
            last_line(text),
            "did not find expected <document start>",
        )
    })
}

/// go-yaml's words for an error.
pub(super) fn words(text: &str, error: &SyntaxError) -> String {
    if !error.go.is_empty() {
        return error.go.clone();
    }
    let message = error.message.as_str();
    let line = error.at.line;
    let scanner = |line, words: &str| located(Source::Scanner, line, words);
    let parser = |line, words: &str| located(Source::Parser, line, words);
    let says = |words: &str| message.contains(words);
    if says("unknown anchor") {
        return format!("yaml: unknown anchor '{}' referenced", alias_at(text, error));
    }
    if says("tabs disallowed") || says("unexpected character") {
        return scanner(line, "found character that cannot start any token");
    }
    if says("mapping values are not allowed") {
        return scanner(line, "mapping values are not allowed in this context");
    }
    if says("block sequence entries are not allowed") {
        return scanner(line, "block sequence entries are not allowed in this context");
    }
    if says("quoted scalar") || says("end of stream") {
        return scanner(last_line(text), "found unexpected end of stream");
    }
    if says("simple key") {
        return scanner(line.saturating_add(1), "could not find expected ':'");
    }
    if says("unclosed bracket") {
        let (open, closing) = if says("'{'") { ('{', "'}'") } else { ('[', "']'") };
        let before = text.trim_end();
        return match before.ends_with(open) || before.ends_with(',') {
            true => parser(last_line(text), "did not find expected node content"),
            false => parser(last_line(text), &format!("did not find expected ',' or {closing}")),
        };
    }
    for expected in [
        "did not find expected key",
        "did not find expected '-' indicator",
        "did not find expected node content",
        "did not find expected <document start>",
        "did not find expected ',' or ']'",
        "did not find expected ',' or '}'",
    ] {
        if says(expected) {
            return parser(line, expected);
        }
    }
    format!("yaml: line {line}: {message}")
}

fn located(source: Source, line: u32, words: &str) -> String {
    let shown = match source {
        // The scanner counts from 1, but names no line where it stands in the first.
        Source::Scanner if line <= 1 => 0,
        Source::Scanner => line,
        Source::Parser => line.saturating_sub(1),
    };
    match shown {
        0 => format!("yaml: {words}"),
        shown => format!("yaml: line {shown}: {words}"),
    }
}

/// The line behind the last line break.
fn last_line(text: &str) -> u32 {
    u32::try_from(text.matches('\n').count())
        .unwrap_or(u32::MAX)
        .saturating_add(1)
}

fn alias_at(text: &str, error: &SyntaxError) -> String {
    let index = usize::try_from(error.at.line.saturating_sub(1)).unwrap_or_default();
    let line = text.lines().nth(index).unwrap_or_default();
    let name = line.split('*').nth(1).unwrap_or_default();
    name.chars()
        .take_while(|c| c.is_alphanumeric() || matches!(c, '-' | '_'))
        .collect()
}

/// What go-yaml says of a key that is no scalar.
pub(super) fn invalid_key(key: &Node) -> String {
    format!("yaml: invalid map key: {}", go_syntax(key))
}

/// What sigs.k8s.io/yaml says of a key that is null.
pub(super) fn null_key(value: &Node) -> String {
    format!(
        "unsupported map key of type: %!s(<nil>), key: <nil>, value: {}",
        go_syntax(value)
    )
}

/// A value in Go's own syntax, as `%#v` prints it. The tree's depth is limited by its reader.
fn go_syntax(node: &Node) -> String {
    match &node.content {
        Content::Null => "interface {}(nil)".to_owned(),
        Content::Bool(b) => b.to_string(),
        Content::Number(n) => n.to_string(),
        Content::String(text) => go_quote(text),
        Content::List(items) => {
            let items: Vec<String> = items.iter().map(go_syntax).collect();
            format!("[]interface {{}}{{{}}}", items.join(", "))
        }
        Content::Map(entries) => {
            let entry = |entry: &super::node::Entry| format!("{}:{}", go_quote(&entry.key), go_syntax(&entry.value));
            let entries: Vec<String> = entries.iter().map(entry).collect();
            format!("map[interface {{}}]interface {{}}{{{}}}", entries.join(", "))
        }
    }
}
