//! What the API server does to an object that replaces another (`PrepareForUpdate` of each kind's strategy): what only the server
//! or a subresource may change is taken from the old object, and the generation counts changes of what is wanted.

use super::edit::{Object, each, ensure, field, text};
use super::prepare::{add_default_tolerations, annotate, has_generation, prepare_secret};
use crate::api::kind::Kind;
use serde_json::{Map, Value, json};

/// Metadata a client cannot change.
const SERVER_METADATA: [&str; 4] = [
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "generation",
];
/// The annotation that carries a DaemonSet's template generation in apps/v1.
const TEMPLATE_GENERATION: &str = "deprecated.daemonset.template.generation";

/// Prepares the new state of an object, which already has its defaults, for replacing the old one.
pub fn prepare_for_update(kind: Kind, new: &mut Value, old: &Value) {
    let (Some(new), Some(old)) = (new.as_object_mut(), old.as_object()) else {
        return;
    };
    copy(new, old, &["status"]);
    let empty = Map::new();
    let old_metadata = old.get("metadata").and_then(Value::as_object).unwrap_or(&empty);
    if let Some(metadata) = ensure(new, "metadata") {
        copy(metadata, old_metadata, &SERVER_METADATA);
        for key in ["uid", "resourceVersion"] {
            if text(metadata, key).is_empty() {
                copy(metadata, old_metadata, &[key]);
            }
        }
    }
    match kind {
        Kind::POD => {
            if let Some(spec) = field(new, "spec") {
                add_default_tolerations(spec);
                keep_priority(spec, old);
            }
        }
        Kind::SECRET => prepare_secret(new),
        Kind::NAMESPACE => copy_in(new, old, "spec", &["finalizers"]),
        Kind::SERVICE => keep_allocations(new, old),
        Kind::DAEMON_SET => count_template(new, old),
        _ => {}
    }
    count_generation(kind, new, old);
}

/// Prepares the new state of an object for replacing the old one through the subresource `status`: the rest stays, but for labels
/// and annotations, which most strategies let through.
pub fn prepare_status_update(kind: Kind, new: &mut Value, old: &Value) {
    let (Some(new), Some(old)) = (new.as_object_mut(), old.as_object()) else {
        return;
    };
    let others: Vec<String> = old.keys().chain(new.keys()).cloned().collect();
    for key in others
        .iter()
        .filter(|key| !["metadata", "status"].contains(&key.as_str()))
    {
        copy(new, old, &[key]);
    }
    copy_in(new, old, "metadata", &SERVER_METADATA);
    copy_in(new, old, "metadata", &["uid", "resourceVersion", "ownerReferences"]);
    if kind == Kind::DEPLOYMENT {
        copy_in(new, old, "metadata", &["labels"]);
    }
}

/// Takes fields from the old object, absence included.
fn copy(new: &mut Object, old: &Object, keys: &[&str]) {
    for key in keys {
        match old.get(*key) {
            Some(value) => new.insert((*key).to_owned(), value.clone()),
            None => new.remove(*key),
        };
    }
}

fn copy_in(new: &mut Object, old: &Object, part: &str, keys: &[&str]) {
    let empty = Map::new();
    let old = old.get(part).and_then(Value::as_object).unwrap_or(&empty);
    if let Some(new) = ensure(new, part) {
        copy(new, old, keys);
    }
}

fn count_generation(kind: Kind, new: &mut Object, old: &Object) {
    // A PriorityClass has a generation that nothing ever counts.
    if !has_generation(kind) || kind == Kind::PRIORITY_CLASS {
        return;
    }
    let annotations = |object: &Object| object.get("metadata").and_then(|m| m.get("annotations")).cloned();
    // Of kinds without a spec, all counts but metadata and status.
    let wanted = |object: &Object| match object.get("spec") {
        Some(spec) => spec.clone(),
        None => {
            let members = object
                .iter()
                .filter(|(key, _)| !["metadata", "status"].contains(&key.as_str()));
            members.map(|(key, value)| (key.clone(), value.clone())).collect()
        }
    };
    // A Deployment's annotations are handed on to its ReplicaSets, so they count as wanted.
    let changed = wanted(new) != wanted(old) || (kind == Kind::DEPLOYMENT && annotations(new) != annotations(old));
    let generation = old
        .get("metadata")
        .and_then(|m| m.get("generation"))
        .and_then(Value::as_i64)
        .unwrap_or_default();
    if let Some(metadata) = ensure(new, "metadata").filter(|_| changed) {
        metadata.insert("generation".to_owned(), json!(generation.saturating_add(1)));
    }
}

/// The admission plugin Priority: a pod keeps the priority that it was admitted with.
fn keep_priority(spec: &mut Object, old: &Object) {
    let Some(old) = old.get("spec").and_then(Value::as_object) else {
        return;
    };
    for key in ["priority", "preemptionPolicy"] {
        if !spec.contains_key(key) {
            copy(spec, old, &[key]);
        }
    }
}

