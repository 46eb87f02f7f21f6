//! Keeps the number of pods that each ReplicaSet, or ReplicationController, asks for.
//!
//! Source: kube-controller-manager `pkg/controller/replicaset`; documentation "ReplicaSet". Not modelled: expectations (a write
//! is visible at once here) and the time that each creation takes.

use std::collections::{BTreeMap, BTreeSet};
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use super::deletion::delete_pods;
use super::replicas::Replicas;
use crate::admission::Admitted;
use crate::api::{Condition, Object, ObjectKey, ObjectMeta, OwnerReference, Pod, Timestamp, Uid};
use crate::component::Context;
use crate::controllers::pod_control::PodControl;
use crate::controllers::work_queue::retry_delay;
use crate::controllers::{WorkQueue, controller_reference, generate_name_prefix};
use crate::sim::Seed;
use crate::store::{Change, StoreError};

/// How many pods one sync creates or deletes at most (`BurstReplicas`).
const BURST_REPLICAS: usize = 500;

/// The controller.
#[derive(Debug)]
pub struct ReplicaSetController<T> {
    queue: WorkQueue,
    admitted: BTreeMap<Uid, Admitted>,
    /// ReplicaSets that may find pods without an owner.
    may_adopt: BTreeSet<ObjectKey>,
    /// How often a ReplicaSet failed in a row.
    failures: BTreeMap<ObjectKey, u32>,
    kind: PhantomData<T>,
}

impl<T: Replicas> ReplicaSetController<T> {
    /// A controller that has seen nothing yet.
    pub fn new(seed: Seed) -> Self {
        ReplicaSetController {
            queue: WorkQueue::new(T::CONTROLLER, seed, T::COMPONENT),
            admitted: BTreeMap::new(),
            may_adopt: BTreeSet::new(),
            failures: BTreeMap::new(),
            kind: PhantomData,
        }
    }

    /// See [`Component::observe`](crate::component::Component::observe).
    pub fn observe(&mut self, change: &Change, context: &mut Context<'_>) {
        if change.object().as_pod().is_some() {
            return self.observe_pod(change, context);
        }
        let Some(set) = T::of(change.object()) else { return };
        let (key, uid) = (set.meta().key(), set.meta().uid);
        if change.before.is_none() {
            self.may_adopt.insert(key.clone());
        }
        if change.after.is_none() {
            self.admitted.remove(&uid);
            self.failures.remove(&key);
            self.may_adopt.remove(&key);
        }
        self.queue.add(key, context);
    }

    fn observe_pod(&mut self, change: &Change, context: &mut Context<'_>) {
        let before = change.before.as_ref().and_then(Object::as_pod);
        let after = change.after.as_ref().and_then(Object::as_pod);
        if let (Some(before), Some(after)) = (before, after)
            && !matters(before, after)
        {
            return;
        }
        for pod in [before, after].into_iter().flatten() {
            let owner = pod.meta.controller().filter(|owner| owner.kind == T::KIND.name());
            if let Some(owner) = owner {
                let key = ObjectKey::new(pod.meta.namespace.clone(), owner.name.clone());
                let was_ready = before.is_some_and(|before| before.is_ready());
                if let Some(delay) = min_ready::<T>(&key, context).filter(|_| !was_ready && pod.is_ready()) {
                    self.queue.add_after(key.clone(), delay, context);
                }
                self.queue.add(key, context);
            }
        }
        if let Some(orphan) = after.filter(|pod| pod.meta.controller().is_none()) {
            let matching: Vec<ObjectKey> = (context.store.objects().all_in::<T>(&orphan.meta.namespace))
                .filter(|replica_set| replica_set.spec().matcher.matches(&orphan.meta.labels))
                .map(|replica_set| replica_set.meta().key())
                .collect();
            for key in matching {
                self.may_adopt.insert(key.clone());
                self.queue.add(key, context);
            }
        }
    }

