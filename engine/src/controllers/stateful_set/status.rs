//! The status of a StatefulSet, counted from its pods (`updateStatus`, `completeRollingUpdate`).

use std::sync::Arc;

use crate::api::{Pod, PodPhase, StatefulSet, StatefulSetStatus, StatefulSetStrategy, Timestamp};
use crate::controllers::available_at;
use crate::controllers::history::{HASH_LABEL, Revision};

/// The two revisions that pods may be of.
#[derive(Debug, Clone)]
pub struct Revisions {
    /// The one that an update started from.
    pub current: Revision,
    /// The newest.
    pub update: Revision,
}

/// The revision that a pod is of.
pub fn revision_of(pod: &Pod) -> &str {
    pod.meta.labels.get(HASH_LABEL).map_or("", |revision| revision.as_str())
}

/// Whether a pod runs and is ready.
pub fn is_ready(pod: &Pod) -> bool {
    pod.status.phase == PodPhase::Running && pod.is_ready()
}

/// Whether a pod runs and has been ready long enough.
pub fn is_available(set: &StatefulSet, pod: &Pod, now: Timestamp) -> bool {
    is_ready(pod) && available_at(pod, set.spec.min_ready_seconds).is_some_and(|at| at <= now)
}

/// Counts the pods.
pub fn count(set: &StatefulSet, revisions: &Revisions, pods: &[Arc<Pod>], now: Timestamp) -> StatefulSetStatus {
    let count = |holds: &dyn Fn(&Pod) -> bool| {
        let count = pods.iter().filter(|pod| holds(pod)).count();
        i32::try_from(count).unwrap_or(i32::MAX)
    };
    let of = |revision: &Revision, pod: &Pod| !pod.meta.is_deleted() && revision_of(pod) == revision.name();
    let mut status = StatefulSetStatus {
        observed_generation: set.meta.generation,
        replicas: count(&|_| true),
        ready_replicas: count(&is_ready),
        available_replicas: count(&|pod| is_available(set, pod, now)),
        current_replicas: count(&|pod| of(&revisions.current, pod)),
        updated_replicas: count(&|pod| of(&revisions.update, pod)),
        current_revision: revisions.current.name().clone(),
        update_revision: revisions.update.name().clone(),
        collision_count: Some(set.status.collision_count.unwrap_or(0)),
        conditions: set.status.conditions.clone(),
    };
    let wanted = set.spec.replicas;
    let rolls = matches!(set.spec.strategy, StatefulSetStrategy::RollingUpdate { .. });
    if rolls && [status.updated_replicas, status.ready_replicas, status.replicas] == [wanted; 3] {
        status.current_replicas = status.updated_replicas;
        status.current_revision = status.update_revision.clone();
    }
    status
}
