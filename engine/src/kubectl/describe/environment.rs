//! The environment of a container, as far as kubectl resolves it.

use serde_json::Value;

use super::page::Page;
use crate::api::{Container, Quantity};
use crate::kubectl::field;

/// `envFrom`: whole config maps and secrets.
pub fn environment_sources(page: &mut Page, container: &Value) {
    let sources = field::items(container, "envFrom");
    if !sources.is_empty() {
        page.line(2, "Environment Variables from:");
    }
    for source in sources {
        let (kind, reference) = match (field::at(source, "configMapRef"), field::at(source, "secretRef")) {
            (Some(reference), _) => ("ConfigMap", reference),
            (None, Some(reference)) => ("Secret", reference),
            (None, None) => ("", &Value::Null),
        };
        let prefix = match field::text(source, "prefix") {
            "" => String::new(),
            prefix => format!(" with prefix '{prefix}'"),
        };
        let (name, optional) = (field::text(reference, "name"), field::boolean(reference, "optional"));
        page.line(3, format!("{name}\t{kind}{prefix}\tOptional: {optional}"));
    }
}

/// `env`: values as they are, references as what they refer to.
pub fn environment(page: &mut Page, pod: &Value, container: &Value) {
    let variables = field::items(container, "env");
    page.line(
        2,
        if variables.is_empty() {
            "Environment:\t<none>"
        } else {
            "Environment:"
        },
    );
    for variable in variables {
        let name = field::text(variable, "name");
        let Some(from) = field::at(variable, "valueFrom") else {
            page.field(3, name, field::text(variable, "value").replace('\n', "\n      \t"));
            continue;
        };
        if let Some(reference) = field::at(from, "fieldRef") {
            let (version, path) = (
                field::text(reference, "apiVersion"),
                field::text(reference, "fieldPath"),
            );
            page.field(3, name, format!("{} ({version}:{path})", metadata_field(pod, path)));
        } else if let Some(reference) = field::at(from, "resourceFieldRef") {
            let resource = field::text(reference, "resource");
            page.field(
                3,
                name,
                format!("{} ({resource})", container_resource(container, reference)),
            );
        } else if let Some(reference) = field::at(from, "secretKeyRef") {
            page.field(3, name, key_reference(reference, "in secret"));
        } else if let Some(reference) = field::at(from, "configMapKeyRef") {
            page.field(3, name, key_reference(reference, "of config map"));
        }
    }
}

fn key_reference(reference: &Value, place: &str) -> String {
    let (key, name) = (field::text(reference, "key"), field::text(reference, "name"));
    format!(
        "<set to the key '{key}' {place} '{name}'>\tOptional: {}",
        field::boolean(reference, "optional")
    )
}

/// A field that the downward API gives. Those outside the metadata kubectl leaves empty; it does not resolve them.
fn metadata_field<'v>(pod: &'v Value, path: &str) -> &'v str {
    let entry = |map: &str, key: &str| field::map(pod, map)?.get(key)?.as_str();
    let key_of = |prefix: &str| path.strip_prefix(prefix)?.strip_suffix("']");
    match path {
        "metadata.name" | "metadata.namespace" | "metadata.uid" => field::text(pod, path),
        _ => {
            let label = key_of("metadata.labels['").and_then(|key| entry("metadata.labels", key));
            let annotation = || key_of("metadata.annotations['").and_then(|key| entry("metadata.annotations", key));
            label.or_else(annotation).unwrap_or_default()
        }
    }
}

/// An amount of the container's own resources, in units of the divisor, rounded up. One that is not limited has all of the
/// node.
fn container_resource(container: &Value, reference: &Value) -> String {
    let resource = field::text(reference, "resource");
    let container = Container::from_json(container);
    let (resources, name) = match resource.split_once('.') {
        Some(("limits", name)) => (&container.limits, name),
        Some(("requests", name)) => (&container.requests, name),
        _ => return String::new(),
    };
    let divisor = Quantity::parse(field::text_or(reference, "divisor", "1")).ok();
    let units = |quantity: &Quantity| {
        if name == "cpu" {
            quantity.milli_value()
        } else {
            quantity.value()
        }
    };
    let divisor = divisor
        .as_ref()
        .map(units)
        .filter(|&divisor| divisor > 0)
        .unwrap_or_else(|| units_of_one(name));
    let amount = resources.get(name).map(units).unwrap_or_default();
    match amount.div_euclid(divisor) + i64::from(amount.rem_euclid(divisor) > 0) {
        0 if matches!(resource, "limits.cpu" | "limits.memory") => "node allocatable".to_owned(),
        amount => amount.to_string(),
    }
}

/// The divisor 1: processors are counted in thousandths.
fn units_of_one(resource: &str) -> i64 {
    if resource == "cpu" { 1000 } else { 1 }
}
