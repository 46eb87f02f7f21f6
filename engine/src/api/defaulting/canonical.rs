//! The shape an object has after Go has read and written it.
//!
//! The API server decodes JSON into structs and encodes them again. So nulls, unknown fields and most empty fields vanish, structs
//! that are no pointers appear as `{}`, required scalars as their zero, and quantities and times are rewritten. The schema table
//! says which field behaves how.

use crate::api::kind::Kind;
use crate::api::quantity::Quantity;
use crate::api::schema::{Field, FieldType, Schema, TypeInfo, ZeroRule};
use serde_json::{Map, Value, json};

/// Nesting beyond which values are left as they are; manifests are refused long before.
const DEPTH_LIMIT: usize = 250;

/// Gives an object of a kind the shape the API server would answer with.
pub fn canonical(kind: Kind, object: &mut Value) {
    let Some(info) = Schema::builtin().of_kind(kind) else {
        return;
    };
    struct_value(object, info, 0);
}

fn struct_value(value: &mut Value, info: &TypeInfo, depth: usize) {
    let Value::Object(fields) = value else { return };
    if depth > DEPTH_LIMIT {
        return;
    }
    let given = std::mem::take(fields);
    for (name, mut value) in given {
        let Some(field) = info.field(&name) else { continue };
        let is_written_list = field.required && matches!(field.field_type, FieldType::List(_));
        if value.is_null() && !is_written_list {
            continue;
        }
        typed_value(&mut value, &field.field_type, depth + 1);
        // The store forgets that an empty list was given, and Go writes a list that is not there, unless told to leave it out.
        if is_written_list && value.as_array().is_some_and(Vec::is_empty) {
            value = Value::Null;
        }
        if !is_dropped(&value, field) {
            fields.insert(name, value);
        }
    }
    add_always(fields, info, depth);
}

/// Adds what Go writes even if it was not given.
fn add_always(fields: &mut Map<String, Value>, info: &TypeInfo, depth: usize) {
    for field in info
        .fields()
        .iter()
        .filter(|f| f.required || f.zero == ZeroRule::Always)
    {
        if fields.contains_key(field.name) {
            continue;
        }
        let zero = match &field.field_type {
            FieldType::String => json!(""),
            FieldType::Bool => json!(false),
            FieldType::Int32 | FieldType::Int64 => json!(0),
            FieldType::Quantity => json!("0"),
            FieldType::Object(id) if field.zero == ZeroRule::Always => {
                let mut object = json!({});
                if let Some(info) = Schema::builtin().type_info(*id) {
                    struct_value(&mut object, info, depth + 1);
                }
                object
            }
            _ => continue,
        };
        fields.insert(field.name.to_owned(), zero);
    }
}

fn typed_value(value: &mut Value, field_type: &FieldType, depth: usize) {
    if depth > DEPTH_LIMIT {
        return;
    }
    match (field_type, &mut *value) {
        (FieldType::Object(id), Value::Object(_)) => {
            if let Some(info) = Schema::builtin().type_info(*id) {
                struct_value(value, info, depth);
            }
        }
        (FieldType::List(item), Value::Array(items)) => {
            for element in items {
                element_value(element, item, depth + 1);
            }
        }
        (FieldType::Map(item), Value::Object(entries)) => {
            for element in entries.values_mut() {
                element_value(element, item, depth + 1);
            }
        }
        (FieldType::Quantity, _) => {
            if let Some(text) = quantity_text(value) {
                *value = Value::String(text);
            }
        }
        (FieldType::Time, Value::String(text)) => {
            if let Ok(time) = text.parse::<jiff::Timestamp>() {
                *text = time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
            }
        }
        _ => {}
    }
}

/// An element of a list or map: a null there is the type's zero, as it cannot be left out.
fn element_value(value: &mut Value, field_type: &FieldType, depth: usize) {
    if value.is_null() {
        *value = match field_type {
            FieldType::String => json!(""),
            FieldType::Quantity => json!("0"),
            FieldType::Object(_) => json!({}),
            _ => Value::Null,
        };
    }
    typed_value(value, field_type, depth);
}

/// A quantity as Kubernetes writes it, in thousandths at the finest: what is finer is rounded up (`SetDefaults_ResourceList`).
fn quantity_text(value: &Value) -> Option<String> {
    let quantity = Quantity::from_json(value).ok()?;
    let text = quantity.canonical();
    let is_finer = ["n", "u", "e-6", "e-9"].iter().any(|unit| text.ends_with(unit));
    Some(if is_finer {
        Quantity::from_milli(quantity.milli_value(), quantity.format()).canonical()
    } else {
        text
    })
}

fn is_dropped(value: &Value, field: &Field) -> bool {
    if field.required || field.zero == ZeroRule::Always {
        return false;
    }
    match (value, field.zero) {
        (Value::String(text), ZeroRule::Usual | ZeroRule::Value) => {
            text.is_empty() && field.field_type == FieldType::String
        }
        (Value::Array(items), _) => items.is_empty(),
        (Value::Object(entries), _) => entries.is_empty() && matches!(field.field_type, FieldType::Map(_)),
        (Value::Bool(false), ZeroRule::Value) => true,
        (Value::Number(number), ZeroRule::Value) => number.as_i64() == Some(0),
        _ => false,
    }
}
