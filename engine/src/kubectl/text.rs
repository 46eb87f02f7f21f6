//! The phrases that cells share: ages, label sets, lists cut short, placeholders.

use jiff::Timestamp;
use serde_json::Value;

use super::field;
use crate::api::{self, LabelSelector, Quantity, duration};

/// How many entries a list of hosts, ports or endpoints shows before `+ n more...`.
const LONGEST_LIST: usize = 3;

/// Go's zero time, 0001-01-01T00:00:00Z, in seconds since the Unix epoch: a time that is not set.
const ZERO_TIME_S: i64 = -62_135_596_800;

/// Nanoseconds since the Unix epoch of an RFC 3339 time, clamped to what 64 bits hold (the years 1677 to 2262; longer ages
/// overflow Go's durations as well, and print as 292 years). `None` if it is empty, unreadable or Go's zero time.
pub fn timestamp_ns(text: &str) -> Option<i64> {
    let time: Timestamp = text.parse().ok()?;
    if time.as_second() == ZERO_TIME_S && time.subsec_nanosecond() == 0 {
        return None;
    }
    Some(time.as_nanosecond().clamp(i64::MIN.into(), i64::MAX.into()) as i64)
}

/// Nanoseconds since the Unix epoch of a stored time, clamped likewise; `None` if it is Go's zero time.
pub fn instant_ns(time: api::Timestamp) -> Option<i64> {
    (time.secs() != ZERO_TIME_S).then(|| time.secs().saturating_mul(duration::SECOND_NS))
}

/// The time from one moment to another as ages are written; both in nanoseconds since the Unix epoch.
pub fn since(then_ns: i64, now_ns: i64) -> String {
    duration::human(now_ns.saturating_sub(then_ns))
}

/// The age of an RFC 3339 time, `<unknown>` if it is not set.
pub fn since_timestamp(text: &str, now_ns: i64) -> String {
    timestamp_ns(text).map_or_else(|| "<unknown>".to_owned(), |then_ns| since(then_ns, now_ns))
}

/// The AGE cell.
pub fn age(object: &Value, now_ns: i64) -> String {
    since_timestamp(field::text(object, "metadata.creationTimestamp"), now_ns)
}

/// A label set as `a=1,b=2`, `<none>` if there is none. Sorted by the whole pair, as Kubernetes does: `.` and `-` sort
/// before `=`, so `app.kubernetes.io/name=x` comes before `app=x`.
pub fn labels(object: &Value, path: &str) -> String {
    let mut pairs: Vec<String> = field::map(object, path)
        .into_iter()
        .flatten()
        .map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default()))
        .collect();
    pairs.sort();
    if pairs.is_empty() {
        "<none>".to_owned()
    } else {
        pairs.join(",")
    }
}

/// The names and the images of a pod template's containers, each separated by commas.
pub fn containers(object: &Value, path: &str) -> (String, String) {
    let containers = field::items(object, path);
    let join = |key| {
        containers
            .iter()
            .map(|c| field::text(c, key))
            .collect::<Vec<_>>()
            .join(",")
    };
    (join("name"), join("image"))
}

/// The first three of a list, and how many are left out.
pub fn shortened(mut list: Vec<String>) -> String {
    let hidden = list.len().saturating_sub(LONGEST_LIST);
    list.truncate(LONGEST_LIST);
    let shown = list.join(",");
    if hidden == 0 {
        shown
    } else {
        format!("{shown} + {hidden} more...")
    }
}

/// An optional truth value: `True`, `False` or `<unset>`.
pub fn optional_boolean(value: Option<bool>) -> &'static str {
    match value {
        Some(true) => "True",
        Some(false) => "False",
        None => "<unset>",
    }
}

/// A quantity in its canonical form, `0` if there is none. What is no quantity stands as it is; the API server stores no such.
pub fn quantity(value: Option<&Value>) -> String {
    let text = match value {
        None => return "0".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(number) => number.to_string(),
    };
    Quantity::parse(&text).map_or(text, |quantity| quantity.to_string())
}

/// A label selector, `<none>` if it is empty or absent, `<error>` if it is invalid.
pub fn selector(object: &Value, path: &str) -> String {
    match selector_text(object, path) {
        None => "<error>".to_owned(),
        Some(text) if text.is_empty() => "<none>".to_owned(),
        Some(text) => text,
    }
}

/// As [`selector`], in the deployments' own way: nothing if it is empty, `<invalid>` if it is invalid.
pub fn deployment_selector(object: &Value, path: &str) -> String {
    selector_text(object, path).unwrap_or_else(|| "<invalid>".to_owned())
}

/// A selector's text; empty for one that is absent, `None` for one that is invalid.
fn selector_text(object: &Value, path: &str) -> Option<String> {
    let Some(selector) = field::at(object, path) else {
        return Some(String::new());
    };
    let selector: LabelSelector = serde_json::from_value(selector.clone()).ok()?;
    Some(selector.to_selector().ok()?.to_string())
}

/// An RFC 3339 time as descriptions write it (RFC 1123 with a numeric zone, in UTC); Go's zero time if there is none.
pub fn date(text: &str) -> String {
    let time: Timestamp = text.parse().unwrap_or(Timestamp::constant(ZERO_TIME_S, 0));
    time.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn ages() {
        let now_ns = timestamp_ns("2009-11-10T23:00:00Z").expect("a time");
        let check = |text, expect| assert_eq!(since_timestamp(text, now_ns), expect, "{text:?}");
        check("2009-11-10T22:58:01Z", "119s");
        check("2009-11-10T23:00:01Z", "0s");
        check("2009-11-10T23:00:02Z", "<invalid>");
        check("", "<unknown>");
        check("0001-01-01T00:00:00Z", "<unknown>");
        check("0002-01-01T00:00:00Z", "292y");
    }

    #[test]
    fn label_sets_sort_by_pair() {
        let object = json!({"labels": {"app": "web", "app.kubernetes.io/name": "web"}, "none": {}});
        assert_eq!(labels(&object, "labels"), "app.kubernetes.io/name=web,app=web");
        assert_eq!(labels(&object, "none"), "<none>");
        assert_eq!(labels(&object, "missing"), "<none>");
    }

    #[test]
    fn selectors_that_cannot_be() {
        let object = json!({"bad": {"matchLabels": {"bad key!": ""}}, "wrong type": 5, "empty": {}});
        let check = |path, text, deployment| {
            assert_eq!(
                (
                    selector(&object, path).as_str(),
                    deployment_selector(&object, path).as_str()
                ),
                (text, deployment)
            );
        };
        check("bad", "<error>", "<invalid>");
        check("wrong type", "<error>", "<invalid>");
        check("empty", "<none>", "");
        check("missing", "<none>", "");
    }

    #[test]
    fn long_lists_are_cut() {
        let list = |count: u8| shortened((0..count).map(|n| n.to_string()).collect());
        assert_eq!([list(0), list(3), list(5)], ["", "0,1,2", "0,1,2 + 2 more..."]);
    }

    #[test]
    fn dates() {
        assert_eq!(date("2026-11-20T23:24:43Z"), "Fri, 20 Nov 2026 23:24:43 +0000");
        assert_eq!(date(""), "Mon, 01 Jan 0001 00:00:00 +0000");
    }
}
