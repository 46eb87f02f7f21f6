//! Watching, and one reconcile.

use std::sync::Arc;

use super::super::{ControllerId, WorkQueue};
use super::replica_sets::ReplicaSets;
use super::{recreate, rolling, scale, status};
use crate::api::{Deployment, DeploymentStrategy, Object, ObjectKey, ObjectMeta, Pod, ReplicaSet};
use crate::component::Context;
use crate::events::Report;
use crate::sim::{Seed, Urgency};
use crate::store::Change;

/// The controller's name in events.
pub const COMPONENT: &str = "deployment-controller";

/// The controller.
#[derive(Debug)]
pub struct DeploymentController {
    queue: WorkQueue,
}

impl DeploymentController {
    /// A controller that has seen nothing yet.
    pub fn new(seed: Seed) -> Self {
        DeploymentController {
            queue: WorkQueue::new(ControllerId::Deployment, seed, COMPONENT),
        }
    }

    /// See [`Component::observe`](crate::component::Component::observe).
    pub fn observe(&mut self, change: &Change, context: &mut Context<'_>) {
        match change.object() {
            Object::Deployment(deployment) => self.queue.add(deployment.meta.key(), context),
            Object::ReplicaSet(replica_set) => self.observe_replica_set(&replica_set.meta, change, context),
            Object::Pod(pod) if change.after.is_none() => self.observe_pod_gone(pod, context),
            _ => {}
        }
    }

    fn observe_replica_set(&mut self, meta: &ObjectMeta, change: &Change, context: &mut Context<'_>) {
        let owners = [&change.before, &change.after].into_iter().flatten();
        let owners: Vec<ObjectKey> = owners
            .filter_map(|object| object.meta().controller())
            .filter(|owner| owner.kind == "Deployment")
            .map(|owner| ObjectKey::new(meta.namespace.clone(), owner.name.clone()))
            .collect();
        if owners.is_empty() && change.after.is_some() {
            let adopters: Vec<ObjectKey> = (context.store.objects().all_in::<Deployment>(&meta.namespace))
                .filter(|deployment| deployment.spec.matcher.matches(&meta.labels))
                .map(|deployment| deployment.meta.key())
                .collect();
            adopters.into_iter().for_each(|key| self.queue.add(key, context));
        }
        owners.into_iter().for_each(|key| self.queue.add(key, context));
    }

    /// A Deployment that recreates waits for the last old pod to go.
    fn observe_pod_gone(&mut self, pod: &Pod, context: &mut Context<'_>) {
        let Some(owner) = pod.meta.controller().filter(|owner| owner.kind == "ReplicaSet") else {
            return;
        };
        let key = ObjectKey::new(pod.meta.namespace.clone(), owner.name.clone());
        let Some(owner) = (context.store.get::<ReplicaSet>(&key)).and_then(|set| set.meta.controller()) else {
            return;
        };
        let key = ObjectKey::new(pod.meta.namespace.clone(), owner.name.clone());
        let recreates = |deployment: &&Arc<Deployment>| deployment.spec.strategy == DeploymentStrategy::Recreate;
        if context.store.get::<Deployment>(&key).filter(recreates).is_some() {
            self.queue.add(key, context);
        }
    }

    /// Reconciles one Deployment.
    pub fn run(&mut self, key: &ObjectKey, context: &mut Context<'_>) {
        if !self.queue.take(key, context.now) {
            return;
        }
        let Some(deployment) = context.store.get::<Deployment>(key).cloned() else {
            return;
        };
        if deployment.spec.selector.match_labels.is_empty() && deployment.spec.selector.match_expressions.is_empty() {
            let message = "This deployment is selecting all pods. A non-empty selector is required.";
            let report = Report::warning(COMPONENT, "SelectingAll", message);
            context
                .events
                .record(context.store, context.settings, deployment.as_ref(), report);
            return;
        }
        let retry = sync(key, &deployment, context);
        if let Some(at) = retry {
            self.queue.add_at(key.clone(), at, Urgency::Periodic, context);
        }
    }
}

/// One reconcile; returns when to look again though nothing happens.
fn sync(key: &ObjectKey, deployment: &Deployment, context: &mut Context<'_>) -> Option<crate::sim::SimTime> {
    let sets = ReplicaSets::claim(deployment, context);
    if deployment.meta.is_deleted() {
        status::sync_plainly(key, &sets, context);
        return None;
    }
    status::note_pause(key, deployment, context);
    if deployment.spec.paused || scale::is_needed(key, &sets, context) {
        scale::sync(key, sets, context);
        return None;
    }
    match deployment.spec.strategy {
        DeploymentStrategy::Recreate => recreate::sync(key, sets, context),
        DeploymentStrategy::RollingUpdate { .. } => rolling::sync(key, sets, context),
    }
}
