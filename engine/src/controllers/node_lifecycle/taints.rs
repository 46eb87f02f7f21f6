//! Taints by condition.
//!
//! Documentation: "Taints and Tolerations: taint nodes by condition". `NoSchedule` follows the conditions at once; `NoExecute`
//! only as fast as [zones](super::zones) allow.

use smol_str::SmolStr;

use crate::api::{Condition, Node, ObjectKey, Taint, TaintEffect};
use crate::component::Context;

/// The kubelet says that the node is not ready.
pub const NOT_READY: &str = "node.kubernetes.io/not-ready";
/// The kubelet says nothing.
pub const UNREACHABLE: &str = "node.kubernetes.io/unreachable";
/// The node is cordoned.
const UNSCHEDULABLE: &str = "node.kubernetes.io/unschedulable";

/// Which condition in which status brings which taint.
const BY_CONDITION: [(&str, &str, &str); 6] = [
    ("Ready", "False", NOT_READY),
    ("Ready", "Unknown", UNREACHABLE),
    ("MemoryPressure", "True", "node.kubernetes.io/memory-pressure"),
    ("DiskPressure", "True", "node.kubernetes.io/disk-pressure"),
    ("PIDPressure", "True", "node.kubernetes.io/pid-pressure"),
    ("NetworkUnavailable", "True", "node.kubernetes.io/network-unavailable"),
];

/// Whether a node has a taint.
pub fn has(node: &Node, key: &str, effect: TaintEffect) -> bool {
    node.taints
        .iter()
        .any(|taint| taint.key == key && taint.effect == effect)
}

/// The `NoSchedule` taints that a node's conditions call for.
pub fn wanted(node: &Node) -> Vec<&'static str> {
    let conditions = BY_CONDITION.iter().filter(|(kind, status, _)| {
        Condition::find(&node.conditions, kind).is_some_and(|condition| condition.status == *status)
    });
    let mut wanted: Vec<&'static str> = conditions.map(|(_, _, taint)| *taint).collect();
    if node.unschedulable {
        wanted.push(UNSCHEDULABLE);
    }
    wanted
}

/// Brings the `NoSchedule` taints in line with the conditions; taints of others stay.
pub fn apply_no_schedule(key: &ObjectKey, context: &mut Context<'_>) {
    let Some(node) = context.store.get::<Node>(key) else {
        return;
    };
    let wanted = wanted(node);
    let ours = |key: &SmolStr| key == UNSCHEDULABLE || BY_CONDITION.iter().any(|(_, _, taint)| *taint == *key);
    let now = context.store.timestamp();
    context.store.modify::<Node>(key, |node| {
        node.taints.retain(|taint| {
            taint.effect != TaintEffect::NoSchedule || !ours(&taint.key) || wanted.contains(&taint.key.as_str())
        });
        for key in wanted
            .iter()
            .filter(|key| !has(node, key, TaintEffect::NoSchedule))
            .copied()
            .collect::<Vec<_>>()
        {
            let taint = Taint::new(key, TaintEffect::NoSchedule);
            node.taints.push(Taint {
                time_added: Some(now),
                ..taint
            });
        }
    });
}

/// Puts one of the two `NoExecute` taints on a node, in the place of the other.
pub fn apply_no_execute(key: &ObjectKey, taint: &'static str, context: &mut Context<'_>) {
    let now = context.store.timestamp();
    context.store.modify::<Node>(key, |node| {
        node.taints
            .retain(|present| present.effect != TaintEffect::NoExecute || !is_ours(present) || present.key == taint);
        if !has(node, taint, TaintEffect::NoExecute) {
            let taint = Taint::new(taint, TaintEffect::NoExecute);
            node.taints.push(Taint {
                time_added: Some(now),
                ..taint
            });
        }
    });
}

/// Takes both away.
pub fn remove_no_execute(key: &ObjectKey, context: &mut Context<'_>) {
    let tainted = |node: &std::sync::Arc<Node>| {
        node.taints
            .iter()
            .any(|taint| taint.effect == TaintEffect::NoExecute && is_ours(taint))
    };
    if context.store.get::<Node>(key).is_some_and(tainted) {
        context.store.modify::<Node>(key, |node| {
            node.taints
                .retain(|taint| taint.effect != TaintEffect::NoExecute || !is_ours(taint));
        });
    }
}

fn is_ours(taint: &Taint) -> bool {
    taint.key == NOT_READY || taint.key == UNREACHABLE
}
