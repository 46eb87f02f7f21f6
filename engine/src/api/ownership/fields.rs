//! The fields of an object as a flat set of paths.
//!
//! What counts as one field follows from the schema: lists merged by keys are taken apart, others are one value (`atomic`).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use smol_str::SmolStr;

use crate::api::schema::{Field, FieldType, Schema, TypeInfo};

/// Paths of fields. A path's elements, such as `.spec` and `[name="app"]`, each begin with [`MARK`].
pub type FieldSet = BTreeSet<SmolStr>;

/// What an element of a path begins with: no element holds it, so that a path's beginning is never mistaken for another path.
pub(super) const MARK: char = '\0';

/// Nesting beyond which a value is taken as one; manifests are refused long before.
pub(super) const DEPTH_LIMIT: usize = 250;

/// Members of metadata that nobody owns.
const SERVER_METADATA: [&str; 9] = [
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "generation",
    "managedFields",
    "name",
    "namespace",
    "resourceVersion",
    "uid",
];

/// A path as messages show it: `.spec.template.spec.containers[name="app"].image`.
pub fn shown(path: &str) -> String {
    path.replace(MARK, "")
}

/// How a value is taken apart.
pub(super) enum Shape<'s> {
    /// By the fields of a type.
    Struct(&'static TypeInfo),
    /// By key; the values are of this type.
    Map(&'s FieldType),
    /// By the keys that identify elements.
    ListByKeys(&'s [&'static str], &'s FieldType),
    /// By value.
    Set,
    /// Not at all.
    Atom,
}

/// The shape of a field's value; of an element of a list or map it is that of its type alone.
pub(super) fn shape<'s>(field_type: &'s FieldType, field: Option<&'s Field>) -> Shape<'s> {
    if field.is_some_and(|field| field.atomic) {
        return Shape::Atom;
    }
    match field_type {
        // A label selector is one value wherever it stands (`x-kubernetes-map-type: atomic`).
        FieldType::Object(id) => match Schema::builtin().type_info(*id) {
            Some(info) if !info.fields().is_empty() && !is_atomic(info) => Shape::Struct(info),
            _ => Shape::Atom,
        },
        FieldType::Map(value) => Shape::Map(value),
        FieldType::List(item) => match field {
            Some(field) if !field.list_keys.is_empty() => Shape::ListByKeys(&field.list_keys, item),
            Some(field) if field.set => Shape::Set,
            _ => Shape::Atom,
        },
        _ => Shape::Atom,
    }
}

fn is_atomic(info: &TypeInfo) -> bool {
    const ATOMIC: [&str; 6] = [
        "core.v1.LocalObjectReference",
        "core.v1.NodeSelector",
        "core.v1.ObjectFieldSelector",
        "core.v1.ObjectReference",
        "core.v1.ResourceFieldSelector",
        "meta.v1.LabelSelector",
    ];
    ATOMIC.contains(&info.name)
}

/// The element of a path for an element of a list: `[containerPort=80,protocol="TCP"]`.
pub(super) fn key_element(keys: &[&str], item: &Value) -> String {
    let mut names: Vec<&str> = keys.to_vec();
    names.sort_unstable();
    let pair = |name: &&str| {
        // The only key with a default in the schema is a port's protocol.
        let default = if *name == "protocol" {
            Value::from("TCP")
        } else {
            Value::Null
        };
        let value = item.get(*name).cloned().unwrap_or(default);
        format!("{name}={value}")
    };
    let pairs: Vec<String> = names.iter().map(pair).collect();
    format!("{MARK}[{}]", pairs.join(","))
}

/// The fields of an object that can be owned, with their values; an element of a list is a field besides its own fields, and has
/// none.
pub fn leaves(info: &'static TypeInfo, object: &Value) -> BTreeMap<SmolStr, Option<Value>> {
    let mut found = BTreeMap::new();
    let Some(members) = object.as_object() else {
        return found;
    };
    for (name, value) in members {
        let Some(field) = info
            .field(name)
            .filter(|_| !["apiVersion", "kind", "status"].contains(&name.as_str()))
        else {
            continue;
        };
        let path = format!("{MARK}.{name}");
        match value.as_object().filter(|_| name == "metadata") {
            None => walk(value, &field.field_type, Some(field), path, 0, &mut found),
            Some(metadata) => {
                let info = Schema::builtin().object(&field.field_type);
                for (name, value) in metadata
                    .iter()
                    .filter(|(name, _)| !SERVER_METADATA.contains(&name.as_str()))
                {
                    if let Some(field) = info.and_then(|info| info.field(name)) {
                        let path = format!("{path}{MARK}.{name}");
                        walk(value, &field.field_type, Some(field), path, 0, &mut found);
                    }
                }
            }
        }
    }
    found
}

fn walk(
    value: &Value,
    field_type: &FieldType,
    field: Option<&Field>,
    path: String,
    depth: usize,
    found: &mut BTreeMap<SmolStr, Option<Value>>,
) {
    let whole = |found: &mut BTreeMap<SmolStr, Option<Value>>| {
        found.insert(path.as_str().into(), Some(value.clone()));
    };
    if depth > DEPTH_LIMIT {
        return whole(found);
    }
    match (shape(field_type, field), value) {
        (Shape::Struct(info), Value::Object(members)) if !members.is_empty() => {
            for (name, value) in members {
                let field = info.field(name);
                let inner = field.map_or(&FieldType::Any, |field| &field.field_type);
                walk(value, inner, field, format!("{path}{MARK}.{name}"), depth + 1, found);
            }
        }
        (Shape::Map(inner), Value::Object(members)) if !members.is_empty() => {
            for (name, value) in members {
                walk(value, inner, None, format!("{path}{MARK}.{name}"), depth + 1, found);
            }
        }
        (Shape::ListByKeys(keys, inner), Value::Array(items)) => {
            for item in items {
                let path = format!("{path}{}", key_element(keys, item));
                found.insert(path.as_str().into(), None);
                walk(item, inner, None, path, depth + 1, found);
            }
        }
        (Shape::Set, Value::Array(items)) => {
            for item in items {
                found.insert(format!("{path}{MARK}[={item}]").into(), None);
            }
        }
        _ => whole(found),
    }
}

/// What keeps an object from being merged: fields that the schema does not have, elements of a list with the same keys.
pub fn problems(info: &'static TypeInfo, object: &Value) -> Vec<String> {
    let mut found = Vec::new();
    look(object, &Shape::Struct(info), "", 0, &mut found);
    found
}

fn look(value: &Value, shape_here: &Shape<'_>, path: &str, depth: usize, found: &mut Vec<String>) {
    if depth > DEPTH_LIMIT {
        return;
    }
    match (shape_here, value) {
        (Shape::Struct(info), Value::Object(members)) => {
            for (name, value) in members {
                let path = format!("{path}.{name}");
                match info.field(name) {
                    None => found.push(format!("{path}: field not declared in schema")),
                    Some(field) => {
                        let shape = shape(&field.field_type, Some(field));
                        look(value, &shape, &path, depth + 1, found);
                    }
                }
            }
        }
        (Shape::Map(inner), Value::Object(members)) => {
            for (name, value) in members {
                look(value, &shape(inner, None), &format!("{path}.{name}"), depth + 1, found);
            }
        }
        (Shape::ListByKeys(keys, inner), Value::Array(items)) => {
            let mut seen = BTreeSet::new();
            for item in items {
                let key = shown(&key_element(keys, item));
                if !seen.insert(key.clone()) {
                    found.push(format!("{path}: duplicate entries for key {key}"));
                }
                look(item, &shape(inner, None), &format!("{path}{key}"), depth + 1, found);
            }
        }
        _ => {}
    }
}
