//! HorizontalPodAutoscalers: bounds, metrics, behavior (`pkg/apis/autoscaling/validation`).

use super::fields::{Errors, Path, go_quantity, list, number, part, set, text};
use super::names::path_segment_errors;
use crate::api::quantity::Quantity;
use serde_json::Value;

/// The kinds of metrics with the field that each fills, in the order the server looks at the fields.
const METRICS: [(&str, &str); 5] = [
    ("Object", "object"),
    ("External", "external"),
    ("Pods", "pods"),
    ("Resource", "resource"),
    ("ContainerResource", "containerResource"),
];
const METRIC_TYPES: [&str; 5] = ["ContainerResource", "External", "Object", "Pods", "Resource"];
const WINDOW_LIMIT_SECONDS: i64 = 3600;
const PERIOD_LIMIT_SECONDS: i64 = 1800;

pub(super) fn check_autoscaler(autoscaler: &Value, errors: &mut Errors) {
    let (spec, path) = (part(autoscaler, "spec"), Path::new("spec"));
    let (least, most) = (
        number(spec, "minReplicas"),
        number(spec, "maxReplicas").unwrap_or_default(),
    );
    if let Some(least) = least.filter(|n| *n < 1) {
        errors.invalid(&path.at("minReplicas"), least, "must be greater than or equal to 1");
    }
    if most < 1 {
        errors.invalid(&path.at("maxReplicas"), most, "must be greater than 0");
    }
    if least.is_some_and(|least| most < least) {
        let detail = "must be greater than or equal to `minReplicas`";
        errors.invalid(&path.at("maxReplicas"), most, detail);
    }
    check_reference(part(spec, "scaleTargetRef"), &path.at("scaleTargetRef"), errors);
    let metrics = list(spec, "metrics");
    for (i, metric) in metrics.iter().enumerate() {
        check_metric(metric, &path.at("metrics").index(i), errors);
    }
    let counts_demand = metrics.iter().any(|m| matches!(text(m, "type"), "Object" | "External"));
    if least == Some(0) && !counts_demand {
        let detail = "must specify at least one Object or External metric to support scaling to zero replicas";
        errors.forbidden(&path.at("metrics"), detail);
    }
    for direction in ["scaleUp", "scaleDown"] {
        if let Some(rules) = set(part(spec, "behavior"), direction) {
            check_rules(rules, &path.at("behavior").at(direction), errors);
        }
    }
}

/// A reference to an object of any kind in the same namespace.
fn check_reference(reference: &Value, path: &Path, errors: &mut Errors) {
    for field in ["kind", "name"] {
        match text(reference, field) {
            "" => errors.required(&path.at(field), ""),
            value => errors.invalid_each(&path.at(field), value, path_segment_errors(value)),
        }
    }
}

fn check_metric(metric: &Value, path: &Path, errors: &mut Errors) {
    let kind = text(metric, "type");
    if kind.is_empty() {
        errors.required(&path.at("type"), "must specify a metric source type");
    }
    if !METRIC_TYPES.contains(&kind) {
        errors.not_supported(&path.at("type"), kind, &METRIC_TYPES);
    }
    let present: Vec<&str> = METRICS
        .iter()
        .map(|(_, field)| *field)
        .filter(|field| set(metric, field).is_some())
        .collect();
    if let Some(field) = present.first() {
        check_source(field, part(metric, field), &path.at(field), errors);
    }
    let expected = METRICS.iter().find(|(name, _)| *name == kind).map(|(_, field)| *field);
    match expected {
        Some(field) if !present.contains(&field) => {
            errors.required(&path.at(field), "must populate information for the given metric source");
        }
        Some(_) => {}
        // The server says so twice.
        None => errors.not_supported(&path.at("type"), kind, &METRIC_TYPES),
    }
    if present.len() > 1 {
        for field in present.into_iter().filter(|field| Some(*field) != expected) {
            errors.forbidden(&path.at(field), "must populate the given metric source only");
        }
    }
}

