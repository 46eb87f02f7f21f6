//! Recreate: the new ReplicaSet appears only when the last old pod is gone.

use std::sync::Arc;

use super::replica_sets::ReplicaSets;
use super::{revision, status};
use crate::api::{Deployment, ObjectKey, Pod, ReplicaSet};
use crate::component::Context;
use crate::sim::SimTime;

/// One step; returns when to look again though nothing happens.
pub fn sync(key: &ObjectKey, mut sets: ReplicaSets, context: &mut Context<'_>) -> Option<SimTime> {
    sets.sync_revision(key, false, context).ok()?;
    let deployment = context.store.get::<Deployment>(key).cloned()?;
    let old: Vec<Arc<ReplicaSet>> = sets.old.iter().filter(|set| set.spec.replicas > 0).cloned().collect();
    if !old.is_empty() {
        for set in &old {
            sets.scale(set, 0, &deployment, context);
        }
        return status::sync_rollout(key, &sets, context);
    }
    if old_pods_remain(&sets, context) {
        return status::sync_rollout(key, &sets, context);
    }
    if sets.new.is_none() {
        sets.sync_revision(key, true, context).ok()?;
    }
    if let Some(new) = sets
        .new
        .clone()
        .filter(|new| new.spec.replicas != deployment.spec.replicas)
    {
        sets.scale(&new, deployment.spec.replicas, &deployment, context);
    }
    let deployment = context.store.get::<Deployment>(key).cloned()?;
    if status::is_complete(&deployment, &deployment.status) {
        revision::drop_history(&deployment, &sets, context);
        sets.refresh(context);
    }
    status::sync_rollout(key, &sets, context)
}

/// Whether an old pod that has not ended still exists.
fn old_pods_remain(sets: &ReplicaSets, context: &Context<'_>) -> bool {
    let mut pods = (sets.old.iter()).flat_map(|set| context.store.objects().owned::<Pod>(set.meta.uid));
    sets.old.iter().any(|set| set.status.replicas > 0) || pods.any(|pod| !pod.status.phase.is_terminal())
}
