//! PodDisruptionBudgets and PriorityClasses (`pkg/apis/policy/validation`, `pkg/apis/scheduling/validation`).

use super::fields::{Errors, Path, Shown, flag, number, part, set, text};
use super::labels::check_label_selector;
use super::workload::{check_not_above_all, check_share};
use crate::api::quote::go_quote;
use serde_json::Value;

/// The most that a class made by a user may be worth.
const HIGHEST_USER_PRIORITY: i64 = 1_000_000_000;
/// The system's own classes and what they are worth.
const SYSTEM_CLASSES: [(&str, i64); 2] = [
    ("system-node-critical", 2_000_001_000),
    ("system-cluster-critical", 2_000_000_000),
];
/// What a pod of higher priority does, in the order the server names it.
pub(super) const PREEMPTION_POLICIES: [&str; 2] = ["PreemptLowerPriority", "Never"];

pub(super) fn check_budget(budget: &Value, errors: &mut Errors) {
    let (spec, path) = (part(budget, "spec"), Path::new("spec"));
    let bounds = ["minAvailable", "maxUnavailable"];
    if bounds.iter().all(|bound| set(spec, bound).is_some()) {
        let detail = "minAvailable and maxUnavailable cannot be both set";
        errors.invalid(&path, go_budget(spec), detail);
    }
    for bound in bounds {
        let (share, path) = (part(spec, bound), path.at(bound));
        check_share(share, &path, errors);
        check_not_above_all(share, &path, errors);
    }
    check_label_selector(part(spec, "selector"), &path.at("selector"), errors);
    let policies = ["AlwaysAllow", "IfHealthyBudget"];
    errors.one_of_if_set(spec, "unhealthyPodEvictionPolicy", &path, &policies);
}

/// A budget's spec as Go prints it: which of its fields are set.
fn go_budget(spec: &Value) -> Shown {
    let fields = [
        ("MinAvailable", "minAvailable", "*intstr.IntOrString"),
        ("Selector", "selector", "*v1.LabelSelector"),
        ("MaxUnavailable", "maxUnavailable", "*intstr.IntOrString"),
        (
            "UnhealthyPodEvictionPolicy",
            "unhealthyPodEvictionPolicy",
            "*policy.UnhealthyPodEvictionPolicyType",
        ),
    ];
    let shown = fields.map(|(name, field, kind)| {
        let pointer = if set(spec, field).is_some() { "<ptr>" } else { "nil" };
        format!("{name}:({kind})({pointer})")
    });
    Shown(format!("policy.PodDisruptionBudgetSpec{{{}}}", shown.join(", ")))
}

pub(super) fn check_priority_class(class: &Value, errors: &mut Errors) {
    let name = text(part(class, "metadata"), "name");
    let value = number(class, "value").unwrap_or_default();
    if name.starts_with("system-") {
        if let Some(why) = system_class_error(name, value, flag(class, "globalDefault")) {
            let detail =
                format!("priority class names with 'system-' prefix are reserved for system use only. error: {why}");
            errors.forbidden(&Path::new("metadata.name"), detail);
        }
    } else if value > HIGHEST_USER_PRIORITY {
        let detail = format!("maximum allowed value of a user defined priority is {HIGHEST_USER_PRIORITY}");
        errors.forbidden(&Path::new("value"), detail);
    }
    check_preemption_policy(class, &Path::new("preemptionPolicy"), errors);
}

fn system_class_error(name: &str, value: i64, is_default: bool) -> Option<String> {
    match SYSTEM_CLASSES.iter().find(|(known, _)| *known == name) {
        None => Some(format!("{name} is not a known system priority class")),
        Some((_, known)) if *known != value => Some(format!("value of {name} PriorityClass must be {known}")),
        Some(_) if is_default => Some(format!("globalDefault of {name} PriorityClass must be false")),
        Some(_) => None,
    }
}

/// The policy in an object's `preemptionPolicy`, which may be left out.
pub(super) fn check_preemption_policy(object: &Value, path: &Path, errors: &mut Errors) {
    match set(object, "preemptionPolicy").map(|_| text(object, "preemptionPolicy")) {
        None => {}
        Some("") => errors.required(path, ""),
        Some(policy) if !PREEMPTION_POLICIES.contains(&policy) => {
            errors.not_supported(path, policy, &PREEMPTION_POLICIES);
        }
        Some(_) => {}
    }
}

/// A class keeps its worth.
pub(super) fn check_priority_class_update(new: &Value, old: &Value, errors: &mut Errors) {
    if part(new, "value") != part(old, "value") {
        errors.forbidden(&Path::new("value"), "may not be changed in an update.");
    }
    errors.immutable(
        part(new, "preemptionPolicy"),
        part(old, "preemptionPolicy"),
        &Path::new("preemptionPolicy"),
        |policy| Shown(policy.as_str().map_or_else(|| "null".to_owned(), go_quote)),
    );
}
