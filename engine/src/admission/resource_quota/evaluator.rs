//! How much an object uses of what quotas can limit.
//!
//! Source: `pkg/quota/v1/evaluator/core` (pods, services, claims) and `pkg/quota/v1/generic` (`count/…`); documentation "Resource
//! Quotas". Not modelled: pods that outstay their grace period count until they are gone.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use smol_str::{SmolStr, format_smolstr};

use crate::api::quantity::Format;
use crate::api::{Inert, Kind, Object, Pod, PodPhase, Quantity, ResourceList, Service, json as read, resource_list};

/// Kinds that are counted under their plain names, too.
const COUNTED_BY_NAME: [Kind; 7] = [
    Kind::CONFIG_MAP,
    Kind::PERSISTENT_VOLUME_CLAIM,
    Kind::POD,
    Kind::REPLICATION_CONTROLLER,
    Kind::RESOURCE_QUOTA,
    Kind::SECRET,
    Kind::SERVICE,
];
/// What pods ask for and may be limited in.
const COMPUTE: [&str; 3] = ["cpu", "memory", "ephemeral-storage"];
/// What every container must name if a quota limits it.
const MUST_BE_NAMED: [&str; 6] = [
    "cpu",
    "memory",
    "requests.cpu",
    "requests.memory",
    "limits.cpu",
    "limits.memory",
];
/// What comes between a storage class and what is counted of its claims.
const STORAGE_CLASS: &str = ".storageclass.storage.k8s.io/";

/// Whether objects of a kind can use a resource of this name.
pub fn handles(kind: Kind, name: &str) -> bool {
    let info = kind.info();
    if !info.namespaced || kind == Kind::EVENT {
        return false;
    }
    if name
        .strip_prefix("count/")
        .is_some_and(|counted| counted == info.group_resource())
    {
        return true;
    }
    if COUNTED_BY_NAME.contains(&kind) && name == info.plural {
        return true;
    }
    match kind {
        Kind::POD => is_compute(name),
        Kind::SERVICE => matches!(name, "services.nodeports" | "services.loadbalancers"),
        Kind::PERSISTENT_VOLUME_CLAIM => name == "requests.storage" || name.contains(STORAGE_CLASS),
        _ => false,
    }
}

fn is_compute(name: &str) -> bool {
    let plain = name.strip_prefix("requests.").or_else(|| name.strip_prefix("limits."));
    let requested = name.strip_prefix("requests.").unwrap_or(name);
    COMPUTE.contains(&plain.unwrap_or(name))
        || requested.starts_with("hugepages-")
        || (name.starts_with("requests.") && requested.contains('/'))
}

/// What an object uses.
pub fn usage(object: &Object) -> ResourceList {
    let kind = object.kind();
    let info = kind.info();
    let mut usage = ResourceList::new();
    if !info.namespaced || kind == Kind::EVENT {
        return usage;
    }
    usage.insert(format_smolstr!("count/{}", info.group_resource()), whole(1));
    if COUNTED_BY_NAME.contains(&kind) && kind != Kind::POD {
        usage.insert(info.plural.into(), whole(1));
    }
    match object {
        Object::Pod(pod) => pod_usage(pod, &mut usage),
        Object::Service(service) => service_usage(service, &mut usage),
        Object::Inert(claim) if claim.kind == Kind::PERSISTENT_VOLUME_CLAIM => claim_usage(claim, &mut usage),
        _ => {}
    }
    usage
}

fn whole(count: usize) -> Quantity {
    Quantity::new(i64::try_from(count).unwrap_or(i64::MAX), Format::DecimalSI)
}

/// A pod that has ended uses nothing but its place in the store.
fn pod_usage(pod: &Pod, usage: &mut ResourceList) {
    if matches!(pod.status.phase, PodPhase::Succeeded | PodPhase::Failed) {
        return;
    }
    usage.insert("pods".into(), whole(1));
    compute(pod.spec.requests(), &pod.spec.limits(), usage);
}

/// Amounts under the names that quotas know them by (`podComputeUsageHelper`).
fn compute(requests: &ResourceList, limits: &ResourceList, usage: &mut ResourceList) {
    for (name, amount) in requests {
        if COMPUTE.contains(&name.as_str()) || name.starts_with("hugepages-") {
            usage.insert(name.clone(), amount.clone());
        }
        usage.insert(format_smolstr!("requests.{name}"), amount.clone());
    }
    for (name, amount) in limits.iter().filter(|(name, _)| COMPUTE.contains(&name.as_str())) {
        usage.insert(format_smolstr!("limits.{name}"), amount.clone());
    }
}

fn service_usage(service: &Service, usage: &mut ResourceList) {
    let spec = &service.spec.json;
    let ports = read::list(spec, "ports");
    let kind = read::text(spec, "type");
    let has_node_ports = spec.get("allocateLoadBalancerNodePorts") != Some(&Value::Bool(false));
    let node_ports = match kind.as_str() {
        "NodePort" => ports.len(),
        "LoadBalancer" if has_node_ports => ports.len(),
        "LoadBalancer" => ports
            .iter()
            .filter(|port| read::int(port, "nodePort").unwrap_or(0) != 0)
            .count(),
        _ => 0,
    };
    usage.insert("services.nodeports".into(), whole(node_ports));
    usage.insert(
        "services.loadbalancers".into(),
        whole(usize::from(kind == "LoadBalancer")),
    );
}

