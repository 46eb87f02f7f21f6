//! One reconcile: missing pods come in order, surplus ones go in reverse order, old ones are replaced from the highest ordinal
//! down. With `podManagementPolicy: Parallel` coming and going wait for nothing.
//!
//! Source: `stateful_set_control.go` (`updateStatefulSet`).

use std::collections::BTreeSet;
use std::sync::Arc;

use smol_str::SmolStr;

use super::claims;
use super::controller::{COMPONENT, CONTROL};
use super::identity::{self, ordinal_of, pod_name};
use super::status::{self, Revisions, is_available, is_ready, revision_of};
use crate::admission::{self, Admitted};
use crate::api::{IntOrString, Kind, ObjectKey, Pod, PodPhase, StatefulSet, StatefulSetStrategy, Timestamp};
use crate::component::Context;
use crate::controllers::history::{self, Snapshot};
use crate::events::Report;
use crate::store::{DeleteOptions, StoreError};

/// The pods of a StatefulSet, as they were read last.
struct Pods {
    /// Those that are wanted, by ordinal; none where one is missing.
    replicas: Vec<(i32, Option<Arc<Pod>>)>,
    /// Those that are too many, the highest ordinal first.
    condemned: Vec<(i32, Arc<Pod>)>,
}

impl Pods {
    fn read(set: &StatefulSet, context: &Context<'_>) -> Self {
        let first = set.spec.first_ordinal;
        let wanted = first..first.saturating_add(set.spec.replicas.max(0));
        let owned = context.store.objects().owned::<Pod>(set.meta.uid);
        let mut condemned: Vec<(i32, Arc<Pod>)> = owned
            .filter_map(|pod| Some((ordinal_of(&set.meta.name, &pod.meta.name)?, pod.clone())))
            .filter(|(ordinal, _)| !wanted.contains(ordinal))
            .collect();
        condemned.sort_by_key(|(ordinal, _)| std::cmp::Reverse(*ordinal));
        let replicas = wanted.map(|ordinal| (ordinal, find(set, ordinal, context))).collect();
        Pods { replicas, condemned }
    }

    fn all(&self) -> Vec<Arc<Pod>> {
        let replicas = self.replicas.iter().filter_map(|(_, pod)| pod.clone());
        replicas
            .chain(self.condemned.iter().map(|(_, pod)| pod.clone()))
            .collect()
    }

    /// The name of the pod with the lowest ordinal that is not well: the only one of that sort which a smaller number of replicas
    /// takes away.
    fn first_unhealthy(&self) -> Option<SmolStr> {
        let replicas = self.replicas.iter().filter_map(|(_, pod)| pod.as_ref());
        let mut pods = replicas.chain(self.condemned.iter().rev().map(|(_, pod)| pod));
        let pod = pods.find(|pod| !is_ready(pod) || pod.meta.is_deleted())?;
        Some(pod.meta.name.clone())
    }
}

/// The StatefulSet's own pod with this ordinal.
fn find(set: &StatefulSet, ordinal: i32, context: &Context<'_>) -> Option<Arc<Pod>> {
    let key = ObjectKey::new(set.meta.namespace.clone(), pod_name(&set.meta.name, ordinal));
    let pod = context.store.get::<Pod>(&key)?;
    let is_own = pod.meta.controller().is_some_and(|owner| owner.uid == set.meta.uid);
    is_own.then(|| pod.clone())
}

/// What stops a reconcile.
enum Stop {
    /// A pod must become well, or go, before anything else happens.
    Waits,
    /// The store refused.
    Failed(StoreError),
}

/// One reconcile.
///
/// # Errors
/// A pod or claim could not be made.
pub fn sync(set: &StatefulSet, context: &mut Context<'_>) -> Result<(), StoreError> {
    let Some(revisions) = revisions(set, context) else {
        return Ok(());
    };
    let outcome = if set.meta.is_deleted() {
        Ok(())
    } else {
        reconcile(set, &revisions, context)
    };
    let pods = Pods::read(set, context).all();
    let status = status::count(set, &revisions, &pods, context.store.timestamp());
    let key = set.meta.key();
    context
        .store
        .modify::<StatefulSet>(&key, |stored| stored.status = status);
    drop_history(set, &revisions, &pods, context);
    match outcome {
        Err(Stop::Failed(StoreError::NamespaceTerminating(..))) | Err(Stop::Waits) | Ok(()) => Ok(()),
        Err(Stop::Failed(error)) => Err(error),
    }
}

