//! Merging what is applied into what is there, and taking fields out.

use serde_json::{Map, Value};

use super::fields::{DEPTH_LIMIT, FieldSet, MARK, Shape, key_element, shape};
use crate::api::schema::{FieldType, TypeInfo};

/// The live object with what a configuration says: fields it names are its, others stay.
pub fn merge(info: &'static TypeInfo, live: &Value, config: &Value) -> Value {
    merge_value(live, config, &Shape::Struct(info), 0)
}

fn merge_value(live: &Value, config: &Value, shape_here: &Shape<'_>, depth: usize) -> Value {
    if depth > DEPTH_LIMIT {
        return config.clone();
    }
    match (shape_here, live, config) {
        (Shape::Struct(info), Value::Object(before), Value::Object(wanted)) => {
            let of = |name: &str| match info.field(name) {
                Some(field) => shape(&field.field_type, Some(field)),
                None => Shape::Atom,
            };
            Value::Object(merge_members(before, wanted, of, depth))
        }
        (Shape::Map(inner), Value::Object(before), Value::Object(wanted)) => {
            Value::Object(merge_members(before, wanted, |_| shape(inner, None), depth))
        }
        (Shape::ListByKeys(keys, inner), Value::Array(before), Value::Array(wanted)) => {
            let key = |item: &Value| key_element(keys, item);
            Value::Array(merge_lists(before, wanted, key, |before, wanted| {
                merge_value(before, wanted, &shape(inner, None), depth + 1)
            }))
        }
        (Shape::Set, Value::Array(before), Value::Array(wanted)) => {
            Value::Array(merge_lists(before, wanted, Value::to_string, |_, wanted| {
                wanted.clone()
            }))
        }
        _ => config.clone(),
    }
}

fn merge_members<'s>(
    before: &Map<String, Value>,
    wanted: &Map<String, Value>,
    of: impl Fn(&str) -> Shape<'s>,
    depth: usize,
) -> Map<String, Value> {
    let mut merged = before.clone();
    for (name, value) in wanted {
        let value = match before.get(name) {
            Some(live) => merge_value(live, value, &of(name), depth + 1),
            None => value.clone(),
        };
        merged.insert(name.clone(), value);
    }
    merged
}

/// What only the live list has stays before what it stood before; the rest is in the configuration's order.
fn merge_lists(
    before: &[Value],
    wanted: &[Value],
    key: impl Fn(&Value) -> String,
    merge: impl Fn(&Value, &Value) -> Value,
) -> Vec<Value> {
    let wanted_keys: Vec<String> = wanted.iter().map(&key).collect();
    let live_keys: Vec<String> = before.iter().map(&key).collect();
    let mut merged = Vec::new();
    let mut live = before.iter().zip(&live_keys).peekable();
    for (item, item_key) in wanted.iter().zip(&wanted_keys) {
        while let Some((other, _)) = live.next_if(|(_, key)| !wanted_keys.contains(key)) {
            merged.push(other.clone());
        }
        live.next_if(|(_, key)| *key == item_key);
        let same = live_keys
            .iter()
            .position(|key| key == item_key)
            .and_then(|at| before.get(at));
        merged.push(same.map_or_else(|| item.clone(), |same| merge(same, item)));
    }
    let rest = live.filter(|(_, key)| !wanted_keys.contains(key));
    merged.extend(rest.map(|(item, _)| item.clone()));
    merged
}

/// An object without the fields at these paths.
pub fn without(info: &'static TypeInfo, object: &Value, removed: &FieldSet) -> Value {
    let mut object = object.clone();
    remove(&mut object, &Shape::Struct(info), "", removed, 0);
    object
}

fn remove(value: &mut Value, shape_here: &Shape<'_>, path: &str, removed: &FieldSet, depth: usize) {
    if depth > DEPTH_LIMIT {
        return;
    }
    match (shape_here, value) {
        (Shape::Struct(_) | Shape::Map(_), Value::Object(members)) => {
            members.retain(|name, _| !removed.contains(format!("{path}{MARK}.{name}").as_str()));
            for (name, value) in members.iter_mut() {
                let any = FieldType::Any;
                let shape = match shape_here {
                    Shape::Struct(info) => match info.field(name) {
                        Some(field) => shape(&field.field_type, Some(field)),
                        None => Shape::Atom,
                    },
                    Shape::Map(inner) => shape(inner, None),
                    _ => shape(&any, None),
                };
                remove(value, &shape, &format!("{path}{MARK}.{name}"), removed, depth + 1);
            }
        }
        (Shape::ListByKeys(keys, inner), Value::Array(items)) => {
            items.retain(|item| !removed.contains(format!("{path}{}", key_element(keys, item)).as_str()));
            for item in items {
                let path = format!("{path}{}", key_element(keys, item));
                remove(item, &shape(inner, None), &path, removed, depth + 1);
            }
        }
        (Shape::Set, Value::Array(items)) => {
            items.retain(|item| !removed.contains(format!("{path}{MARK}[={item}]").as_str()));
        }
        _ => {}
    }
}
