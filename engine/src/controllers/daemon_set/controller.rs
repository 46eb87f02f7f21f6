//! Watching, and one reconcile.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use smol_str::SmolStr;

use super::super::history::{self, HASH_LABEL, Snapshot};
use super::super::pod_control::{PodControl, claim, owner_key};
use super::super::{ControllerId, WorkQueue, controller_reference, generate_name_prefix, work_queue};
use super::ledger::{GENERATION_LABEL, Ledger};
use super::placement::target_node;
use super::{manage, rolling};
use crate::admission::Admitted;
use crate::api::{DaemonSet, Kind, Labels, Node, Object, ObjectKey, ObjectMeta, Pod, Resource, Uid};
use crate::component::Context;
use crate::events::Report;
use crate::sim::{Seed, Urgency};
use crate::store::{Change, StoreError};

/// The controller's name in events.
pub const COMPONENT: &str = "daemonset-controller";
/// Who creates and deletes its pods.
pub const CONTROL: PodControl = PodControl(COMPONENT);

/// The controller.
#[derive(Debug)]
pub struct DaemonSetController {
    queue: WorkQueue,
    ledgers: BTreeMap<Uid, (ObjectKey, Ledger)>,
    /// DaemonSets that may find pods to take in or to let go.
    may_claim: BTreeSet<ObjectKey>,
    /// How often a DaemonSet failed in a row.
    failures: BTreeMap<ObjectKey, u32>,
}

impl DaemonSetController {
    /// A controller that has seen nothing yet.
    pub fn new(seed: Seed) -> Self {
        DaemonSetController {
            queue: WorkQueue::new(ControllerId::DaemonSet, seed, COMPONENT),
            ledgers: BTreeMap::new(),
            may_claim: BTreeSet::new(),
            failures: BTreeMap::new(),
        }
    }

