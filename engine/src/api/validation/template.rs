//! Pod templates, and the selectors that must find the pods made of them.

use super::fields::{Errors, Path, Shown, go_string_map, list, map, part, set, text};
use super::labels::{check_annotations, check_label_selector, check_labels, go_label_selector};
use super::pod::check_pod_spec;
use crate::api::json;
use serde_json::Value;

/// A pod template: metadata without a name, and a pod's spec.
pub(super) fn check_template(template: &Value, path: &Path, errors: &mut Errors) {
    check_template_metadata(template, path, errors);
    check_pod_spec(part(template, "spec"), &path.at("spec"), errors);
    if !list(part(template, "spec"), "ephemeralContainers").is_empty() {
        errors.forbidden(
            &path.at("spec").at("ephemeralContainers"),
            "ephemeral containers not allowed in pod template",
        );
    }
}

/// What a template's pods are called by.
pub(super) fn check_template_metadata(template: &Value, path: &Path, errors: &mut Errors) {
    let metadata = part(template, "metadata");
    check_labels(map(metadata, "labels"), &path.at("labels"), errors);
    check_annotations(map(metadata, "annotations"), &path.at("annotations"), errors);
}

/// Whether a selector finds what has this metadata; nothing if it is no valid selector. No selector finds nothing.
pub(super) fn selects(selector: &Value, metadata: &Value) -> Option<bool> {
    if selector.is_null() {
        return Some(false);
    }
    let selector = json::label_selector(Some(selector)).to_selector().ok()?;
    Some(selector.is_everything() || selector.matches(&json::labels(metadata, "labels")))
}

/// A selector that must be there and name at least one label.
pub(super) fn check_selector(spec: &Value, owner: &str, path: &Path, errors: &mut Errors) {
    let path = path.at("selector");
    let Some(selector) = set(spec, "selector") else {
        return errors.required(&path, "");
    };
    check_label_selector(selector, &path, errors);
    check_not_empty(selector, owner, &path, errors);
}

/// A selector must not find every pod.
pub(super) fn check_not_empty(selector: &Value, owner: &str, path: &Path, errors: &mut Errors) {
    if map(selector, "matchLabels").is_none_or(|m| m.is_empty()) && list(selector, "matchExpressions").is_empty() {
        let detail = format!("empty selector is invalid for {owner}");
        errors.invalid(path, go_label_selector(selector), detail);
    }
}

/// Tells of a selector that does not find the template's pods.
pub(super) fn mismatch(template: &Value, path: &Path, errors: &mut Errors) {
    let shown = Shown(go_string_map(map(part(template, "metadata"), "labels")));
    let detail = "`selector` does not match template `labels`";
    errors.invalid(&path.at("metadata").at("labels"), shown, detail);
}

/// Pods that a controller replaces run until they are deleted.
pub(super) fn check_runs_always(template: &Value, owner: &str, path: &Path, errors: &mut Errors) {
    let (spec, path) = (part(template, "spec"), path.at("spec"));
    if text(spec, "restartPolicy") != "Always" {
        let given = text(spec, "restartPolicy");
        errors.not_supported(&path.at("restartPolicy"), given, &["Always"]);
    }
    if set(spec, "activeDeadlineSeconds").is_some() {
        let detail = format!("activeDeadlineSeconds in {owner} is not Supported");
        errors.forbidden(&path.at("activeDeadlineSeconds"), detail);
    }
}
