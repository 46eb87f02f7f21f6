//! What the scheduler needs to know of a pod: computed once for all replicas of a template.

use serde_json::Value;

use crate::api::{Pod, PodSpec, TaintEffect, Toleration, json};

use super::node_info::Usage;
use super::plugins::node_affinity::{NodeSelectorTerm, PreferredTerm};
use super::plugins::node_ports::HostPort;

/// A pod as the plugins see it.
#[derive(Debug, Clone)]
pub struct PodInfo {
    /// What it asks for: exactly, and with the defaults that scoring assumes.
    pub usage: Usage,
    /// The ports it needs on its node.
    pub host_ports: Vec<HostPort>,
    /// `nodeSelector` as pairs.
    pub node_selector: Vec<(smol_str::SmolStr, smol_str::SmolStr)>,
    /// `requiredDuringSchedulingIgnoredDuringExecution` of the node affinity: any of these; none if it has no such requirement.
    pub required_affinity: Option<Vec<NodeSelectorTerm>>,
    /// `preferredDuringSchedulingIgnoredDuringExecution` of the node affinity.
    pub preferred_affinity: Vec<PreferredTerm>,
    /// Its tolerations.
    pub tolerations: Vec<Toleration>,
    /// `spec.nodeName`, for pods that never pass through the queue.
    pub node_name: smol_str::SmolStr,
    /// Its priority.
    pub priority: i32,
    /// `preemptionPolicy: Never`.
    pub never_preempts: bool,
    /// It names spread constraints of its own, so the cluster's defaults do not apply.
    pub has_spread_constraints: bool,
}

impl PodInfo {
    /// Reads a pod.
    pub fn new(pod: &Pod) -> Self {
        let spec: &PodSpec = &pod.spec;
        let affinity = spec
            .json
            .get("affinity")
            .and_then(|affinity| affinity.get("nodeAffinity"));
        let affinity = affinity.unwrap_or(&Value::Null);
        let required = affinity.get("requiredDuringSchedulingIgnoredDuringExecution");
        let preferred = json::list(affinity, "preferredDuringSchedulingIgnoredDuringExecution");
        PodInfo {
            usage: Usage::of(spec),
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
            has_spread_constraints: !json::list(&spec.json, "topologySpreadConstraints").is_empty(),
        }
    }

    /// Whether it bears a taint.
    pub fn tolerates(&self, key: &str, value: &str, effect: TaintEffect) -> bool {
        self.tolerations
            .iter()
            .any(|toleration| toleration.tolerates(key, value, effect))
    }
}
