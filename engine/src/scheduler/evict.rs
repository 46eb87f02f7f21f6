//! What preemption does to those it pushes aside, once the node is chosen.
//!
//! Source: kube-scheduler `framework/preemption` (`prepareCandidate`); documentation "Pod Priority and Preemption" and "Disruptions:
//! pod disruption conditions".

use super::bind::SCHEDULER_NAME;
use super::nodes::Nodes;
use super::plugins::default_preemption::{Candidate, REASON};
use crate::api::{Condition, Kind, ObjectKey, Pod, PodPhase, PodStatus};
use crate::component::Context;
use crate::events::Report;
use crate::store::DeleteOptions;

/// Evicts the victims of a candidate for `pod`, and takes back nominations for the node that count less than it. Returns the
/// pods whose nomination is void.
pub fn prepare(pod: &Pod, candidate: &Candidate, nodes: &Nodes, context: &mut Context<'_>) -> Vec<ObjectKey> {
    for victim in &candidate.victims {
        evict(pod, victim, &candidate.node, context);
    }
    let lower = nodes
        .nominated(&candidate.node)
        .filter(|placed| placed.info.priority < pod.spec.priority);
    let void: Vec<ObjectKey> = lower.map(|placed| placed.pod.meta.key()).collect();
    for key in &void {
        context
            .store
            .modify::<Pod>(key, |pod| pod.status.nominated_node_name = "".into());
    }
    void
}

fn evict(pod: &Pod, victim: &Pod, node: &str, context: &mut Context<'_>) {
    let key = victim.meta.key();
    if !victim.meta.is_deleted() {
        let message = format!("{SCHEDULER_NAME}: preempting to accommodate a higher priority pod");
        let now = context.store.timestamp();
        // Until v1.28 the condition was applied in a way that replaced the whole status; the kubelet puts that right at once.
        let replaces = !context.settings.since(1, 29);
        context.store.modify::<Pod>(&key, |victim| {
            if replaces {
                victim.status = PodStatus {
                    phase: PodPhase::Pending,
                    ..PodStatus::default()
                };
            }
            let condition = Condition::new("DisruptionTarget", true, REASON, message, now);
            victim.status.set_condition(condition);
        });
        // A victim that is gone already needs no deletion.
        let options = DeleteOptions {
            uid: Some(victim.meta.uid),
            ..DeleteOptions::default()
        };
        let _ = context.store.delete(Kind::POD, &key, options);
    }
    let message = if context.settings.since(1, 29) {
        format!("Preempted by pod {} on node {node}", pod.meta.uid)
    } else {
        format!("Preempted by a pod on node {node}")
    };
    let report = Report::normal(SCHEDULER_NAME, "Preempted", message);
    context.events.record(context.store, context.settings, victim, report);
}
