//! Makes the engine's schema table from Kubernetes' OpenAPI definitions. See README.md; the format is described in the engine's
//! `api/schema`.

mod extra;

use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Definitions that are scalars or free-form values to the table, by their full name.
const SCALARS: &[(&str, &str)] = &[
    ("io.k8s.apimachinery.pkg.api.resource.Quantity", "quantity"),
    ("io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1", "any"),
    ("io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime", "microTime"),
    ("io.k8s.apimachinery.pkg.apis.meta.v1.Time", "time"),
    ("io.k8s.apimachinery.pkg.runtime.RawExtension", "any"),
    ("io.k8s.apimachinery.pkg.util.intstr.IntOrString", "intOrString"),
    ("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON", "any"),
    ("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrArray", "any"),
    ("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrBool", "any"),
    ("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrStringArray", "any"),
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().collect();
    let [_, source, target] = args.as_slice() else { return Err("usage: schema DEFINITIONS.json OUTPUT.txt".into()) };
    let source: Value = serde_json::from_str(&std::fs::read_to_string(source)?)?;
    let definitions = source.get("$defs").unwrap_or(&source).as_object().ok_or("no definitions in the source")?;
    let table = table(definitions)?;
    std::fs::write(target, &table)?;
    eprintln!("{} definitions, {} bytes", definitions.len(), table.len());
    Ok(())
}

/// The whole table: kinds, then types with their fields, each sorted by name.
fn table(definitions: &Map<String, Value>) -> Result<String, Box<dyn std::error::Error>> {
    let mut kinds = BTreeMap::new();
    let mut types = BTreeMap::new();
    for (full_name, definition) in definitions {
        if SCALARS.iter().any(|(scalar, _)| scalar == full_name) {
            continue;
        }
        let name = short_name(full_name);
        // Options such as DeleteOptions belong to every group; they are no objects of a kind.
        let gvks = definition["x-kubernetes-group-version-kind"].as_array().map(Vec::as_slice).unwrap_or_default();
        if let [gvk] = gvks {
            let text = |key: &str| gvk[key].as_str().unwrap_or_default();
            let api_version = if text("group").is_empty() { text("version").to_owned() } else { format!("{}/{}", text("group"), text("version")) };
            kinds.insert((api_version, text("kind").to_owned()), name.clone());
        }
        types.insert(name, definition);
    }
    for (api_version, kind, type_name) in extra::OLDER_VERSIONS {
        if types.contains_key(*type_name) {
            kinds.entry(((*api_version).to_owned(), (*kind).to_owned())).or_insert((*type_name).to_owned());
        }
    }
    let mut out = String::from("# Made by tools/schema from Kubernetes' OpenAPI definitions, v1.34. Do not edit.\n");
    for ((api_version, kind), type_name) in &kinds {
        writeln!(out, "kind {api_version} {kind} {type_name}")?;
    }
    for (name, definition) in &types {
        writeln!(out, "type {name}")?;
        write_fields(&mut out, name, definition)?;
    }
    Ok(out)
}

