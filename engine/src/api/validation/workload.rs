//! Deployments, ReplicaSets, StatefulSets, DaemonSets and Jobs: their selectors and templates.

use super::fields::{
    Errors, NEGATIVE, Path, Shown, go_int_or_string, go_string_map, list, map, number, part, set, text,
};
use super::labels::{check_annotations, check_label_selector, check_labels, go_label_selector};
use super::names::percent_error;
use super::pod::check_pod_spec;
use crate::api::json;
use crate::api::quote::go_quote;
use serde_json::Value;

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
    let path_of_selector = path.at("selector");
    let selector = set(spec, "selector");
    match selector {
        None => errors.required(&path_of_selector, ""),
        Some(selector) => {
            check_label_selector(selector, &path_of_selector, errors);
            if map(selector, "matchLabels").is_none_or(|m| m.is_empty())
                && list(selector, "matchExpressions").is_empty()
            {
                errors.invalid(
                    &path_of_selector,
                    go_label_selector(selector),
                    "empty selector is invalid for deployment",
                );
            }
        }
    }
    let template = part(spec, "template");
    let labels = map(part(template, "metadata"), "labels");
    let path_of_template = path.at("template");
    let parsed = selector.map(|selector| json::label_selector(Some(selector)).to_selector());
    let matches = match parsed {
        None => false,
        Some(Ok(selector)) => {
            selector.is_everything() || selector.matches(&json::labels(part(template, "metadata"), "labels"))
        }
        Some(Err(_)) => {
            let shown = go_label_selector(selector.unwrap_or(&Value::Null));
            return errors.invalid(&path_of_selector, shown, "invalid label selector");
        }
    };
    if !matches {
        let detail = "`selector` does not match template `labels`";
        let shown = Shown(go_string_map(labels));
        errors.invalid(&path_of_template.at("metadata").at("labels"), shown, detail);
    }
    check_template(template, &path_of_template, errors);
    let pod_spec = part(template, "spec");
    if text(pod_spec, "restartPolicy") != "Always" {
        let path = path_of_template.at("spec").at("restartPolicy");
        errors.not_supported(&path, text(pod_spec, "restartPolicy"), &["Always"]);
    }
    if set(pod_spec, "activeDeadlineSeconds").is_some() {
        let path = path_of_template.at("spec").at("activeDeadlineSeconds");
        errors.forbidden(&path, "activeDeadlineSeconds in ReplicaSet is not Supported");
    }
}

/// A pod template: metadata without a name, and a pod's spec.
pub(super) fn check_template(template: &Value, path: &Path, errors: &mut Errors) {
    let metadata = part(template, "metadata");
    check_labels(map(metadata, "labels"), &path.at("labels"), errors);
    check_annotations(map(metadata, "annotations"), &path.at("annotations"), errors);
    check_pod_spec(part(template, "spec"), &path.at("spec"), errors);
    if !list(part(template, "spec"), "ephemeralContainers").is_empty() {
        errors.forbidden(
            &path.at("spec").at("ephemeralContainers"),
            "ephemeral containers not allowed in pod template",
        );
    }
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
    let amount = |share: &Value| match share {
        Value::String(percent) => percent
            .strip_suffix('%')
            .and_then(|n| n.parse().ok())
            .unwrap_or_default(),
        number => number.as_i64().unwrap_or_default(),
    };
    if amount(unavailable) == 0 && amount(surge) == 0 {
        let detail = "may not be 0 when `maxSurge` is 0";
        errors.invalid(&path.at("maxUnavailable"), go_int_or_string(unavailable), detail);
    }
    if unavailable.is_string() && amount(unavailable) > 100 {
        errors.invalid(
            &path.at("maxUnavailable"),
            go_int_or_string(unavailable),
            "must not be greater than 100%",
        );
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
    if new != old {
        errors.invalid(
            &Path::new("spec.selector"),
            go_label_selector(new),
            "field is immutable",
        );
    }
}
