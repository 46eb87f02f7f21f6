//! InterPodAffinity: pods that want to be near other pods, or away from them, by topology.
//!
//! Documentation: "Assigning Pods to Nodes: inter-pod affinity and anti-affinity". Existing pods have a say, too: their required
//! anti-affinity keeps matching pods away, and all their other terms count as preferences about the pod that comes.
//!
//! What decides are numbers per topology domain, which [`Template`](super::super::template::Template) keeps; here is what a
//! single pod adds to them, and what follows from them for one node. `matchLabelKeys` of these terms are merged into the
//! selectors by the API server, so the scheduler does not see them.

use serde_json::Value;
use smol_str::SmolStr;

use super::super::pod_info::selector_of;
use super::super::{PodInfo, Rejection};
use crate::api::{Labels, Selector, json};

/// The plugin's name.
pub const NAME: &str = "InterPodAffinity";
/// Its weight among the scores.
pub const WEIGHT: i64 = 2;
/// What a required affinity term of an existing pod is worth to a pod it matches (`hardPodAffinityWeight`).
pub const HARD_WEIGHT: i64 = 1;

/// One term: pods of these namespaces and labels, in the same domain of this key.
#[derive(Debug, Clone)]
pub struct PodTerm {
    /// The topology key.
    pub key: SmolStr,
    namespaces: Vec<SmolStr>,
    namespace_selector: Selector,
    selector: Selector,
}

impl PodTerm {
    fn from_json(term: &Value, own_namespace: &SmolStr) -> Self {
        let mut namespaces = json::texts(term, "namespaces");
        let namespace_selector = term.get("namespaceSelector");
        if namespaces.is_empty() && namespace_selector.is_none() {
            namespaces.push(own_namespace.clone());
        }
        PodTerm {
            key: json::text(term, "topologyKey"),
            namespaces,
            namespace_selector: selector_of(namespace_selector),
            selector: selector_of(term.get("labelSelector")),
        }
    }

    /// Whether the term means a pod. `namespace_labels` are those of the pod's namespace.
    pub fn matches(&self, pod: &PodInfo, namespace_labels: &Labels) -> bool {
        let namespace = self.namespaces.contains(&pod.namespace) || self.namespace_selector.matches(namespace_labels);
        namespace && self.selector.matches(&pod.labels)
    }
}

/// All terms of a pod.
#[derive(Debug, Default, Clone)]
pub struct PodAffinity {
    /// It must run where all of these are met.
    pub required: Vec<PodTerm>,
    /// It must run where none of these is met.
    pub anti_required: Vec<PodTerm>,
    /// Preferences for and (negative) against, with their weights.
    pub preferred: Vec<(i64, PodTerm)>,
}

impl PodAffinity {
    /// Reads `spec.affinity` of a pod in a namespace.
    pub fn of(affinity: &Value, namespace: &SmolStr) -> Self {
        let part = |kind: &str| affinity.get(kind).cloned().unwrap_or(Value::Null);
        let (near, away) = (part("podAffinity"), part("podAntiAffinity"));
        let required = |part: &Value| {
            let terms = json::list(part, "requiredDuringSchedulingIgnoredDuringExecution").iter();
            terms.map(|term| PodTerm::from_json(term, namespace)).collect()
        };
        let mut preferred = Vec::new();
        for (part, sign) in [(&near, 1), (&away, -1)] {
            for weighted in json::list(part, "preferredDuringSchedulingIgnoredDuringExecution") {
                let term = weighted.get("podAffinityTerm").unwrap_or(&Value::Null);
                let weight = json::int(weighted, "weight").unwrap_or_default();
                preferred.push((sign * weight, PodTerm::from_json(term, namespace)));
            }
        }
        PodAffinity {
            required: required(&near),
            anti_required: required(&away),
            preferred,
        }
    }

    /// Whether a pod of this kind has any say about other pods.
    pub fn is_empty(&self) -> bool {
        self.required.is_empty() && self.anti_required.is_empty() && self.preferred.is_empty()
    }

    /// Whether a pod meets all required terms. None required is not met by anybody.
    pub fn is_met_by(&self, pod: &PodInfo, namespace_labels: &Labels) -> bool {
        !self.required.is_empty() && self.required.iter().all(|term| term.matches(pod, namespace_labels))
    }
}

/// What a single existing pod says about the pod that is to be scheduled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Say {
    /// It meets all required affinity terms.
    Near,
    /// It is met by a required anti-affinity term of the pod.
    Away,
    /// Its own required anti-affinity means the pod.
    KeepsAway,
    /// A preference of either, with its weight.
    Worth(i64),
}

/// All that `existing` says about `pod`, each with the topology key in whose domain it holds.
pub fn says(
    pod: &PodInfo,
    pod_namespace: &Labels,
    existing: &PodInfo,
    existing_namespace: &Labels,
) -> Vec<(SmolStr, Say)> {
    let (mine, theirs) = (&pod.pod_affinity, &existing.pod_affinity);
    let mut said = Vec::new();
    if mine.is_met_by(existing, existing_namespace) {
        said.extend(mine.required.iter().map(|term| (term.key.clone(), Say::Near)));
    }
    for term in &mine.anti_required {
        if term.matches(existing, existing_namespace) {
            said.push((term.key.clone(), Say::Away));
        }
    }
    for (weight, term) in &mine.preferred {
        if term.matches(existing, existing_namespace) {
            said.push((term.key.clone(), Say::Worth(*weight)));
        }
    }
    for term in &theirs.anti_required {
        if term.matches(pod, pod_namespace) {
            said.push((term.key.clone(), Say::KeepsAway));
        }
    }
    for term in &theirs.required {
        if term.matches(pod, pod_namespace) {
            said.push((term.key.clone(), Say::Worth(HARD_WEIGHT)));
        }
    }
    for (weight, term) in &theirs.preferred {
        if term.matches(pod, pod_namespace) {
            said.push((term.key.clone(), Say::Worth(*weight)));
        }
    }
    said
}

/// The numbers of a node's domains that the filter needs.
#[derive(Debug, Clone, Copy)]
pub struct Around {
    /// The node has the keys of all required affinity terms.
    pub has_keys: bool,
    /// In each of their domains runs a pod that meets the terms.
    pub near_met: bool,
    /// Nowhere runs a pod that meets the terms.
    pub nobody_near: bool,
    /// The pod would meet its own terms.
    pub meets_itself: bool,
    /// A pod that it must not be with is in one of the domains.
    pub away_violated: bool,
    /// A pod that must not be with it is in one of the domains.
    pub kept_away: bool,
}

/// Filter: the pod's own affinity, its own anti-affinity, then that of existing pods. A pod that meets its own affinity may be
/// the first of its kind.
pub fn filter(around: Around) -> Option<Rejection> {
    let first = around.nobody_near && around.meets_itself;
    if !around.has_keys || !(around.near_met || first) {
        return Some(Rejection::unresolvable(NAME, "node(s) didn't match pod affinity rules"));
    }
    if around.away_violated {
        return Some(Rejection::unschedulable(
            NAME,
            ["node(s) didn't match pod anti-affinity rules".into()],
        ));
    }
    around.kept_away.then(|| {
        let reason = "node(s) didn't satisfy existing pods anti-affinity rules";
        Rejection::unschedulable(NAME, [reason.into()])
    })
}

/// Normalised between the lowest and the highest of all feasible nodes.
pub fn normalize(raw: i64, lowest: i64, highest: i64) -> i64 {
    if highest == lowest {
        return 0;
    }
    (100.0 * ((raw - lowest) as f64 / (highest - lowest) as f64)) as i64
}
