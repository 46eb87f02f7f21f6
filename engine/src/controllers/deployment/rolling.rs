//! RollingUpdate: new pods come as far as the surge allows, old ones go as far as availability allows.

use std::sync::Arc;

use super::replica_sets::{Allowance, ReplicaSets, wanted_of_new};
use super::{revision, status};
use crate::api::{Deployment, ObjectKey, ReplicaSet};
use crate::component::Context;
use crate::sim::SimTime;

/// One step of a rolling update; returns when to look again though nothing happens.
pub fn sync(key: &ObjectKey, mut sets: ReplicaSets, context: &mut Context<'_>) -> Option<SimTime> {
    sets.sync_revision(key, true, context).ok()?;
    let deployment = context.store.get::<Deployment>(key).cloned()?;
    if scale_new(&deployment, &mut sets, context) {
        return status::sync_rollout(key, &sets, context);
    }
    if sets
        .old
        .iter()
        .any(|set| set.spec.replicas > 0 && set.status.available_replicas > set.spec.replicas)
    {
        // It was scaled down and has not counted its pods since: its next status brings this reconcile back.
        return None;
    }
    if scale_old_down(&deployment, &mut sets, context) {
        return status::sync_rollout(key, &sets, context);
    }
    if status::is_complete(&deployment, &deployment.status) {
        revision::drop_history(&deployment, &sets, context);
        sets.refresh(context);
    }
    status::sync_rollout(key, &sets, context)
}

/// Brings the new ReplicaSet nearer to its size. Returns whether that changed anything.
fn scale_new(deployment: &Deployment, sets: &mut ReplicaSets, context: &mut Context<'_>) -> bool {
    let Some(new) = sets.new.clone() else { return false };
    let (present, wanted) = (new.spec.replicas, deployment.spec.replicas);
    let next = match present.cmp(&wanted) {
        std::cmp::Ordering::Equal => return false,
        std::cmp::Ordering::Greater => wanted,
        std::cmp::Ordering::Less => wanted_of_new(deployment, sets.wanted(), present),
    };
    next != present && sets.scale(&new, next, deployment, context)
}

/// Takes pods from old ReplicaSets: first those that are not available anyway, then as many as availability allows.
fn scale_old_down(deployment: &Deployment, sets: &mut ReplicaSets, context: &mut Context<'_>) -> bool {
    let old: i32 = sets.old.iter().map(|set| set.spec.replicas).sum();
    let Some(new) = sets.new.clone().filter(|_| old > 0) else {
        return false;
    };
    let min_available = deployment.spec.replicas - Allowance::of(deployment).unavailable;
    let new_unavailable = new.spec.replicas - new.status.available_replicas;
    let max_down = sets.wanted() - min_available - new_unavailable;
    if max_down <= 0 {
        return false;
    }
    let unhealthy = |set: &ReplicaSet| set.spec.replicas - set.status.available_replicas;
    let cleaned = take_from_old(deployment, sets, max_down, unhealthy, context);
    let spare = sets.available() - min_available;
    let scaled = take_from_old(deployment, sets, spare, |set| set.spec.replicas, context);
    cleaned + scaled > 0
}

/// Takes up to `max` pods from old ReplicaSets, the oldest first, from each at most what `most` says. Returns how many.
fn take_from_old(
    deployment: &Deployment,
    sets: &mut ReplicaSets,
    max: i32,
    most: impl Fn(&ReplicaSet) -> i32,
    context: &mut Context<'_>,
) -> i32 {
    let mut taken = 0;
    let old: Vec<Arc<ReplicaSet>> = sets.old.clone();
    for set in old.iter().filter(|set| set.spec.replicas > 0) {
        let count = most(set).min(max - taken);
        if count > 0 {
            sets.scale(set, set.spec.replicas - count, deployment, context);
            taken += count;
        }
    }
    taken
}
