//! What plugins say about a pod and a node, and the order in which they are asked.
//!
//! Filters run in the default profile's order; the first that refuses a node ends it. Scores that depend on one node alone are
//! added up here; those that are normalised over all feasible nodes are kept raw for [equivalence](super::equivalence).

use smol_str::SmolStr;

use super::plugins::{node_affinity, node_name, node_ports, node_resources, node_unschedulable, taint_toleration};
use super::{NodeInfo, PodInfo};
use crate::settings::Settings;

/// Why a plugin refuses a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// The plugin.
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Scores {
    /// The weighted sum of scores that need no normalising.
    pub own: i64,
    /// TaintToleration, raw.
    pub taints: i64,
    /// NodeAffinity, raw.
    pub affinity: i64,
}

/// What the plugins say about a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The pod can run there.
    Feasible(Scores),
    /// It cannot.
    Rejected(Rejection),
}

/// Asks all plugins about one node.
pub fn evaluate(pod: &PodInfo, node: &NodeInfo, settings: &Settings) -> Verdict {
    let rejection = node_unschedulable::filter(pod, node)
        .or_else(|| node_name::filter(pod, node))
        .or_else(|| taint_toleration::filter(pod, node))
        .or_else(|| node_affinity::filter(pod, node))
        .or_else(|| node_ports::filter(pod, node))
        .or_else(|| node_resources::filter(pod, node, settings.since(1, 34)));
    match rejection {
        Some(rejection) => Verdict::Rejected(rejection),
        None => Verdict::Feasible(Scores {
            own: node_resources::least_allocated(pod, node) + node_resources::balanced_allocation(pod, node),
            taints: taint_toleration::score(pod, node),
            affinity: node_affinity::score(pod, node),
        }),
    }
}
