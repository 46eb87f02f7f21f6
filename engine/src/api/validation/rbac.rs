//! Roles, role bindings and Leases (`pkg/apis/rbac/validation`, `pkg/apis/coordination/validation`).

use super::fields::{Errors, Path, Shown, go_strings, list, number, part, text, texts};
use super::names::path_segment_errors;
use crate::api::quote::go_quote;
use crate::api::selector::names::subdomain_errors;
use serde_json::Value;

const GROUP: &str = "rbac.authorization.k8s.io";

pub(super) fn check_role(role: &Value, is_namespaced: bool, errors: &mut Errors) {
    for (i, rule) in list(role, "rules").iter().enumerate() {
        let path = Path::new("rules").index(i);
        if list(rule, "verbs").is_empty() {
            errors.required(&path.at("verbs"), "verbs must contain at least one value");
        }
        let urls = texts(rule, "nonResourceURLs");
        if urls.is_empty() {
            if list(rule, "apiGroups").is_empty() {
                let detail = "resource rules must supply at least one api group";
                errors.required(&path.at("apiGroups"), detail);
            }
            if list(rule, "resources").is_empty() {
                let detail = "resource rules must supply at least one resource";
                errors.required(&path.at("resources"), detail);
            }
            continue;
        }
        let path = path.at("nonResourceURLs");
        if is_namespaced {
            let detail = "namespaced rules cannot apply to non-resource URLs";
            errors.invalid(&path, go_strings(&urls), detail);
        }
        if ["apiGroups", "resources", "resourceNames"]
            .iter()
            .any(|field| !list(rule, field).is_empty())
        {
            let detail = "rules cannot apply to both regular resources and non-resource URLs";
            errors.invalid(&path, go_strings(&urls), detail);
        }
    }
}

pub(super) fn check_binding(binding: &Value, is_namespaced: bool, errors: &mut Errors) {
    let (role, path) = (part(binding, "roleRef"), Path::new("roleRef"));
    if text(role, "apiGroup") != GROUP {
        errors.not_supported(&path.at("apiGroup"), text(role, "apiGroup"), &[GROUP]);
    }
    let kinds: &[&str] = if is_namespaced {
        &["Role", "ClusterRole"]
    } else {
        &["ClusterRole"]
    };
    if !kinds.contains(&text(role, "kind")) {
        errors.not_supported(&path.at("kind"), text(role, "kind"), kinds);
    }
    match text(role, "name") {
        "" => errors.required(&path.at("name"), ""),
        name => errors.invalid_each(&path.at("name"), name, path_segment_errors(name)),
    }
    for (i, subject) in list(binding, "subjects").iter().enumerate() {
        check_subject(subject, is_namespaced, &Path::new("subjects").index(i), errors);
    }
}

fn check_subject(subject: &Value, is_namespaced: bool, path: &Path, errors: &mut Errors) {
    let (name, group) = (text(subject, "name"), text(subject, "apiGroup"));
    if name.is_empty() {
        errors.required(&path.at("name"), "");
    }
    match text(subject, "kind") {
        "ServiceAccount" => {
            if !name.is_empty() {
                errors.invalid_each(&path.at("name"), name, subdomain_errors(name));
            }
            if !group.is_empty() {
                errors.not_supported(&path.at("apiGroup"), group, &[""]);
            }
            if !is_namespaced && text(subject, "namespace").is_empty() {
                errors.required(&path.at("namespace"), "");
            }
        }
        "User" | "Group" => {
            if group != GROUP {
                errors.not_supported(&path.at("apiGroup"), group, &[GROUP]);
            }
        }
        other => errors.not_supported(&path.at("kind"), other, &["ServiceAccount", "User", "Group"]),
    }
}

/// A binding keeps its role.
pub(super) fn check_binding_update(new: &Value, old: &Value, errors: &mut Errors) {
    let role = part(new, "roleRef");
    if role != part(old, "roleRef") {
        let quoted = |field: &str| go_quote(text(role, field));
        let shown = format!(
            "rbac.RoleRef{{APIGroup:{}, Kind:{}, Name:{}}}",
            quoted("apiGroup"),
            quoted("kind"),
            quoted("name")
        );
        errors.invalid(&Path::new("roleRef"), Shown(shown), "cannot change roleRef");
    }
}

pub(super) fn check_lease(lease: &Value, errors: &mut Errors) {
    let (spec, path) = (part(lease, "spec"), Path::new("spec"));
    if let Some(seconds) = number(spec, "leaseDurationSeconds").filter(|seconds| *seconds <= 0) {
        errors.invalid(&path.at("leaseDurationSeconds"), seconds, "must be greater than 0");
    }
    errors.nonnegative(spec, "leaseTransitions", &path);
}