    /// See [`Component::observe`](crate::component::Component::observe).
    pub fn observe(&mut self, change: &Change, context: &mut Context<'_>) {
        match change.object() {
            Object::DaemonSet(set) => {
                let key = set.meta.key();
                if change.after.is_none() {
                    self.ledgers.remove(&set.meta.uid);
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
            Object::Node(node) => {
                let before = change.before.as_ref().and_then(Object::as_node);
                let after = change.after.as_ref().and_then(Object::as_node);
                if before.zip(after).is_some_and(|(before, after)| is_alike(before, after)) {
                    return;
                }
                for (key, ledger) in self.ledgers.values_mut() {
                    ledger.dirty.insert(node.meta.name.clone());
                    // A node that goes is no reason for a look: there is nothing to do about its pod, PodGC removes it.
                    if after.is_some() {
                        self.queue.add(key.clone(), context);
                    }
                }
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
        for (pod, present) in [(before, false), (after, true)] {
            let Some(pod) = pod else { continue };
            let Some(key) = owner_key(pod, Kind::DAEMON_SET) else {
                continue;
            };
            let Some(owner) = pod.meta.controller().map(|owner| owner.uid) else {
                continue;
            };
            if let (Some((_, ledger)), Some(node)) = (self.ledgers.get_mut(&owner), target_node(pod)) {
                ledger.place(node, pod.meta.key(), present);
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
            let matching: Vec<ObjectKey> = (context.store.objects().all_in::<DaemonSet>(&orphan.meta.namespace))
                .filter(|set| set.spec.matcher.matches(&orphan.meta.labels))
                .map(|set| set.meta.key())
                .collect();
            for key in matching {
                self.may_claim.insert(key.clone());
                self.queue.add(key, context);
            }
        }
    }

    /// Reconciles one DaemonSet.
    pub fn run(&mut self, key: &ObjectKey, context: &mut Context<'_>) {
        if !self.queue.take(key, context.now) {
            return;
        }
        let Some(set) = context.store.get::<DaemonSet>(key).cloned() else {
            return;
        };
        if set.spec.selector.match_labels.is_empty() && set.spec.selector.match_expressions.is_empty() {
            let message = "This daemon set is selecting all pods. A non-empty selector is required.";
            CONTROL.report(
                set.as_ref(),
                Report::warning(COMPONENT, "SelectingAll", message),
                context,
            );
            return;
        }
        if set.meta.is_deleted() {
            return;
        }
        let (_, ledger) = self.ledgers.entry(set.meta.uid).or_insert_with(|| {
            let mut ledger = Ledger::default();
            ledger.place_all(context.store.objects().owned::<Pod>(set.meta.uid));
            (key.clone(), ledger)
        });
        if self.may_claim.remove(key) {
            claim(
                set.as_ref(),
                &set.spec.selector,
                &set.spec.matcher,
                |_| true,
                context.store,
            );
            history::adopt(set.as_ref(), &set.spec.matcher, context);
            // What was taken in or let go just now is not shown to this controller before it has run.
            ledger.place_all(context.store.objects().owned::<Pod>(set.meta.uid));
        }
        let (wait, failed) = sync(&set, ledger, context);
        if let Some(wait) = wait {
            self.queue.add_after(key.clone(), wait, context);
        }
        if failed {
            let count = self.failures.entry(key.clone()).or_default();
            let delay = work_queue::retry_delay(*count);
            *count += 1;
            self.queue.add_after(key.clone(), delay, context);
        } else {
            self.failures.remove(key);
        }
        if let Some(at) = ledger.next_ripe() {
            let at = context.store.epoch().instant(at);
            self.queue
                .add_at(key.clone(), at.max(context.now), Urgency::Active, context);
        }
    }
}

/// One reconcile; returns when to look again though nothing happens, and whether a pod could not be made.
fn sync(set: &DaemonSet, ledger: &mut Ledger, context: &mut Context<'_>) -> (Option<Duration>, bool) {
    let is_new_spec = ledger
        .judged_by
        .as_ref()
        .is_none_or(|(spec, _)| !Arc::ptr_eq(spec, &set.spec));
    ledger.read(set, context);
    if is_new_spec {
        Snapshot::new(&set.meta, &set.spec.template).sync::<DaemonSet>(context);
    }
    let now = context.store.timestamp();
    let (mut wait, mut failed): (Option<Duration>, bool) = (None, false);
    let mut dirty = ledger.take_dirty(now);
    for node in &dirty {
        let plan = manage::plan(set, node, ledger, context);
        if let Some(delay) = plan.wait {
            wait = Some(wait.map_or(delay, |present| present.min(delay)));
            ledger.dirty.insert(node.clone());
        }
        for pod in &plan.delete {
            CONTROL.delete(set, pod, context);
        }
        if plan.create {
            let created = create(set, node, ledger, context);
            if let Err(StoreError::Hangs(left)) = created {
                wait = Some(wait.map_or(left, |present| present.min(left)));
            } else {
                failed |= created.is_err();
            }
            if created.is_err() {
                ledger.dirty.insert(node.clone());
            }
        }
    }
    for node in &dirty {
        ledger.count(node, context);
    }
    let step = rolling::next(set, ledger);
    for node in &step.delete_old {
        for pod in ledger.pods_on(node, context) {
            if !pod.meta.is_deleted() && !ledger.is_updated(&pod) {
                CONTROL.delete(set, &pod.meta, context);
            }
        }
    }
    for node in &step.surge {
        let created = create(set, node, ledger, context);
        if let Err(StoreError::Hangs(left)) = created {
            wait = Some(wait.map_or(left, |present| present.min(left)));
        } else {
            failed |= created.is_err();
        }
    }
    dirty.clear();
    dirty.extend(step.delete_old.into_iter().chain(step.surge));
    for node in &dirty {
        ledger.count(node, context);
    }
    let status = ledger.status(set);
    drop_history(
        set,
        is_new_spec || status.updated_number_scheduled != set.status.updated_number_scheduled,
        context,
    );
    context
        .store
        .modify::<DaemonSet>(&set.meta.key(), |stored| stored.status = status);
    (wait, failed)
}

/// Drops old revisions that no pod is of, when something has changed that could leave one unused.
fn drop_history(set: &DaemonSet, may_be_unused: bool, context: &mut Context<'_>) {
    let limit = set.spec.revision_history_limit;
    if !may_be_unused || history::revisions(&set.meta, context).len() <= usize::try_from(limit).unwrap_or(0) {
        return;
    }
    let pods = context.store.objects().owned::<Pod>(set.meta.uid);
    let mut live: BTreeSet<SmolStr> = pods
        .filter_map(|pod| pod.meta.labels.get(HASH_LABEL))
        .map(|hash| smol_str::format_smolstr!("{}-{hash}", set.meta.name))
        .collect();
    if let Some(newest) = history::revisions(&set.meta, context).last() {
        live.insert(newest.name().clone());
    }
    history::drop_old(&set.meta, limit, &live, context);
}

fn create(set: &DaemonSet, node: &SmolStr, ledger: &mut Ledger, context: &mut Context<'_>) -> Result<(), StoreError> {
    let Some((_, placement)) = &ledger.judged_by else {
        return Ok(());
    };
    let template = &set.spec.template;
    let pod = Pod {
        meta: ObjectMeta {
            generate_name: generate_name_prefix(&set.meta.name),
            namespace: set.meta.namespace.clone(),
            labels: labels(template.labels.clone(), ledger),
            annotations: template.annotations.clone(),
            owners: vec![controller_reference(DaemonSet::KIND, &set.meta)].into(),
            ..ObjectMeta::default()
        },
        spec: Arc::new(placement.spec_for(node)),
        ..Pod::default()
    };
    // Each pod names its node, so that no two of them share a spec.
    match CONTROL.create(set, pod, &mut Admitted::default(), context) {
        Ok(pod) => {
            ledger.place(node.clone(), pod.meta.key(), true);
            Ok(())
        }
        // The namespace goes, and the DaemonSet with it.
        Err(StoreError::NamespaceTerminating(..)) => Ok(()),
        Err(error) => Err(error),
    }
}

fn labels(mut labels: Labels, ledger: &Ledger) -> Labels {
    let map = Arc::make_mut(&mut labels);
    map.insert(HASH_LABEL.into(), ledger.hash.clone());
    if !ledger.generation.is_empty() {
        map.insert(GENERATION_LABEL.into(), ledger.generation.clone());
    }
    labels
}

/// Whether two versions of a node look the same to a DaemonSet.
fn is_alike(before: &Node, after: &Node) -> bool {
    before.meta.labels == after.meta.labels && before.taints == after.taints
}

/// Whether a change of a pod can matter to its DaemonSet.
fn matters(before: &Pod, after: &Pod) -> bool {
    before.status.phase != after.status.phase
        || before.is_ready() != after.is_ready()
        || before.node_name != after.node_name
        || before.meta.deletion != after.meta.deletion
        || before.meta.owners != after.meta.owners
        || before.meta.labels != after.meta.labels
}
