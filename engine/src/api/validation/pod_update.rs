//! What may change in a pod: images, the active deadline, tolerations that are added, and little else.

use super::fields::{Errors, Path, list, number, part, text};
use super::go_diff::go_diff;
use super::go_value::Go;
use serde_json::Value;

const FORBIDDEN: &str = "pod updates may not change fields other than `spec.containers[*].image`,\
    `spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),\
    `spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

pub(super) fn check_pod_update(new: &Value, old: &Value, errors: &mut Errors) {
    let (new, old, path) = (part(new, "spec"), part(old, "spec"), Path::new("spec"));
    for containers in ["containers", "initContainers"] {
        if list(new, containers).len() != list(old, containers).len() {
            errors.forbidden(&path.at(containers), "pod updates may not add or remove containers");
            return;
        }
    }
    for containers in ["containers", "initContainers"] {
        for (i, container) in list(new, containers).iter().enumerate() {
            if text(container, "image").is_empty() {
                errors.required(&path.at(containers).index(i).at("image"), "");
            }
        }
    }
    check_deadline(new, old, &path, errors);
    check_gates(new, old, &path, errors);
    check_tolerations(new, old, &path, errors);
    let allowed = with_changeable(new, old);
    if allowed != *old {
        let spec = |spec: &Value| Go::of("core.PodSpec", Some(spec));
        let difference = go_diff(&spec(old), &spec(&allowed));
        errors.forbidden(&path, format!("{FORBIDDEN}\n{difference}"));
    }
}

/// The deadline can be set, and brought forward.
fn check_deadline(new: &Value, old: &Value, path: &Path, errors: &mut Errors) {
    let path = path.at("activeDeadlineSeconds");
    let Some(before) = number(old, "activeDeadlineSeconds") else {
        return;
    };
    match number(new, "activeDeadlineSeconds") {
        Some(now) if now < 0 => errors.invalid(&path, now, "must be between 0 and 2147483647, inclusive"),
        Some(now) if now > before => errors.invalid(&path, now, "must be less than or equal to previous value"),
        Some(_) => {}
        None => errors.invalid(&path, "null", "must not update from a positive integer to nil value"),
    }
}

fn check_gates(new: &Value, old: &Value, path: &Path, errors: &mut Errors) {
    let before: Vec<&str> = list(old, "schedulingGates")
        .iter()
        .map(|gate| text(gate, "name"))
        .collect();
    for (i, gate) in list(new, "schedulingGates").iter().enumerate() {
        let name = text(gate, "name");
        if !before.contains(&name) {
            let detail = format!("only deletion is allowed, but found new scheduling gate '{name}'");
            errors.forbidden(&path.at("schedulingGates").index(i).at("name"), detail);
        }
    }
}

/// Tolerations can be added; those there may only change how long they last.
fn check_tolerations(new: &Value, old: &Value, path: &Path, errors: &mut Errors) {
    let essence =
        |toleration: &Value| ["key", "operator", "value", "effect"].map(|field| text(toleration, field).to_owned());
    let kept = list(old, "tolerations")
        .iter()
        .all(|before| list(new, "tolerations").iter().any(|t| essence(t) == essence(before)));
    if !kept {
        errors.forbidden(
            &path.at("tolerations"),
            "existing toleration can not be modified except its tolerationSeconds",
        );
    }
}

/// The new spec with what may change as it was. While gates hold a pod back, where it may run can still be narrowed.
fn with_changeable(new: &Value, old: &Value) -> Value {
    let mut spec = new.clone();
    for containers in ["containers", "initContainers"] {
        let all = spec.get_mut(containers).and_then(Value::as_array_mut);
        for (container, before) in all.into_iter().flatten().zip(list(old, containers)) {
            take(container, before, &["image"]);
        }
    }
    take(
        &mut spec,
        old,
        &["activeDeadlineSeconds", "tolerations", "schedulingGates"],
    );
    if !list(old, "schedulingGates").is_empty() {
        take(&mut spec, old, &["nodeSelector"]);
        if let Some(affinity) = spec.get_mut("affinity") {
            take(affinity, part(old, "affinity"), &["nodeAffinity"]);
        }
    }
    let was_negative = number(old, "terminationGracePeriodSeconds").is_some_and(|seconds| seconds < 0);
    if was_negative && number(new, "terminationGracePeriodSeconds") == Some(1) {
        take(&mut spec, old, &["terminationGracePeriodSeconds"]);
    }
    spec
}

/// Takes fields from another object, absence included.
fn take(object: &mut Value, from: &Value, fields: &[&str]) {
    let Some(object) = object.as_object_mut() else { return };
    for field in fields {
        match from.get(field) {
            Some(value) => object.insert((*field).to_owned(), value.clone()),
            None => object.remove(*field),
        };
    }
}
