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
    (time.0 != ZERO_TIME_S).then(|| time.0.saturating_mul(duration::SECOND_NS))
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

/// What a container gets of a resource through the downward API.
pub fn container_resource(_container: &Value, _reference: &Value) -> String {
    String::new()
}
