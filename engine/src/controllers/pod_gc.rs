//! The pod garbage collector: removes pods whose node no longer exists.
//!
//! It looks every 20 s and lets a missing node rest for 40 s, in case it comes back. Both are computed, not polled.
//! Source: kube-controller-manager `pkg/controller/podgc`; documentation "Pod Lifecycle: garbage collection of Pods". Not
//! modelled: the threshold on terminated pods (12,500) and pods that were never scheduled.

use std::time::Duration;

use super::{ControllerId, WorkQueue};
use crate::api::{Condition, Kind, Node, Object, ObjectKey, Pod, PodPhase};
use crate::component::Context;
use crate::sim::{Random, Seed, SimTime, Urgency};
use crate::store::{Change, DeleteOptions};

/// How often the collector looks.
const PERIOD: Duration = Duration::from_secs(20);
/// How long a missing node rests before its pods are removed.
const QUARANTINE: Duration = Duration::from_secs(40);

/// The controller. Its keys are nodes.
#[derive(Debug)]
pub struct PodGcController {
    queue: WorkQueue,
    random: Random,
    first_tick: Option<SimTime>,
}

impl PodGcController {
    /// A controller that has seen nothing yet.
    pub fn new(seed: Seed) -> Self {
        PodGcController {
            queue: WorkQueue::new(ControllerId::PodGc, seed, "pod-garbage-collector-controller"),
            random: seed.stream("pod-garbage-collector-controller/ticks"),
            first_tick: None,
        }
    }

    /// See [`Component::observe`](crate::component::Component::observe).
    pub fn observe(&mut self, change: &Change, context: &mut Context<'_>) {
        let node = match (&change.before, &change.after) {
            (Some(Object::Node(node)), None) => node.meta.name.clone(),
            (_, Some(Object::Pod(pod))) if !pod.node_name.is_empty() && node_is_gone(&pod.node_name, context) => {
                pod.node_name.clone()
            }
            _ => return,
        };
        let first = *self
            .first_tick
            .get_or_insert_with(|| SimTime::ZERO + self.random.duration(Duration::ZERO, PERIOD));
        let noticed = context.now.next_tick(first, PERIOD);
        let due = (noticed + QUARANTINE).next_tick(first, PERIOD);
        self.queue
            .add_at(ObjectKey::cluster(node), due, Urgency::Active, context);
    }

    /// Removes the pods of a node that is still missing.
    pub fn run(&mut self, key: &ObjectKey, context: &mut Context<'_>) {
        if !self.queue.take(key, context.now) || !node_is_gone(&key.name, context) {
            return;
        }
        let pods: Vec<ObjectKey> = context
            .store
            .objects()
            .pods_on(&key.name)
            .map(|pod| pod.meta.key())
            .collect();
        let timestamp = context.store.timestamp();
        for pod in pods {
            context.store.modify::<Pod>(&pod, |pod| {
                if pod.status.phase.is_terminal() {
                    return;
                }
                pod.status.phase = PodPhase::Failed;
                let message = "PodGC: node no longer exists";
                let condition = Condition::new("DisruptionTarget", true, "DeletionByPodGC", message, timestamp);
                Condition::set(&mut pod.status.conditions, condition);
            });
            // The pod was there a moment ago, in this very instant.
            let _ = context.store.delete(Kind::POD, &pod, DeleteOptions::now());
        }
    }
}

fn node_is_gone(name: &str, context: &Context<'_>) -> bool {
    context.store.get::<Node>(&ObjectKey::cluster(name)).is_none()
}
