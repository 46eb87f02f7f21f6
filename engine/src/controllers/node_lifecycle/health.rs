//! Who is silent: a node whose Lease is not renewed within the grace period gets conditions of status `Unknown`.

use std::sync::Arc;

use smol_str::SmolStr;

use super::controller::COMPONENT;
use crate::api::{Condition, Lease, Node, ObjectKey, Pod};
use crate::component::Context;
use crate::events::Report;
use crate::settings::Settings;
use crate::sim::SimTime;

/// The namespace of the nodes' Leases.
const LEASE_NAMESPACE: &str = "kube-node-lease";
/// The conditions that a kubelet keeps, in the order in which this controller writes them.
const CONDITIONS: [&str; 4] = ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"];

/// The status of a node's condition `Ready`.
pub fn ready_status(node: &Node) -> Option<SmolStr> {
    Condition::find(&node.conditions, "Ready").map(|ready| ready.status.clone())
}

/// The tick at which a silent kubelet will be noticed; none while it renews its Lease. The controller goes by the tick at which
/// it saw the last renewal, and a tick is always a little late: so it takes a whole grace period from there.
pub fn lost_at(lease: &Lease, phase: SimTime, amnesty: SimTime, settings: &Settings) -> Option<SimTime> {
    let renewed = lease.renewed_at(lease.silent_since?).unwrap_or(lease.first_renewal);
    let period = settings.node_monitor_period;
    let seen = renewed.next_tick(phase, period).max(amnesty);
    Some((seen + settings.node_monitor_grace_period).next_tick(phase, period))
}

/// Marks a node that has been silent for too long, and its pods. Returns whether it was marked now.
pub fn check(node: &Arc<Node>, phase: SimTime, amnesty: SimTime, context: &mut Context<'_>) -> bool {
    let name = &node.meta.name;
    let Some(lease) = context
        .store
        .get::<Lease>(&ObjectKey::new(LEASE_NAMESPACE, name.clone()))
    else {
        return false;
    };
    let lost = lost_at(lease, phase, amnesty, context.settings).is_some_and(|at| at <= context.now);
    let before = ready_status(node);
    if !lost || before.as_deref() == Some("Unknown") {
        return false;
    }
    let now = context.store.timestamp();
    context.store.modify::<Node>(&node.meta.key(), |node| {
        for kind in CONDITIONS {
            let known = Condition::find(&node.conditions, kind).cloned();
            let (reason, message) = match known {
                Some(_) => ("NodeStatusUnknown", "Kubelet stopped posting node status."),
                None => ("NodeStatusNeverUpdated", "Kubelet never posted node status."),
            };
            let mut condition = Condition::new(kind, false, reason, message, now);
            condition.status = SmolStr::new_static("Unknown");
            condition.last_update = known.map_or(node.meta.creation, |known| known.last_update);
            Condition::set(&mut node.conditions, condition);
        }
    });
    if before.as_deref() == Some("True") {
        let message = format!("Node {name} status is now: NodeNotReady");
        let report = Report::normal(COMPONENT, "NodeNotReady", message);
        context
            .events
            .record(context.store, context.settings, node.as_ref(), report);
        mark_pods_not_ready(name, context);
    }
    true
}

/// The pods of a lost node are not ready, whatever they really do (`MarkPodsNotReady`).
fn mark_pods_not_ready(node: &str, context: &mut Context<'_>) {
    let pods: Vec<Arc<Pod>> = context.store.objects().pods_on(node).cloned().collect();
    let now = context.store.timestamp();
    for pod in pods {
        let ready = Condition::find(&pod.status.conditions, "Ready")
            .filter(|ready| ready.is_true())
            .cloned();
        let Some(mut ready) = ready else { continue };
        ready.status = SmolStr::new_static("False");
        ready.last_transition = Some(now);
        context
            .store
            .modify::<Pod>(&pod.meta.key(), |pod| pod.status.set_condition(ready));
        let report = Report::warning(COMPONENT, "NodeNotReady", "Node is not ready");
        context
            .events
            .record(context.store, context.settings, pod.as_ref(), report);
    }
}
