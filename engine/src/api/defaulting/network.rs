//! Defaults of services, endpoints and network policies.

use super::edit::{Object, at, default, default_zero, each, ensure, field, text};
use serde_json::{Value, json};

/// Three hours: how long a client stays with one pod under `sessionAffinity: ClientIP`.
const SESSION_AFFINITY_SECONDS: i32 = 10_800;

pub(super) fn default_service(service: &mut Object) {
    let Some(spec) = field(service, "spec") else { return };
    default_zero(spec, "sessionAffinity", "None");
    default_zero(spec, "type", "ClusterIP");
    if text(spec, "sessionAffinity") == "None" {
        spec.remove("sessionAffinityConfig");
    } else if let Some(config) = ensure(spec, "sessionAffinityConfig")
        && let Some(client_ip) = ensure(config, "clientIP")
    {
        default(client_ip, "timeoutSeconds", SESSION_AFFINITY_SECONDS);
    }
    for port in each(spec, "ports") {
        default_zero(port, "protocol", "TCP");
        let number = port.get("port").cloned().unwrap_or(json!(0));
        default_zero(port, "targetPort", number);
    }
    let kind = text(spec, "type").to_owned();
    if matches!(kind.as_str(), "NodePort" | "LoadBalancer") {
        default_zero(spec, "externalTrafficPolicy", "Cluster");
    }
    if matches!(kind.as_str(), "ClusterIP" | "NodePort" | "LoadBalancer") {
        default(spec, "internalTrafficPolicy", "Cluster");
    }
    if kind == "LoadBalancer" {
        default(spec, "allocateLoadBalancerNodePorts", true);
    }
}

pub(super) fn default_endpoints(endpoints: &mut Object) {
    for subset in each(endpoints, "subsets") {
        for port in each(subset, "ports") {
            default_zero(port, "protocol", "TCP");
        }
    }
}

pub(super) fn default_endpoint_slice(slice: &mut Object) {
    for port in each(slice, "ports") {
        default(port, "name", "");
        default(port, "protocol", "TCP");
    }
}

pub(super) fn default_network_policy(policy: &mut Object) {
    let Some(spec) = field(policy, "spec") else { return };
    for rules in ["ingress", "egress"] {
        for rule in each(spec, rules) {
            for port in each(rule, "ports") {
                default(port, "protocol", "TCP");
            }
        }
    }
    let has_egress = spec
        .get("egress")
        .and_then(Value::as_array)
        .is_some_and(|rules| !rules.is_empty());
    let types = if has_egress {
        json!(["Ingress", "Egress"])
    } else {
        json!(["Ingress"])
    };
    default(spec, "policyTypes", types);
}

/// Defaults of role bindings: the group of roles, users and groups.
pub(super) fn default_role_binding(binding: &mut Object) {
    const GROUP: &str = "rbac.authorization.k8s.io";
    if let Some(role) = at(binding, &["roleRef"]) {
        default_zero(role, "apiGroup", GROUP);
    }
    for subject in each(binding, "subjects") {
        match text(subject, "kind") {
            "User" | "Group" => default_zero(subject, "apiGroup", GROUP),
            _ => {}
        }
    }
}
