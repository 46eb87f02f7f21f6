//! Objects as they were given: the API server's messages show values before they are brought into their shape.

use serde_json::Value;

use crate::api::quantity::Quantity;

/// An object with its defaults, in which empty lists and maps, and amounts, are as they were given: messages show them so.
pub(super) fn as_given(value: &Value, given: &Value) -> Value {
    let mut value = value.clone();
    restore(&mut value, given, 0);
    value
}

fn restore(value: &mut Value, given: &Value, depth: usize) {
    const DEPTH_LIMIT: usize = 250;
    if depth > DEPTH_LIMIT {
        return;
    }
    match (value, given) {
        (Value::Object(fields), Value::Object(given)) => {
            for (key, given) in given {
                let is_empty = given.as_object().is_some_and(serde_json::Map::is_empty)
                    || given.as_array().is_some_and(Vec::is_empty);
                // A list of policies that was given empty is not filled by a default.
                if is_empty && given.is_array() && key == "policies" {
                    fields.insert(key.clone(), given.clone());
                    continue;
                }
                if key == "limits" && given.is_object() {
                    restore_requests(fields, given);
                }
                match fields.get_mut(key) {
                    Some(value) if is_empty && value.is_null() => *value = given.clone(),
                    Some(value) => restore(value, given, depth + 1),
                    None if is_empty => {
                        fields.insert(key.clone(), given.clone());
                    }
                    None => {}
                }
            }
        }
        (Value::Array(items), Value::Array(given)) => {
            for (item, given) in items.iter_mut().zip(given) {
                restore(item, given, depth + 1);
            }
        }
        (value @ Value::String(_), Value::String(_) | Value::Number(_)) if value != given => {
            let amount = |value: &Value| Quantity::from_json(value).ok();
            if amount(value).is_some() && amount(value) == amount(given) {
                *value = given.clone();
            }
        }
        _ => {}
    }
}

/// Requests that a container has only because of its limits are copies of these.
fn restore_requests(fields: &mut serde_json::Map<String, Value>, limits: &Value) {
    let (Some(requests), Some(limits)) = (
        fields.get_mut("requests").and_then(Value::as_object_mut),
        limits.as_object(),
    ) else {
        return;
    };
    for (name, limit) in limits {
        if let Some(request) = requests.get_mut(name) {
            restore(request, limit, 0);
        }
    }
}
