//! What the scheduler tried, read from the timeline: each attempt with the decision and its reasons.
//!
//! Nothing of this is kept while a cluster runs: the log has every change, so the objects as they were before an attempt are
//! put together again, and the plugins asked anew. The answer is the same.

use std::sync::Arc;

use smol_str::SmolStr;

use super::decision::Decision;
use super::snapshot::Snapshot;
use crate::api::{Condition, Object, Pod};
use crate::settings::Settings;
use crate::sim::SimTime;
use crate::store::Change;

/// One attempt to schedule a pod.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// When.
    pub at: SimTime,
    /// The pod as it was before.
    pub pod: Arc<Pod>,
    /// The node it was bound to; none if it had to wait.
    pub node: Option<SmolStr>,
    /// What was decided, and why.
    pub decision: Decision,
}

/// The attempts of a timeline about pods that are `wanted`, in order. Nodes are shown as the scheduler saw them; in large clusters it
/// may have looked at some of them only (`percentageOfNodesToScore`).
pub fn attempts(log: &[Change], settings: &Settings, mut wanted: impl FnMut(&Pod) -> bool) -> Vec<Attempt> {
    let mut snapshot = Snapshot::new(settings.clone());
    let mut found = Vec::new();
    let is_cycle = |a: &Change, b: &Change| a.writer == "scheduler" && b.writer == "scheduler" && a.at == b.at;
    for cycle in log.chunk_by(is_cycle) {
        // Preemption writes before it says why: the pod is looked for in all that was written in this instant.
        if let Some((change, pod, node)) = cycle.iter().find_map(tried).filter(|(_, pod, _)| wanted(pod)) {
            found.push(Attempt {
                at: change.at,
                decision: snapshot.decide(pod),
                pod: pod.clone(),
                node,
            });
        }
        for change in cycle {
            snapshot.follow(change);
        }
    }
    found
}

/// The pod that a change says was tried, and the node it was bound to.
fn tried(change: &Change) -> Option<(&Change, &Arc<Pod>, Option<SmolStr>)> {
    let before = change.before.as_ref().and_then(Object::as_pod)?;
    let after = change.after.as_ref().and_then(Object::as_pod)?;
    if change.writer != "scheduler" || !before.node_name.is_empty() {
        return None;
    }
    if !after.node_name.is_empty() {
        return Some((change, before, Some(after.node_name.clone())));
    }
    let said = |pod: &Pod| Condition::find(&pod.status.conditions, "PodScheduled").cloned();
    (said(before) != said(after)).then_some((change, before, None))
}
