//! Watching, and when to look again.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::super::pod_control::{PodControl, owner_key};
use super::super::{ControllerId, WorkQueue};
use super::back_off::BackOff;
use super::sync;
use super::tally::{FINALIZER, is_tracked};
use crate::admission::Admitted;
use crate::api::{Job, Kind, Object, ObjectKey, Pod, Uid};
use crate::component::Context;
use crate::sim::Seed;
use crate::store::Change;

/// The controller's name in events.
pub const COMPONENT: &str = "job-controller";
/// Who creates and deletes its pods.
pub const CONTROL: PodControl = PodControl(COMPONENT);
/// Changes of pods are looked at together after this long (`syncJobBatchPeriod`).
const BATCH: Duration = Duration::from_secs(1);

/// What is remembered of one Job.
#[derive(Debug, Default)]
pub struct Memory {
    /// What admission made of its template.
    pub admitted: Admitted,
    /// How long new pods wait after failures.
    pub back_off: BackOff,
}

/// The controller.
#[derive(Debug)]
pub struct JobController {
    queue: WorkQueue,
    memory: BTreeMap<ObjectKey, Memory>,
    /// Jobs that are gone, whose pods are still to be let go.
    gone: BTreeMap<ObjectKey, Uid>,
    /// Pods that have lost their Job and that nobody will count: they are let go as well.
    orphans: BTreeSet<ObjectKey>,
}

impl JobController {
    /// A controller that has seen nothing yet.
    pub fn new(seed: Seed) -> Self {
        JobController {
            queue: WorkQueue::new(ControllerId::Job, seed, COMPONENT),
            memory: BTreeMap::new(),
            gone: BTreeMap::new(),
            orphans: BTreeSet::new(),
        }
    }

    /// See [`Component::observe`](crate::component::Component::observe).
    pub fn observe(&mut self, change: &Change, context: &mut Context<'_>) {
        match change.object() {
            Object::Job(job) => {
                let key = job.meta.key();
                if change.after.is_none() {
                    self.memory.remove(&key);
                    self.gone.insert(key.clone(), job.meta.uid);
                }
                let Some(Object::Job(before)) = &change.before else {
                    return self.queue.add(key, context);
                };
                // A status of its own writing needs no second look.
                if change.after.is_none() || before.spec != job.spec || before.meta != job.meta {
                    self.queue.add(key, context);
                }
            }
            Object::Pod(_) => {
                let before = change.before.as_ref().and_then(Object::as_pod);
                let after = change.after.as_ref().and_then(Object::as_pod);
                if before.zip(after).is_some_and(|(before, after)| !matters(before, after)) {
                    return;
                }
                if let Some(orphan) = after.filter(|pod| pod.meta.controller().is_none() && is_tracked(pod)) {
                    let key = orphan.meta.key();
                    self.orphans.insert(key.clone());
                    // It waits under its own name: no Job of that name will mind a look.
                    self.queue.add(key, context);
                }
                let owners = [before, after].into_iter().flatten();
                for key in owners.filter_map(|pod| owner_key(pod, Kind::JOB)) {
                    self.queue.add_after(key, BATCH, context);
                }
            }
            _ => {}
        }
    }

    /// Reconciles one Job.
    pub fn run(&mut self, key: &ObjectKey, context: &mut Context<'_>) {
        if !self.queue.take(key, context.now) {
            return;
        }
        for orphan in std::mem::take(&mut self.orphans) {
            let is_orphan = (context.store.get::<Pod>(&orphan)).is_some_and(|pod| pod.meta.controller().is_none());
            if is_orphan {
                release(&orphan, context);
            }
        }
        if let Some(uid) = self.gone.remove(key) {
            let pods: Vec<ObjectKey> = (context.store.objects().owned::<Pod>(uid))
                .filter(|pod| is_tracked(pod))
                .map(|pod| pod.meta.key())
                .collect();
            pods.iter().for_each(|pod| release(pod, context));
        }
        let Some(job) = context.store.get::<Job>(key).cloned() else {
            return;
        };
        let memory = self.memory.entry(key.clone()).or_default();
        if let Some(delay) = sync::sync(&job, memory, context) {
            self.queue.add_after(key.clone(), delay, context);
        }
    }
}

/// Lets a pod go that has been counted, or that nobody counts any more.
pub fn release(pod: &ObjectKey, context: &mut Context<'_>) {
    context.store.modify::<Pod>(pod, |pod| {
        pod.meta.finalizers.retain(|finalizer| finalizer != FINALIZER)
    });
}

/// Whether a change of a pod can matter to its Job.
fn matters(before: &Pod, after: &Pod) -> bool {
    let restarts = |pod: &Pod| {
        pod.status
            .containers
            .iter()
            .map(|container| container.restart_count)
            .sum::<i32>()
    };
    before.status.phase != after.status.phase
        || before.is_ready() != after.is_ready()
        || before.meta.deletion != after.meta.deletion
        || before.meta.owners != after.meta.owners
        || restarts(before) != restarts(after)
}
