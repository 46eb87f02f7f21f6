//! kubectl's own validation of objects against the server's OpenAPI schema, which it does where the server cannot: inside lists.
//!
//! Source: kube-openapi `pkg/util/proto/validation`. Its first word for a place is the kind; fields are looked at by name.

use serde_json::{Map, Value};

use crate::api::schema::{Field, FieldType, Schema, TypeInfo};

/// Nesting beyond which nothing is looked at; manifests are refused long before.
const DEPTH_LIMIT: usize = 250;

/// What is wrong with an object of a known kind; nothing is known of others.
pub fn problems(object: &Value) -> Vec<String> {
    let text = |key| crate::api::json::text(object, key);
    let kind = text("kind");
    let Some(info) = Schema::builtin().of(&text("apiVersion"), &kind) else {
        return Vec::new();
    };
    let mut problems = Vec::new();
    if let Some(fields) = object.as_object() {
        look_at_struct(fields, info, &kind, 0, &mut problems);
    }
    problems
}

/// The name of a type in the OpenAPI schema: `core.v1.PodSpec` is `io.k8s.api.core.v1.PodSpec`.
fn model(info: &TypeInfo) -> String {
    match info.name.strip_prefix("meta.") {
        Some(rest) => format!("io.k8s.apimachinery.pkg.apis.meta.{rest}"),
        None => format!("io.k8s.api.{}", info.name),
    }
}

fn look_at_struct(fields: &Map<String, Value>, info: &TypeInfo, path: &str, depth: usize, problems: &mut Vec<String>) {
    if depth > DEPTH_LIMIT {
        return;
    }
    let model = model(info);
    for (name, value) in fields {
        match info.field(name) {
            _ if value.is_null() => {}
            Some(field) => {
                let place = Place {
                    path: format!("{path}.{name}"),
                    model: format!("{model}.{name}"),
                };
                look_at(value, &field.field_type, &place, depth + 1, problems);
            }
            None => problems.push(format!("ValidationError({path}): unknown field \"{name}\" in {model}")),
        }
    }
    let missing = |field: &&Field| field.required && fields.get(field.name).is_none_or(Value::is_null);
    for field in info.fields().iter().filter(missing) {
        let name = field.name;
        problems.push(format!(
            "ValidationError({path}): missing required field \"{name}\" in {model}"
        ));
    }
}

/// Where a value stands: its path in the object, and the name of its type.
struct Place {
    path: String,
    model: String,
}

fn look_at(value: &Value, wanted: &FieldType, place: &Place, depth: usize, problems: &mut Vec<String>) {
    if depth > DEPTH_LIMIT {
        return;
    }
    let expected = match (wanted, value) {
        (FieldType::Object(id), Value::Object(fields)) => {
            if let Some(info) = Schema::builtin().type_info(*id) {
                look_at_struct(fields, info, &place.path, depth, problems);
            }
            return;
        }
        (FieldType::List(element), Value::Array(items)) => {
            for (i, item) in items.iter().enumerate() {
                let place = Place {
                    path: format!("{}[{i}]", place.path),
                    model: place.model.clone(),
                };
                look_at(item, element, &place, depth + 1, problems);
            }
            return;
        }
        (FieldType::Map(element), Value::Object(entries)) => {
            for (key, item) in entries {
                let place = Place {
                    path: format!("{}.{key}", place.path),
                    model: place.model.clone(),
                };
                look_at(item, element, &place, depth + 1, problems);
            }
            return;
        }
        (FieldType::Object(_) | FieldType::Map(_), _) => "map",
        (FieldType::List(_), _) => "array",
        (FieldType::Bool, value) if !value.is_boolean() => "boolean",
        (FieldType::Int32 | FieldType::Int64, value) if !value.is_number() => "integer",
        (FieldType::Double, value) if !value.is_number() => "number",
        (FieldType::String | FieldType::Time | FieldType::MicroTime | FieldType::Bytes, value)
            if !value.is_string() =>
        {
            "string"
        }
        _ => return,
    };
    let found = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "map",
    };
    let Place { path, model } = place;
    problems.push(format!(
        "ValidationError({path}): invalid type for {model}: got \"{found}\", expected \"{expected}\""
    ));
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn places_are_named_as_kube_openapi_does() {
        let pod = json!({"apiVersion": "v1", "kind": "Pod", "spec": {"foo": 1, "containers": [{"image": 5}]}});
        assert_eq!(
            problems(&pod),
            [
                "ValidationError(Pod.spec.containers[0].image): invalid type for io.k8s.api.core.v1.Container.image: got \"integer\", \
                 expected \"string\"",
                "ValidationError(Pod.spec.containers[0]): missing required field \"name\" in io.k8s.api.core.v1.Container",
                "ValidationError(Pod.spec): unknown field \"foo\" in io.k8s.api.core.v1.PodSpec",
            ]
        );
    }
}
