//! Which nodes a DaemonSet's pods belong on, and how a pod is tied to its node.
//!
//! Source: `NodeShouldRunDaemonPod`, `AddOrUpdateDaemonPodTolerations`, `ReplaceDaemonSetPodNodeNameNodeAffinity`; documentation
//! "DaemonSet: How Daemon Pods are scheduled" and "Taints and tolerations". The scheduler binds the pod; a requirement on
//! `metadata.name` leaves it no choice.

use std::sync::Arc;

use serde_json::{Value, json};
use smol_str::SmolStr;

use crate::api::{DaemonSetSpec, Node, Pod, PodSpec, TaintEffect, json as read};
use crate::scheduler::PodInfo;
use crate::scheduler::plugins::node_affinity;

/// Where the required terms of node affinity lie in a pod's spec.
const TERMS: &str = "/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms";

/// What a DaemonSet's template says about nodes.
#[derive(Debug)]
pub struct Placement {
    /// The template's spec, tolerant, without its node.
    tolerant: Value,
    /// The same as the scheduler's plugins read it; any node name will do.
    info: PodInfo,
}

impl Placement {
    /// Reads a DaemonSet's template.
    pub fn new(spec: &DaemonSetSpec) -> Self {
        let mut tree = spec.template.spec.json.clone();
        tolerate(&mut tree);
        let anywhere = bound_to_name(&tree, &json!({ "key": "metadata.name", "operator": "Exists" }));
        let pod = Pod {
            spec: Arc::new(PodSpec::from_json(anywhere)),
            ..Pod::default()
        };
        Placement {
            info: PodInfo::new(&pod),
            tolerant: tree,
        }
    }

    /// Whether a pod should run on a node (a `nodeName` in the template is not modelled), and whether one that does may stay.
    pub fn judge(&self, node: &Node) -> (bool, bool) {
        if !node_affinity::matches(&self.info, node) {
            return (false, false);
        }
        let bears = |effects: &[TaintEffect]| {
            let mut taints = node.taints.iter().filter(|taint| effects.contains(&taint.effect));
            taints.all(|taint| self.info.tolerates(&taint.key, &taint.value, taint.effect))
        };
        let fits = bears(&[TaintEffect::NoSchedule, TaintEffect::NoExecute]);
        (fits, fits || bears(&[TaintEffect::NoExecute]))
    }

    /// The spec of a pod for one node.
    pub fn spec_for(&self, node: &str) -> PodSpec {
        let requirement = json!({ "key": "metadata.name", "operator": "In", "values": [node] });
        PodSpec::from_json(bound_to_name(&self.tolerant, &requirement))
    }
}

/// The node that a pod of a DaemonSet is meant for: its own, or the one that its affinity names.
pub fn target_node(pod: &Pod) -> Option<SmolStr> {
    if !pod.node_name.is_empty() {
        return Some(pod.node_name.clone());
    }
    let terms = pod.spec.json.pointer(TERMS)?.as_array()?;
    let mut fields = terms.iter().flat_map(|term| read::list(term, "matchFields"));
    let named = fields.find(|field| read::text(field, "key") == "metadata.name")?;
    read::texts(named, "values").into_iter().next()
}

/// A spec whose every required term asks for this of the node's name, instead of what it asked of node fields.
fn bound_to_name(spec: &Value, requirement: &Value) -> Value {
    let mut spec = spec.clone();
    if let Some(terms) = spec
        .pointer_mut(TERMS)
        .and_then(Value::as_array_mut)
        .filter(|terms| !terms.is_empty())
    {
        for term in terms.iter_mut().filter_map(Value::as_object_mut) {
            term.insert("matchFields".to_owned(), json!([requirement]));
        }
        return spec;
    }
    let terms = json!({ "nodeSelectorTerms": [{ "matchFields": [requirement] }] });
    let Some(object) = spec.as_object_mut() else {
        return spec;
    };
    let mut affinity = object
        .remove("affinity")
        .filter(Value::is_object)
        .unwrap_or_else(|| json!({}));
    let mut node_affinity = read::take(&mut affinity, "nodeAffinity");
    if !node_affinity.is_object() {
        node_affinity = json!({});
    }
    node_affinity["requiredDuringSchedulingIgnoredDuringExecution"] = terms;
    affinity["nodeAffinity"] = node_affinity;
    object.insert("affinity".to_owned(), affinity);
    spec
}