    /// Reconciles one ReplicaSet.
    pub fn run(&mut self, key: &ObjectKey, context: &mut Context<'_>) {
        if !self.queue.take(key, context.now) {
            return;
        }
        let Some(replica_set) = context.store.get::<T>(key).cloned() else {
            return;
        };
        self.claim(&replica_set, context);
        let pods: Vec<Arc<Pod>> = (context.store.objects().owned::<Pod>(replica_set.meta().uid))
            .filter(|pod| pod.is_active() && is_controlled_by(&pod.meta, replica_set.meta().uid))
            .cloned()
            .collect();
        let failure = match replica_set.meta().is_deleted() {
            true => Ok(()),
            false => self.manage(&replica_set, &pods, context),
        };
        if let Err(StoreError::Hangs(left)) = failure {
            // So does the worker.
            return self.queue.add_after(key.clone(), left, context);
        }
        self.requeue_after(key, failure.is_err(), context);
        self.write_status(&replica_set, &pods, failure.err(), context);
    }

    /// Takes in pods that match and have no owner, lets go of those that match no more.
    fn claim(&mut self, replica_set: &T, context: &mut Context<'_>) {
        let spec = replica_set.spec();
        let labels_match =
            |pod: &Pod| Arc::ptr_eq(&pod.meta.labels, &spec.template.labels) || spec.matcher.matches(&pod.meta.labels);
        let released: Vec<ObjectKey> = (context.store.objects().owned::<Pod>(replica_set.meta().uid))
            .filter(|pod| !labels_match(pod) && !pod.meta.is_deleted())
            .map(|pod| pod.meta.key())
            .collect();
        for pod in released {
            context.store.modify::<Pod>(&pod, |pod| {
                pod.meta.owners.retain(|owner| owner.uid != replica_set.meta().uid)
            });
        }
        if replica_set.meta().is_deleted() || !self.may_adopt.remove(&replica_set.meta().key()) {
            return;
        }
        let selected =
            context
                .store
                .objects()
                .pods_selected(&replica_set.meta().namespace, &spec.selector, &spec.matcher);
        let adopted: Vec<ObjectKey> = (selected.into_iter())
            .filter(|pod| pod.meta.controller().is_none() && pod.is_active())
            .map(|pod| pod.meta.key())
            .collect();
        for pod in adopted {
            context
                .store
                .modify::<Pod>(&pod, |pod| pod.meta.owners.push(owner_reference(replica_set)));
        }
    }

    /// Creates or deletes pods.
    fn manage(&mut self, replica_set: &T, pods: &[Arc<Pod>], context: &mut Context<'_>) -> Result<(), StoreError> {
        let wanted = usize::try_from(replica_set.spec().replicas).unwrap_or(0);
        if pods.len() < wanted {
            let missing = (wanted - pods.len()).min(BURST_REPLICAS);
            return self.create_pods(replica_set, missing, context);
        }
        let surplus = (pods.len() - wanted).min(BURST_REPLICAS);
        if surplus > 0 {
            delete_pods(replica_set, pods, surplus, context);
        }
        Ok(())
    }

    /// Creates pods in batches of 1, 2, 4 …: the first failure ends it, so that a hopeless template costs one attempt.
    fn create_pods(&mut self, replica_set: &T, count: usize, context: &mut Context<'_>) -> Result<(), StoreError> {
        let admitted = self.admitted.entry(replica_set.meta().uid).or_default();
        let pod = new_pod(replica_set);
        let (mut remaining, mut batch) = (count, 1);
        while remaining > 0 {
            let size = remaining.min(batch);
            let mut failed = None;
            for _ in 0..size {
                let created = PodControl(T::COMPONENT).create(replica_set, pod.clone(), admitted, context);
                match created {
                    Ok(_) => {}
                    // The namespace goes, and the ReplicaSet with it.
                    Err(StoreError::NamespaceTerminating(..)) => return Ok(()),
                    Err(error @ StoreError::Hangs(_)) => return Err(error),
                    Err(error) => failed = Some(error),
                }
            }
            if let Some(error) = failed {
                return Err(error);
            }
            (remaining, batch) = (remaining - size, batch * 2);
        }
        Ok(())
    }

    /// After a failure the ReplicaSet is tried again: 5 ms later, doubled with every failure (client-go's default rate limiter).
    fn requeue_after(&mut self, key: &ObjectKey, failed: bool, context: &mut Context<'_>) {
        if !failed {
            self.failures.remove(key);
            return;
        }
        let count = self.failures.entry(key.clone()).or_default();
        let delay = retry_delay(*count);
        *count += 1;
        self.queue.add_after(key.clone(), delay, context);
    }

