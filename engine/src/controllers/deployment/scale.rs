//! Scaling without rolling: after a change of `replicas`, and while a Deployment is paused.
//!
//! During a rollout the change is shared among the ReplicaSets in proportion to their sizes.

use std::collections::BTreeMap;
use std::sync::Arc;

use smol_str::SmolStr;

use super::replica_sets::{Allowance, ReplicaSets};
use super::revision::{self, DESIRED_ANNOTATION, MAX_ANNOTATION};
use super::status;
use crate::api::{Deployment, DeploymentStrategy, ObjectKey, ReplicaSet};
use crate::component::Context;

/// Whether the Deployment's size has changed since its ReplicaSets were scaled (`isScalingEvent`).
pub fn is_needed(key: &ObjectKey, sets: &ReplicaSets, context: &mut Context<'_>) -> bool {
    let mut sets = sets.clone();
    if sets.sync_revision(key, false, context).is_err() {
        return false;
    }
    let Some(deployment) = context.store.get::<Deployment>(key) else {
        return false;
    };
    let wanted = deployment.spec.replicas;
    sets.active()
        .any(|set| annotated(set, DESIRED_ANNOTATION).is_some_and(|desired| desired != wanted))
}

/// Scales and writes the status.
pub fn sync(key: &ObjectKey, mut sets: ReplicaSets, context: &mut Context<'_>) {
    if sets.sync_revision(key, false, context).is_err() {
        return;
    }
    let Some(deployment) = context.store.get::<Deployment>(key).cloned() else {
        return;
    };
    scale(&deployment, &mut sets, context);
    if deployment.spec.paused {
        revision::drop_history(&deployment, &sets, context);
        sets.refresh(context);
    }
    status::sync_plainly(key, &sets, context);
}

fn scale(deployment: &Deployment, sets: &mut ReplicaSets, context: &mut Context<'_>) {
    let wanted = deployment.spec.replicas;
    if let Some(only) = active_or_latest(sets) {
        if only.spec.replicas != wanted {
            sets.scale(&only, wanted, deployment, context);
        }
        return;
    }
    if is_saturated(deployment, sets.new.as_deref()) {
        let old: Vec<_> = sets.old.iter().filter(|set| set.spec.replicas > 0).cloned().collect();
        for set in old {
            sets.scale(&set, 0, deployment, context);
        }
        return;
    }
    if matches!(deployment.spec.strategy, DeploymentStrategy::RollingUpdate { .. }) {
        scale_in_proportion(deployment, sets, context);
    }
}

/// The one ReplicaSet that is to have pods; if none is, the new or else the newest one; none if there are several.
fn active_or_latest(sets: &ReplicaSets) -> Option<Arc<ReplicaSet>> {
    let mut active = sets.active();
    match (active.next(), active.next()) {
        (None, _) => sets.new.clone().or_else(|| sets.old.last().cloned()),
        (Some(only), None) => Some(only.clone()),
        (Some(_), Some(_)) => None,
    }
}

/// Whether the new ReplicaSet has all pods the Deployment asks for, all of them available.
fn is_saturated(deployment: &Deployment, new: Option<&ReplicaSet>) -> bool {
    let wanted = deployment.spec.replicas;
    new.is_some_and(|new| {
        new.spec.replicas == wanted
            && annotated(new, DESIRED_ANNOTATION) == Some(wanted)
            && new.status.available_replicas == wanted
    })
}

fn scale_in_proportion(deployment: &Deployment, sets: &mut ReplicaSets, context: &mut Context<'_>) {
    let wanted = deployment.spec.replicas;
    let allowed = if wanted > 0 {
        wanted.saturating_add(Allowance::of(deployment).surge)
    } else {
        0
    };
    let mut active: Vec<Arc<ReplicaSet>> = sets.active().cloned().collect();
    let change = allowed - active.iter().map(|set| set.spec.replicas).sum::<i32>();
    // The largest first; among equals the newest when growing, the oldest when shrinking.
    active.sort_by(|a, b| {
        let by_age = (a.meta.creation, &a.meta.name).cmp(&(b.meta.creation, &b.meta.name));
        let by_age = if change > 0 { by_age.reverse() } else { by_age };
        b.spec.replicas.cmp(&a.spec.replicas).then(by_age)
    });
    let mut sizes: BTreeMap<SmolStr, i32> = BTreeMap::new();
    let mut shared = 0;
    for set in &active {
        let part = if change == 0 {
            0
        } else {
            proportion(set, deployment, change, shared)
        };
        sizes.insert(set.meta.name.clone(), set.spec.replicas + part);
        shared += part;
    }
    // What rounding left over goes to the largest.
    if let Some(size) = active.first().and_then(|set| sizes.get_mut(&set.meta.name)) {
        *size = (*size + change - shared).max(0);
    }
    for set in active {
        let size = sizes.get(&set.meta.name).copied().unwrap_or(set.spec.replicas);
        sets.scale(&set, size, deployment, context);
    }
}

/// A ReplicaSet's part of a change of which `shared` has been given out already (`GetReplicaSetProportion`).
fn proportion(set: &ReplicaSet, deployment: &Deployment, change: i32, shared: i32) -> i32 {
    if set.spec.replicas == 0 || change == shared {
        return 0;
    }
    let (part, left) = (fraction(set, deployment), change - shared);
    if change > 0 { part.min(left) } else { part.max(left) }
}

/// How much a ReplicaSet would change to keep its share of the Deployment (`getReplicaSetFraction`).
fn fraction(set: &ReplicaSet, deployment: &Deployment) -> i32 {
    let (present, wanted) = (set.spec.replicas, deployment.spec.replicas);
    if wanted == 0 {
        return -present;
    }
    let total = i64::from(wanted) + i64::from(Allowance::of(deployment).surge);
    let before = annotated(set, MAX_ANNOTATION)
        .filter(|max| *max != 0)
        .unwrap_or(deployment.status.replicas);
    if before == 0 {
        return 0;
    }
    let size = (i64::from(present) * total) as f64 / f64::from(before);
    size.round() as i32 - present
}

fn annotated(set: &ReplicaSet, key: &str) -> Option<i32> {
    set.meta.annotations.get(key)?.parse().ok()
}
