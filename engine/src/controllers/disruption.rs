//! The disruption controller: how many pods of each PodDisruptionBudget may be evicted now.
//!
//! Source: kube-controller-manager `pkg/controller/disruption`; documentation "Specifying a Disruption Budget for your
//! Application". What it writes, the eviction API ([`crate::apiserver`]) reads and spends. Not modelled: scale subresources of
//! kinds other than the built-in ones.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use smol_str::SmolStr;

use super::pod_control::PodControl;
use super::{ControllerId, WorkQueue};
use crate::api::{
    Condition, Deployment, IntOrString, Kind, Object, ObjectKey, Pod, PodDisruptionBudget, ReplicaSet,
    ReplicationController, StatefulSet, Timestamp, Uid,
};
use crate::component::Context;
use crate::events::Report;
use crate::sim::Seed;
use crate::store::Change;

/// The controller's name in events.
const COMPONENT: &str = "controllermanager";
/// Who writes its events.
const CONTROL: PodControl = PodControl(COMPONENT);
/// How long an allowed eviction is waited for (`DeletionTimeout`).
const DELETION_TIMEOUT: Duration = Duration::from_secs(120);

/// The controller.
#[derive(Debug)]
pub struct DisruptionController {
    queue: WorkQueue,
}

impl DisruptionController {
    /// A controller that has seen nothing yet.
    pub fn new(seed: Seed) -> Self {
        DisruptionController {
            queue: WorkQueue::new(ControllerId::Disruption, seed, "disruption-controller"),
        }
    }

    /// See [`Component::observe`](crate::component::Component::observe).
    pub fn observe(&mut self, change: &Change, context: &mut Context<'_>) {
        match change.object() {
            Object::PodDisruptionBudget(budget) if change.after.is_some() => {
                self.queue.add(budget.meta.key(), context);
            }
            Object::Pod(pod) => {
                let before = change.before.as_ref().and_then(Object::as_pod);
                let after = change.after.as_ref().and_then(Object::as_pod);
                if before.zip(after).is_some_and(|(before, after)| !matters(before, after)) {
                    return;
                }
                let budgets = context
                    .store
                    .objects()
                    .all_in::<PodDisruptionBudget>(&pod.meta.namespace);
                let selecting = budgets.filter(|budget| {
                    let mut versions = [before, after].into_iter().flatten();
                    versions.any(|pod| budget.spec.matcher.matches(&pod.meta.labels))
                });
                let keys: Vec<ObjectKey> = selecting.map(|budget| budget.meta.key()).collect();
                keys.into_iter().for_each(|key| self.queue.add(key, context));
            }
            _ => {}
        }
    }

    /// Reconciles one budget.
    pub fn run(&mut self, key: &ObjectKey, context: &mut Context<'_>) {
        if !self.queue.take(key, context.now) {
            return;
        }
        let Some(budget) = context.store.get::<PodDisruptionBudget>(key).cloned() else {
            return;
        };
        if let Some(at) = sync(&budget, context) {
            let at = context.store.epoch().instant(at);
            self.queue.add_after(key.clone(), at.since(context.now), context);
        }
    }
}

/// One reconcile; returns when an eviction that was allowed is to be given up.
fn sync(budget: &PodDisruptionBudget, context: &mut Context<'_>) -> Option<Timestamp> {
    let now = context.store.timestamp();
    let spec = &budget.spec;
    let selected = context
        .store
        .objects()
        .pods_selected(&budget.meta.namespace, &spec.selector, &spec.matcher);
    let pods: Vec<Arc<Pod>> = selected
        .into_iter()
        .filter(|pod| spec.matcher.matches(&pod.meta.labels))
        .cloned()
        .collect();
    if pods.is_empty() {
        CONTROL.report(
            budget,
            Report::normal(COMPONENT, "NoPods", "No matching pods found"),
            context,
        );
    }
    let mut status = budget.status.clone();
    match expected(budget, &pods, context) {
        Ok(Expected {
            pods: expected,
            healthy: desired,
            has_unmanaged,
        }) => {
            if has_unmanaged {
                tell_of_unmanaged(budget, context);
            }
            status.disrupted_pods = still_disrupted(budget, &pods, now, context);
            let is_healthy = |pod: &&Arc<Pod>| {
                !pod.meta.is_deleted() && !status.disrupted_pods.contains_key(&pod.meta.name) && pod.is_ready()
            };
            let healthy = i32::try_from(pods.iter().filter(is_healthy).count()).unwrap_or(i32::MAX);
            status.expected_pods = expected;
            status.desired_healthy = desired;
            status.current_healthy = healthy;
            status.disruptions_allowed = if expected > 0 { (healthy - desired).max(0) } else { 0 };
            status.observed_generation = budget.meta.generation;
            status.note_allowed(now);
        }
        Err(why) => {
            let message = format!("Failed to calculate the number of expected pods: {why}");
            CONTROL.report(
                budget,
                Report::warning(COMPONENT, "CalculateExpectedPodCountFailed", message),
                context,
            );
            status.disruptions_allowed = 0;
            status.observed_generation = budget.meta.generation;
            Condition::set(
                &mut status.conditions,
                Condition::new("DisruptionAllowed", false, "SyncFailed", why, now),
            );
        }
    }
    let next = status.disrupted_pods.values().min().map(|at| at.plus(DELETION_TIMEOUT));
    context
        .store
        .modify::<PodDisruptionBudget>(&budget.meta.key(), |stored| stored.status = status);
    next
}

