//! What the recorder replaced, replaced here too: identities, versions, times.

use std::collections::BTreeSet;

use serde_json::Value;

/// A text with UUIDs, times and resource versions replaced by the recorder's placeholders. An object that the server put into a
/// message whole is one of values there too: without managed fields and null members, its keys sorted.
pub(super) fn text(text: &str) -> String {
    const DUMP: &str = "Invalid value: \"{";
    let Some(at) = text.find(DUMP) else {
        return plain(text);
    };
    let (before, dump) = text.split_at(at + DUMP.len() - 2);
    let mut dumps = serde_json::Deserializer::from_str(dump).into_iter::<String>();
    let quoted = dumps.next().and_then(Result::ok);
    let after = dump.get(dumps.byte_offset()..).unwrap_or_default();
    let parsed: Option<Value> = quoted.and_then(|quoted| serde_json::from_str(&quoted).ok());
    match parsed {
        Some(mut dumped) => {
            if let Some(metadata) = dumped["metadata"].as_object_mut() {
                metadata.remove("managedFields");
            }
            format!("{}{}{}", plain(before), object(&dumped), plain(after))
        }
        None => plain(text),
    }
}

fn plain(text: &str) -> String {
    let mut normal = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let known = [
            (uuid_len(rest), "<uid>"),
            (time_len(rest), "<time>"),
            (matches_shape(rest, LOG_HEADER, |c| c.is_ascii_digit()), "<klog>"),
            (rest.starts_with(PORT).then_some(PORT.len()), ":<apiserver-port>"),
        ];
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
            "\"resourceVersion\":\"",
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

/// What klog writes behind the severity: month and day, time, process.
const LOG_HEADER: &str = "xxxx xx:xx:xx.xxxxxx       x";
/// Where the simulated API server listens.
const PORT: &str = ":6443";

/// The length of what the server adds to a `generateName`.
const SUFFIX_LEN: usize = 5;

/// Whether a text is the recorded one, in which `<suffix>` stands for the end of a generated name.
pub(super) fn is_text(expected: &str, seen: &str) -> bool {
    let mut rest = seen;
    for (i, part) in expected.split("<suffix>").enumerate() {
        let from = if i == 0 { 0 } else { SUFFIX_LEN };
        match rest.get(from..).and_then(|rest| rest.strip_prefix(part)) {
            Some(after) => rest = after,
            None => return false,
        }
    }
    rest.is_empty()
}

/// A recorded object whose generated name is the one seen, wherever the recorder left the recorded one (as in labels).
pub(super) fn with_generated_name(expected: &Value, seen: &Value) -> Value {
    let name = |object: &Value| object["metadata"]["name"].as_str().unwrap_or_default().to_owned();
    let mut expected = expected.clone();
    if let Some(prefix) = name(&expected).strip_suffix("<suffix>") {
        rename(&mut expected, prefix, &name(seen));
    }
    // A refusal tells the generated name as it was.
    if expected["message"]
        .as_str()
        .is_some_and(|text| text.contains("<suffix>"))
    {
        expected["details"]["name"] = seen["details"]["name"].clone();
    }
    expected
}

fn rename(value: &mut Value, prefix: &str, name: &str) {
    match value {
        Value::String(text) => {
            let suffix = text.strip_prefix(prefix).unwrap_or_default();
            let is_suffix = suffix.len() == SUFFIX_LEN && suffix.chars().all(|c| c.is_ascii_alphanumeric());
            if is_suffix {
                *text = name.to_owned();
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|value| rename(value, prefix, name)),
        Value::Object(map) => map.values_mut().for_each(|value| rename(value, prefix, name)),
        _ => {}
    }
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

/// The first place where a recorded tree and one seen differ, in one line. The server's own choices are placeholders.
pub(super) fn first_difference(expected: &Value, seen: &Value) -> Option<String> {
    difference_at("", expected, seen)
}

fn difference_at(path: &str, expected: &Value, seen: &Value) -> Option<String> {
    match (expected, seen) {
        (Value::Object(a), Value::Object(b)) => {
            let keys: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
            keys.into_iter().find_map(|key| {
                let absent = Value::from("(absent)");
                let (a, b) = (a.get(key).unwrap_or(&absent), b.get(key).unwrap_or(&absent));
                difference_at(&format!("{path}.{key}"), a, b)
            })
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            let mut pairs = a.iter().zip(b).enumerate();
            pairs.find_map(|(i, (a, b))| difference_at(&format!("{path}[{i}]"), a, b))
        }
        (Value::String(chosen), Value::String(_)) if chosen == "<clusterIP>" => None,
        (Value::String(chosen), Value::Number(_)) if chosen == "<nodePort>" => None,
        (Value::String(prefix), Value::String(name)) if prefix.ends_with("<suffix>") => {
            let prefix = prefix.trim_end_matches("<suffix>");
            (!name.starts_with(prefix)).then(|| format!("{path}: expected {expected}, seen {seen}"))
        }
        (Value::String(text), Value::String(seen_text)) if text.contains("<suffix>") => {
            (!is_text(text, seen_text)).then(|| format!("{path}: expected {expected}, seen {seen}"))
        }
        (a, b) => (a != b).then(|| format!("{path}: expected {a}, seen {b}")),
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
