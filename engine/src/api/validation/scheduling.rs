//! What a pod says about where and when it may run: tolerations, spreading, gates.

use super::fields::{Errors, Path, list, number, part, set, text, texts};
use super::labels::{check_label_key, check_label_selector};
use crate::api::selector::names::label_value_errors;
use serde_json::Value;

/// What a taint does.
pub(super) const TAINT_EFFECTS: [&str; 3] = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

pub(super) fn check_tolerations(spec: &Value, path: &Path, errors: &mut Errors) {
    for (i, toleration) in list(spec, "tolerations").iter().enumerate() {
        let path = path.at("tolerations").index(i);
        let (key, operator, value) = (
            text(toleration, "key"),
            text(toleration, "operator"),
            text(toleration, "value"),
        );
        let effect = text(toleration, "effect");
        if !key.is_empty() {
            check_label_key(key, &path.at("key"), errors);
        }
        if key.is_empty() && operator != "Exists" {
            let detail = "operator must be Exists when `key` is empty, which means \"match all values and all keys\"";
            errors.invalid(&path.at("operator"), operator, detail);
        }
        if number(toleration, "tolerationSeconds").is_some() && effect != "NoExecute" {
            let detail = "effect must be 'NoExecute' when `tolerationSeconds` is set";
            errors.invalid(&path.at("effect"), effect, detail);
        }
        match operator {
            "Equal" | "" => {
                let messages = label_value_errors(value);
                if !messages.is_empty() {
                    errors.invalid(&path.at("operator"), value, messages.join(";"));
                }
            }
            "Exists" if !value.is_empty() => {
                errors.invalid(
                    &path.at("operator"),
                    value,
                    "value must be empty when `operator` is 'Exists'",
                );
            }
            "Exists" => {}
            other => errors.not_supported(&path.at("operator"), other, &["Equal", "Exists"]),
        }
        if !effect.is_empty() && !TAINT_EFFECTS.contains(&effect) {
            errors.not_supported(&path.at("effect"), effect, &TAINT_EFFECTS);
        }
    }
}

pub(super) fn check_spread(spec: &Value, path: &Path, errors: &mut Errors) {
    let constraints = list(spec, "topologySpreadConstraints");
    for (i, constraint) in constraints.iter().enumerate() {
        let path = path.at("topologySpreadConstraints").index(i);
        let skew = number(constraint, "maxSkew").unwrap_or_default();
        if skew <= 0 {
            errors.invalid(&path.at("maxSkew"), skew, "must be greater than zero");
        }
        let key = text(constraint, "topologyKey");
        if key.is_empty() {
            errors.required(&path.at("topologyKey"), "can not be empty");
        }
        let action = text(constraint, "whenUnsatisfiable");
        let actions = ["DoNotSchedule", "ScheduleAnyway"];
        if !actions.contains(&action) {
            errors.not_supported(&path.at("whenUnsatisfiable"), action, &actions);
        }
        let same = |other: &Value| text(other, "topologyKey") == key && text(other, "whenUnsatisfiable") == action;
        if constraints.iter().skip(i + 1).any(same) {
            errors.duplicate(
                &path.at("{topologyKey, whenUnsatisfiable}"),
                format!("{{{key}, {action}}}").as_str(),
            );
        }
        if let Some(domains) = number(constraint, "minDomains") {
            if domains <= 0 {
                errors.invalid(&path.at("minDomains"), domains, "must be greater than zero");
            }
            if action != "DoNotSchedule" {
                let detail = format!("can only use minDomains if whenUnsatisfiable=DoNotSchedule, not {action}");
                errors.invalid(&path.at("minDomains"), domains, detail);
            }
        }
        for policy in ["nodeAffinityPolicy", "nodeTaintsPolicy"] {
            errors.one_of_if_set(constraint, policy, &path, &["Honor", "Ignore"]);
        }
        if !texts(constraint, "matchLabelKeys").is_empty() && set(constraint, "labelSelector").is_none() {
            errors.forbidden(
                &path.at("matchLabelKeys"),
                "must not be specified when labelSelector is not set",
            );
        }
        check_label_selector(part(constraint, "labelSelector"), &path.at("labelSelector"), errors);
    }
}

pub(super) fn check_gates(spec: &Value, path: &Path, errors: &mut Errors) {
    for (i, gate) in list(spec, "readinessGates").iter().enumerate() {
        check_label_key(
            text(gate, "conditionType"),
            &path.at("readinessGates").index(i).at("conditionType"),
            errors,
        );
    }
    let mut names = Vec::new();
    for (i, gate) in list(spec, "schedulingGates").iter().enumerate() {
        let path = path.at("schedulingGates").index(i);
        let name = text(gate, "name");
        check_label_key(name, &path, errors);
        if names.contains(&name) {
            errors.duplicate(&path, name);
        }
        names.push(name);
    }
}
