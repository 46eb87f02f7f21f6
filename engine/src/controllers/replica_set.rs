//! The ReplicaSet controller: keeps the number of pods that each ReplicaSet asks for.
//!
//! Source: kube-controller-manager `pkg/controller/replicaset`; documentation "ReplicaSet". Not modelled: expectations (a write
//! is visible at once here) and the time that each creation takes.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use smol_str::SmolStr;

use super::pod_control::PodControl;
use super::{ControllerId, WorkQueue};
use crate::admission::Admitted;
use crate::api::{
    Condition, Kind, Object, ObjectKey, ObjectMeta, OwnerReference, Pod, PodPhase, ReplicaSet, Timestamp, Uid,
};
use crate::component::Context;
use crate::sim::Seed;
use crate::store::{Change, StoreError};

/// How many pods one sync creates or deletes at most (`BurstReplicas`).
const BURST_REPLICAS: usize = 500;
/// The annotation that makes a pod a cheaper or dearer one to delete.
const DELETION_COST: &str = "controller.kubernetes.io/pod-deletion-cost";
/// The controller's name in events.
const COMPONENT: &str = "replicaset-controller";
/// Who creates and deletes its pods.
const CONTROL: PodControl = PodControl(COMPONENT);

/// The controller.
#[derive(Debug)]
pub struct ReplicaSetController {
    queue: WorkQueue,
    admitted: BTreeMap<Uid, Admitted>,
    /// ReplicaSets that may find pods without an owner.
    may_adopt: BTreeSet<ObjectKey>,
    /// How often a ReplicaSet failed in a row.
    failures: BTreeMap<ObjectKey, u32>,
}

impl ReplicaSetController {
    /// A controller that has seen nothing yet.
    pub fn new(seed: Seed) -> Self {
        ReplicaSetController {
            queue: WorkQueue::new(ControllerId::ReplicaSet, seed, COMPONENT),
            admitted: BTreeMap::new(),
            may_adopt: BTreeSet::new(),
            failures: BTreeMap::new(),
        }
    }

    /// See [`Component::observe`](crate::component::Component::observe).
    pub fn observe(&mut self, change: &Change, context: &mut Context<'_>) {
        match change.object() {
            Object::ReplicaSet(replica_set) => {
                if change.before.is_none() {
                    self.may_adopt.insert(replica_set.meta.key());
                }
                if change.after.is_none() {
                    self.admitted.remove(&replica_set.meta.uid);
                    self.failures.remove(&replica_set.meta.key());
                    self.may_adopt.remove(&replica_set.meta.key());
                }
                self.queue.add(replica_set.meta.key(), context);
            }
            Object::Pod(_) => self.observe_pod(change, context),
            _ => {}
        }
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
            let owner = pod.meta.controller().filter(|owner| owner.kind == "ReplicaSet");
            if let Some(owner) = owner {
                let key = ObjectKey::new(pod.meta.namespace.clone(), owner.name.clone());
                let was_ready = before.is_some_and(|before| before.is_ready());
                if let Some(delay) = min_ready(&key, context).filter(|_| !was_ready && pod.is_ready()) {
                    self.queue.add_after(key.clone(), delay, context);
                }
                self.queue.add(key, context);
            }
        }
        if let Some(orphan) = after.filter(|pod| pod.meta.controller().is_none()) {
            let matching: Vec<ObjectKey> = (context.store.objects().all_in::<ReplicaSet>(&orphan.meta.namespace))
                .filter(|replica_set| replica_set.spec.matcher.matches(&orphan.meta.labels))
                .map(|replica_set| replica_set.meta.key())
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
        let Some(replica_set) = context.store.get::<ReplicaSet>(key).cloned() else {
            return;
        };
        self.claim(&replica_set, context);
        let pods: Vec<Arc<Pod>> = (context.store.objects().owned::<Pod>(replica_set.meta.uid))
            .filter(|pod| pod.is_active() && is_controlled_by(&pod.meta, replica_set.meta.uid))
            .cloned()
            .collect();
        let failure = match replica_set.meta.is_deleted() {
            true => Ok(()),
            false => self.manage(&replica_set, &pods, context),
        };
        self.requeue_after(key, failure.is_err(), context);
        self.write_status(&replica_set, &pods, failure.err(), context);
    }

