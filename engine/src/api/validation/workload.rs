//! Deployments, ReplicaSets and ReplicationControllers (`pkg/apis/apps/validation`).

use super::fields::{Errors, NEGATIVE, Path, Shown, go_int_or_string, go_string_map, map, number, part, set, text};
use super::labels::go_label_selector;
use super::names::percent_error;
use super::template::{check_runs_always, check_selector, check_template, mismatch, selects};
use crate::api::quote::go_quote;
use serde_json::{Value, json};

pub(super) fn check_deployment(deployment: &Value, errors: &mut Errors) {
    let (spec, path) = (part(deployment, "spec"), Path::new("spec"));
    errors.nonnegative(spec, "replicas", &path);
    check_selected_template(spec, &path, errors);
    check_strategy(part(spec, "strategy"), &path.at("strategy"), errors);
    errors.nonnegative(spec, "minReadySeconds", &path);
    errors.nonnegative(spec, "revisionHistoryLimit", &path);
    if let Some(deadline) = number(spec, "progressDeadlineSeconds") {
        errors.nonnegative(spec, "progressDeadlineSeconds", &path);
        if deadline <= number(spec, "minReadySeconds").unwrap_or_default() {
            errors.invalid(
                &path.at("progressDeadlineSeconds"),
                deadline,
                "must be greater than minReadySeconds",
            );
        }
    }
}

pub(super) fn check_replica_set(replica_set: &Value, errors: &mut Errors) {
    let (spec, path) = (part(replica_set, "spec"), Path::new("spec"));
    errors.nonnegative(spec, "replicas", &path);
    errors.nonnegative(spec, "minReadySeconds", &path);
    check_selected_template(spec, &path, errors);
}

/// The selector, and whether it selects the pods made of the template.
fn check_selected_template(spec: &Value, path: &Path, errors: &mut Errors) {
    // The words are the same for both kinds.
    check_selector(spec, "deployment", path, errors);
    let (selector, template) = (part(spec, "selector"), part(spec, "template"));
    let template_path = path.at("template");
    match selects(selector, part(template, "metadata")) {
        None => {
            let shown = go_label_selector(selector);
            return errors.invalid(&path.at("selector"), shown, "invalid label selector");
        }
        Some(false) => mismatch(template, &template_path, errors),
        Some(true) => {}
    }
    check_template(template, &template_path, errors);
    check_runs_always(template, "ReplicaSet", &template_path, errors);
}

/// A controller of the older kind, whose selector is a map of labels.
pub(super) fn check_replication_controller(controller: &Value, errors: &mut Errors) {
    let (spec, path) = (part(controller, "spec"), Path::new("spec"));
    errors.nonnegative(spec, "minReadySeconds", &path);
    let selector = map(spec, "selector").filter(|selector| !selector.is_empty());
    if selector.is_none() {
        errors.required(&path.at("selector"), "");
    }
    match number(spec, "replicas") {
        None => errors.required(&path.at("replicas"), ""),
        Some(_) => errors.nonnegative(spec, "replicas", &path),
    }
    let path = path.at("template");
    let Some(template) = set(spec, "template") else {
        return errors.required(&path, "");
    };
    let metadata = part(template, "metadata");
    let as_labels = json!({ "matchLabels": selector });
    if selector.is_some() && selects(&as_labels, metadata) == Some(false) {
        let shown = Shown(go_string_map(map(metadata, "labels")));
        let detail = "`selector` does not match template `labels`";
        errors.invalid(&path.at("metadata").at("labels"), shown, detail);
    }
    check_template(template, &path, errors);
    check_runs_always(template, "ReplicationController", &path, errors);
}

fn check_strategy(strategy: &Value, path: &Path, errors: &mut Errors) {
    let rolling = set(strategy, "rollingUpdate");
    match (text(strategy, "type"), rolling) {
        ("Recreate", Some(_)) => {
            errors.forbidden(
                &path.at("rollingUpdate"),
                "may not be specified when strategy `type` is 'Recreate'",
            );
        }
        ("Recreate", None) => {}
        ("RollingUpdate", Some(rolling)) => check_rolling_update(rolling, &path.at("rollingUpdate"), errors),
        ("RollingUpdate", None) => {
            errors.required(&path.at("rollingUpdate"), "this should be defaulted and never be nil")
        }
        (other, rolling) => {
            let pointer = if rolling.is_some() { "<ptr>" } else { "nil" };
            let shown = format!(
                "apps.DeploymentStrategy{{Type:{}, RollingUpdate:(*apps.RollingUpdateDeployment)({pointer})}}",
                go_quote(other)
            );
            errors.not_supported(path, Shown(shown), &["Recreate", "RollingUpdate"]);
        }
    }
}

fn check_rolling_update(rolling: &Value, path: &Path, errors: &mut Errors) {
    let (unavailable, surge) = (part(rolling, "maxUnavailable"), part(rolling, "maxSurge"));
    check_share(unavailable, &path.at("maxUnavailable"), errors);
    check_share(surge, &path.at("maxSurge"), errors);
    if amount(unavailable) == 0 && amount(surge) == 0 {
        let detail = "may not be 0 when `maxSurge` is 0";
        errors.invalid(&path.at("maxUnavailable"), go_int_or_string(unavailable), detail);
    }
    check_not_above_all(unavailable, &path.at("maxUnavailable"), errors);
}

/// The number in a number of pods or a percentage.
pub(super) fn amount(share: &Value) -> i64 {
    match share {
        Value::String(percent) => percent
            .strip_suffix('%')
            .and_then(|n| n.parse().ok())
            .unwrap_or_default(),
        number => number.as_i64().unwrap_or_default(),
    }
}

/// A percentage must not be more than all pods.
pub(super) fn check_not_above_all(share: &Value, path: &Path, errors: &mut Errors) {
    if share.is_string() && amount(share) > 100 {
        errors.invalid(path, go_int_or_string(share), "must not be greater than 100%");
    }
}

/// A number of pods or a percentage.
pub(super) fn check_share(share: &Value, path: &Path, errors: &mut Errors) {
    match share {
        Value::String(percent) => {
            if let Some(message) = percent_error(percent) {
                errors.invalid(path, go_int_or_string(share), message);
            }
        }
        number => {
            if let Some(number) = number.as_i64().filter(|n| *n < 0) {
                errors.invalid(path, number, NEGATIVE);
            }
        }
    }
}

/// A selector that cannot change.
pub(super) fn check_selector_update(new: &Value, old: &Value, errors: &mut Errors) {
    let (new, old) = (part(part(new, "spec"), "selector"), part(part(old, "spec"), "selector"));
    errors.immutable(new, old, &Path::new("spec.selector"), go_label_selector);
}
