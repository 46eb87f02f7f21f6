//! Kinds without a describer of their own: every field by its name in words, as kubectl describes custom resources.

use serde_json::Value;

use super::Subject;
use super::head::{labels, name};
use super::page::Page;

/// How deep fields are shown.
const DEPTH_MAX: usize = 64;

/// Describes any object.
pub fn generic(page: &mut Page, subject: &Subject<'_, '_>) {
    let object = subject.object();
    name(page, object);
    labels(page, object);
    page.field(0, "API Version", super::head::scalar(object, "apiVersion", ""));
    page.field(0, "Kind", super::head::scalar(object, "kind", ""));
    let hidden = ["apiVersion", "kind"];
    let of_metadata = ["name", "namespace", "labels", "annotations", "managedFields"];
    for (key, value) in object.as_object().into_iter().flatten() {
        match (key.as_str(), value) {
            ("metadata", Value::Object(metadata)) => {
                page.line(0, "Metadata:");
                for (key, value) in metadata.iter().filter(|(key, _)| !of_metadata.contains(&key.as_str())) {
                    member(page, 1, key, value);
                }
            }
            (key, _) if hidden.contains(&key) => {}
            (key, value) => member(page, 0, key, value),
        }
    }
}

fn member(page: &mut Page, level: usize, key: &str, value: &Value) {
    let title = words(key);
    match value {
        Value::Object(_) | Value::Array(_) if level < DEPTH_MAX => {
            page.line(level, format!("{title}:"));
            inside(page, level + 1, value);
        }
        value => page.field(level, &title, plain(value)),
    }
}

fn inside(page: &mut Page, level: usize, value: &Value) {
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| member(page, level, key, value)),
        Value::Array(list) => {
            for item in list {
                match item {
                    Value::Object(_) | Value::Array(_) if level < DEPTH_MAX => inside(page, level, item),
                    item => page.line(level, plain(item)),
                }
            }
        }
        other => page.line(level, plain(other)),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "<nil>".to_owned(),
        other => other.to_string(),
    }
}

/// `podCIDRs` as `Pod CIDRs`: words begin with capitals.
fn words(key: &str) -> String {
    if key.contains(['/', '.', '-']) {
        return key.to_owned();
    }
    let mut words = String::new();
    let mut before = ' ';
    for c in key.chars() {
        if c.is_ascii_uppercase() && before.is_ascii_lowercase() {
            words.push(' ');
        }
        words.push(if words.is_empty() { c.to_ascii_uppercase() } else { c });
        before = c;
    }
    match words.as_str() {
        "Uid" => "UID".to_owned(),
        _ => words.replace("Api ", "API "),
    }
}
