//! PodTopologySpread: pods of a kind are spread over the domains of a topology.
//!
//! Documentation: "Pod Topology Spread Constraints". Constraints that must hold (`DoNotSchedule`) filter, those that should
//! (`ScheduleAnyway`) score. Where a pod names none, the cluster's defaults spread the pods of its Services and workload over
//! hosts (maxSkew 3) and zones (maxSkew 5); they never refuse a node.
//!
//! The numbers per domain are kept by [`Template`](super::super::template::Template); here are the constraints, what a single
//! pod adds to the numbers, and what follows from them.

use std::collections::BTreeMap;

use serde_json::Value;
use smol_str::SmolStr;

use super::super::pod_info::selector_of;
use super::super::{PodInfo, Rejection};
use super::node_affinity;
use crate::api::selector::{Operator, Requirement};
use crate::api::{Kind, Labels, Node, ObjectKey, Pod, ReplicaSet, Selector, Service, TaintEffect, json};
use crate::store::Objects;

/// The plugin's name.
pub const NAME: &str = "PodTopologySpread";
/// Its weight among the scores.
pub const WEIGHT: i64 = 2;

/// The label of a node's zone.
pub const ZONE_LABEL: &str = "topology.kubernetes.io/zone";
/// The label of a node's host name.
pub const HOSTNAME_LABEL: &str = "kubernetes.io/hostname";

/// One constraint.
#[derive(Debug, Clone, PartialEq)]
pub struct SpreadConstraint {
    /// The topology key.
    pub key: SmolStr,
    /// How much the domains may differ.
    pub max_skew: i64,
    /// Fewer domains than this count as if there were an empty one.
    pub min_domains: i64,
    /// It must hold (`DoNotSchedule`).
    pub must: bool,
    /// Nodes that the pod's node affinity excludes do not count (`nodeAffinityPolicy: Honor`).
    honors_affinity: bool,
    /// Nodes whose taints the pod does not tolerate do not count (`nodeTaintsPolicy: Honor`).
    honors_taints: bool,
    selector: Selector,
}

impl SpreadConstraint {
    /// The constraints that a pod names.
    pub fn of(pod: &Pod) -> Vec<Self> {
        let constraints = json::list(&pod.spec.json, "topologySpreadConstraints").iter();
        constraints
            .map(|constraint| SpreadConstraint {
                key: json::text(constraint, "topologyKey"),
                max_skew: json::int(constraint, "maxSkew").unwrap_or(1),
                min_domains: json::int(constraint, "minDomains").unwrap_or(1),
                must: json::text(constraint, "whenUnsatisfiable") != "ScheduleAnyway",
                honors_affinity: json::text(constraint, "nodeAffinityPolicy") != "Ignore",
                honors_taints: json::text(constraint, "nodeTaintsPolicy") == "Honor",
                selector: with_label_keys(constraint, &pod.meta.labels),
            })
            .collect()
    }

    /// The cluster's defaults for pods that this selector selects.
    fn default_with(key: &'static str, max_skew: i64, selector: Selector) -> Self {
        SpreadConstraint {
            key: SmolStr::new_static(key),
            max_skew,
            min_domains: 1,
            must: false,
            honors_affinity: true,
            honors_taints: false,
            selector,
        }
    }

    /// Whether a node counts.
    pub fn includes(&self, pod: &PodInfo, node: &Node) -> bool {
        let bears = |taint: &crate::api::Taint| {
            taint.effect == TaintEffect::PreferNoSchedule || pod.tolerates(&taint.key, &taint.value, taint.effect)
        };
        (!self.honors_affinity || node_affinity::matches(pod, node))
            && (!self.honors_taints || node.taints.iter().all(bears))
    }

    /// Whether an existing pod is selected.
    pub fn counts(&self, namespace: &str, existing: &PodInfo) -> bool {
        existing.namespace == namespace && self.selector.matches(&existing.labels)
    }

    /// Which pods of the pod's namespace count.
    pub fn selector(&self) -> &Selector {
        &self.selector
    }

    /// Whether the selector is empty: then, as in kube-scheduler, nobody counts.
    pub fn selects_everything(&self) -> bool {
        self.selector.is_everything()
    }

    /// Whether the pod counts itself.
    pub fn selects(&self, labels: &Labels) -> bool {
        self.selector.matches(labels)
    }

    /// Whether its domains are single nodes.
    pub fn by_host(&self) -> bool {
        self.key == HOSTNAME_LABEL
    }
}

