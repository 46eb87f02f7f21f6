//! What the recorder replaced, replaced here too: identities, versions, times.

use serde_json::Value;

/// A text with UUIDs, times and resource versions replaced by the recorder's placeholders.
pub(super) fn text(text: &str) -> String {
    let mut normal = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let known = [(uuid_len(rest), "<uid>"), (time_len(rest), "<time>")];
        if let Some((len, placeholder)) = known
            .into_iter()
            .find_map(|(len, placeholder)| Some((len?, placeholder)))
        {
            normal.push_str(placeholder);
            rest = rest.get(len..).unwrap_or_default();
            continue;
        }
        let version = [
            "resourceVersion: \"",
            "\"resourceVersion\": \"",
            "resource version to be 1, was ",
        ];
        match version.iter().find(|prefix| rest.starts_with(**prefix)) {
            Some(prefix) => {
                let after = rest.get(prefix.len()..).unwrap_or_default();
                let digits = after.len() - after.trim_start_matches(|c: char| c.is_ascii_digit()).len();
                normal.push_str(prefix);
                normal.push_str(if digits > 0 { "<rv>" } else { "" });
                rest = after.get(digits..).unwrap_or_default();
            }
            None => {
                normal.push(first);
                rest = rest.get(first.len_utf8()..).unwrap_or_default();
            }
        }
    }
    normal
}

/// An object with the same replaced in its strings, and without members that are null: v1.28 wrote `creationTimestamp: null`
/// in templates, which later releases leave out, and which means the same.
pub(super) fn object(value: &Value) -> Value {
    match value {
        Value::String(string) => Value::String(text(string)),
        Value::Array(list) => Value::Array(list.iter().map(object).collect()),
        Value::Object(map) => {
            let present = map.iter().filter(|(_, value)| !value.is_null());
            let entries = present.map(|(key, value)| match (key.as_str(), value) {
                ("resourceVersion", Value::String(_)) => (key.clone(), Value::from("<rv>")),
                _ => (key.clone(), object(value)),
            });
            Value::Object(entries.collect())
        }
        scalar => scalar.clone(),
    }
}

fn uuid_len(text: &str) -> Option<usize> {
    matches_shape(text, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx", |c| c.is_ascii_hexdigit())
}

fn time_len(text: &str) -> Option<usize> {
    matches_shape(text, "xxxx-xx-xxTxx:xx:xxZ", |c| c.is_ascii_digit())
}

fn matches_shape(text: &str, shape: &str, x: impl Fn(char) -> bool) -> Option<usize> {
    let mut chars = text.chars();
    let fits = shape.chars().all(|wanted| match (wanted, chars.next()) {
        ('x', Some(c)) => x(c),
        (wanted, Some(c)) => wanted == c,
        (_, None) => false,
    });
    fits.then_some(shape.len())
}