/// Pods of DaemonSets stay on nodes in trouble.
fn tolerate(spec: &mut Value) {
    let host_network = read::flag(spec, "hostNetwork");
    let Some(object) = spec.as_object_mut() else { return };
    let tolerations = object.entry("tolerations").or_insert_with(|| json!([]));
    let Some(tolerations) = tolerations.as_array_mut() else {
        return;
    };
    let mut wanted = vec![
        ("node.kubernetes.io/not-ready", "NoExecute"),
        ("node.kubernetes.io/unreachable", "NoExecute"),
        ("node.kubernetes.io/disk-pressure", "NoSchedule"),
        ("node.kubernetes.io/memory-pressure", "NoSchedule"),
        ("node.kubernetes.io/pid-pressure", "NoSchedule"),
        ("node.kubernetes.io/unschedulable", "NoSchedule"),
    ];
    if host_network {
        wanted.push(("node.kubernetes.io/network-unavailable", "NoSchedule"));
    }
    for (key, effect) in wanted {
        let toleration = json!({ "key": key, "operator": "Exists", "effect": effect });
        let same = |present: &&mut Value| {
            let text = |field| read::text(present, field);
            text("key") == key && text("effect") == effect && text("operator") == "Exists" && text("value").is_empty()
        };
        match tolerations.iter_mut().find(same) {
            Some(present) => *present = toleration,
            None => tolerations.push(toleration),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{DaemonSet, Resource};

    fn placement(pod_spec: Value) -> Placement {
        let set = DaemonSet::from_json(json!({ "spec": { "template": { "spec": pod_spec } } }));
        Placement::new(&set.spec)
    }

    #[test]
    fn nodes_are_judged_by_labels_and_taints() {
        let check = |pod_spec: Value, taints: Value, expect: (bool, bool)| {
            let node =
                json!({ "metadata": { "name": "n1", "labels": { "role": "edge" } }, "spec": { "taints": taints } });
            let judged = placement(pod_spec.clone()).judge(&Node::from_json(node));
            assert_eq!(judged, expect, "{pod_spec} {taints}");
        };
        let taint = |key: &str, effect: &str| json!([{ "key": key, "effect": effect }]);
        check(json!({}), json!([]), (true, true));
        check(json!({ "nodeSelector": { "role": "edge" } }), json!([]), (true, true));
        check(json!({ "nodeSelector": { "role": "core" } }), json!([]), (false, false));
        check(json!({}), taint("gpu", "NoSchedule"), (false, true));
        check(json!({}), taint("gpu", "NoExecute"), (false, false));
        check(json!({}), taint("gpu", "PreferNoSchedule"), (true, true));
        check(
            json!({}),
            taint("node.kubernetes.io/unschedulable", "NoSchedule"),
            (true, true),
        );
        check(
            json!({}),
            taint("node.kubernetes.io/unreachable", "NoExecute"),
            (true, true),
        );
        check(
            json!({}),
            taint("node.kubernetes.io/unreachable", "NoSchedule"),
            (false, true),
        );
        let affinity = |role: &str| {
            json!({ "affinity": { "nodeAffinity": { "requiredDuringSchedulingIgnoredDuringExecution": {
                "nodeSelectorTerms": [{ "matchExpressions": [{ "key": "role", "operator": "In", "values": [role] }] }] } } } })
        };
        check(affinity("edge"), json!([]), (true, true));
        check(affinity("core"), json!([]), (false, false));
    }

    #[test]
    fn a_pod_names_its_node_before_it_is_bound() {
        let spec = Arc::new(placement(json!({ "containers": [] })).spec_for("node-7"));
        let pod = Pod { spec, ..Pod::default() };
        assert_eq!(target_node(&pod).as_deref(), Some("node-7"));
        assert_eq!(
            pod.spec.tolerations.len(),
            6,
            "admission adds none of its own: {:?}",
            pod.spec.tolerations
        );
    }
}
