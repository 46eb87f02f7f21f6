//! Affinity of a pod to nodes and to other pods.

use super::fields::{Errors, Path, list, number, part, set, text, texts};
use super::labels::{check_label_key, check_label_selector};
use super::names::label_errors;
use crate::api::selector::names::subdomain_errors;
use serde_json::Value;

const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution";

pub(super) fn check_affinity(affinity: &Value, path: &Path, errors: &mut Errors) {
    check_node_affinity(part(affinity, "nodeAffinity"), &path.at("nodeAffinity"), errors);
    for kind in ["podAffinity", "podAntiAffinity"] {
        check_pod_affinity(part(affinity, kind), &path.at(kind), errors);
    }
}

fn check_weight(preferred: &Value, path: &Path, errors: &mut Errors) {
    let weight = number(preferred, "weight").unwrap_or_default();
    if !(1..=100).contains(&weight) {
        errors.invalid(&path.at("weight"), weight, "must be in the range 1-100");
    }
}

fn check_node_affinity(affinity: &Value, path: &Path, errors: &mut Errors) {
    if let Some(required) = set(affinity, REQUIRED) {
        check_node_selector(required, &path.at(REQUIRED), errors);
    }
    for (i, preferred) in list(affinity, PREFERRED).iter().enumerate() {
        let path = path.at(PREFERRED).index(i);
        check_weight(preferred, &path, errors);
        check_node_term(part(preferred, "preference"), &path.at("preference"), errors);
    }
}

pub(super) fn check_node_selector(selector: &Value, path: &Path, errors: &mut Errors) {
    let path = path.at("nodeSelectorTerms");
    let terms = list(selector, "nodeSelectorTerms");
    if terms.is_empty() {
        errors.required(&path, "must have at least one node selector term");
    }
    for (i, term) in terms.iter().enumerate() {
        check_node_term(term, &path.index(i), errors);
    }
}

fn check_node_term(term: &Value, path: &Path, errors: &mut Errors) {
    for (i, expression) in list(term, "matchExpressions").iter().enumerate() {
        let path = path.at("matchExpressions").index(i);
        check_node_operator(expression, &path, errors);
        check_label_key(text(expression, "key"), &path.at("key"), errors);
    }
    for (i, field) in list(term, "matchFields").iter().enumerate() {
        check_node_field(field, &path.at("matchFields").index(i), errors);
    }
}

fn check_node_operator(expression: &Value, path: &Path, errors: &mut Errors) {
    let values = texts(expression, "values").len();
    let path_of_values = path.at("values");
    match text(expression, "operator") {
        "In" | "NotIn" if values == 0 => {
            errors.required(&path_of_values, "must be specified when `operator` is 'In' or 'NotIn'");
        }
        "Exists" | "DoesNotExist" if values > 0 => {
            errors.forbidden(
                &path_of_values,
                "may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
            );
        }
        "Gt" | "Lt" if values != 1 => {
            errors.required(
                &path_of_values,
                "must be specified single value when `operator` is 'Lt' or 'Gt'",
            );
        }
        "In" | "NotIn" | "Exists" | "DoesNotExist" | "Gt" | "Lt" => {}
        other => errors.invalid(&path.at("operator"), other, "not a valid selector operator"),
    }
}

/// A node can be named by its field `metadata.name` only.
fn check_node_field(field: &Value, path: &Path, errors: &mut Errors) {
    let values = texts(field, "values");
    match text(field, "operator") {
        "In" | "NotIn" if values.len() != 1 => {
            let detail = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector";
            errors.required(&path.at("values"), detail);
        }
        "In" | "NotIn" => {}
        other => errors.invalid(&path.at("operator"), other, "not a valid selector operator"),
    }
    match text(field, "key") {
        "metadata.name" => {
            for (i, name) in values.into_iter().enumerate() {
                errors.invalid_each(&path.at("values").index(i), name, subdomain_errors(name));
            }
        }
        other => errors.invalid(&path.at("key"), other, "not a valid field selector key"),
    }
}

fn check_pod_affinity(affinity: &Value, path: &Path, errors: &mut Errors) {
    for (i, term) in list(affinity, REQUIRED).iter().enumerate() {
        check_pod_term(term, &path.at(REQUIRED).index(i), errors);
    }
    for (i, preferred) in list(affinity, PREFERRED).iter().enumerate() {
        let path = path.at(PREFERRED).index(i);
        check_weight(preferred, &path, errors);
        check_pod_term(part(preferred, "podAffinityTerm"), &path.at("podAffinityTerm"), errors);
    }
}

fn check_pod_term(term: &Value, path: &Path, errors: &mut Errors) {
    for selector in ["labelSelector", "namespaceSelector"] {
        check_label_selector(part(term, selector), &path.at(selector), errors);
    }
    for namespace in texts(term, "namespaces") {
        errors.invalid_each(&path.at("namespace"), namespace, label_errors(namespace));
    }
    let key = text(term, "topologyKey");
    if key.is_empty() {
        errors.required(&path.at("topologyKey"), "can not be empty");
    }
    check_label_key(key, &path.at("topologyKey"), errors);
}
