//! A container's environment.

use super::fields::{Errors, Path, list, part, set, text};
use super::labels::check_label_key;
use super::names::{config_key_errors, variable_errors};
use crate::api::selector::names::subdomain_errors;
use serde_json::Value;

/// The pod fields an environment variable can take its value from.
const FIELDS: [&str; 9] = [
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
];
/// The fields the downward API knows at all.
const KNOWN_FIELDS: [&str; 17] = [
    "metadata.annotations",
    "metadata.labels",
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.hostNetwork",
    "spec.nodeName",
    "spec.restartPolicy",
    "spec.schedulerName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.nominatedNodeName",
    "status.phase",
    "status.podIP",
    "status.podIPs",
    "spec.serviceAccount",
];
const RESOURCES: [&str; 6] = [
    "limits.cpu",
    "limits.ephemeral-storage",
    "limits.memory",
    "requests.cpu",
    "requests.ephemeral-storage",
    "requests.memory",
];

pub(super) fn check_env(container: &Value, path: &Path, errors: &mut Errors) {
    for (i, variable) in list(container, "env").iter().enumerate() {
        let path = path.at("env").index(i);
        match text(variable, "name") {
            "" => errors.required(&path.at("name"), ""),
            name => errors.invalid_each(&path.at("name"), name, variable_errors(name)),
        }
        if let Some(source) = set(variable, "valueFrom") {
            check_source(
                source,
                !text(variable, "value").is_empty(),
                &path.at("valueFrom"),
                errors,
            );
        }
    }
}

fn check_source(source: &Value, has_value: bool, path: &Path, errors: &mut Errors) {
    let mut sources = 0;
    if let Some(field) = set(source, "fieldRef") {
        sources += 1;
        check_field(field, &path.at("fieldRef"), &FIELDS, errors);
    }
    if let Some(resource) = set(source, "resourceFieldRef") {
        sources += 1;
        check_resource_field(resource, &path.at("resourceFieldRef"), errors);
    }
    for reference in ["configMapKeyRef", "secretKeyRef"] {
        if let Some(key) = set(source, reference) {
            sources += 1;
            let path = path.at(reference);
            let name = text(key, "name");
            if !name.is_empty() {
                errors.invalid_each(&path.at("name"), name, subdomain_errors(name));
            }
            match text(key, "key") {
                "" => errors.required(&path.at("key"), ""),
                key => errors.invalid_each(&path.at("key"), key, config_key_errors(key)),
            }
        }
    }
    match (sources, has_value) {
        (0, true) | (1, false) => {}
        (0, false) => {
            errors.invalid(
                path,
                "",
                "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`",
            );
        }
        (_, true) => errors.invalid(path, "", "may not be specified when `value` is not empty"),
        (_, false) => errors.invalid(path, "", "may not have more than one field specified at a time"),
    }
}

/// A field of the pod, as environment variables and downward volumes name it.
pub(super) fn check_field(field: &Value, path: &Path, supported: &[&str], errors: &mut Errors) {
    let version = text(field, "apiVersion");
    let name = text(field, "fieldPath");
    if version.is_empty() {
        return errors.required(&path.at("apiVersion"), "");
    }
    if name.is_empty() {
        return errors.required(&path.at("fieldPath"), "");
    }
    let subscript = name.strip_suffix("']").and_then(|name| name.split_once("['"));
    let base = subscript.map_or(name, |(base, _)| base);
    let field_path = path.at("fieldPath");
    if version != "v1" {
        let detail = format!("error converting fieldPath: unsupported pod version: {version}");
        return errors.invalid(&field_path, name, detail);
    }
    if !KNOWN_FIELDS.contains(&base) {
        let detail = format!("error converting fieldPath: field label not supported: {base}");
        return errors.invalid(&field_path, name, detail);
    }
    match subscript {
        Some(("metadata.annotations", key)) => check_label_key(&key.to_ascii_lowercase(), path, errors),
        Some(("metadata.labels", key)) => check_label_key(key, path, errors),
        Some((base, _)) => errors.invalid(path, base, "does not support subscript"),
        None if !supported.contains(&base) => errors.not_supported(&field_path, base, supported),
        None => {}
    }
}

fn check_resource_field(resource: &Value, path: &Path, errors: &mut Errors) {
    let name = text(resource, "resource");
    if name.is_empty() {
        return errors.required(&path.at("resource"), "");
    }
    if !RESOURCES.contains(&name) && !name.contains(".hugepages-") {
        return errors.not_supported(&path.at("resource"), name, &RESOURCES);
    }
    let divisor = text(resource, "divisor");
    let (allowed, of): (&[&str], &str) = match name.split_once('.') {
        Some((_, "cpu")) => (&["0", "1m", "1"], "values 1m and 1 are supported with the cpu resource"),
        Some((_, "memory")) => (
            &[
                "0", "1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei",
            ],
            "values 1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei are supported with the memory resource",
        ),
        _ => return,
    };
    if !divisor.is_empty() && !allowed.contains(&divisor) {
        errors.invalid(&path.at("divisor"), name, format!("only divisor's {of}"));
    }
}

pub(super) fn check_env_from(container: &Value, path: &Path, errors: &mut Errors) {
    let list_path = path.at("envFrom");
    for (i, source) in list(container, "envFrom").iter().enumerate() {
        let path = list_path.index(i);
        let prefix = text(source, "prefix");
        if !prefix.is_empty() {
            errors.invalid_each(&path.at("prefix"), prefix, variable_errors(prefix));
        }
        let mut sources = 0;
        for reference in ["configMapRef", "secretRef"] {
            if set(source, reference).is_none() {
                continue;
            }
            sources += 1;
            match text(part(source, reference), "name") {
                "" => errors.required(&path.at(reference).at("name"), ""),
                name => errors.invalid_each(&path.at(reference).at("name"), name, subdomain_errors(name)),
            }
        }
        match sources {
            0 => errors.invalid(&list_path, "", "must specify one of: `configMapRef` or `secretRef`"),
            1 => {}
            _ => errors.invalid(&list_path, "", "may not have more than one field specified at a time"),
        }
    }
}