fn revisions(set: &StatefulSet, context: &mut Context<'_>) -> Option<Revisions> {
    let newest = history::revisions(&set.meta, context).pop();
    let is_same = newest.as_ref().is_some_and(|newest| {
        set.meta.generation == set.status.observed_generation && *newest.name() == set.status.update_revision
    });
    let update = match newest.filter(|_| is_same) {
        Some(newest) => newest,
        None => Snapshot::new(&set.meta, &set.spec.template).sync::<StatefulSet>(context)?,
    };
    let mut all = history::revisions(&set.meta, context).into_iter();
    let current = all.find(|revision| *revision.name() == set.status.current_revision);
    Some(Revisions {
        current: current.unwrap_or_else(|| update.clone()),
        update,
    })
}

fn drop_history(set: &StatefulSet, revisions: &Revisions, pods: &[Arc<Pod>], context: &mut Context<'_>) {
    let mut live: BTreeSet<SmolStr> = pods.iter().map(|pod| revision_of(pod).into()).collect();
    live.extend([revisions.current.name().clone(), revisions.update.name().clone()]);
    history::drop_old(&set.meta, set.spec.revision_history_limit, &live, context);
}

fn reconcile(set: &StatefulSet, revisions: &Revisions, context: &mut Context<'_>) -> Result<(), Stop> {
    let pods = Pods::read(set, context);
    let unhealthy = pods.first_unhealthy();
    for (ordinal, pod) in &pods.replicas {
        sync_replica(set, revisions, *ordinal, pod.as_ref(), context)?;
    }
    for (ordinal, pod) in &pods.condemned {
        claims::sync_owners(set, *ordinal, pod, true, context);
    }
    let now = context.store.timestamp();
    for (_, pod) in &pods.condemned {
        if !pod.meta.is_deleted() {
            let is_first_unhealthy = unhealthy.as_ref() == Some(&pod.meta.name);
            if !set.spec.parallel && !is_available(set, pod, now) && !is_first_unhealthy {
                return Err(Stop::Waits);
            }
            delete(set, pod, context);
        }
        if !set.spec.parallel {
            return Err(Stop::Waits);
        }
    }
    update(set, revisions, context, now);
    Ok(())
}

/// Sees to one ordinal that is wanted.
fn sync_replica(
    set: &StatefulSet,
    revisions: &Revisions,
    ordinal: i32,
    pod: Option<&Arc<Pod>>,
    context: &mut Context<'_>,
) -> Result<(), Stop> {
    let monotonic = !set.spec.parallel;
    let Some(pod) = pod else {
        return create(set, revisions, ordinal, context);
    };
    if pod.status.phase.is_terminal() {
        return recreate(set, revisions, ordinal, pod, context);
    }
    if pod.status.phase == PodPhase::Pending {
        claims::create_missing(set, ordinal, &pod.meta.name, context).map_err(Stop::Failed)?;
    }
    let waits = pod.meta.is_deleted() || !is_available(set, pod, context.store.timestamp());
    if waits && monotonic {
        return Err(Stop::Waits);
    }
    claims::sync_owners(set, ordinal, pod, false, context);
    Ok(())
}

/// A pod that has ended is deleted, and made again. Before 1.31 the new one was tried at once, in a loop that ended when the
/// kubelet had let the old one go.
fn recreate(
    set: &StatefulSet,
    revisions: &Revisions,
    ordinal: i32,
    pod: &Pod,
    context: &mut Context<'_>,
) -> Result<(), Stop> {
    if context.settings.since(1, 31) {
        if !pod.meta.is_deleted() {
            delete(set, pod, context);
        }
        return Err(Stop::Waits);
    }
    let (namespace, name) = (&set.meta.namespace, &set.meta.name);
    let message = |how: &str| {
        format!(
            "StatefulSet {namespace}/{name} is recreating {how} Pod {}",
            pod.meta.name
        )
    };
    let report = if pod.status.phase == PodPhase::Failed {
        Report::warning(COMPONENT, "RecreatingFailedPod", message("failed"))
    } else {
        Report::normal(COMPONENT, "RecreatingTerminatedPod", message("terminated"))
    };
    CONTROL.report(set, report, context);
    delete(set, pod, context);
    create(set, revisions, ordinal, context)
}

