//! What the scheduler writes: the binding, or why there is none.
//!
//! Source: the `pods/binding` subresource (node name and condition `PodScheduled` in one write) and kube-scheduler's
//! `handleSchedulingFailure`.

use smol_str::SmolStr;

use crate::api::{Condition, ObjectKey, Pod};
use crate::component::Context;
use crate::events::Report;

/// The scheduler's name in events and in `spec.schedulerName`.
pub const SCHEDULER_NAME: &str = "default-scheduler";

/// Binds a pod to a node. Since v1.34 that ends a nomination (feature `ClearingNominatedNodeNameAfterBinding`).
pub fn bind(key: &ObjectKey, node: &str, context: &mut Context<'_>) {
    let now = context.store.timestamp();
    let ends_nomination = context.settings.since(1, 34);
    let bound = context.store.modify::<Pod>(key, |pod| {
        pod.node_name = node.into();
        if ends_nomination {
            pod.status.nominated_node_name = SmolStr::default();
        }
        pod.status
            .set_condition(Condition::new("PodScheduled", true, "", "", now));
    });
    let Some(pod) = bound else { return };
    let message = format!("Successfully assigned {}/{} to {node}", key.namespace, key.name);
    let report = Report::normal(SCHEDULER_NAME, "Scheduled", message);
    context
        .events
        .record(context.store, context.settings, pod.as_ref(), report);
}

/// What becomes of `status.nominatedNodeName`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Nomination {
    /// It stays.
    Unchanged,
    /// Preemption makes room on this node.
    Node(SmolStr),
    /// Preemption would not help any more.
    Cleared,
}

/// Says that a pod fits nowhere.
pub fn report_failure(pod: &Pod, message: &str, nomination: Nomination, context: &mut Context<'_>) {
    report_pending(pod, "Unschedulable", message, nomination, context);
}

/// Says that a pod that fits could not be bound.
pub fn report_error(pod: &Pod, message: &str, context: &mut Context<'_>) {
    report_pending(pod, "SchedulerError", message, Nomination::Unchanged, context);
}

fn report_pending(pod: &Pod, reason: &str, message: &str, nomination: Nomination, context: &mut Context<'_>) {
    let report = Report::warning(SCHEDULER_NAME, "FailedScheduling", super::fit_error::note(message));
    context.events.record(context.store, context.settings, pod, report);
    let condition = Condition::new("PodScheduled", false, reason, message, context.store.timestamp());
    context.store.modify::<Pod>(&pod.meta.key(), |pod| {
        pod.status.set_condition(condition);
        match nomination {
            Nomination::Unchanged => {}
            Nomination::Node(node) => pod.status.nominated_node_name = node,
            Nomination::Cleared => pod.status.nominated_node_name = SmolStr::default(),
        }
    });
}
