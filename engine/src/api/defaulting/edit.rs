//! Small verbs for setting fields of JSON objects.

use serde_json::{Map, Value};

/// A JSON object.
pub(super) type Object = Map<String, Value>;

/// Sets a field that is not there.
pub(super) fn default(object: &mut Object, key: &str, value: impl Into<Value>) {
    if object.get(key).is_none_or(Value::is_null) {
        object.insert(key.to_owned(), value.into());
    }
}

/// Sets a field that is not there or holds Go's zero (`""`, 0, false).
pub(super) fn default_zero(object: &mut Object, key: &str, value: impl Into<Value>) {
    let is_zero = object
        .get(key)
        .is_none_or(|v| v.is_null() || *v == "" || *v == 0 || *v == false);
    if is_zero {
        object.insert(key.to_owned(), value.into());
    }
}

/// The object in a field, if it is there.
pub(super) fn field<'a>(object: &'a mut Object, key: &str) -> Option<&'a mut Object> {
    object.get_mut(key).and_then(Value::as_object_mut)
}

/// The object at a path of fields, if it is there.
pub(super) fn at<'a>(object: &'a mut Object, path: &[&str]) -> Option<&'a mut Object> {
    path.iter().try_fold(object, |object, key| field(object, key))
}

/// The object in a field, made if it is not there.
pub(super) fn ensure<'a>(object: &'a mut Object, key: &str) -> Option<&'a mut Object> {
    default(object, key, Object::new());
    field(object, key)
}

/// The objects of a list field.
pub(super) fn each<'a>(object: &'a mut Object, key: &str) -> impl Iterator<Item = &'a mut Object> {
    object
        .get_mut(key)
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
        .filter_map(Value::as_object_mut)
}

/// The text in a field, empty if there is none.
pub(super) fn text<'a>(object: &'a Object, key: &str) -> &'a str {
    object.get(key).and_then(Value::as_str).unwrap_or_default()
}
