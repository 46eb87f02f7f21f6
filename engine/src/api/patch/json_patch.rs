//! JSON patch (RFC 6902), as the API server's library reads it: a path that is not there is an error, an index may be negative.

use super::error::{PatchError, json_type};
use serde_json::Value;

/// The most operations the API server takes in one patch.
const OPERATION_LIMIT: usize = 10_000;

/// Applies the operations one after the other; on an error the object is as it was.
///
/// # Errors
/// The patch is no list of operations, or one of them does not apply.
pub fn json_patch(object: &mut Value, patch: &Value) -> Result<(), PatchError> {
    let Value::Array(operations) = patch else {
        return Err(PatchError::WrongShape {
            found: json_type(patch),
            expected: "[]handlers.jsonPatchOp",
        });
    };
    if operations.len() > OPERATION_LIMIT {
        return refused(format!("more than {OPERATION_LIMIT} operations"));
    }
    let mut changed = object.clone();
    for operation in operations {
        apply(&mut changed, operation)?;
    }
    *object = changed;
    Ok(())
}

fn refused<T>(reason: impl Into<String>) -> Result<T, PatchError> {
    Err(PatchError::Operation { reason: reason.into() })
}

fn apply(document: &mut Value, operation: &Value) -> Result<(), PatchError> {
    let text = |key: &str| operation.get(key).and_then(Value::as_str);
    let Some(path) = text("path") else {
        return refused("an operation needs a path");
    };
    let value = || operation.get("value").cloned().unwrap_or_default();
    match text("op").unwrap_or_default() {
        "add" => add(document, path, value()),
        "remove" => remove(document, path).map(drop),
        "replace" => {
            if let Some(target) = find_mut(document, path) {
                *target = value();
                return Ok(());
            }
            // The server's library sets a key that a map does not have.
            match parent(document, path) {
                Some((Value::Object(_), _)) => add(document, path, value()),
                _ => refused(format!("nothing is at {path}")),
            }
        }
        "test" => match document.pointer(path) {
            Some(found) if *found == value() => Ok(()),
            None if value().is_null() => Ok(()),
            _ => refused(format!("the value at {path} is another")),
        },
        op @ ("move" | "copy") => {
            let Some(from) = text("from") else {
                return refused("an operation needs to say from where");
            };
            let moved = if op == "move" {
                remove(document, from)?
            } else {
                match find_mut(document, from) {
                    Some(value) => value.clone(),
                    None => return refused(format!("nothing is at {from}")),
                }
            };
            add(document, path, moved)
        }
        other => refused(format!("unknown operation {other}")),
    }
}

fn find_mut<'a>(document: &'a mut Value, path: &str) -> Option<&'a mut Value> {
    if path.is_empty() {
        return Some(document);
    }
    let (parent, last) = parent(document, path)?;
    match parent {
        Value::Object(fields) => fields.get_mut(&last),
        Value::Array(items) => {
            let at = index(&last, items.len())?;
            items.get_mut(at)
        }
        _ => None,
    }
}

/// The parent of a path, and the last key, unescaped. Walks without recursion, however long the path is.
fn parent<'a>(document: &'a mut Value, path: &str) -> Option<(&'a mut Value, String)> {
    // Like the server's library: what stands before the first slash does not count.
    let mut steps: Vec<String> = path
        .split('/')
        .skip(1)
        .map(|step| step.replace("~1", "/").replace("~0", "~"))
        .collect();
    let last = steps.pop()?;
    let mut at = document;
    for step in steps {
        at = match at {
            Value::Object(fields) => fields.get_mut(&step)?,
            Value::Array(items) => {
                let i = index(&step, items.len())?;
                items.get_mut(i)?
            }
            _ => return None,
        };
    }
    Some((at, last))
}

/// An index into a list; a negative one counts from its end.
fn index(step: &str, length: usize) -> Option<usize> {
    let index: i64 = step.parse().ok()?;
    if index >= 0 {
        usize::try_from(index).ok()
    } else {
        length.checked_sub(usize::try_from(index.unsigned_abs()).ok()?)
    }
}

fn add(document: &mut Value, path: &str, value: Value) -> Result<(), PatchError> {
    if path.is_empty() {
        *document = value;
        return Ok(());
    }
    match parent(document, path) {
        Some((Value::Object(fields), key)) => {
            fields.insert(key, value);
            Ok(())
        }
        Some((Value::Array(items), key)) if key == "-" => {
            items.push(value);
            Ok(())
        }
        Some((Value::Array(items), key)) => match index(&key, items.len() + 1).filter(|i| *i <= items.len()) {
            Some(at) => {
                items.insert(at, value);
                Ok(())
            }
            None => refused(format!("the list at {path} has {} elements", items.len())),
        },
        _ => refused(format!("nothing is at the parent of {path}")),
    }
}

fn remove(document: &mut Value, path: &str) -> Result<Value, PatchError> {
    let removed = match parent(document, path) {
        Some((Value::Object(fields), key)) => fields.remove(&key),
        Some((Value::Array(items), key)) => index(&key, items.len())
            .filter(|i| *i < items.len())
            .map(|i| items.remove(i)),
        _ => None,
    };
    removed.map_or_else(|| refused(format!("nothing is at {path}")), Ok)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(patch: Value, expect: Option<Value>) {
        let mut object = json!({"a": {"b/c": 1}, "l": [1, 2]});
        let result = json_patch(&mut object, &patch);
        match expect {
            Some(expect) => assert_eq!(result.map(|()| object), Ok(expect), "{patch}"),
            None => {
                assert!(result.is_err(), "{patch}");
                assert_eq!(
                    object,
                    json!({"a": {"b/c": 1}, "l": [1, 2]}),
                    "a refused patch changed the object"
                );
            }
        }
    }

    #[test]
    fn operations() {
        check(
            json!([{"op": "add", "path": "/l/-", "value": 3}]),
            Some(json!({"a": {"b/c": 1}, "l": [1, 2, 3]})),
        );
        check(
            json!([{"op": "add", "path": "/l/0", "value": 0}]),
            Some(json!({"a": {"b/c": 1}, "l": [0, 1, 2]})),
        );
        check(
            json!([{"op": "remove", "path": "/a/b~1c"}]),
            Some(json!({"a": {}, "l": [1, 2]})),
        );
        check(
            json!([{"op": "move", "from": "/l/0", "path": "/x"}]),
            Some(json!({"a": {"b/c": 1}, "l": [2], "x": 1})),
        );
        check(
            json!([{"op": "replace", "path": "/l/-1", "value": 9}]),
            Some(json!({"a": {"b/c": 1}, "l": [1, 9]})),
        );
        check(
            json!([{"op": "remove", "path": "/l/0"}, {"op": "test", "path": "/l/0", "value": 9}]),
            None,
        );
        check(json!([{"op": "remove", "path": "/l/7"}]), None);
        check(
            json!([{"op": "replace", "path": "/a/x", "value": 2}]),
            Some(json!({"a": {"b/c": 1, "x": 2}, "l": [1, 2]})),
        );
        check(json!([{"op": "replace", "path": "/x/y", "value": 2}]), None);
        check(json!([{"op": "replace", "path": "l", "value": 2}]), None);
        check(json!([{"op": "add", "path": "/x/y", "value": 1}]), None);
        check(json!([{"op": "frob", "path": "/a"}]), None);
        check(json!([{"op": "replace", "value": 1}]), None);
        check(json!({}), None);
        check(json!([5]), None);
        check(json!([{"op": "add", "path": "/".repeat(100_000), "value": 1}]), None);
    }
}
