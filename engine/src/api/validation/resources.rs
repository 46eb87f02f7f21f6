//! Requests and limits of a container.

use super::fields::{Errors, NEGATIVE, Path, go_quantity, map};
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
            Some(limit) if request != limit && !is_overcommitted(name) => {
                let detail = format!("must be equal to {name} limit of {limit}");
                errors.invalid(&requests_path, request.to_string().as_str(), detail);
            }
            Some(limit) if request > limit => {
                let detail = format!("must be less than or equal to {name} limit of {limit}");
                errors.invalid(&requests_path, request.to_string().as_str(), detail);
            }
            None if !is_overcommitted(name) => {
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
pub(super) fn is_overcommitted(name: &str) -> bool {
    is_native(name) && !name.starts_with("hugepages-")
}

fn is_native(name: &str) -> bool {
    !name.contains('/') || name.contains("kubernetes.io/")
}

fn check_entry(name: &str, amount: &Value, path: &Path, errors: &mut Errors) {
    check_container_resource_name(name, path, errors);
    check_amount(amount, path, errors);
    let quantity = Quantity::from_json(amount).unwrap_or_default();
    if is_integer_resource(name) && quantity.milli_value() % 1000 != 0 {
        errors.invalid(path, go_quantity(amount), "must be an integer");
    }
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

/// Resources of a container that need no domain.
const CONTAINER_RESOURCES: [&str; 3] = ["cpu", "memory", "ephemeral-storage"];
/// Resources that are counted.
const COUNTED: [&str; 9] = [
    "pods",
    "services",
    "replicationcontrollers",
    "resourcequotas",
    "secrets",
    "configmaps",
    "persistentvolumeclaims",
    "services.nodeports",
    "services.loadbalancers",
];
/// Other names of resources that stand without a domain, in quotas and nodes.
const OTHERS: [&str; 9] = [
    "storage",
    "requests.cpu",
    "requests.memory",
    "requests.storage",
    "requests.ephemeral-storage",
    "limits.cpu",
    "limits.memory",
    "limits.ephemeral-storage",
    "volumes",
];

/// A resource's name, as quotas may use it.
pub(super) fn check_resource_name(name: &str, path: &Path, errors: &mut Errors) {
    let messages = qualified_name_errors(name);
    let is_huge = name.starts_with("hugepages-") || name.starts_with("requests.hugepages-");
    let is_known = is_huge || [&CONTAINER_RESOURCES[..], &COUNTED, &OTHERS].concat().contains(&name);
    if messages.is_empty() && !name.contains('/') && !is_known {
        errors.invalid(path, name, "must be a standard resource type or fully qualified");
    }
    errors.invalid_each(path, name, messages);
}

/// A resource's name, as containers may use it.
pub(super) fn check_container_resource_name(name: &str, path: &Path, errors: &mut Errors) {
    check_resource_name(name, path, errors);
    if !name.contains('/') {
        if !CONTAINER_RESOURCES.contains(&name) && !name.starts_with("hugepages-") {
            errors.invalid(path, name, "must be a standard resource for containers");
        }
    } else if !is_native(name) && !is_extended(name) {
        errors.invalid(path, name, "doesn't follow extended resource name standard");
    }
}

/// A resource that its vendor names, with a domain.
fn is_extended(name: &str) -> bool {
    !is_native(name) && !name.starts_with("requests.") && qualified_name_errors(&format!("requests.{name}")).is_empty()
}

/// Whether a resource comes in whole numbers only.
pub(super) fn is_integer_resource(name: &str) -> bool {
    COUNTED.contains(&name) || is_extended(name)
}

/// Amounts of a node.
pub(super) fn check_node_resources(status: &Value, path: &Path, errors: &mut Errors) {
    for field in ["capacity", "allocatable"] {
        for (name, amount) in map(status, field).into_iter().flatten() {
            check_amount(amount, &path.at(field).at(name), errors);
        }
    }
}