fn check_source(field: &str, source: &Value, path: &Path, errors: &mut Errors) {
    let target = part(source, "target");
    let target_path = path.at("target");
    let has = |field: &str| set(target, field).is_some();
    match field {
        "object" => {
            check_reference(part(source, "describedObject"), &path.at("describedObject"), errors);
            check_identifier(source, path, errors);
            check_target(target, &target_path, errors);
            if !has("value") && !has("averageValue") {
                let detail = "must set either a target value or averageValue";
                errors.required(&target_path.at("averageValue"), detail);
            }
        }
        "external" => {
            check_identifier(source, path, errors);
            check_target(target, &target_path, errors);
            if !has("value") && !has("averageValue") {
                let detail = "must set either a target value for metric or a per-pod target";
                errors.required(&target_path.at("averageValue"), detail);
            }
            if has("value") && has("averageValue") {
                let detail = "may not set both a target value for metric and a per-pod target";
                errors.forbidden(&target_path.at("value"), detail);
            }
        }
        "pods" => {
            check_identifier(source, path, errors);
            check_target(target, &target_path, errors);
            if !has("averageValue") {
                let detail = "must specify a positive target averageValue";
                errors.required(&target_path.at("averageValue"), detail);
            }
        }
        _ => check_resource_source(field, source, path, errors),
    }
}

fn check_resource_source(field: &str, source: &Value, path: &Path, errors: &mut Errors) {
    if text(source, "name").is_empty() {
        errors.required(&path.at("name"), "must specify a resource name");
    }
    if field == "containerResource" && text(source, "container").is_empty() {
        errors.required(&path.at("container"), "must specify a container");
    }
    let (target, path) = (part(source, "target"), path.at("target"));
    check_target(target, &path, errors);
    let has = |field: &str| set(target, field).is_some();
    match (has("averageUtilization"), has("averageValue")) {
        (false, false) => errors.required(
            &path.at("averageUtilization"),
            "must set either a target raw value or a target utilization",
        ),
        (true, true) => errors.forbidden(
            &path.at("averageValue"),
            "may not set both a target raw value and a target utilization",
        ),
        _ => {}
    }
}

fn check_identifier(source: &Value, path: &Path, errors: &mut Errors) {
    let path = path.at("metric").at("name");
    match text(part(source, "metric"), "name") {
        "" => errors.required(&path, "must specify a metric name"),
        name => errors.invalid_each(&path, name, path_segment_errors(name)),
    }
}

fn check_target(target: &Value, path: &Path, errors: &mut Errors) {
    let kind = text(target, "type");
    if kind.is_empty() {
        errors.required(&path.at("type"), "must specify a metric target type");
    }
    if !matches!(kind, "Utilization" | "Value" | "AverageValue") {
        let detail = "must be either Utilization, Value, or AverageValue";
        errors.invalid(&path.at("type"), kind, detail);
    }
    for field in ["value", "averageValue"] {
        if let Some(amount) = set(target, field)
            && Quantity::from_json(amount).is_ok_and(|q| q.sign() != 1)
        {
            errors.invalid(&path.at(field), go_quantity(amount), "must be positive");
        }
    }
    if let Some(share) = number(target, "averageUtilization").filter(|n| *n < 1) {
        errors.invalid(&path.at("averageUtilization"), share, "must be greater than 0");
    }
}

fn check_rules(rules: &Value, path: &Path, errors: &mut Errors) {
    let window_path = path.at("stabilizationWindowSeconds");
    match number(rules, "stabilizationWindowSeconds") {
        Some(window) if window < 0 => {
            errors.invalid(&window_path, window, "must be greater than or equal to zero");
        }
        Some(window) if window > WINDOW_LIMIT_SECONDS => {
            let detail = format!("must be less than or equal to {WINDOW_LIMIT_SECONDS}");
            errors.invalid(&window_path, window, detail);
        }
        _ => {}
    }
    errors.one_of_if_set(rules, "selectPolicy", path, &["Disabled", "Max", "Min"]);
    let policies = list(rules, "policies");
    let path = path.at("policies");
    if policies.is_empty() {
        errors.required(&path, "must specify at least one Policy");
    }
    for (i, policy) in policies.iter().enumerate() {
        let path = path.index(i);
        let kinds = ["Percent", "Pods"];
        if !kinds.contains(&text(policy, "type")) {
            errors.not_supported(&path.at("type"), text(policy, "type"), &kinds);
        }
        for field in ["value", "periodSeconds"] {
            let amount = number(policy, field).unwrap_or_default();
            if amount <= 0 {
                errors.invalid(&path.at(field), amount, "must be greater than zero");
            }
            if field == "periodSeconds" && amount > PERIOD_LIMIT_SECONDS {
                let detail = format!("must be less than or equal to {PERIOD_LIMIT_SECONDS}");
                errors.invalid(&path.at(field), amount, detail);
            }
        }
    }
}
