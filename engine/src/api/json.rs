//! Small readers for JSON trees.
//!
//! Objects reach these after the strict decoder has checked every name and type, so a field that is absent or of another
//! type reads as its zero value; nothing here can fail.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use smol_str::SmolStr;

use super::{IntOrString, LabelSelector, Labels, Timestamp, no_labels};

/// The text at `key`, or the empty text.
pub fn text(value: &Value, key: &str) -> SmolStr {
    value
        .get(key)
        .and_then(Value::as_str)
        .map(SmolStr::from)
        .unwrap_or_default()
}

/// The whole number at `key`.
pub fn int(value: &Value, key: &str) -> Option<i64> {
    value.get(key).and_then(Value::as_i64)
}

/// The whole number at `key` as 32 bits, saturating.
pub fn int32(value: &Value, key: &str) -> Option<i32> {
    int(value, key).map(|number| i32::try_from(number).unwrap_or(if number < 0 { i32::MIN } else { i32::MAX }))
}

/// The boolean at `key`; false if there is none.
pub fn flag(value: &Value, key: &str) -> bool {
    value.get(key).and_then(Value::as_bool).unwrap_or(false)
}

/// The list at `key`; empty if there is none.
pub fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The list of texts at `key`.
pub fn texts(value: &Value, key: &str) -> Vec<SmolStr> {
    list(value, key)
        .iter()
        .filter_map(Value::as_str)
        .map(SmolStr::from)
        .collect()
}

/// The map from text to text at `key`.
pub fn labels(value: &Value, key: &str) -> Labels {
    let entries = value.get(key).and_then(Value::as_object);
    let pairs = entries
        .into_iter()
        .flatten()
        .filter_map(|(k, v)| Some((k.into(), v.as_str()?.into())));
    let labels: BTreeMap<_, _> = pairs.collect();
    if labels.is_empty() {
        no_labels()
    } else {
        Labels::new(labels)
    }
}

/// The time at `key`.
pub fn time(value: &Value, key: &str) -> Option<Timestamp> {
    value
        .get(key)
        .and_then(Value::as_str)
        .and_then(|text| text.parse().ok())
}

/// The member at `key`, taken out; `Null` if there is none.
pub fn take(value: &mut Value, key: &str) -> Value {
    value
        .as_object_mut()
        .and_then(|map| map.remove(key))
        .unwrap_or(Value::Null)
}

/// A number or text, such as a port or a percentage.
pub fn int_or_string(value: &Value) -> Option<IntOrString> {
    match value {
        Value::Number(number) => number
            .as_i64()
            .and_then(|number| i32::try_from(number).ok())
            .map(IntOrString::Int),
        Value::String(text) => Some(IntOrString::String(text.into())),
        _ => None,
    }
}

/// A label selector; the empty one (which selects everything) if there is none.
pub fn label_selector(value: Option<&Value>) -> LabelSelector {
    value
        .and_then(|value| serde_json::from_value(value.clone()).ok())
        .unwrap_or_default()
}

/// A label selector as the API shows it.
pub fn label_selector_json(selector: &LabelSelector) -> Value {
    serde_json::to_value(selector).unwrap_or_default()
}

/// Builds a JSON object, leaving out what is empty, as the API server's `omitempty` does.
#[derive(Debug, Default)]
pub struct ObjectBuilder(Map<String, Value>);

impl ObjectBuilder {
    /// Starts from the members of an object; anything else counts as an empty one.
    pub fn from(value: Value) -> Self {
        match value {
            Value::Object(map) => ObjectBuilder(map),
            _ => ObjectBuilder::default(),
        }
    }

    /// A member that is always there.
    pub fn put(&mut self, key: &str, value: impl Into<Value>) -> &mut Self {
        self.0.insert(key.to_owned(), value.into());
        self
    }

    /// A text, unless empty.
    pub fn text(&mut self, key: &str, value: &str) -> &mut Self {
        if !value.is_empty() {
            self.put(key, value);
        }
        self
    }

    /// A number, unless zero.
    pub fn number(&mut self, key: &str, value: i64) -> &mut Self {
        if value != 0 {
            self.put(key, value);
        }
        self
    }

    /// A value, if there is one.
    pub fn option(&mut self, key: &str, value: Option<impl Into<Value>>) -> &mut Self {
        if let Some(value) = value {
            self.put(key, value);
        }
        self
    }

    /// A list, unless empty.
    pub fn list(&mut self, key: &str, values: impl IntoIterator<Item = Value>) -> &mut Self {
        let values: Vec<Value> = values.into_iter().collect();
        if !values.is_empty() {
            self.put(key, values);
        }
        self
    }

    /// A map from text to text, unless empty.
    pub fn labels(&mut self, key: &str, labels: &Labels) -> &mut Self {
        if !labels.is_empty() {
            let map: Map<_, _> = labels
                .iter()
                .map(|(k, v)| (k.to_string(), Value::from(v.as_str())))
                .collect();
            self.put(key, map);
        }
        self
    }

    /// The object.
    pub fn build(&mut self) -> Value {
        Value::Object(std::mem::take(&mut self.0))
    }
}