/// The selector with the pod's own values of `matchLabelKeys`.
fn with_label_keys(constraint: &Value, labels: &Labels) -> Selector {
    let selector = selector_of(constraint.get("labelSelector"));
    let own = json::texts(constraint, "matchLabelKeys").into_iter().filter_map(|key| {
        let value = labels.get(&key)?.clone();
        Requirement::new(key, Operator::In, vec![value]).ok()
    });
    let own: Vec<Requirement> = own.collect();
    if own.is_empty() {
        return selector;
    }
    Selector::new(selector.requirements().iter().cloned().chain(own).collect())
}

/// The constraints that score: those of the pod that should hold, or, for a pod that names none at all, the cluster's defaults.
/// The second part of the answer: whether these are the defaults.
pub fn scoring_constraints(pod: &Pod, info: &PodInfo, objects: &Objects) -> (Vec<SpreadConstraint>, bool) {
    if !info.spread.is_empty() {
        let should = info.spread.iter().filter(|constraint| !constraint.must);
        return (should.cloned().collect(), false);
    }
    match default_selector(pod, objects) {
        Some(selector) => {
            let of = |key, max_skew| SpreadConstraint::default_with(key, max_skew, selector.clone());
            (vec![of(HOSTNAME_LABEL, 3), of(ZONE_LABEL, 5)], true)
        }
        None => (Vec::new(), true),
    }
}

/// What all Services that select the pod, and its controller, select together; none if nothing selects it.
fn default_selector(pod: &Pod, objects: &Objects) -> Option<Selector> {
    let mut labels = BTreeMap::new();
    for service in objects.all_in::<Service>(&pod.meta.namespace) {
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
    let mut requirements: Vec<Requirement> = Selector::from_labels(&labels).requirements().to_vec();
    if let Some(owner) = pod.meta.controller() {
        let key = ObjectKey::new(pod.meta.namespace.clone(), owner.name.clone());
        if let Some(selector) = owner_selector(&owner.kind, &key, objects) {
            requirements.extend_from_slice(selector.requirements());
        }
    }
    (!requirements.is_empty()).then(|| Selector::new(requirements))
}

fn owner_selector(kind: &str, key: &ObjectKey, objects: &Objects) -> Option<Selector> {
    let of_other = |kind| -> Option<Value> {
        let object = objects.object(kind, key)?;
        super::super::objects::part(object, "/spec/selector").map(std::borrow::Cow::into_owned)
    };
    match kind {
        "ReplicaSet" => Some(objects.get::<ReplicaSet>(key)?.spec.matcher.clone()),
        "StatefulSet" => of_other(Kind::STATEFUL_SET).map(|selector| selector_of(Some(&selector))),
        "ReplicationController" => of_other(Kind::REPLICATION_CONTROLLER).map(|selector| {
            let labels = json::labels(&serde_json::json!({ "selector": selector }), "selector");
            Selector::from_labels(&labels)
        }),
        _ => None,
    }
}

/// What the filter needs to know about one constraint and one node.
#[derive(Debug, Clone, Copy)]
pub struct Skew {
    /// How many pods are counted in the node's domain; none if the node lacks the key.
    pub count: Option<i64>,
    /// 1 if the pod itself is counted.
    pub own: i64,
    /// The least count of all domains.
    pub least: i64,
    /// How much they may differ.
    pub max_skew: i64,
}

/// Filter, one constraint after the other.
pub fn filter(skews: impl Iterator<Item = Skew>) -> Option<Rejection> {
    const REASON: &str = "node(s) didn't match pod topology spread constraints";
    for skew in skews {
        let Some(count) = skew.count else {
            let reason = "node(s) didn't match pod topology spread constraints (missing required label)";
            return Some(Rejection::unresolvable(NAME, reason));
        };
        if count + skew.own - skew.least > skew.max_skew {
            return Some(Rejection::unschedulable(NAME, [REASON.into()]));
        }
    }
    None
}

/// What a constraint adds to a node's raw score: the more domains there are, the more a pod in the node's domain weighs.
pub fn part_of_score(count: i64, domains: usize, max_skew: i64) -> f64 {
    count as f64 * ((domains + 2) as f64).ln() + (max_skew - 1) as f64
}

/// Normalised between the lowest and the highest of all feasible nodes: less is better.
pub fn normalize(raw: i64, lowest: i64, highest: i64) -> i64 {
    if highest == 0 {
        100
    } else {
        100 * (highest + lowest - raw) / highest
    }
}
