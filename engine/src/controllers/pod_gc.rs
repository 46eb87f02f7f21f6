//! The pod garbage collector: removes pods whose node is gone, and pods that were deleted before they had one.
//!
//! Source: kube-controller-manager `pkg/controller/podgc`: a look every 20 s; a node must have been missing for more than 40 s
//! since the first look that missed it. A node that is not ready and has the taint `node.kubernetes.io/out-of-service` is off for
//! good: pods that are being deleted there go without its kubelet ("Non-graceful node shutdown"). Not modelled: the threshold on
//! ended pods (12,500).

use std::collections::BTreeMap;
use std::time::Duration;

use smol_str::SmolStr;

use super::{ControllerId, WorkQueue};
use crate::api::{Condition, Kind, Node, Object, ObjectKey, Pod, PodPhase};
use crate::component::Context;
use crate::sim::{Seed, SimTime, Urgency};
use crate::store::{Change, DeleteOptions};

/// How often it looks. `gcCheckPeriod`: 20s.
const PERIOD: Duration = Duration::from_secs(20);
/// How long a node must have been missing. `quarantineTime`: 40s.
const QUARANTINE: Duration = Duration::from_secs(40);

/// Says that a node is off for good (documentation "Node Shutdowns: non-graceful node shutdown").
const OUT_OF_SERVICE: &str = "node.kubernetes.io/out-of-service";

/// The controller. Its work queue holds the names of missing nodes.
#[derive(Debug)]
pub struct PodGc {
    queue: WorkQueue,
    /// When the looks began.
    phase: SimTime,
    /// When a node's absence was noticed.
    missed: BTreeMap<SmolStr, SimTime>,
}

impl PodGc {
    /// A controller that has seen nothing yet.
    pub fn new(seed: Seed) -> Self {
        let mut queue = WorkQueue::new(ControllerId::PodGc, seed, "pod-garbage-collector-controller");
        let phase = SimTime::ZERO + queue.random().duration(Duration::ZERO, PERIOD);
        PodGc {
            queue,
            phase,
            missed: BTreeMap::new(),
        }
    }

    /// See [`Component::observe`](crate::component::Component::observe).
    pub fn observe(&mut self, change: &Change, context: &mut Context<'_>) {
        match (change.object(), &change.after) {
            (Object::Node(node), None) => self.look_at(node.meta.name.clone(), context.now, context),
            (Object::Node(node), Some(_)) if is_out_of_service(node) => {
                self.look_at(node.meta.name.clone(), context.now, context);
            }
            (_, Some(Object::Pod(pod))) => {
                let was_bound = change
                    .before
                    .as_ref()
                    .and_then(Object::as_pod)
                    .is_some_and(|pod| !pod.node_name.is_empty());
                let node = ObjectKey::cluster(pod.node_name.clone());
                let found = context.store.get::<Node>(&node);
                let is_lost = found.is_none() && !was_bound;
                let is_stuck = pod.meta.is_deleted() && found.is_some_and(|node| is_out_of_service(node));
                if !pod.node_name.is_empty() && (is_lost || is_stuck) {
                    self.look_at(pod.node_name.clone(), context.now, context);
                }
            }
            _ => {}
        }
    }

    /// Looks at a missing node at the first tick from then on.
    fn look_at(&mut self, node: SmolStr, from: SimTime, context: &mut Context<'_>) {
        let at = from.next_tick(self.phase, PERIOD);
        self.queue
            .add_at(ObjectKey::cluster(node), at, Urgency::Active, context);
    }

    /// Looks at one missing node.
    pub fn run(&mut self, key: &ObjectKey, context: &mut Context<'_>) {
        if !self.queue.take(key, context.now) {
            return;
        }
        let pods: Vec<ObjectKey> = context
            .store
            .objects()
            .pods_on(&key.name)
            .map(|pod| pod.meta.key())
            .collect();
        if let Some(node) = context.store.get::<Node>(key).cloned() {
            self.missed.remove(&key.name);
            if is_out_of_service(&node) {
                remove_stuck(&pods, context);
            }
            return;
        }
        if pods.is_empty() {
            self.missed.remove(&key.name);
            return;
        }
        let since = *self.missed.entry(key.name.clone()).or_insert(context.now);
        if context.now <= since + QUARANTINE {
            self.look_at(key.name.clone(), since + QUARANTINE + Duration::from_nanos(1), context);
            return;
        }
        self.missed.remove(&key.name);
        for pod in pods {
            remove(&pod, context);
        }
    }
}

/// Whether a node is off for good, as a person says.
fn is_out_of_service(node: &Node) -> bool {
    !node.is_ready() && node.taints.iter().any(|taint| taint.key == OUT_OF_SERVICE)
}

/// Removes the pods that are being deleted on a node that is off for good.
fn remove_stuck(pods: &[ObjectKey], context: &mut Context<'_>) {
    for key in pods {
        if context.store.get::<Pod>(key).is_some_and(|pod| pod.meta.is_deleted()) {
            context.store.modify::<Pod>(key, |pod| {
                if !pod.status.phase.is_terminal() {
                    pod.status.phase = PodPhase::Failed;
                }
            });
            // It was read at this very instant.
            let _ = context.store.delete(Kind::POD, key, DeleteOptions::now());
        }
    }
}

/// Marks a pod as failed and removes it.
fn remove(key: &ObjectKey, context: &mut Context<'_>) {
    let now = context.store.timestamp();
    context.store.modify::<Pod>(key, |pod| {
        if !pod.status.phase.is_terminal() {
            pod.status.phase = PodPhase::Failed;
            let message = "PodGC: node no longer exists";
            let condition = Condition::new("DisruptionTarget", true, "DeletionByPodGC", message, now);
            pod.status.set_condition(condition);
        }
    });
    // It was read at this very instant.
    let _ = context.store.delete(Kind::POD, key, DeleteOptions::now());
}
