//! A Deployment's status: counts, and the conditions `Available`, `Progressing` and `ReplicaFailure`.
//!
//! Source: `sync.go` (`calculateStatus`) and `progress.go`.

use std::time::Duration;

use smol_str::{SmolStr, ToSmolStr};

use super::replica_sets::{Allowance, ReplicaSets};
use super::revision::{self, REVISION_ANNOTATION};
use crate::api::{Condition, Deployment, DeploymentStatus, ObjectKey, ObjectMeta, Timestamp};
use crate::component::Context;
use crate::sim::SimTime;
use crate::store::StoreError;

const AVAILABLE: &str = "Available";
const PROGRESSING: &str = "Progressing";
const REPLICA_FAILURE: &str = "ReplicaFailure";
/// The reason of a rollout that has come to its end.
const COMPLETE: &str = "NewReplicaSetAvailable";
/// The reason of a rollout that makes no progress.
const TIMED_OUT: &str = "ProgressDeadlineExceeded";
/// The reason while a Deployment is paused.
const PAUSED: &str = "DeploymentPaused";
/// How soon a deadline that is nearly over is looked at again.
const RETRY: Duration = Duration::from_secs(1);

/// Whether a rollout is done.
pub fn is_complete(deployment: &Deployment, status: &DeploymentStatus) -> bool {
    let wanted = deployment.spec.replicas;
    status.updated_replicas == wanted
        && status.replicas == wanted
        && status.available_replicas == wanted
        && status.observed_generation >= deployment.meta.generation
}

/// Whether a rollout can time out at all.
fn has_deadline(deployment: &Deployment) -> bool {
    deployment.spec.progress_deadline_seconds != i32::MAX
}

fn condition(
    kind: &'static str,
    status: &'static str,
    reason: &'static str,
    message: String,
    now: Timestamp,
) -> Condition {
    Condition {
        kind: SmolStr::new_static(kind),
        status: SmolStr::new_static(status),
        reason: SmolStr::new_static(reason),
        message: message.into(),
        last_transition: Some(now),
        last_update: Some(now),
    }
}

/// Sets a condition unless status and reason are what they were; the last one set stands last (`SetDeploymentCondition`).
fn set(conditions: &mut Vec<Condition>, mut new: Condition) {
    if let Some(present) = Condition::find(conditions, &new.kind) {
        if present.status == new.status && present.reason == new.reason {
            return;
        }
        if present.status == new.status {
            new.last_transition = present.last_transition;
        }
    }
    conditions.retain(|condition| condition.kind != new.kind);
    conditions.push(new);
}

/// Notes that a Deployment was paused or resumed.
pub fn note_pause(key: &ObjectKey, deployment: &Deployment, context: &mut Context<'_>) {
    let present =
        Condition::find(&deployment.status.conditions, PROGRESSING).map(|condition| condition.reason.as_str());
    if !has_deadline(deployment) || present == Some(TIMED_OUT) {
        return;
    }
    let (reason, message) = match (deployment.spec.paused, present == Some(PAUSED)) {
        (true, false) => (PAUSED, "Deployment is paused"),
        (false, true) => ("DeploymentResumed", "Deployment is resumed"),
        _ => return,
    };
    let new = condition(
        PROGRESSING,
        "Unknown",
        reason,
        message.to_owned(),
        context.store.timestamp(),
    );
    context
        .store
        .modify::<Deployment>(key, |deployment| set(&mut deployment.status.conditions, new));
}

/// Notes that the new ReplicaSet was made.
pub fn note_new_replica_set(key: &ObjectKey, revision: i64, name: &str, context: &mut Context<'_>) {
    let message = format!("Created new replica set \"{name}\"");
    let new = condition(
        PROGRESSING,
        "True",
        "NewReplicaSetCreated",
        message,
        context.store.timestamp(),
    );
    context.store.modify::<Deployment>(key, |deployment| {
        set_revision(&mut deployment.meta, revision);
        if has_deadline(deployment) {
            set(&mut deployment.status.conditions, new);
        }
    });
}

/// Notes that the new ReplicaSet was there already.
pub fn note_found_replica_set(key: &ObjectKey, found: &ObjectMeta, context: &mut Context<'_>) {
    let message = format!("Found new replica set \"{}\"", found.name);
    let new = condition(
        PROGRESSING,
        "True",
        "FoundNewReplicaSet",
        message,
        context.store.timestamp(),
    );
    context.store.modify::<Deployment>(key, |deployment| {
        set_revision(&mut deployment.meta, revision::of(found));
        if has_deadline(deployment) && Condition::find(&deployment.status.conditions, PROGRESSING).is_none() {
            set(&mut deployment.status.conditions, new);
        }
    });
}

/// Notes that the new ReplicaSet could not be made.
pub fn note_creation_failure(key: &ObjectKey, error: &StoreError, context: &mut Context<'_>) {
    let message = format!("Failed to create new replica set: {error}");
    let new = condition(
        PROGRESSING,
        "False",
        "ReplicaSetCreateError",
        message,
        context.store.timestamp(),
    );
    context.store.modify::<Deployment>(key, |deployment| {
        if has_deadline(deployment) {
            set(&mut deployment.status.conditions, new);
        }
    });
}

fn set_revision(meta: &mut ObjectMeta, revision: i64) {
    if revision::of(meta) != revision {
        meta.annotate(REVISION_ANNOTATION, revision.to_smolstr());
    }
}