fn write_fields(out: &mut String, type_name: &str, definition: &Value) -> Result<(), Box<dyn std::error::Error>> {
    let no_fields = Map::new();
    let properties = definition["properties"].as_object().unwrap_or(&no_fields);
    let required: Vec<&str> = definition["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let bare = type_name.rsplit('.').next().unwrap_or(type_name);
    for (field, schema) in properties {
        write!(out, " {field} {}", field_type(schema)?)?;
        let key = format!("{bare}.{field}");
        if required.contains(&field.as_str()) && !extra::NOT_REQUIRED.contains(&key.as_str()) {
            out.push_str(" required");
        }
        let strategies = schema["x-kubernetes-patch-strategy"].as_str().unwrap_or_default();
        for strategy in strategies.split(',').filter(|s| !s.is_empty()) {
            write!(out, " {strategy}")?;
        }
        if let Some(merge_key) = schema["x-kubernetes-patch-merge-key"].as_str() {
            write!(out, " mergeKey={merge_key}")?;
        }
        if let Some(list) = schema["x-kubernetes-list-type"].as_str().filter(|list| *list != "map") {
            write!(out, " {list}")?;
        }
        if let Some(keys) = schema["x-kubernetes-list-map-keys"].as_array() {
            let keys: Vec<&str> = keys.iter().filter_map(Value::as_str).collect();
            write!(out, " keys={}", keys.join(","))?;
        }
        if schema["x-kubernetes-map-type"] == "atomic" {
            out.push_str(" atomic");
        }
        if let Some((_, go)) = extra::GO_TYPES.iter().find(|(name, _)| *name == key) {
            write!(out, " go={go}")?;
        }
        out.push_str(zero_rule(bare, field, &field_type(schema)?));
        out.push('\n');
    }
    Ok(())
}

/// What Go does with the field when it holds nothing: ` always` written, kept because it is a ` pointer`, or dropped as a ` value`.
fn zero_rule(bare: &str, field: &str, field_type: &str) -> &'static str {
    let key = format!("{bare}.{field}");
    let is_object = field_type.contains('.') && !field_type.contains([':', '[']);
    let is_part = is_object && matches!(field, "metadata" | "spec" | "status");
    let is_number_or_flag = matches!(field_type, "int32" | "int64" | "bool");
    let is_status_number = bare.ends_with("Status") && is_number_or_flag && !extra::KEPT_STATUS_NUMBERS.contains(&key.as_str());
    let is_read_only = field == "readOnly" && !extra::KEPT_READ_ONLY.contains(&bare);
    if is_part || extra::ALWAYS.contains(&key.as_str()) {
        " always"
    } else if extra::POINTERS.contains(&key.as_str()) {
        " pointer"
    } else if is_number_or_flag && (is_status_number || is_read_only || extra::VALUES.contains(&key.as_str())) {
        " value"
    } else {
        ""
    }
}

/// The table's name of a field's type: `string`, `[]T`, `map:T`, `core.v1.Container`, …
fn field_type(schema: &Value) -> Result<String, Box<dyn std::error::Error>> {
    if let Some(reference) = schema["$ref"].as_str() {
        let full_name = reference.rsplit('/').next().unwrap_or(reference);
        let scalar = SCALARS.iter().find(|(name, _)| *name == full_name).map(|(_, scalar)| (*scalar).to_owned());
        return Ok(scalar.unwrap_or_else(|| short_name(full_name)));
    }
    let first = |types: &Value| types.as_array().and_then(|t| t.iter().filter_map(Value::as_str).find(|t| *t != "null")).map(str::to_owned);
    let kind = schema["type"].as_str().map(str::to_owned).or_else(|| first(&schema["type"]));
    Ok(match (kind.as_deref(), schema["format"].as_str()) {
        (Some("string"), Some("byte")) => "bytes".to_owned(),
        (Some("string"), Some("int-or-string")) => "intOrString".to_owned(),
        (Some("string"), _) => "string".to_owned(),
        (Some("boolean"), _) => "bool".to_owned(),
        (Some("integer"), Some("int32")) => "int32".to_owned(),
        (Some("integer"), _) => "int64".to_owned(),
        (Some("number"), _) => "double".to_owned(),
        (Some("array"), _) => format!("[]{}", field_type(&schema["items"])?),
        (Some("object"), _) if schema["additionalProperties"].is_object() => format!("map:{}", field_type(&schema["additionalProperties"])?),
        (Some("object") | None, _) => "any".to_owned(),
        (Some(other), _) => return Err(format!("a type the table has no name for: {other}").into()),
    })
}

/// `io.k8s.api.core.v1.Container` → `core.v1.Container`; other packages keep group and version likewise.
fn short_name(full_name: &str) -> String {
    let parts: Vec<&str> = full_name.split('.').collect();
    parts[parts.len().saturating_sub(3)..].join(".")
}