fn claim_usage(claim: &Inert, usage: &mut ResourceList) {
    let spec = claim.body.get("spec").unwrap_or(&Value::Null);
    let by_annotation = claim
        .meta
        .annotations
        .get("volume.beta.kubernetes.io/storage-class")
        .cloned();
    let class = by_annotation.unwrap_or_else(|| read::text(spec, "storageClassName"));
    let asked = resource_list(spec.pointer("/resources/requests")).remove("storage");
    if !class.is_empty() {
        usage.insert(
            format_smolstr!("{class}{STORAGE_CLASS}persistentvolumeclaims"),
            whole(1),
        );
    }
    let Some(asked) = asked else { return };
    if !class.is_empty() {
        usage.insert(format_smolstr!("{class}{STORAGE_CLASS}requests.storage"), asked.clone());
    }
    usage.insert("requests.storage".into(), asked);
}

/// What containers of a pod leave unsaid although quotas limit it: `cpu for: app; memory for: app,sidecar`.
pub fn unsaid(pod: &Pod, limited: &BTreeSet<&SmolStr>) -> Option<String> {
    let mut required: BTreeSet<&str> = limited.iter().map(|name| name.as_str()).collect();
    required.retain(|name| MUST_BE_NAMED.contains(name));
    let mut missing: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for container in pod.spec.containers.iter().chain(&pod.spec.init_containers) {
        let mut said = ResourceList::new();
        compute(&container.requests, &container.limits, &mut said);
        for name in required.iter().filter(|name| !said.contains_key(**name)) {
            missing.entry(*name).or_default().insert(&container.name);
        }
    }
    let said_for_the_pod = pod.spec.has_pod_level_requests();
    if missing.is_empty() || said_for_the_pod {
        return None;
    }
    let texts = missing.into_iter().map(|(name, containers)| {
        let containers: Vec<&str> = containers.into_iter().collect();
        format!("{name} for: {}", containers.join(","))
    });
    Some(texts.collect::<Vec<_>>().join("; "))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_objects_use() {
        let check = |kind: Kind, object: Value, expect: Value| {
            let used = usage(&Object::from_json(kind, object.clone()));
            let used: Value = used
                .iter()
                .map(|(name, amount)| (name.to_string(), Value::from(amount.canonical())))
                .collect();
            assert_eq!(used, expect, "{object}");
        };
        let pod = |phase: &str| {
            json!({ "status": { "phase": phase }, "spec": { "containers": [
                { "name": "a", "resources": { "requests": { "cpu": "500m", "nvidia.com/gpu": "1" } } },
                { "name": "b", "resources": { "limits": { "cpu": "1", "memory": "1Gi" } } },
            ] } })
        };
        check(
            Kind::POD,
            pod("Running"),
            json!({ "count/pods": "1", "pods": "1", "cpu": "1500m", "memory": "1Gi",
            "requests.cpu": "1500m", "requests.memory": "1Gi", "requests.nvidia.com/gpu": "1",
            "limits.cpu": "1", "limits.memory": "1Gi" }),
        );
        check(Kind::POD, pod("Succeeded"), json!({ "count/pods": "1" }));
        let ports = json!([{ "port": 80 }, { "port": 443 }]);
        check(
            Kind::SERVICE,
            json!({ "spec": { "type": "LoadBalancer", "ports": ports } }),
            json!({ "count/services": "1", "services": "1", "services.nodeports": "2", "services.loadbalancers": "1" }),
        );
        check(Kind::DEPLOYMENT, json!({}), json!({ "count/deployments.apps": "1" }));
        let claim =
            json!({ "spec": { "storageClassName": "fast", "resources": { "requests": { "storage": "2Gi" } } } });
        check(
            Kind::PERSISTENT_VOLUME_CLAIM,
            claim,
            json!({
            "count/persistentvolumeclaims": "1", "persistentvolumeclaims": "1", "requests.storage": "2Gi",
            "fast.storageclass.storage.k8s.io/persistentvolumeclaims": "1",
            "fast.storageclass.storage.k8s.io/requests.storage": "2Gi" }),
        );
        check(Kind::EVENT, json!({}), json!({}));
    }

    #[test]
    fn every_used_resource_is_one_that_the_kind_handles() {
        let pod = json!({ "spec": { "containers": [{ "name": "a", "resources": { "requests":
            { "cpu": "1", "memory": "1", "ephemeral-storage": "1", "hugepages-2Mi": "2Mi", "example.com/x": "1" } } }] } });
        for (kind, object) in [(Kind::POD, pod), (Kind::SERVICE, json!({})), (Kind::SECRET, json!({}))] {
            for name in usage(&Object::from_json(kind, object)).keys() {
                assert!(handles(kind, name), "{kind} {name}");
            }
        }
        assert!(!handles(Kind::POD, "services") && !handles(Kind::SECRET, "configmaps") && !handles(Kind::POD, "foo"));
    }
}