/// Makes the pod with this ordinal, with its claims.
fn create(set: &StatefulSet, revisions: &Revisions, ordinal: i32, context: &mut Context<'_>) -> Result<(), Stop> {
    if claims::are_stale(set, ordinal, context) {
        return Err(Stop::Waits);
    }
    let keeps_current = match &set.spec.strategy {
        StatefulSetStrategy::OnDelete => false,
        StatefulSetStrategy::RollingUpdate { partition, .. } => {
            ordinal < set.spec.first_ordinal.saturating_add(*partition)
        }
    };
    let revision = if keeps_current {
        &revisions.current
    } else {
        &revisions.update
    };
    let template = revision.template();
    let pod = identity::new_pod(set, &template, revision.name(), ordinal);
    let name = pod.meta.name.clone();
    // Each pod has its own hostname and claims, so that no two of them share a spec.
    let created = claims::create_missing(set, ordinal, &name, context)
        .and_then(|()| admission::create_pod(pod, &mut Admitted::default(), context));
    let subject = format!("create Pod {name} in StatefulSet {}", set.meta.name);
    match created {
        Ok(pod) => {
            let report = Report::normal(COMPONENT, "SuccessfulCreate", format!("{subject} successful"));
            CONTROL.report(set, report, context);
            claims::sync_owners(set, ordinal, &pod, false, context);
        }
        Err(error) => {
            if !matches!(
                error,
                StoreError::NamespaceTerminating(..) | StoreError::AlreadyExists(..) | StoreError::Hangs(_)
            ) {
                let message = format!("{subject} failed error: {error}");
                CONTROL.report(set, Report::warning(COMPONENT, "FailedCreate", message), context);
            }
            return Err(Stop::Failed(error));
        }
    }
    match set.spec.parallel {
        true => Ok(()),
        false => Err(Stop::Waits),
    }
}

/// Deletes a pod, unless that is under way; says so in any case.
fn delete(set: &StatefulSet, pod: &Pod, context: &mut Context<'_>) {
    if !pod.meta.is_deleted() {
        // It was read at this very instant.
        let _ = context
            .store
            .delete(Kind::POD, &pod.meta.key(), DeleteOptions::default());
    }
    let message = format!(
        "delete Pod {} in StatefulSet {} successful",
        pod.meta.name, set.meta.name
    );
    CONTROL.report(set, Report::normal(COMPONENT, "SuccessfulDelete", message), context);
}

/// Replaces old pods, the highest ordinal first.
fn update(set: &StatefulSet, revisions: &Revisions, context: &mut Context<'_>, now: Timestamp) {
    let StatefulSetStrategy::RollingUpdate {
        partition,
        max_unavailable,
    } = &set.spec.strategy
    else {
        return;
    };
    let least = set.spec.first_ordinal.saturating_add(*partition);
    let pods = Pods::read(set, context).replicas;
    let is_well = |pod: &Option<Arc<Pod>>| {
        (pod.as_ref()).is_some_and(|pod| !pod.meta.is_deleted() && is_available(set, pod, now))
    };
    let may_fall = match max_unavailable {
        None => usize::from(true),
        Some(limit) => {
            let unavailable = pods.iter().filter(|(_, pod)| !is_well(pod)).count();
            scaled(limit, set.spec.replicas).saturating_sub(unavailable)
        }
    };
    let mut left = may_fall;
    for (_, pod) in pods.iter().rev().filter(|(ordinal, _)| *ordinal >= least) {
        if left == 0 {
            return;
        }
        let is_old = |pod: &&Arc<Pod>| revision_of(pod) != revisions.update.name() && !pod.meta.is_deleted();
        if let Some(pod) = pod.as_ref().filter(is_old) {
            delete(set, pod, context);
            left -= 1;
        } else if max_unavailable.is_none() && !is_well(pod) {
            return;
        }
    }
}

/// How many pods may be down at once: at least one.
fn scaled(limit: &IntOrString, replicas: i32) -> usize {
    let limit = limit.scaled_value(replicas.into(), true).unwrap_or(1);
    usize::try_from(limit.max(1)).unwrap_or(1)
}