fn count_template(new: &mut Object, old: &Object) {
    let template = |object: &Object| object.get("spec").and_then(|spec| spec.get("template")).cloned();
    let before = old
        .get("metadata")
        .and_then(|m| m.get("annotations")?.get(TEMPLATE_GENERATION)?.as_str()?.parse().ok());
    let generation: i64 = before.unwrap_or_default();
    let changed = i64::from(template(new) != template(old));
    annotate(
        new,
        TEMPLATE_GENERATION,
        &generation.saturating_add(changed).to_string(),
    );
}

/// A service keeps what was allocated to it as long as its type needs it.
fn keep_allocations(new: &mut Object, old: &Object) {
    let empty = Map::new();
    let old = old.get("spec").and_then(Value::as_object).unwrap_or(&empty);
    let Some(new) = field(new, "spec") else { return };
    let (kind, old_kind) = (text(new, "type").to_owned(), text(old, "type").to_owned());
    let addresses = ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"];
    if kind == "ExternalName" {
        let unchanged: Vec<&str> = addresses
            .into_iter()
            .filter(|key| new.get(*key) == old.get(*key))
            .collect();
        for key in unchanged.into_iter().chain(["internalTrafficPolicy"]) {
            new.remove(key);
        }
        return;
    }
    // Whoever changes the one address without the list means both.
    let address = text(new, "clusterIP").to_owned();
    let follows = new
        .get("clusterIPs")
        .is_none_or(|list| Some(list) == old.get("clusterIPs"));
    if !address.is_empty() && address != text(old, "clusterIP") && follows {
        new.insert("clusterIPs".to_owned(), json!([address]));
    }
    if old_kind != "ExternalName" {
        for key in addresses {
            if !new.contains_key(key) {
                copy(new, old, &[key]);
            }
        }
    }
    let exposes = |kind: &str| matches!(kind, "NodePort" | "LoadBalancer");
    if exposes(&kind) {
        keep_node_ports(new, old);
    } else if exposes(&old_kind) {
        // Node ports that were merely carried over go with the type that needed them.
        for port in each(new, "ports") {
            if has_node_port(old, port) {
                port.remove("nodePort");
            }
        }
        new.remove("externalTrafficPolicy");
        new.remove("allocateLoadBalancerNodePorts");
    }
}

fn keep_node_ports(new: &mut Object, old: &Object) {
    for port in each(new, "ports").filter(|port| !port.contains_key("nodePort")) {
        let same = |p: &&Value| p.get("port") == port.get("port") && p.get("protocol") == port.get("protocol");
        let before = old
            .get("ports")
            .and_then(Value::as_array)
            .and_then(|ports| ports.iter().find(same));
        if let Some(node_port) = before.and_then(|p| p.get("nodePort")) {
            port.insert("nodePort".to_owned(), node_port.clone());
        }
    }
    if !new.contains_key("healthCheckNodePort") {
        copy(new, old, &["healthCheckNodePort"]);
    }
}

fn has_node_port(spec: &Object, port: &Object) -> bool {
    let ports = spec
        .get("ports")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    port.contains_key("nodePort") && ports.iter().any(|p| p.get("nodePort") == port.get("nodePort"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kind: Kind, old: Value, mut new: Value, pointer: &str, expect: Value) {
        prepare_for_update(kind, &mut new, &old);
        assert_eq!(
            new.pointer(pointer).cloned().unwrap_or_default(),
            expect,
            "{kind} {pointer}: {new}"
        );
    }

    #[test]
    fn what_the_client_cannot_change_stays() {
        let old =
            json!({"metadata": {"generation": 3, "uid": "u"}, "spec": {"replicas": 1}, "status": {"replicas": 1}});
        let new = json!({"metadata": {}, "spec": {"replicas": 2}, "status": {"replicas": 9}});
        check(Kind::DEPLOYMENT, old.clone(), new.clone(), "/status/replicas", json!(1));
        check(Kind::DEPLOYMENT, old.clone(), new, "/metadata/generation", json!(4));
        check(
            Kind::DEPLOYMENT,
            old.clone(),
            old.clone(),
            "/metadata/generation",
            json!(3),
        );
        check(
            Kind::CONFIG_MAP,
            old,
            json!({"metadata": {}}),
            "/metadata/uid",
            json!("u"),
        );
    }

    #[test]
    fn services_keep_their_addresses() {
        let old = json!({"spec": {"type": "ClusterIP", "clusterIP": "10.0.0.1"}});
        check(
            Kind::SERVICE,
            old.clone(),
            json!({"spec": {"type": "ClusterIP"}}),
            "/spec/clusterIP",
            json!("10.0.0.1"),
        );
        check(
            Kind::SERVICE,
            old,
            json!({"spec": {"type": "ExternalName", "clusterIP": "10.0.0.1"}}),
            "/spec/clusterIP",
            json!(null),
        );
    }
}
