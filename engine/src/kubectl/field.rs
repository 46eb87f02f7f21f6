//! Reading external JSON the way the printers of the API server see it: decoded into structs where whatever is absent,
//! null or of a wrong type has its zero value. Paths are dotted constants of the printers (`spec.template.spec`), so no
//! key with a dot is ever asked for here.

use serde_json::{Map, Value};

/// The value at a dotted path; `None` if it or anything on the way is absent or null.
pub fn at<'v>(object: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('.')
        .try_fold(object, |value, key| value.get(key))
        .filter(|value| !value.is_null())
}

/// The string at a path, if there is one.
pub fn optional_text<'v>(object: &'v Value, path: &str) -> Option<&'v str> {
    at(object, path)?.as_str()
}

/// The string at a path, or the empty string.
pub fn text<'v>(object: &'v Value, path: &str) -> &'v str {
    optional_text(object, path).unwrap_or_default()
}

/// The string at a path, or a placeholder if it is absent or empty.
pub fn text_or<'v>(object: &'v Value, path: &str, placeholder: &'v str) -> &'v str {
    Some(text(object, path))
        .filter(|text| !text.is_empty())
        .unwrap_or(placeholder)
}

/// The whole number at a path, if there is one.
pub fn optional_integer(object: &Value, path: &str) -> Option<i64> {
    at(object, path)?.as_i64()
}

/// The whole number at a path, or 0.
pub fn integer(object: &Value, path: &str) -> i64 {
    optional_integer(object, path).unwrap_or_default()
}

/// The truth value at a path, if there is one.
pub fn optional_boolean(object: &Value, path: &str) -> Option<bool> {
    at(object, path)?.as_bool()
}

/// The truth value at a path, or false.
pub fn boolean(object: &Value, path: &str) -> bool {
    optional_boolean(object, path).unwrap_or_default()
}

/// The list at a path, or the empty one.
pub fn items<'v>(object: &'v Value, path: &str) -> &'v [Value] {
    at(object, path)
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default()
}

/// The map at a path, if there is one.
pub fn map<'v>(object: &'v Value, path: &str) -> Option<&'v Map<String, Value>> {
    at(object, path)?.as_object()
}

/// How many entries the map at a path has.
pub fn map_len(object: &Value, path: &str) -> i64 {
    map(object, path).map_or(0, Map::len) as i64
}

/// How many elements the list at a path has.
pub fn list_len(object: &Value, path: &str) -> i64 {
    items(object, path).len() as i64
}
