//! Probes and lifecycle hooks: what a kubelet calls.

use super::fields::{Errors, Path, list, number, part, set, text};
use super::names::{header_error, port_name_errors, port_number_error};
use serde_json::Value;

/// The three probes of a container.
pub(super) fn check_probes(container: &Value, path: &Path, errors: &mut Errors) {
    for name in ["livenessProbe", "readinessProbe", "startupProbe"] {
        let Some(probe) = set(container, name) else { continue };
        let path = path.at(name);
        check_handler(probe, &path, errors);
        for field in [
            "initialDelaySeconds",
            "timeoutSeconds",
            "periodSeconds",
            "successThreshold",
            "failureThreshold",
        ] {
            errors.nonnegative(probe, field, &path);
        }
        if let Some(grace) = number(probe, "terminationGracePeriodSeconds").filter(|grace| *grace <= 0) {
            errors.invalid(
                &path.at("terminationGracePeriodSeconds"),
                grace,
                "must be greater than 0",
            );
        }
        if name == "readinessProbe" {
            if let Some(grace) = number(probe, "terminationGracePeriodSeconds") {
                errors.invalid(
                    &path.at("terminationGracePeriodSeconds"),
                    grace,
                    "must not be set for readinessProbes",
                );
            }
        } else if let Some(threshold) = number(probe, "successThreshold").filter(|n| *n != 1) {
            errors.invalid(&path.at("successThreshold"), threshold, "must be 1");
        }
    }
}

pub(super) fn check_lifecycle(lifecycle: &Value, path: &Path, errors: &mut Errors) {
    for hook in ["postStart", "preStop"] {
        if let Some(handler) = set(lifecycle, hook) {
            check_handler(handler, &path.at(hook), errors);
        }
    }
}

/// Exactly one way to act must be given.
fn check_handler(handler: &Value, path: &Path, errors: &mut Errors) {
    let mut seen = 0;
    for kind in ["exec", "httpGet", "tcpSocket", "grpc", "sleep"] {
        let Some(action) = set(handler, kind) else { continue };
        let path = path.at(kind);
        seen += 1;
        if seen > 1 {
            errors.forbidden(&path, "may not specify more than 1 handler type");
            continue;
        }
        match kind {
            "exec" if list(action, "command").is_empty() => errors.required(&path.at("command"), ""),
            "httpGet" => check_http_get(action, &path, errors),
            "tcpSocket" => check_port(part(action, "port"), &path.at("port"), errors),
            "grpc" => check_port(part(action, "port"), &path.at("port"), errors),
            _ => {}
        }
    }
    if seen == 0 {
        errors.required(path, "must specify a handler type");
    }
}

fn check_http_get(action: &Value, path: &Path, errors: &mut Errors) {
    if text(action, "path").is_empty() {
        errors.required(&path.at("path"), "");
    }
    check_port(part(action, "port"), &path.at("port"), errors);
    if !matches!(text(action, "scheme"), "HTTP" | "HTTPS") {
        errors.not_supported(&path.at("scheme"), text(action, "scheme"), &["HTTP", "HTTPS"]);
    }
    for header in list(action, "httpHeaders") {
        let name = text(header, "name");
        if let Some(message) = header_error(name) {
            errors.invalid(&path.at("httpHeaders"), name, message);
        }
    }
}

/// A port by number or by name.
pub(super) fn check_port(port: &Value, path: &Path, errors: &mut Errors) {
    match port {
        Value::String(name) => errors.invalid_each(path, name, port_name_errors(name)),
        number => {
            let number = number.as_i64().unwrap_or_default();
            if let Some(message) = port_number_error(number) {
                errors.invalid(path, number, message);
            }
        }
    }
}
