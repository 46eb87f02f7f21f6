//! PodTopologySpread, as far as it goes now: the cluster's default constraints, which spread the pods of a Service or workload
//! over hosts (maxSkew 3) and zones (maxSkew 5) where a pod names no constraints of its own. They never refuse a node.
//!
//! Documentation: "Pod Topology Spread Constraints: internal default constraints". Not modelled yet: a pod's own constraints.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use crate::api::{ObjectKey, Pod, ReplicaSet, Selector, Service};
use crate::store::Store;

/// The plugin's name.
pub const NAME: &str = "PodTopologySpread";
/// Its weight among the scores.
pub const WEIGHT: i64 = 2;

/// The label of a node's zone.
pub const ZONE_LABEL: &str = "topology.kubernetes.io/zone";
/// How much the counts of hosts may differ.
const HOST_MAX_SKEW: i64 = 3;
/// How much the counts of zones may differ.
const ZONE_MAX_SKEW: i64 = 5;

/// Which pods the default constraints count: those that all Services and the controller of the pod select.
#[derive(Debug, Clone, PartialEq)]
pub struct DefaultSpread {
    labels: BTreeMap<SmolStr, SmolStr>,
    owner: Option<Selector>,
}

impl DefaultSpread {
    /// The selector for a pod; none if nothing selects it, and the plugin has no say.
    pub fn of(pod: &Pod, store: &Store) -> Option<Self> {
        let mut labels = BTreeMap::new();
        for service in store.objects().all_in::<Service>(&pod.meta.namespace) {
            let Some(selector) = &service.spec.selector else {
                continue;
            };
            if selector
                .iter()
                .all(|(key, value)| pod.meta.labels.get(key) == Some(value))
            {
                labels.extend(selector.iter().map(|(key, value)| (key.clone(), value.clone())));
            }
        }
        let owner = pod.meta.controller().filter(|owner| owner.kind == "ReplicaSet");
        let owner = owner.and_then(|owner| {
            let key = ObjectKey::new(pod.meta.namespace.clone(), owner.name.clone());
            let replica_set = store.get::<ReplicaSet>(&key)?;
            let matcher = &replica_set.spec.matcher;
            (!matcher.is_everything()).then(|| matcher.clone())
        });
        (!labels.is_empty() || owner.is_some()).then_some(DefaultSpread { labels, owner })
    }

    /// The selector for pods that carry these labels.
    #[cfg(test)]
    pub fn by_labels(labels: &BTreeMap<SmolStr, SmolStr>) -> Self {
        DefaultSpread {
            labels: labels.clone(),
            owner: None,
        }
    }

    /// Whether an existing pod is counted; one that is being deleted is not.
    pub fn counts(&self, namespace: &str, pod: &Pod) -> bool {
        pod.meta.namespace == namespace
            && !pod.meta.is_deleted()
            && self
                .labels
                .iter()
                .all(|(key, value)| pod.meta.labels.get(key) == Some(value))
            && self.owner.as_ref().is_none_or(|owner| owner.matches(&pod.meta.labels))
    }
}

/// What the counts are weighted with: the more domains, the more a pod in one of them weighs.
#[derive(Debug, Clone, Copy)]
pub struct Weights {
    host: f64,
    zone: f64,
}

impl Weights {
    /// For this many feasible nodes in this many zones (no zone being one).
    pub fn new(nodes: usize, zones: usize) -> Self {
        let weight = |domains: usize| ((domains + 2) as f64).ln();
        Weights {
            host: weight(nodes),
            zone: weight(zones),
        }
    }

    /// Raw score of a node: less is better. `zone_count` is none for nodes without a zone.
    pub fn score(&self, host_count: i64, zone_count: Option<i64>) -> i64 {
        let mut score = host_count as f64 * self.host + (HOST_MAX_SKEW - 1) as f64;
        if let Some(count) = zone_count {
            score += count as f64 * self.zone + (ZONE_MAX_SKEW - 1) as f64;
        }
        score.round() as i64
    }
}

/// Normalised between the lowest and highest of all feasible nodes.
pub fn normalize(raw: i64, lowest: i64, highest: i64) -> i64 {
    if highest == 0 {
        100
    } else {
        100 * (highest + lowest - raw) / highest
    }
}