fn calculate(deployment: &Deployment, sets: &ReplicaSets, now: Timestamp) -> DeploymentStatus {
    let available = sets.available();
    let mut status = DeploymentStatus {
        observed_generation: deployment.meta.generation,
        replicas: sets.all().map(|set| set.status.replicas).sum(),
        updated_replicas: sets.new.as_ref().map_or(0, |new| new.status.replicas),
        ready_replicas: sets.all().map(|set| set.status.ready_replicas).sum(),
        available_replicas: available,
        unavailable_replicas: (sets.wanted() - available).max(0),
        conditions: deployment.status.conditions.clone(),
        collision_count: deployment.status.collision_count,
    };
    let enough = available >= deployment.spec.replicas - Allowance::of(deployment).unavailable;
    let (state, reason, message) = match enough {
        true => (
            "True",
            "MinimumReplicasAvailable",
            "Deployment has minimum availability.",
        ),
        false => (
            "False",
            "MinimumReplicasUnavailable",
            "Deployment does not have minimum availability.",
        ),
    };
    set(
        &mut status.conditions,
        condition(AVAILABLE, state, reason, message.to_owned(), now),
    );
    status
}

/// Writes counts and availability only.
pub fn sync_plainly(key: &ObjectKey, sets: &ReplicaSets, context: &mut Context<'_>) {
    let now = context.store.timestamp();
    context
        .store
        .modify::<Deployment>(key, |deployment| deployment.status = calculate(deployment, sets, now));
}

/// Writes the status of a rollout; returns when to look again though nothing happens: when it may have timed out.
pub fn sync_rollout(key: &ObjectKey, sets: &ReplicaSets, context: &mut Context<'_>) -> Option<SimTime> {
    let deployment = context.store.get::<Deployment>(key)?.clone();
    let now = context.store.timestamp();
    let mut status = calculate(&deployment, sets, now);
    let current = Condition::find(&deployment.status.conditions, PROGRESSING).cloned();
    let was_complete = status.replicas == status.updated_replicas
        && current.as_ref().is_some_and(|current| current.reason == COMPLETE);
    if !has_deadline(&deployment) {
        status.conditions.retain(|condition| condition.kind != PROGRESSING);
    } else if !was_complete {
        set_progress(&deployment, &mut status, sets, current.as_ref(), context);
    }
    let mut failures = sets.new.iter().chain(&sets.old).flat_map(|set| &set.status.conditions);
    match failures.find(|condition| condition.kind == REPLICA_FAILURE) {
        Some(failure) => {
            let mut failure = failure.clone();
            failure.last_update.get_or_insert(now);
            set(&mut status.conditions, failure);
        }
        None => status.conditions.retain(|condition| condition.kind != REPLICA_FAILURE),
    }
    if status != deployment.status {
        context
            .store
            .modify::<Deployment>(key, |deployment| deployment.status = status);
        return None;
    }
    when_stuck(&deployment, &status, context)
}

fn set_progress(
    deployment: &Deployment,
    status: &mut DeploymentStatus,
    sets: &ReplicaSets,
    current: Option<&Condition>,
    context: &Context<'_>,
) {
    let now = context.store.timestamp();
    let subject = match &sets.new {
        Some(new) => format!("ReplicaSet \"{}\"", new.meta.name),
        None => format!("Deployment \"{}\"", deployment.meta.name),
    };
    if is_complete(deployment, status) {
        let message = format!("{subject} has successfully progressed.");
        set(
            &mut status.conditions,
            condition(PROGRESSING, "True", COMPLETE, message, now),
        );
    } else if progresses(&deployment.status, status) {
        let message = format!("{subject} is progressing.");
        let mut new = condition(PROGRESSING, "True", "ReplicaSetUpdated", message, now);
        if let Some(current) = current {
            if current.is_true() {
                new.last_transition = current.last_transition;
            }
            status.conditions.retain(|condition| condition.kind != PROGRESSING);
        }
        set(&mut status.conditions, new);
    } else if timed_out(deployment, current, context) {
        let message = format!("{subject} has timed out progressing.");
        set(
            &mut status.conditions,
            condition(PROGRESSING, "False", TIMED_OUT, message, now),
        );
    }
}

/// Whether anything has moved forward.
fn progresses(before: &DeploymentStatus, after: &DeploymentStatus) -> bool {
    let old_replicas = |status: &DeploymentStatus| status.replicas - status.updated_replicas;
    after.updated_replicas > before.updated_replicas
        || old_replicas(after) < old_replicas(before)
        || after.ready_replicas > before.ready_replicas
        || after.available_replicas > before.available_replicas
}

/// When the last progress is too long ago.
fn deadline(deployment: &Deployment, current: &Condition, context: &Context<'_>) -> SimTime {
    let since = current.last_update.unwrap_or_default();
    let seconds = u64::try_from(deployment.spec.progress_deadline_seconds).unwrap_or(0);
    context.store.epoch().instant(since) + Duration::from_secs(seconds)
}

fn timed_out(deployment: &Deployment, current: Option<&Condition>, context: &Context<'_>) -> bool {
    current.is_some_and(|current| match current.reason.as_str() {
        COMPLETE => false,
        TIMED_OUT => true,
        _ => deadline(deployment, current, context) < context.now,
    })
}

/// When a rollout that stands still will have timed out (`requeueStuckDeployment`): a second late, since times have no fractions.
fn when_stuck(deployment: &Deployment, status: &DeploymentStatus, context: &Context<'_>) -> Option<SimTime> {
    let current = Condition::find(&deployment.status.conditions, PROGRESSING)?;
    if !has_deadline(deployment) || is_complete(deployment, status) || current.reason == TIMED_OUT {
        return None;
    }
    Some((deadline(deployment, current, context) + RETRY).max(context.now + Duration::from_millis(5)))
}
