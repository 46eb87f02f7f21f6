//! What the scheduler needs to know of a pod, read once for all pods that are the same to it.

use std::sync::Arc;

use serde_json::Value;
use smol_str::SmolStr;

use super::plugins::inter_pod_affinity::PodAffinity;
use super::plugins::node_affinity::{NodeSelectorTerm, PreferredTerm};
use super::plugins::node_ports::HostPort;
use super::plugins::pod_topology_spread::SpreadConstraint;
use super::plugins::{image_locality, volume_restrictions::Disk};
use super::usage::{Scored, Usage};
use crate::api::{LabelSelector, Labels, Pod, PodSpec, Selector, TaintEffect, Toleration, json};

/// A pod as the plugins see it.
#[derive(Debug, Clone)]
pub struct PodInfo {
    /// Its namespace.
    pub namespace: SmolStr,
    /// Its labels.
    pub labels: Labels,
    /// What all of its kind share.
    pub spec: Arc<PodSpec>,
    /// What it asks for, as it counts on a node.
    pub usage: Usage,
    /// What scoring takes it to ask for while it has no node.
    pub incoming: Scored,
    /// The ports it needs on its node.
    pub host_ports: Vec<HostPort>,
    /// `nodeSelector` as pairs.
    pub node_selector: Vec<(SmolStr, SmolStr)>,
    /// `requiredDuringSchedulingIgnoredDuringExecution` of the node affinity: any of these; none if it has no such requirement.
    pub required_affinity: Option<Vec<NodeSelectorTerm>>,
    /// `preferredDuringSchedulingIgnoredDuringExecution` of the node affinity.
    pub preferred_affinity: Vec<PreferredTerm>,
    /// Its tolerations.
    pub tolerations: Vec<Toleration>,
    /// `spec.nodeName` of a pod that asks for one node; such a pod never waits in the queue.
    pub node_name: SmolStr,
    /// Its priority.
    pub priority: i32,
    /// `preemptionPolicy: Never`.
    pub never_preempts: bool,
    /// Affinity and anti-affinity to other pods.
    pub pod_affinity: PodAffinity,
    /// `topologySpreadConstraints`.
    pub spread: Vec<SpreadConstraint>,
    /// The images of its containers, each with a tag.
    pub images: Vec<SmolStr>,
    /// How many containers it has, init containers included.
    pub containers: usize,
    /// The names of the claims it mounts.
    pub claims: Vec<SmolStr>,
    /// The names of its ephemeral volumes, whose claims are named after the pod and them.
    pub ephemeral_claims: Vec<SmolStr>,
    /// Disks that it mounts directly.
    pub disks: Vec<Disk>,
    /// Names of scheduling gates.
    pub gates: Vec<SmolStr>,
}

impl PodInfo {
    /// Reads a pod.
    pub fn new(pod: &Pod) -> Self {
        let spec: &PodSpec = &pod.spec;
        let affinity = spec.json.get("affinity").unwrap_or(&Value::Null);
        let node_affinity = affinity.get("nodeAffinity").unwrap_or(&Value::Null);
        let required = node_affinity.get("requiredDuringSchedulingIgnoredDuringExecution");
        let preferred = json::list(node_affinity, "preferredDuringSchedulingIgnoredDuringExecution");
        let volumes = json::list(&spec.json, "volumes");
        PodInfo {
            namespace: pod.meta.namespace.clone(),
            labels: pod.meta.labels.clone(),
            spec: pod.spec.clone(),
            usage: Usage::of(spec),
            incoming: Scored::incoming(spec),
            host_ports: HostPort::of(spec),
            node_selector: (spec.node_selector.iter())
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect(),
            required_affinity: required.map(|required| {
                let terms = json::list(required, "nodeSelectorTerms");
                terms.iter().map(NodeSelectorTerm::from_json).collect()
            }),
            preferred_affinity: preferred.iter().map(PreferredTerm::from_json).collect(),
            tolerations: spec.tolerations.clone(),
            node_name: pod.node_name.clone(),
            priority: spec.priority,
            never_preempts: json::text(&spec.json, "preemptionPolicy") == "Never",
            pod_affinity: PodAffinity::of(affinity, &pod.meta.namespace),
            spread: SpreadConstraint::of(pod),
            images: spec
                .all_containers()
                .map(|container| image_locality::normalized(&container.image))
                .collect(),
            containers: spec.all_containers().count(),
            claims: (volumes.iter().filter_map(|volume| volume.get("persistentVolumeClaim")))
                .map(|claim| json::text(claim, "claimName"))
                .collect(),
            ephemeral_claims: (volumes.iter().filter(|volume| volume.get("ephemeral").is_some()))
                .map(|volume| json::text(volume, "name"))
                .collect(),
            disks: volumes.iter().filter_map(Disk::from_json).collect(),
            gates: (json::list(&spec.json, "schedulingGates").iter())
                .map(|gate| json::text(gate, "name"))
                .collect(),
        }
    }

    /// Whether it bears a taint.
    pub fn tolerates(&self, key: &str, value: &str, effect: TaintEffect) -> bool {
        self.tolerations
            .iter()
            .any(|toleration| toleration.tolerates(key, value, effect))
    }
}

/// What a `labelSelector` field means: an absent one selects nothing, an empty one everything. Admission refuses malformed
/// ones; they select nothing here.
pub(super) fn selector_of(field: Option<&Value>) -> Selector {
    match field {
        Some(field) if !field.is_null() => {
            let selector: LabelSelector = json::label_selector(Some(field));
            selector.to_selector().unwrap_or_else(|_| Selector::nothing())
        }
        _ => Selector::nothing(),
    }
}
