//! Watching, and when to look again.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::super::pod_control::{PodControl, claim, owner_key};
use super::super::{ControllerId, WorkQueue, history, work_queue};
use super::identity::ordinal_of;
use super::sync;
use crate::api::{Kind, Object, ObjectKey, Pod, StatefulSet};
use crate::component::Context;
use crate::sim::Seed;
use crate::store::{Change, StoreError};

/// The controller's name in events.
pub const COMPONENT: &str = "statefulset-controller";
/// Who writes its events.
pub const CONTROL: PodControl = PodControl(COMPONENT);

/// The controller.
#[derive(Debug)]
pub struct StatefulSetController {
    queue: WorkQueue,
    /// StatefulSets that may find pods to take in or to let go.
    may_claim: BTreeSet<ObjectKey>,
    /// How often a StatefulSet failed in a row.
    failures: BTreeMap<ObjectKey, u32>,
}

impl StatefulSetController {
    /// A controller that has seen nothing yet.
    pub fn new(seed: Seed) -> Self {
        StatefulSetController {
            queue: WorkQueue::new(ControllerId::StatefulSet, seed, COMPONENT),
            may_claim: BTreeSet::new(),
            failures: BTreeMap::new(),
        }
    }

    /// See [`Component::observe`](crate::component::Component::observe).
    pub fn observe(&mut self, change: &Change, context: &mut Context<'_>) {
        match change.object() {
            Object::StatefulSet(set) => {
                let key = set.meta.key();
                if change.after.is_none() {
                    self.may_claim.remove(&key);
                    self.failures.remove(&key);
                    return;
                }
                if change.before.is_none() {
                    self.may_claim.insert(key.clone());
                }
                self.queue.add(key, context);
            }
            Object::Pod(_) => self.observe_pod(change, context),
            Object::Inert(claim) if change.after.is_none() && claim.kind == Kind::PERSISTENT_VOLUME_CLAIM => {
                // A pod may have waited for its predecessor's claim to go.
                let pods = claim.meta.owners.iter().filter(|owner| owner.kind == "Pod");
                let sets: Vec<ObjectKey> = pods
                    .filter_map(|owner| owner.name.rsplit_once('-'))
                    .map(|(set, _)| ObjectKey::new(claim.meta.namespace.clone(), set))
                    .collect();
                sets.into_iter().for_each(|set| self.queue.add(set, context));
            }
            _ => {}
        }
    }

    fn observe_pod(&mut self, change: &Change, context: &mut Context<'_>) {
        let before = change.before.as_ref().and_then(Object::as_pod);
        let after = change.after.as_ref().and_then(Object::as_pod);
        if before.zip(after).is_some_and(|(before, after)| !matters(before, after)) {
            return;
        }
        for pod in [before, after].into_iter().flatten() {
            let Some(key) = owner_key(pod, Kind::STATEFUL_SET) else {
                continue;
            };
            let was_ready = before.is_some_and(|before| before.is_ready());
            let min_ready_seconds = context
                .store
                .get::<StatefulSet>(&key)
                .map_or(0, |set| set.spec.min_ready_seconds);
            if min_ready_seconds > 0 && !was_ready && pod.is_ready() {
                // Ready times have no fractions, so a second more.
                let delay = Duration::from_secs(u64::try_from(min_ready_seconds).unwrap_or(0) + 1);
                self.queue.add_after(key.clone(), delay, context);
            }
            if before
                .zip(after)
                .is_some_and(|(before, after)| before.meta.labels != after.meta.labels)
            {
                self.may_claim.insert(key.clone());
            }
            self.queue.add(key, context);
        }
        if let Some(orphan) = after.filter(|pod| pod.meta.controller().is_none()) {
            let matching: Vec<ObjectKey> = (context.store.objects().all_in::<StatefulSet>(&orphan.meta.namespace))
                .filter(|set| ordinal_of(&set.meta.name, &orphan.meta.name).is_some())
                .filter(|set| set.spec.matcher.matches(&orphan.meta.labels))
                .map(|set| set.meta.key())
                .collect();
            for key in matching {
                self.may_claim.insert(key.clone());
                self.queue.add(key, context);
            }
        }
    }

    /// Reconciles one StatefulSet.
    pub fn run(&mut self, key: &ObjectKey, context: &mut Context<'_>) {
        if !self.queue.take(key, context.now) {
            return;
        }
        let Some(set) = context.store.get::<StatefulSet>(key).cloned() else {
            return;
        };
        if self.may_claim.remove(key) {
            let is_member = |pod: &Pod| ordinal_of(&set.meta.name, &pod.meta.name).is_some();
            claim(
                set.as_ref(),
                &set.spec.selector,
                &set.spec.matcher,
                is_member,
                context.store,
            );
            history::adopt(set.as_ref(), &set.spec.matcher, context);
        }
        match sync::sync(&set, context) {
            Ok(()) => {
                self.failures.remove(key);
            }
            Err(StoreError::Hangs(left)) => self.queue.add_after(key.clone(), left, context),
            Err(_) => {
                let count = self.failures.entry(key.clone()).or_default();
                let delay = work_queue::retry_delay(*count);
                *count += 1;
                self.queue.add_after(key.clone(), delay, context);
            }
        }
    }
}

/// Whether a change of a pod can matter to its StatefulSet.
fn matters(before: &Pod, after: &Pod) -> bool {
    before.status.phase != after.status.phase
        || before.is_ready() != after.is_ready()
        || before.meta.deletion != after.meta.deletion
        || before.meta.owners != after.meta.owners
        || before.meta.labels != after.meta.labels
}
