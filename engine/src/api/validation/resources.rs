//! Requests and limits of a container.

use super::fields::{Errors, NEGATIVE, Path, map};
use crate::api::quantity::Quantity;
use crate::api::selector::names::qualified_name_errors;
use serde_json::{Map, Value};

pub(super) fn check_resources(resources: &Value, path: &Path, errors: &mut Errors) {
    let (limits_path, requests_path) = (path.at("limits"), path.at("requests"));
    let none = Map::new();
    let limits = map(resources, "limits").unwrap_or(&none);
    let requests = map(resources, "requests").unwrap_or(&none);
    for (name, amount) in limits {
        check_entry(name, amount, &limits_path.key(name), errors);
    }
    for (name, amount) in requests {
        check_entry(name, amount, &requests_path.key(name), errors);
        let request = Quantity::from_json(amount).unwrap_or_default();
        match limits.get(name).and_then(|limit| Quantity::from_json(limit).ok()) {
            Some(limit) if request != limit && !may_overcommit(name) => {
                let detail = format!("must be equal to {name} limit of {limit}");
                errors.invalid(&requests_path, request.to_string().as_str(), detail);
            }
            Some(limit) if request > limit => {
                let detail = format!("must be less than or equal to {name} limit of {limit}");
                errors.invalid(&requests_path, request.to_string().as_str(), detail);
            }
            None if !may_overcommit(name) => {
                errors.required(&limits_path, "Limit must be set for non overcommitable resources");
            }
            _ => {}
        }
    }
    let names: Vec<&String> = limits.keys().chain(requests.keys()).collect();
    let has_main = names.iter().any(|name| matches!(name.as_str(), "cpu" | "memory"));
    if !has_main && names.iter().any(|name| name.starts_with("hugepages-")) {
        errors.forbidden(path, "HugePages require cpu or memory");
    }
}

/// Native resources other than huge pages may be promised more than once.
fn may_overcommit(name: &str) -> bool {
    is_native(name) && !name.starts_with("hugepages-")
}

fn is_native(name: &str) -> bool {
    !name.contains('/') || name.contains("kubernetes.io/")
}

fn check_entry(name: &str, amount: &Value, path: &Path, errors: &mut Errors) {
    check_container_resource_name(name, path, errors);
    check_amount(amount, path, errors);
    if let Some(size) = name.strip_prefix("hugepages-")
        && let (Ok(size), Ok(amount)) = (Quantity::parse(size), Quantity::from_json(amount))
    {
        let page = size.value();
        if page > 0 && (amount.value() % page != 0 || amount.value() < 0) {
            let text = amount.to_string();
            errors.invalid(
                path,
                text.as_str(),
                format!("{text} is not positive integer multiple of {name}"),
            );
        }
    }
}

/// An amount must not be negative.
pub(super) fn check_amount(amount: &Value, path: &Path, errors: &mut Errors) {
    if let Ok(quantity) = Quantity::from_json(amount)
        && quantity.sign() < 0
    {
        errors.invalid(path, quantity.to_string().as_str(), NEGATIVE);
    }
}

fn check_container_resource_name(name: &str, path: &Path, errors: &mut Errors) {
    const STANDARD: [&str; 3] = ["cpu", "memory", "ephemeral-storage"];
    /// Names of resources that stand without a domain elsewhere, in quotas and nodes.
    const OTHER: [&str; 18] = [
        "storage",
        "pods",
        "services",
        "replicationcontrollers",
        "resourcequotas",
        "secrets",
        "configmaps",
        "persistentvolumeclaims",
        "services.nodeports",
        "services.loadbalancers",
        "requests.cpu",
        "requests.memory",
        "requests.storage",
        "requests.ephemeral-storage",
        "limits.cpu",
        "limits.memory",
        "limits.ephemeral-storage",
        "volumes",
    ];
    let is_standard = STANDARD.contains(&name) || name.starts_with("hugepages-");
    let messages = qualified_name_errors(name);
    let is_qualified = messages.is_empty();
    errors.invalid_each(path, name, messages);
    if name.contains('/') {
        return;
    }
    if is_qualified && !is_standard && !OTHER.contains(&name) {
        errors.invalid(path, name, "must be a standard resource type or fully qualified");
    }
    if !is_standard {
        errors.invalid(path, name, "must be a standard resource for containers");
    }
}

/// Amounts of a node.
pub(super) fn check_node_resources(status: &Value, path: &Path, errors: &mut Errors) {
    for field in ["capacity", "allocatable"] {
        for (name, amount) in map(status, field).into_iter().flatten() {
            check_amount(amount, &path.at(field).at(name), errors);
        }
    }
}
