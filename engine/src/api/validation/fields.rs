//! Paths, the list of errors, and reading fields: the tools every check is made of.

use super::error::{ErrorKind, FieldError};
use super::validate::Gates;
use crate::api::quantity::Quantity;
use crate::api::quote::go_quote;
use serde_json::{Map, Value};
use std::fmt;

/// The path of a field.
#[derive(Clone)]
pub(super) struct Path(String);

impl Path {
    pub fn new(field: &str) -> Path {
        Path(field.to_owned())
    }

    /// The field under this one.
    pub fn at(&self, field: &str) -> Path {
        Path(format!("{}.{field}", self.0))
    }

    /// The list element.
    pub fn index(&self, index: usize) -> Path {
        Path(format!("{}[{index}]", self.0))
    }

    /// The map entry.
    pub fn key(&self, key: &str) -> Path {
        Path(format!("{}[{key}]", self.0))
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The errors found so far, and the feature gates that decide.
#[derive(Default)]
pub(super) struct Errors(pub Vec<FieldError>, pub Gates);

impl Errors {
    fn add(&mut self, kind: ErrorKind, path: &Path, bad_value: String, detail: impl Into<String>) {
        self.0.push(FieldError {
            kind,
            path: path.to_string(),
            bad_value,
            detail: detail.into(),
        });
    }

    pub fn required(&mut self, path: &Path, detail: &str) {
        self.add(ErrorKind::Required, path, String::new(), detail);
    }

    pub fn forbidden(&mut self, path: &Path, detail: impl Into<String>) {
        self.add(ErrorKind::Forbidden, path, String::new(), detail);
    }

    /// A refused value, shown as Go prints it.
    pub fn invalid(&mut self, path: &Path, value: impl Into<Shown>, detail: impl Into<String>) {
        self.add(ErrorKind::Invalid, path, value.into().0, detail);
    }

    /// One error for each message.
    pub fn invalid_each(&mut self, path: &Path, value: &str, messages: Vec<String>) {
        for message in messages {
            self.invalid(path, value, message);
        }
    }

    pub fn not_supported(&mut self, path: &Path, value: impl Into<Shown>, supported: &[&str]) {
        let supported: Vec<String> = supported.iter().map(|s| go_quote(s)).collect();
        self.add(
            ErrorKind::NotSupported,
            path,
            value.into().0,
            format!("supported values: {}", supported.join(", ")),
        );
    }

    pub fn duplicate(&mut self, path: &Path, value: impl Into<Shown>) {
        self.add(ErrorKind::Duplicate, path, value.into().0, "");
    }

    pub fn not_found(&mut self, path: &Path, value: &str) {
        self.add(ErrorKind::NotFound, path, go_quote(value), "");
    }

    pub fn too_long(&mut self, path: &Path, detail: impl Into<String>) {
        self.add(ErrorKind::TooLong, path, String::new(), detail);
    }

    pub fn too_many(&mut self, path: &Path, count: usize, limit: usize) {
        let detail = format!("must have at most {limit} items");
        self.add(ErrorKind::TooMany, path, count.to_string(), detail);
    }

    /// A wrong value that the message does not show.
    pub fn wrong(&mut self, path: &Path, detail: impl Into<String>) {
        self.add(ErrorKind::Invalid, path, String::new(), detail);
    }

    /// What a field holds must not change.
    pub fn immutable(&mut self, new: &Value, old: &Value, path: &Path, shown: impl FnOnce(&Value) -> Shown) {
        if new != old {
            let value = match new {
                Value::Null => "null".into(),
                value => shown(value),
            };
            self.invalid(path, value, IMMUTABLE);
        }
    }

    /// A number in a field must not be negative.
    pub fn nonnegative(&mut self, object: &Value, field: &str, path: &Path) {
        if let Some(number) = number(object, field).filter(|n| *n < 0) {
            self.invalid(&path.at(field), number, NEGATIVE);
        }
    }

    /// A text in a field must be one of a few; an empty one is missing.
    pub fn one_of(&mut self, object: &Value, field: &str, path: &Path, supported: &[&str]) {
        match text(object, field) {
            "" => self.required(&path.at(field), ""),
            value if !supported.contains(&value) => self.not_supported(&path.at(field), value, supported),
            _ => {}
        }
    }

    /// The same for a field that may be left out.
    pub fn one_of_if_set(&mut self, object: &Value, field: &str, path: &Path, supported: &[&str]) {
        if object.get(field).is_some_and(|v| !v.is_null()) && !supported.contains(&text(object, field)) {
            self.not_supported(&path.at(field), text(object, field), supported);
        }
    }
}

/// What a field must not do.
pub(super) const IMMUTABLE: &str = "field is immutable";

/// What a number must not be.
pub(super) const NEGATIVE: &str = "must be greater than or equal to 0";

/// A value as the message shows it.
pub(super) struct Shown(pub String);

impl From<&str> for Shown {
    fn from(text: &str) -> Shown {
        Shown(go_quote(text))
    }
}

impl From<i64> for Shown {
    fn from(number: i64) -> Shown {
        Shown(number.to_string())
    }
}

/// A list of texts as Go prints it.
pub(super) fn go_strings(texts: &[&str]) -> Shown {
    let quoted: Vec<String> = texts.iter().map(|t| go_quote(t)).collect();
    Shown(format!("[]string{{{}}}", quoted.join(", ")))
}

/// A map of texts as Go prints it.
pub(super) fn go_string_map(map: Option<&Map<String, Value>>) -> String {
    let Some(map) = map else {
        return "map[string]string(nil)".to_owned();
    };
    let entries: Vec<String> = map
        .iter()
        .map(|(key, value)| format!("{}:{}", go_quote(key), go_quote(value.as_str().unwrap_or_default())))
        .collect();
    format!("map[string]string{{{}}}", entries.join(", "))
}

/// A number or text in Go's `intstr.IntOrString`, as messages show it.
pub(super) fn go_int_or_string(value: &Value) -> Shown {
    match value {
        Value::String(text) => Shown(format!(
            "intstr.IntOrString{{Type:1, IntVal:0, StrVal:{}}}",
            go_quote(text)
        )),
        other => Shown(format!(
            "intstr.IntOrString{{Type:0, IntVal:{}, StrVal:\"\"}}",
            other.as_i64().unwrap_or_default()
        )),
    }
}

/// An amount as Go prints the struct: the number and power of ten that were read, and the text if that is the canonical one.
pub(super) fn go_quantity(amount: &Value) -> Shown {
    let quantity = Quantity::from_json(amount).unwrap_or_default();
    let canonical = quantity.to_string();
    let given = match amount {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let number = given.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let suffix = given.strip_prefix(number).unwrap_or_default();
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let (value, scale, format) = if suffix.ends_with('i') {
        (quantity.value(), 0, "BinarySI")
    } else {
        let power = match suffix {
            "n" => -9,
            "u" => -6,
            "m" => -3,
            "k" => 3,
            "M" => 6,
            "G" => 9,
            "T" => 12,
            "P" => 15,
            "E" => 18,
            _ => 0,
        };
        let digits = i32::try_from(fraction.len()).unwrap_or_default();
        let value = format!("{whole}{fraction}").parse().unwrap_or_default();
        (value, power - digits, "DecimalSI")
    };
    let shown = if given == canonical { given.as_str() } else { "" };
    Shown(format!(
        "resource.Quantity{{i:resource.int64Amount{{value:{value}, scale:{scale}}}, \
         d:resource.infDecAmount{{Dec:(*inf.Dec)(nil)}}, s:{}, Format:\"{format}\"}}",
        go_quote(shown)
    ))
}

/// The text in a field, empty if there is none.
pub(super) fn text<'a>(object: &'a Value, field: &str) -> &'a str {
    object.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// The number in a field.
pub(super) fn number(object: &Value, field: &str) -> Option<i64> {
    object.get(field).and_then(Value::as_i64)
}

/// Whether a field holds `true`.
pub(super) fn flag(object: &Value, field: &str) -> bool {
    object.get(field) == Some(&Value::Bool(true))
}

/// The list in a field, empty if there is none.
pub(super) fn list<'a>(object: &'a Value, field: &str) -> &'a [Value] {
    object
        .get(field)
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default()
}

/// The map in a field.
pub(super) fn map<'a>(object: &'a Value, field: &str) -> Option<&'a Map<String, Value>> {
    object.get(field).and_then(Value::as_object)
}

/// What is in a field, unless it is null.
pub(super) fn set<'a>(object: &'a Value, field: &str) -> Option<&'a Value> {
    object.get(field).filter(|value| !value.is_null())
}

/// The object in a field, or null.
pub(super) fn part<'a>(object: &'a Value, field: &str) -> &'a Value {
    object.get(field).unwrap_or(&Value::Null)
}

/// The lists' elements as texts.
pub(super) fn texts<'a>(object: &'a Value, field: &str) -> Vec<&'a str> {
    list(object, field)
        .iter()
        .map(|item| item.as_str().unwrap_or_default())
        .collect()
}
