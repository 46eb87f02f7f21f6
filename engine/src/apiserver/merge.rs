//! The three-way merge of `kubectl apply`: what the manifest says wins, what it said last time and no longer says goes, all
//! else stays as it is in the cluster.
//!
//! Source: documentation "Declarative Management of Kubernetes Objects Using Configuration Files: merge patch calculation".
//! The merge is done on the objects themselves, along the schema's merge keys; the result is what the patch that kubectl
//! computes and the server applies would give.

use serde_json::{Map, Value};

use crate::api::schema::{Field, FieldType, Schema, TypeInfo};

/// How deep a merge goes; decoding allows no deeper objects.
const DEPTH_MAX: u32 = 128;

/// Merges along the schema of a type.
///
/// `original` is the manifest as last applied, `modified` as given now, `live` the object as stored.
pub fn three_way_merge(info: Option<&TypeInfo>, original: &Value, modified: &Value, live: &Value) -> Value {
    merge(info, original, modified, live, 0)
}

fn merge(info: Option<&TypeInfo>, original: &Value, modified: &Value, live: &Value, depth: u32) -> Value {
    let (Some(wanted), Some(present), true) = (modified.as_object(), live.as_object(), depth < DEPTH_MAX) else {
        return without_nulls(modified);
    };
    let mut merged: Map<String, Value> = present.clone();
    for key in original.as_object().into_iter().flat_map(Map::keys) {
        if !wanted.contains_key(key) {
            merged.remove(key);
        }
    }
    for (key, value) in wanted {
        if value.is_null() {
            merged.remove(key);
            continue;
        }
        let field = info.and_then(|info| info.field(key));
        let before = original.get(key).unwrap_or(&Value::Null);
        let result = match present.get(key) {
            Some(present) => merge_field(field, before, value, present, depth),
            None => without_nulls(value),
        };
        merged.insert(key.clone(), result);
    }
    Value::Object(merged)
}

fn merge_field(field: Option<&Field>, original: &Value, modified: &Value, live: &Value, depth: u32) -> Value {
    let schema = Schema::builtin();
    match (field.map(|field| &field.field_type), modified, live) {
        (Some(FieldType::List(item)), Value::Array(wanted), Value::Array(present)) => {
            let Some(field) = field.filter(|field| field.merge) else {
                return without_nulls(modified);
            };
            let original = original.as_array().map_or(&[][..], Vec::as_slice);
            match field.merge_key {
                Some(key) => merge_list(schema.object(item), key, original, wanted, present, depth),
                None => merge_set(original, wanted, present),
            }
        }
        (Some(holds), Value::Object(wanted), Value::Object(_)) => {
            let merged = merge(schema.object(holds), original, modified, live, depth + 1);
            match (field.is_some_and(|field| field.retain_keys), merged) {
                (true, Value::Object(mut map)) => {
                    map.retain(|key, _| wanted.contains_key(key));
                    Value::Object(map)
                }
                (_, merged) => merged,
            }
        }
        (None, Value::Object(_), Value::Object(_)) => merge(None, original, modified, live, depth + 1),
        _ => without_nulls(modified),
    }
}

/// A list whose elements are known by a key: the manifest's elements in its order, then those only the cluster has.
fn merge_list(info: Option<&TypeInfo>, key: &str, original: &[Value], wanted: &[Value], present: &[Value], depth: u32) -> Value {
    let find = |list: &[Value], element: &Value| -> Option<Value> {
        let name = element.get(key)?;
        list.iter().find(|candidate| candidate.get(key) == Some(name)).cloned()
    };
    let mut merged: Vec<Value> = Vec::new();
    for element in wanted {
        let result = match find(present, element) {
            Some(live) => {
                let before = find(original, element).unwrap_or(Value::Null);
                merge(info, &before, element, &live, depth + 1)
            }
            None => without_nulls(element),
        };
        merged.push(result);
    }
    for element in present {
        if find(wanted, element).is_none() && find(original, element).is_none() {
            merged.push(element.clone());
        }
    }
    Value::Array(merged)
}

/// A list of scalars that merges as a set.
fn merge_set(original: &[Value], wanted: &[Value], present: &[Value]) -> Value {
    let mut merged = wanted.to_vec();
    merged.extend(present.iter().filter(|value| !original.contains(value) && !wanted.contains(value)).cloned());
    Value::Array(merged)
}

/// A value without the members that are null: in a patch they mean "not there".
fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let kept = map.iter().filter(|(_, value)| !value.is_null());
            Value::Object(kept.map(|(key, value)| (key.clone(), without_nulls(value))).collect())
        }
        Value::Array(list) => Value::Array(list.iter().map(without_nulls).collect()),
        scalar => scalar.clone(),
    }
}