    /// Takes in pods that match and have no owner, lets go of those that match no more.
    fn claim(&mut self, replica_set: &ReplicaSet, context: &mut Context<'_>) {
        let spec = &replica_set.spec;
        let labels_match =
            |pod: &Pod| Arc::ptr_eq(&pod.meta.labels, &spec.template.labels) || spec.matcher.matches(&pod.meta.labels);
        let released: Vec<ObjectKey> = (context.store.objects().owned::<Pod>(replica_set.meta.uid))
            .filter(|pod| !labels_match(pod) && !pod.meta.is_deleted())
            .map(|pod| pod.meta.key())
            .collect();
        for pod in released {
            context.store.modify::<Pod>(&pod, |pod| {
                pod.meta.owners.retain(|owner| owner.uid != replica_set.meta.uid)
            });
        }
        if replica_set.meta.is_deleted() || !self.may_adopt.remove(&replica_set.meta.key()) {
            return;
        }
        let selected =
            context
                .store
                .objects()
                .pods_selected(&replica_set.meta.namespace, &spec.selector, &spec.matcher);
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
    fn manage(
        &mut self,
        replica_set: &ReplicaSet,
        pods: &[Arc<Pod>],
        context: &mut Context<'_>,
    ) -> Result<(), Failure> {
        let wanted = usize::try_from(replica_set.spec.replicas).unwrap_or(0);
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
    fn create_pods(
        &mut self,
        replica_set: &ReplicaSet,
        count: usize,
        context: &mut Context<'_>,
    ) -> Result<(), Failure> {
        let admitted = self.admitted.entry(replica_set.meta.uid).or_default();
        let pod = new_pod(replica_set);
        let (mut remaining, mut batch) = (count, 1);
        while remaining > 0 {
            let size = remaining.min(batch);
            let mut failed = None;
            for _ in 0..size {
                let created = CONTROL.create(replica_set, pod.clone(), admitted, context);
                match created {
                    Ok(_) => {}
                    // The namespace goes, and the ReplicaSet with it.
                    Err(StoreError::NamespaceTerminating(..)) => return Ok(()),
                    Err(error) => failed = Some(error),
                }
            }
            if let Some(error) = failed {
                return Err(Failure::Create(error));
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
        let delay = super::work_queue::retry_delay(*count);
        *count += 1;
        self.queue.add_after(key.clone(), delay, context);
    }

    fn write_status(
        &mut self,
        replica_set: &ReplicaSet,
        pods: &[Arc<Pod>],
        failure: Option<Failure>,
        context: &mut Context<'_>,
    ) {
        let now = context.store.timestamp();
        let mut status = replica_set.status.clone();
        let spec = &replica_set.spec;
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
        status.observed_generation = replica_set.meta.generation;
        match failure {
            Some(failure) if Condition::find(&status.conditions, "ReplicaFailure").is_none() => {
                status.conditions.push(failure.condition(now));
            }
            Some(_) => {}
            None => status.conditions.retain(|condition| condition.kind != "ReplicaFailure"),
        }
        let waits = status.ready_replicas == spec.replicas && status.available_replicas != spec.replicas;
        let key = replica_set.meta.key();
        if spec.min_ready_seconds > 0 && waits {
            self.queue
                .add_after(key.clone(), seconds(spec.min_ready_seconds), context);
        }
        context
            .store
            .modify::<ReplicaSet>(&key, |stored| stored.status = status);
    }
}

/// Why pods could not be made.
#[derive(Debug)]
enum Failure {
    Create(StoreError),
}

impl Failure {
    fn condition(&self, now: Timestamp) -> Condition {
        match self {
            Failure::Create(error) => Condition::new("ReplicaFailure", true, "FailedCreate", error.to_string(), now),
        }
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
fn min_ready(key: &ObjectKey, context: &Context<'_>) -> Option<Duration> {
    let min_ready_seconds = context.store.get::<ReplicaSet>(key)?.spec.min_ready_seconds;
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
        None => Timestamp(i64::MAX),
    })
}

fn is_controlled_by(meta: &ObjectMeta, owner: Uid) -> bool {
    meta.controller().is_some_and(|controller| controller.uid == owner)
}

fn owner_reference(replica_set: &ReplicaSet) -> OwnerReference {
    super::controller_reference(Kind::REPLICA_SET, &replica_set.meta)
}

/// A pod of a template (`GetPodFromTemplate`); all replicas share labels, annotations and spec.
fn new_pod(replica_set: &ReplicaSet) -> Pod {
    let template = &replica_set.spec.template;
    Pod {
        meta: ObjectMeta {
            generate_name: super::generate_name_prefix(&replica_set.meta.name),
            namespace: replica_set.meta.namespace.clone(),
            labels: template.labels.clone(),
            annotations: template.annotations.clone(),
            owners: vec![owner_reference(replica_set)],
            ..ObjectMeta::default()
        },
        spec: template.spec.clone(),
        ..Pod::default()
    }
}

fn delete_pods(replica_set: &ReplicaSet, pods: &[Arc<Pod>], surplus: usize, context: &mut Context<'_>) {
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
        CONTROL.delete(replica_set, &pod.meta, context);
    }
}

/// How many active pods of this ReplicaSet, and of those with the same owner, run on each node.
fn ranks_by_node(replica_set: &ReplicaSet, context: &Context<'_>) -> BTreeMap<SmolStr, usize> {
    let objects = context.store.objects();
    let relatives: Vec<Uid> = match replica_set.meta.controller() {
        Some(owner) => objects
            .owned::<ReplicaSet>(owner.uid)
            .map(|relative| relative.meta.uid)
            .collect(),
        None => vec![replica_set.meta.uid],
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
        let nanos = i128::from(now.0 - since.0) * 1_000_000_000;
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