/// Evictions that were allowed and are not to be seen yet; those that did not come are given up.
fn still_disrupted(
    budget: &PodDisruptionBudget,
    pods: &[Arc<Pod>],
    now: Timestamp,
    context: &mut Context<'_>,
) -> BTreeMap<SmolStr, Timestamp> {
    let mut still = BTreeMap::new();
    for pod in pods.iter().filter(|pod| !pod.meta.is_deleted()) {
        let Some(since) = budget.status.disrupted_pods.get(&pod.meta.name) else {
            continue;
        };
        if since.plus(DELETION_TIMEOUT) > now {
            still.insert(pod.meta.name.clone(), *since);
            continue;
        }
        let (namespace, name) = (&budget.meta.namespace, &budget.meta.name);
        let message = format!("Pod was expected by PDB {namespace}/{name} to be deleted but it wasn't");
        CONTROL.report(pod.as_ref(), Report::warning(COMPONENT, "NotDeleted", message), context);
    }
    still
}

/// Says that pods without an owner are left out of the count: a bare pod can never be evicted under such a budget.
fn tell_of_unmanaged(budget: &PodDisruptionBudget, context: &mut Context<'_>) {
    let message = format!(
        "Pods selected by this PodDisruptionBudget (selector: {}) were found to be unmanaged. As a result, the status of the PDB \
         cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set \
         \".spec.minAvailable\" field of the PDB to an integer value.",
        budget.spec.selector.go_string()
    );
    CONTROL.report(budget, Report::warning(COMPONENT, "UnmanagedPods", message), context);
}

/// What a budget is held against.
struct Expected {
    /// How many pods there should be.
    pods: i32,
    /// How many of them must be healthy.
    healthy: i32,
    /// Whether pods were left out because they have no owner.
    has_unmanaged: bool,
}

/// How many pods there should be, and how many of them must be healthy.
fn expected(budget: &PodDisruptionBudget, pods: &[Arc<Pod>], context: &Context<'_>) -> Result<Expected, String> {
    let of = |pods, healthy, has_unmanaged| Expected {
        pods,
        healthy,
        has_unmanaged,
    };
    let present = i32::try_from(pods.len()).unwrap_or(i32::MAX);
    let has_unmanaged = pods.iter().any(|pod| pod.meta.controller().is_none());
    let scaled = |value: &IntOrString, total: i32| {
        let value = value
            .scaled_value(total.into(), true)
            .map_err(|error| error.to_string())?;
        Ok::<i32, String>(i32::try_from(value).unwrap_or(i32::MAX))
    };
    if let Some(limit) = &budget.spec.max_unavailable {
        let total = scale_of_owners(pods, context)?;
        return Ok(of(total, (total - scaled(limit, total)?).max(0), has_unmanaged));
    }
    match &budget.spec.min_available {
        Some(IntOrString::Int(count)) => Ok(of(present, *count, false)),
        Some(share) => {
            let total = scale_of_owners(pods, context)?;
            Ok(of(total, scaled(share, total)?, has_unmanaged))
        }
        None => Ok(of(present, 0, false)),
    }
}

/// How many pods the owners of these pods ask for. Pods without an owner are not counted.
fn scale_of_owners(pods: &[Arc<Pod>], context: &Context<'_>) -> Result<i32, String> {
    let mut scales: BTreeMap<Uid, i32> = BTreeMap::new();
    for pod in pods {
        let Some(owner) = pod.meta.controller() else { continue };
        if scales.contains_key(&owner.uid) {
            continue;
        }
        let key = ObjectKey::new(pod.meta.namespace.clone(), owner.name.clone());
        let missing = || format!("found no controllers for pod \"{}\"", pod.meta.name);
        let (uid, replicas) = scale(&owner.kind, &key, context)?.ok_or_else(missing)?;
        scales.insert(owner.uid, 0);
        scales.insert(uid, replicas);
    }
    Ok(scales.values().sum())
}

/// Who decides how many pods there are, and how many; none if the owner is gone. A ReplicaSet's Deployment stands for it.
fn scale(kind: &str, key: &ObjectKey, context: &Context<'_>) -> Result<Option<(Uid, i32)>, String> {
    Ok(match kind {
        "ReplicaSet" => context.store.get::<ReplicaSet>(key).map(|set| {
            let above = set.meta.controller().filter(|owner| owner.kind == "Deployment");
            let above = above.map(|owner| ObjectKey::new(key.namespace.clone(), owner.name.clone()));
            let above = above.and_then(|key| context.store.get::<Deployment>(&key));
            above.map_or((set.meta.uid, set.spec.replicas), |above| {
                (above.meta.uid, above.spec.replicas)
            })
        }),
        "StatefulSet" => (context.store.get::<StatefulSet>(key)).map(|set| (set.meta.uid, set.spec.replicas)),
        "ReplicationController" => (context.store.get::<ReplicationController>(key))
            .map(|controller| (controller.meta.uid, controller.spec.replicas)),
        other => {
            let resource = Kind::from_name(other).map_or(other.to_owned(), |kind| kind.info().group_resource());
            return Err(format!("{resource} does not implement the scale subresource"));
        }
    })
}

/// Whether a change of a pod can matter to a budget.
fn matters(before: &Pod, after: &Pod) -> bool {
    before.is_ready() != after.is_ready()
        || before.meta.deletion != after.meta.deletion
        || before.meta.labels != after.meta.labels
        || before.meta.owners != after.meta.owners
}
