//! Ingresses (`pkg/apis/networking/validation`).

use super::fields::{Errors, Path, Shown, list, number, part, set, text, texts};
use super::names::{label_1035_errors, path_segment_errors, port_name_errors, port_number_error, wildcard_errors};
use crate::api::selector::names::subdomain_errors;
use serde_json::Value;
use std::net::IpAddr;

const PATH_TYPES: [&str; 3] = ["Exact", "ImplementationSpecific", "Prefix"];
/// What a path that is matched literally must not contain, and must not end with.
const PATH_SEQUENCES: [&str; 5] = ["//", "/./", "/../", "%2f", "%2F"];
const PATH_ENDS: [&str; 2] = ["/..", "/."];
const CLASS_ANNOTATION: &str = "kubernetes.io/ingress.class";

pub(super) fn check_ingress(ingress: &Value, errors: &mut Errors) {
    let (spec, path) = (part(ingress, "spec"), Path::new("spec"));
    let rules = list(spec, "rules");
    let backend = set(spec, "defaultBackend");
    if rules.is_empty() && backend.is_none() {
        let items = if set(spec, "rules").is_some() { "{}" } else { "(nil)" };
        let shown = Shown(format!("[]networking.IngressRule{items}"));
        errors.invalid(&path, shown, "either `defaultBackend` or `rules` must be specified");
    }
    if let Some(backend) = backend {
        check_backend(backend, &path.at("defaultBackend"), errors);
    }
    for (i, rule) in rules.iter().enumerate() {
        check_rule(rule, &path.at("rules").index(i), errors);
    }
    for (i, tls) in list(spec, "tls").iter().enumerate() {
        let path = path.at("tls").index(i);
        for (i, host) in texts(tls, "hosts").into_iter().enumerate() {
            errors.invalid_each(&path.at("hosts").index(i), host, host_errors(host));
        }
        let secret = text(tls, "secretName");
        if !secret.is_empty() {
            errors.invalid_each(&path.at("secretName"), secret, subdomain_errors(secret));
        }
    }
    if set(spec, "ingressClassName").is_some() {
        let class = text(spec, "ingressClassName");
        errors.invalid_each(&path.at("ingressClassName"), class, subdomain_errors(class));
    }
}

/// A new Ingress must not name two different classes.
pub(super) fn check_new_ingress(ingress: &Value, errors: &mut Errors) {
    check_ingress(ingress, errors);
    let annotations = part(part(ingress, "metadata"), "annotations");
    let (old, new) = (
        set(annotations, CLASS_ANNOTATION),
        set(part(ingress, "spec"), "ingressClassName"),
    );
    if let (Some(old), Some(new)) = (old, new)
        && old != new
    {
        let path = Path::new("annotations").at(CLASS_ANNOTATION);
        let detail = "must match `ingressClassName` when both are specified";
        errors.invalid(&path, old.as_str().unwrap_or_default(), detail);
    }
}

fn host_errors(host: &str) -> Vec<String> {
    if host.contains('*') {
        wildcard_errors(host)
    } else {
        subdomain_errors(host)
    }
}

fn check_rule(rule: &Value, path: &Path, errors: &mut Errors) {
    let host = text(rule, "host");
    if host.parse::<IpAddr>().is_ok() {
        errors.invalid(&path.at("host"), host, "must be a DNS name, not an IP address");
    }
    if !host.is_empty() {
        errors.invalid_each(&path.at("host"), host, host_errors(host));
    }
    let Some(http) = set(rule, "http") else { return };
    let path = path.at("http").at("paths");
    let paths = list(http, "paths");
    if paths.is_empty() {
        errors.required(&path, "");
    }
    for (i, item) in paths.iter().enumerate() {
        check_path(item, &path.index(i), errors);
    }
}

fn check_path(item: &Value, path: &Path, errors: &mut Errors) {
    if set(item, "pathType").is_none() {
        return errors.required(&path.at("pathType"), "pathType must be specified");
    }
    let value = text(item, "path");
    let value_path = path.at("path");
    let is_absolute = value.starts_with('/');
    match text(item, "pathType") {
        "Exact" | "Prefix" => {
            if !is_absolute {
                errors.invalid(&value_path, value, "must be an absolute path");
            }
            for sequence in PATH_SEQUENCES.iter().filter(|s| value.contains(**s)) {
                errors.invalid(&value_path, value, format!("must not contain '{sequence}'"));
            }
            for end in PATH_ENDS.iter().filter(|s| value.ends_with(**s)) {
                errors.invalid(&value_path, value, format!("cannot end with '{end}'"));
            }
        }
        "ImplementationSpecific" => {
            if !value.is_empty() && !is_absolute {
                errors.invalid(&value_path, value, "must be an absolute path");
            }
        }
        other => errors.not_supported(&path.at("pathType"), other, &PATH_TYPES),
    }
    check_backend(part(item, "backend"), &path.at("backend"), errors);
}

fn check_backend(backend: &Value, path: &Path, errors: &mut Errors) {
    match (set(backend, "service"), set(backend, "resource")) {
        (Some(_), Some(_)) => errors.invalid(path, "", "cannot set both resource and service backends"),
        (None, Some(resource)) => check_resource(resource, &path.at("resource"), errors),
        (Some(service), None) => check_service_backend(service, path, errors),
        (None, None) => errors.invalid(path, "", "resource or service backend is required"),
    }
}

fn check_service_backend(service: &Value, path: &Path, errors: &mut Errors) {
    let service_path = path.at("service");
    match text(service, "name") {
        "" => errors.required(&service_path.at("name"), ""),
        name => errors.invalid_each(&service_path.at("name"), name, label_1035_errors(name)),
    }
    let port = part(service, "port");
    let port_path = service_path.at("port");
    match (text(port, "name"), number(port, "number").unwrap_or_default()) {
        ("", 0) => errors.required(path, "port name or number is required"),
        ("", number) => {
            if let Some(message) = port_number_error(number) {
                errors.invalid(&port_path.at("number"), number, message);
            }
        }
        (name, 0) => errors.invalid_each(&port_path.at("name"), name, port_name_errors(name)),
        _ => errors.invalid(path, "", "cannot set both port name & port number"),
    }
}

fn check_resource(resource: &Value, path: &Path, errors: &mut Errors) {
    if set(resource, "apiGroup").is_some() {
        let group = text(resource, "apiGroup");
        errors.invalid_each(&path.at("apiGroup"), group, subdomain_errors(group));
    }
    for field in ["kind", "name"] {
        match text(resource, field) {
            "" => errors.required(&path.at(field), &format!("{field} is required")),
            value => errors.invalid_each(&path.at(field), value, path_segment_errors(value)),
        }
    }
}
