//! The merge behind `kubectl apply`.
//!
//! Three objects: `original`, what was applied last time (the annotation `kubectl.kubernetes.io/last-applied-configuration`),
//! `modified`, what is applied now, and `current`, what the cluster has. What `original` had and `modified` has no more is deleted;
//! what `modified` has is set; what only the cluster has stays. kubectl writes this as a strategic merge patch and lets the server
//! apply it; here the result is computed at once.

use super::error::PatchError;
use super::json_merge::DEPTH_LIMIT;
use super::order::{ordered, same};
use super::scope::{Scope, Strategy};
use crate::api::schema::TypeInfo;
use serde_json::{Map, Value};

/// What an object of a type becomes when `modified` is applied; equal to `current` if nothing changes.
///
/// # Errors
/// The objects are nested too deep.
pub fn three_way_merge(
    info: &'static TypeInfo,
    original: &Value,
    modified: &Value,
    current: &Value,
) -> Result<Value, PatchError> {
    let empty = Map::new();
    let object = |value: &Value| value.as_object().cloned();
    let merged = merge_maps(
        &object(original).unwrap_or_default(),
        modified.as_object().unwrap_or(&empty),
        &object(current).unwrap_or_default(),
        Scope::Struct(info),
        0,
    )?;
    Ok(Value::Object(merged))
}

type Object = Map<String, Value>;

fn merge_maps(
    original: &Object,
    modified: &Object,
    current: &Object,
    scope: Scope,
    depth: usize,
) -> Result<Object, PatchError> {
    if depth > DEPTH_LIMIT {
        return Err(PatchError::TooDeep(DEPTH_LIMIT));
    }
    let mut merged = current.clone();
    merged.retain(|key, _| !original.contains_key(key) || modified.contains_key(key));
    for (key, wanted) in modified {
        if wanted.is_null() {
            merged.remove(key);
            continue;
        }
        let strategy = scope.strategy(key);
        let before = original.get(key).unwrap_or(&Value::Null);
        let value = match merged.get(key) {
            Some(live) => merge_values(before, wanted, live, strategy, depth + 1)?,
            None => without_nulls(wanted, depth + 1)?,
        };
        merged.insert(key.clone(), value);
    }
    Ok(merged)
}

fn merge_values(
    before: &Value,
    wanted: &Value,
    live: &Value,
    strategy: Strategy,
    depth: usize,
) -> Result<Value, PatchError> {
    match (wanted, live) {
        (Value::Object(wanted), Value::Object(live)) if !strategy.replace => {
            let before = before.as_object().cloned().unwrap_or_default();
            let mut merged = merge_maps(&before, wanted, live, strategy.inner, depth)?;
            // A union that changes loses what belonged to its other variant.
            if strategy.retain_keys && merged != *live {
                merged.retain(|key, _| wanted.contains_key(key));
            }
            Ok(Value::Object(merged))
        }
        (Value::Array(wanted), Value::Array(live)) if strategy.merge => {
            let before = before.as_array().map(Vec::as_slice).unwrap_or_default();
            merge_lists(before, wanted, live, strategy, depth).map(Value::Array)
        }
        _ => without_nulls(wanted, depth),
    }
}

fn merge_lists(
    before: &[Value],
    wanted: &[Value],
    live: &[Value],
    strategy: Strategy,
    depth: usize,
) -> Result<Vec<Value>, PatchError> {
    let key = strategy.merge_key;
    let find = |list: &[Value], element: &Value| list.iter().find(|e| same(e, element, key)).cloned();
    let mut merged = Vec::new();
    for element in live {
        match find(wanted, element) {
            Some(wanted) => {
                let before = find(before, element).unwrap_or_default();
                merged.push(merge_values(&before, &wanted, element, strategy, depth + 1)?);
            }
            // Only what an earlier apply put there goes away.
            None if find(before, element).is_none() => merged.push(element.clone()),
            None => {}
        }
    }
    for element in wanted {
        if find(&merged, element).is_none() {
            merged.push(without_nulls(element, depth + 1)?);
        }
    }
    Ok(ordered(merged, wanted, live, key))
}

/// What is set where the cluster has nothing: a null says the same as nothing.
fn without_nulls(value: &Value, depth: usize) -> Result<Value, PatchError> {
    if depth > DEPTH_LIMIT {
        return Err(PatchError::TooDeep(DEPTH_LIMIT));
    }
    Ok(match value {
        Value::Object(fields) => {
            let mut kept = Object::new();
            for (key, value) in fields.iter().filter(|(_, value)| !value.is_null()) {
                kept.insert(key.clone(), without_nulls(value, depth + 1)?);
            }
            Value::Object(kept)
        }
        Value::Array(items) => Value::Array(
            items
                .iter()
                .map(|item| without_nulls(item, depth + 1))
                .collect::<Result<_, _>>()?,
        ),
        scalar => scalar.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::schema::Schema;
    use serde_json::json;

    fn check(original: Value, modified: Value, current: Value, expect: Value) {
        let info = Schema::builtin()
            .type_named("apps.v1.DeploymentSpec")
            .expect("deployments are in the table");
        let merged = three_way_merge(info, &original, &modified, &current);
        assert_eq!(merged, Ok(expect), "{original} → {modified} on {current}");
    }

    #[test]
    fn what_was_applied_goes_and_what_others_set_stays() {
        check(
            json!({"paused": true}),
            json!({}),
            json!({"paused": true, "replicas": 3}),
            json!({"replicas": 3}),
        );
        check(
            json!({}),
            json!({"replicas": 2}),
            json!({"replicas": 3, "paused": true}),
            json!({"replicas": 2, "paused": true}),
        );
        let spec = |containers: Value| json!({"template": {"spec": {"containers": containers}}});
        check(
            spec(json!([{"name": "a", "image": "1"}, {"name": "b"}])),
            spec(json!([{"name": "c"}, {"name": "a", "image": "2"}])),
            spec(json!([{"name": "a", "image": "1", "tty": true}, {"name": "injected"}, {"name": "b"}])),
            spec(json!([{"name": "c"}, {"name": "a", "image": "2", "tty": true}, {"name": "injected"}])),
        );
    }

    #[test]
    fn a_changed_union_loses_its_other_variant() {
        let rolling = json!({"strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}}});
        check(
            json!({}),
            json!({"strategy": {"type": "Recreate"}}),
            rolling.clone(),
            json!({"strategy": {"type": "Recreate"}}),
        );
        check(
            json!({}),
            json!({"strategy": {"type": "RollingUpdate"}}),
            rolling.clone(),
            rolling,
        );
    }
}
