//! JSON merge patch (RFC 7386): maps merge, null deletes, everything else replaces.

use super::error::{PatchError, json_type};
use serde_json::{Map, Value};

/// Nesting beyond which a patch is refused.
pub(super) const DEPTH_LIMIT: usize = 200;

/// Applies a merge patch to an object.
///
/// # Errors
/// The patch is no object, or nested too deep.
pub fn json_merge_patch(object: &mut Value, patch: &Value) -> Result<(), PatchError> {
    if !patch.is_object() {
        return Err(PatchError::WrongShape {
            found: json_type(patch),
            expected: "map[string]interface {}",
        });
    }
    merge(object, patch, 0)
}

fn merge(target: &mut Value, patch: &Value, depth: usize) -> Result<(), PatchError> {
    if depth > DEPTH_LIMIT {
        return Err(PatchError::TooDeep(DEPTH_LIMIT));
    }
    let Value::Object(changes) = patch else {
        *target = patch.clone();
        return Ok(());
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Value::Object(fields) = target else { return Ok(()) };
    for (key, change) in changes {
        if change.is_null() {
            fields.remove(key);
        } else {
            merge(fields.entry(key.as_str()).or_insert(Value::Null), change, depth + 1)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_examples_of_the_rfc() {
        for (target, patch, expect) in [
            (json!({"a": "b"}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "b"}), json!({"b": "c"}), json!({"a": "b", "b": "c"})),
            (json!({"a": "b"}), json!({"a": null}), json!({})),
            (json!({"a": ["b"]}), json!({"a": "c"}), json!({"a": "c"})),
            (
                json!({"a": {"b": "c"}}),
                json!({"a": {"b": "d", "c": null}}),
                json!({"a": {"b": "d"}}),
            ),
            (json!({"e": null}), json!({"a": 1}), json!({"e": null, "a": 1})),
            (json!({}), json!({"a": {"bb": {"ccc": null}}}), json!({"a": {"bb": {}}})),
        ] {
            let mut merged = target;
            json_merge_patch(&mut merged, &patch).expect("a patch of the RFC");
            assert_eq!(merged, expect);
        }
        assert!(json_merge_patch(&mut json!({}), &json!([])).is_err());
    }
}
