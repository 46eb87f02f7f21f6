//! What the API server refuses in a status that a component writes.

use super::error::FieldError;
use super::fields::{Errors, Path, list, number, part, set, text};
use super::labels::check_label_key;
use super::meta::{check_any_metadata, check_metadata_update};
use super::resources::check_node_resources;
use crate::api::kind::Kind;
use crate::api::selector::names::subdomain_errors;
use serde_json::Value;
use std::net::IpAddr;

/// What the API server refuses in the new state of an object whose status is written.
pub fn validate_status_update(kind: Kind, new: &Value, old: &Value) -> Vec<FieldError> {
    let mut errors = Errors::default();
    check_any_metadata(kind, new, &mut errors);
    check_metadata_update(new, old, &mut errors);
    check_metadata_update(new, old, &mut errors);
    let (status, path) = (part(new, "status"), Path::new("status"));
    for field in counts(kind) {
        errors.nonnegative(status, field, &path);
    }
    check_replicas(kind, status, &path, &mut errors);
    match kind {
        Kind::POD => check_pod_status(status, &path, &mut errors),
        Kind::SERVICE | Kind::INGRESS => {
            let (balancer, path) = (part(status, "loadBalancer"), path.at("loadBalancer"));
            check_balancer(balancer, &path, &mut errors);
        }
        Kind::NODE => check_node_resources(status, &path, &mut errors),
        Kind::RESOURCE_QUOTA => super::quota::check_quota_status(new, &mut errors),
        Kind::NAMESPACE => check_phase(new, &path, &mut errors),
        _ => {}
    }
    errors.0
}

/// The numbers in a kind's status, in the order in which the server looks at them.
fn counts(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::DEPLOYMENT => &[
            "observedGeneration",
            "replicas",
            "updatedReplicas",
            "readyReplicas",
            "availableReplicas",
            "unavailableReplicas",
            "collisionCount",
        ],
        Kind::REPLICA_SET | Kind::REPLICATION_CONTROLLER => &[
            "replicas",
            "fullyLabeledReplicas",
            "readyReplicas",
            "availableReplicas",
            "observedGeneration",
        ],
        Kind::STATEFUL_SET => &[
            "replicas",
            "readyReplicas",
            "currentReplicas",
            "updatedReplicas",
            "availableReplicas",
            "observedGeneration",
            "collisionCount",
        ],
        Kind::DAEMON_SET => &[
            "currentNumberScheduled",
            "numberMisscheduled",
            "desiredNumberScheduled",
            "numberReady",
            "observedGeneration",
            "updatedNumberScheduled",
            "numberAvailable",
            "numberUnavailable",
            "collisionCount",
        ],
        Kind::JOB => &["active", "succeeded", "failed", "ready", "terminating"],
        Kind::HORIZONTAL_POD_AUTOSCALER => &["currentReplicas", "desiredReplicas"],
        Kind::POD_DISRUPTION_BUDGET => &["disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods"],
        _ => &[],
    }
}

/// A part of the replicas cannot be more than all.
fn check_replicas(kind: Kind, status: &Value, path: &Path, errors: &mut Errors) {
    let (parts, ready): (&[&str], &str) = match kind {
        Kind::DEPLOYMENT => (
            &["updatedReplicas", "readyReplicas", "availableReplicas"],
            "readyReplicas",
        ),
        Kind::REPLICA_SET | Kind::REPLICATION_CONTROLLER => (
            &["fullyLabeledReplicas", "readyReplicas", "availableReplicas"],
            "readyReplicas",
        ),
        Kind::STATEFUL_SET => (
            &[
                "readyReplicas",
                "currentReplicas",
                "updatedReplicas",
                "availableReplicas",
            ],
            "status.readyReplicas",
        ),
        _ => return,
    };
    let count = |field: &str| number(status, field).unwrap_or_default();
    for field in parts {
        if count(field) > count("replicas") {
            errors.invalid(&path.at(field), count(field), "cannot be greater than status.replicas");
        }
    }
    if count("availableReplicas") > count("readyReplicas") {
        let detail = format!("cannot be greater than {ready}");
        errors.invalid(&path.at("availableReplicas"), count("availableReplicas"), detail);
    }
}

fn check_pod_status(status: &Value, path: &Path, errors: &mut Errors) {
    let node = text(status, "nominatedNodeName");
    if !node.is_empty() {
        errors.invalid_each(&path.at("nominatedNodeName"), node, subdomain_errors(node));
    }
    for (i, condition) in list(status, "conditions").iter().enumerate() {
        let kind = text(condition, "type");
        if !matches!(kind, "PodScheduled" | "Ready" | "Initialized") {
            // The server files conditions under the metadata.
            check_label_key(kind, &Path::new("metadata.conditions").index(i).at("Type"), errors);
        }
    }
}

fn check_balancer(balancer: &Value, path: &Path, errors: &mut Errors) {
    for (i, ingress) in list(balancer, "ingress").iter().enumerate() {
        let path = path.at("ingress").index(i);
        let (ip, host) = (text(ingress, "ip"), text(ingress, "hostname"));
        if !ip.is_empty() && ip.parse::<IpAddr>().is_err() {
            errors.invalid(&path.at("ip"), ip, "must be a valid IP address");
        }
        if host.is_empty() {
            continue;
        }
        errors.invalid_each(&path.at("hostname"), host, subdomain_errors(host));
        if host.parse::<IpAddr>().is_ok() {
            errors.invalid(&path.at("hostname"), host, "must be a DNS name, not an IP address");
        }
    }
}

/// A namespace is terminating when it is being deleted, and only then.
fn check_phase(namespace: &Value, path: &Path, errors: &mut Errors) {
    let phase = text(part(namespace, "status"), "phase");
    let is_deleted = set(part(namespace, "metadata"), "deletionTimestamp").is_some();
    if is_deleted && phase != "Terminating" {
        let detail = "may only be 'Terminating' if `deletionTimestamp` is not empty";
        errors.invalid(&path.at("Phase"), phase, detail);
    } else if !is_deleted && phase != "Active" {
        let detail = "may only be 'Active' if `deletionTimestamp` is empty";
        errors.invalid(&path.at("Phase"), phase, detail);
    }
}
