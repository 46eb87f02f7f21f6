//! Which of too many pods are deleted.
//!
//! Source: `controller_utils.go` (`ActivePodsWithRanks`); documentation "ReplicaSet: Scaling a ReplicaSet".

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use smol_str::SmolStr;

use super::replicas::Replicas;
use crate::api::{Condition, Pod, PodPhase, Timestamp, Uid};
use crate::component::Context;
use crate::controllers::pod_control::PodControl;

/// The annotation that makes a pod a cheaper or dearer one to delete.
const DELETION_COST: &str = "controller.kubernetes.io/pod-deletion-cost";

/// Deletes the pods that are first to go.
pub fn delete_pods<T: Replicas>(replica_set: &T, pods: &[Arc<Pod>], surplus: usize, context: &mut Context<'_>) {
    let mut candidates: Vec<Candidate> = Vec::new();
    if surplus < pods.len() {
        let ranks = ranks_by_node(replica_set, context);
        let now = context.store.timestamp();
        candidates = pods.iter().map(|pod| Candidate::new(pod, &ranks, now)).collect();
        candidates.sort_by(Candidate::compare);
    }
    let chosen: Vec<Arc<Pod>> = match candidates.is_empty() {
        true => pods.to_vec(),
        false => candidates.into_iter().map(|candidate| candidate.pod.clone()).collect(),
    };
    for pod in chosen.into_iter().take(surplus) {
        PodControl(T::COMPONENT).delete(replica_set, &pod.meta, context);
    }
}

/// How many active pods of this ReplicaSet, and of those with the same owner, run on each node.
fn ranks_by_node<T: Replicas>(replica_set: &T, context: &Context<'_>) -> BTreeMap<SmolStr, usize> {
    let objects = context.store.objects();
    let relatives: Vec<Uid> = match replica_set.meta().controller() {
        Some(owner) => objects
            .owned::<T>(owner.uid)
            .map(|relative| relative.meta().uid)
            .collect(),
        None => vec![replica_set.meta().uid],
    };
    let mut ranks = BTreeMap::new();
    for pod in relatives
        .into_iter()
        .flat_map(|uid| objects.owned::<Pod>(uid))
        .filter(|pod| pod.is_active())
    {
        *ranks.entry(pod.node_name.clone()).or_default() += 1;
    }
    ranks
}

/// A pod with what decides whether it is deleted before another.
struct Candidate<'a> {
    pod: &'a Arc<Pod>,
    phase: u8,
    ready: bool,
    cost: i64,
    rank: usize,
    /// How long it has been ready, and how long it has existed, as the binary logarithm of nanoseconds.
    ready_age: Option<Age>,
    age: Option<Age>,
    restarts: i32,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Age {
    since: Timestamp,
    log2: i32,
}

impl Age {
    fn new(since: Timestamp, now: Timestamp) -> Self {
        let nanos = i128::from(now.secs() - since.secs()) * 1_000_000_000;
        let log2 = if nanos <= 0 {
            -1
        } else {
            i32::try_from(nanos.ilog2()).unwrap_or(i32::MAX)
        };
        Age { since, log2 }
    }
}

impl<'a> Candidate<'a> {
    fn new(pod: &'a Arc<Pod>, ranks: &BTreeMap<SmolStr, usize>, now: Timestamp) -> Self {
        let ready = Condition::find(&pod.status.conditions, "Ready").filter(|ready| ready.is_true());
        let cost = pod
            .meta
            .annotations
            .get(DELETION_COST)
            .and_then(|cost| cost.parse().ok());
        Candidate {
            pod,
            phase: match pod.status.phase {
                PodPhase::Pending => 0,
                PodPhase::Unknown => 1,
                _ => 2,
            },
            ready: ready.is_some(),
            cost: cost.unwrap_or_default(),
            rank: ranks.get(&pod.node_name).copied().unwrap_or_default(),
            ready_age: ready
                .and_then(|ready| ready.last_transition)
                .map(|since| Age::new(since, now)),
            age: pod.meta.creation.map(|since| Age::new(since, now)),
            restarts: pod
                .status
                .containers
                .iter()
                .map(|container| container.restart_count)
                .max()
                .unwrap_or_default(),
        }
    }

    /// Which goes first (`ActivePodsWithRanks`): unassigned before assigned, pending before running, not ready before ready,
    /// cheap before dear, crowded before lonely, lately ready before long ready, often restarted before seldom, young before old.
    fn compare(&self, other: &Self) -> Ordering {
        let assigned = |candidate: &Self| !candidate.pod.node_name.is_empty();
        (assigned(self).cmp(&assigned(other)))
            .then(self.phase.cmp(&other.phase))
            .then(self.ready.cmp(&other.ready))
            .then(self.cost.cmp(&other.cost))
            .then(other.rank.cmp(&self.rank))
            .then_with(|| self.compare_ages(other, self.ready_age, other.ready_age))
            .then(other.restarts.cmp(&self.restarts))
            .then_with(|| self.compare_ages(other, self.age, other.age))
    }

    /// Ages count by order of magnitude; within one, identity decides (feature `LogarithmicScaleDown`).
    fn compare_ages(&self, other: &Self, mine: Option<Age>, others: Option<Age>) -> Ordering {
        match (mine, others) {
            (Some(mine), Some(others)) if mine.since != others.since => {
                (mine.log2.cmp(&others.log2)).then(self.pod.meta.uid.cmp(&other.pod.meta.uid))
            }
            _ => Ordering::Equal,
        }
    }
}
