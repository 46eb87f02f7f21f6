//! What plugins say about a pod and a node, and the order in which they are asked.
//!
//! Filters run in the default profile's order; the first that refuses a node ends it. Those that ask about one node alone are
//! asked here ([`evaluate`]); what depends on other nodes (spreading, inter-pod affinity, and scores normalised over all feasible
//! nodes) is [`Template`](super::template::Template)'s.

use std::collections::BTreeSet;
use std::sync::Arc;

use smol_str::SmolStr;

use super::plugins::{
    balanced_allocation, image_locality, node_affinity, node_name, node_ports, node_resources_fit, node_unschedulable,
    node_volume_limits, taint_toleration, volume_binding, volume_restrictions, volume_zone,
};
use super::volumes::Volumes;
use super::{NodeInfo, PodInfo};

/// Why a plugin refuses a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// The plugin; empty where the framework itself speaks.
    pub plugin: &'static str,
    /// Whether evicting pods could help (`Unschedulable` rather than `UnschedulableAndUnresolvable`).
    pub resolvable: bool,
    /// In the plugin's words.
    pub reasons: Vec<SmolStr>,
}

impl Rejection {
    /// Nothing that happens to other pods would help.
    pub fn unresolvable(plugin: &'static str, reason: impl Into<SmolStr>) -> Self {
        Rejection {
            plugin,
            resolvable: false,
            reasons: vec![reason.into()],
        }
    }

    /// Other pods stand in the way.
    pub fn unschedulable<const N: usize>(plugin: &'static str, reasons: [SmolStr; N]) -> Self {
        Rejection {
            plugin,
            resolvable: true,
            reasons: reasons.into(),
        }
    }
}

/// What one node is worth to a pod, as far as it can be said without the other nodes.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Scores {
    /// NodeResourcesFit.
    pub fit: i64,
    /// NodeResourcesBalancedAllocation.
    pub balance: i64,
    /// ImageLocality.
    pub images: i64,
    /// TaintToleration, raw.
    pub taints: i64,
    /// NodeAffinity, raw.
    pub affinity: i64,
}

/// What the plugins that ask about one node alone say about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The pod can run there.
    Feasible(Scores),
    /// It cannot.
    Rejected(Box<Rejection>),
    /// The node was not looked at: PreFilter narrowed the search to others.
    Excluded,
}

/// What PreFilter found, and what it was found from.
#[derive(Debug, Default)]
pub struct CycleState {
    /// Rejected for all nodes.
    pub rejection: Option<Rejection>,
    /// Only these nodes are looked at.
    pub narrowed: Option<BTreeSet<SmolStr>>,
    /// The claims and disks of the pod.
    pub volumes: Volumes,
    /// The images on nodes.
    pub images: Arc<image_locality::ImageStates>,
    /// The scheduler knows what exceeds a whole node (since v1.34).
    pub capacity_known: bool,
}

/// Asks the plugins about one node alone.
pub fn evaluate(pod: &PodInfo, node: &NodeInfo, state: &CycleState) -> Verdict {
    if state
        .narrowed
        .as_ref()
        .is_some_and(|names| !names.contains(node.name()))
    {
        return Verdict::Excluded;
    }
    let rejection = node_unschedulable::filter(pod, node)
        .or_else(|| node_name::filter(pod, node))
        .or_else(|| taint_toleration::filter(pod, node))
        .or_else(|| node_affinity::filter(pod, node))
        .or_else(|| node_ports::filter(pod, node))
        .or_else(|| node_resources_fit::filter(pod, node, state.capacity_known))
        .or_else(|| volume_restrictions::filter(pod, node, &state.volumes))
        .or_else(|| node_volume_limits::filter(node, &state.volumes))
        .or_else(|| volume_binding::filter(node, &state.volumes))
        .or_else(|| volume_zone::filter(node, &state.volumes));
    match rejection {
        Some(rejection) => Verdict::Rejected(Box::new(rejection)),
        None => Verdict::Feasible(Scores {
            fit: node_resources_fit::score(pod, node),
            balance: balanced_allocation::score(pod, node),
            images: image_locality::score(pod, node, &state.images),
            taints: taint_toleration::score(pod, node),
            affinity: node_affinity::score(pod, node),
        }),
    }
}