    fn write_status(
        &mut self,
        replica_set: &T,
        pods: &[Arc<Pod>],
        failure: Option<StoreError>,
        context: &mut Context<'_>,
    ) {
        let now = context.store.timestamp();
        let mut status = replica_set.status().clone();
        let spec = replica_set.spec();
        let fully_labeled = |pod: &&Arc<Pod>| {
            Arc::ptr_eq(&pod.meta.labels, &spec.template.labels)
                || (spec.template.labels.iter()).all(|(key, value)| pod.meta.labels.get(key) == Some(value))
        };
        let available = |pod: &&Arc<Pod>| available_at(pod, spec.min_ready_seconds).is_some_and(|at| at <= now);
        let count = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
        status.replicas = count(pods.len());
        status.fully_labeled_replicas = count(pods.iter().filter(fully_labeled).count());
        status.ready_replicas = count(pods.iter().filter(|pod| pod.is_ready()).count());
        status.available_replicas = count(pods.iter().filter(available).count());
        status.observed_generation = replica_set.meta().generation;
        match failure {
            Some(failure) if Condition::find(&status.conditions, "ReplicaFailure").is_none() => {
                let message = failure.to_string();
                status
                    .conditions
                    .push(Condition::new("ReplicaFailure", true, "FailedCreate", message, now));
            }
            Some(_) => {}
            None => status.conditions.retain(|condition| condition.kind != "ReplicaFailure"),
        }
        let waits = status.ready_replicas == spec.replicas && status.available_replicas != spec.replicas;
        let key = replica_set.meta().key();
        if spec.min_ready_seconds > 0 && waits {
            self.queue
                .add_after(key.clone(), seconds(spec.min_ready_seconds), context);
        }
        context.store.modify::<T>(&key, |stored| *stored.status_mut() = status);
    }
}

/// Whether a change of a pod can matter to its ReplicaSet.
fn matters(before: &Pod, after: &Pod) -> bool {
    before.status.phase != after.status.phase
        || before.is_ready() != after.is_ready()
        || before.meta.deletion != after.meta.deletion
        || before.meta.owners != after.meta.owners
        || before.meta.labels != after.meta.labels
}

/// How long after becoming ready a pod of this ReplicaSet is looked at again; a second more, since ready times have no fractions.
fn min_ready<T: Replicas>(key: &ObjectKey, context: &Context<'_>) -> Option<Duration> {
    let min_ready_seconds = context.store.get::<T>(key)?.spec().min_ready_seconds;
    (min_ready_seconds > 0).then(|| seconds(min_ready_seconds) + Duration::from_secs(1))
}

fn seconds(count: i32) -> Duration {
    Duration::from_secs(u64::try_from(count).unwrap_or(0))
}

/// Since when a pod counts as available (which may lie ahead); none if it is not ready.
pub fn available_at(pod: &Pod, min_ready_seconds: i32) -> Option<Timestamp> {
    let ready = Condition::find(&pod.status.conditions, "Ready").filter(|ready| ready.is_true())?;
    Some(match ready.last_transition {
        Some(since) => since.plus(seconds(min_ready_seconds)),
        None if min_ready_seconds == 0 => Timestamp::default(),
        None => Timestamp::from_secs(i64::MAX),
    })
}

fn is_controlled_by(meta: &ObjectMeta, owner: Uid) -> bool {
    meta.controller().is_some_and(|controller| controller.uid == owner)
}

fn owner_reference<T: Replicas>(replica_set: &T) -> OwnerReference {
    controller_reference(T::KIND, replica_set.meta())
}

/// A pod of a template (`GetPodFromTemplate`); all replicas share labels, annotations and spec.
fn new_pod<T: Replicas>(replica_set: &T) -> Pod {
    let template = &replica_set.spec().template;
    Pod {
        meta: ObjectMeta {
            generate_name: generate_name_prefix(&replica_set.meta().name),
            namespace: replica_set.meta().namespace.clone(),
            labels: template.labels.clone(),
            annotations: template.annotations.clone(),
            owners: vec![owner_reference(replica_set)].into(),
            ..ObjectMeta::default()
        },
        spec: template.spec.clone(),
        ..Pod::default()
    }
}
