//! The taint eviction controller: deletes pods that do not, or no longer, tolerate a NoExecute taint of their node.
//!
//! Source: kube-controller-manager `pkg/controller/tainteviction`; documentation "Taints and Tolerations: taint based evictions".

use std::collections::BTreeMap;
use std::time::Duration;

use super::{ControllerId, WorkQueue};
use crate::api::{Condition, Kind, Node, Object, ObjectKey, Pod, Taint, TaintEffect};
use crate::component::Context;
use crate::events::Report;
use crate::sim::{Seed, SimTime, Urgency};
use crate::store::{Change, DeleteOptions};

/// The controller's name in events.
const COMPONENT: &str = "taint-eviction-controller";

/// The controller.
#[derive(Debug)]
pub struct TaintEvictionController {
    queue: WorkQueue,
    /// Pods that will be deleted, and when.
    planned: BTreeMap<ObjectKey, SimTime>,
}

impl TaintEvictionController {
    /// A controller that has seen nothing yet.
    pub fn new(seed: Seed) -> Self {
        let queue = WorkQueue::new(ControllerId::TaintEviction, seed, COMPONENT);
        TaintEvictionController {
            queue,
            planned: BTreeMap::new(),
        }
    }

    /// See [`Component::observe`](crate::component::Component::observe).
    pub fn observe(&mut self, change: &Change, context: &mut Context<'_>) {
        match (&change.before, &change.after) {
            (before, Some(Object::Node(node))) => {
                let before = before.as_ref().and_then(Object::as_node);
                let had_taints = before.is_some_and(|before| no_execute(before).next().is_some());
                let has_taints = no_execute(node).next().is_some();
                if (had_taints || has_taints) && before.is_none_or(|before| before.taints != node.taints) {
                    self.enqueue_pods(node, context);
                }
            }
            (before, Some(Object::Pod(pod))) => {
                let before = before.as_ref().and_then(Object::as_pod);
                if before.is_none_or(|before| before.node_name != pod.node_name || before.spec != pod.spec)
                    && is_tainted(pod, context)
                {
                    self.queue.add(pod.meta.key(), context);
                }
            }
            (Some(Object::Pod(pod)), None) => {
                self.planned.remove(&pod.meta.key());
            }
            _ => {}
        }
    }

    fn enqueue_pods(&mut self, node: &Node, context: &mut Context<'_>) {
        let pods: Vec<ObjectKey> = context
            .store
            .objects()
            .pods_on(&node.meta.name)
            .map(|pod| pod.meta.key())
            .collect();
        for key in pods {
            self.queue.add(key, context);
        }
    }

    /// Looks at one pod: plans, cancels or carries out its eviction.
    pub fn run(&mut self, key: &ObjectKey, context: &mut Context<'_>) {
        if !self.queue.take(key, context.now) {
            return;
        }
        let Some(pod) = context
            .store
            .get::<Pod>(key)
            .filter(|pod| !pod.meta.is_deleted())
            .cloned()
        else {
            self.planned.remove(key);
            return;
        };
        match tolerated_for(&pod, context) {
            Tolerated::Forever => {
                if self.planned.remove(key).is_some() {
                    let message = format!("Cancelling deletion of Pod {key}");
                    report(&pod, message, context);
                }
            }
            Tolerated::For(duration) => {
                let at = *self.planned.entry(key.clone()).or_insert(context.now + duration);
                if at <= context.now {
                    self.planned.remove(key);
                    evict(&pod, context);
                } else {
                    self.queue.add_at(key.clone(), at, Urgency::Active, context);
                }
            }
        }
    }
}

/// How long a pod bears the taints of its node.
enum Tolerated {
    Forever,
    For(Duration),
}

fn no_execute(node: &Node) -> impl Iterator<Item = &Taint> {
    node.taints
        .iter()
        .filter(|taint| taint.effect == TaintEffect::NoExecute)
}

fn is_tainted(pod: &Pod, context: &Context<'_>) -> bool {
    let node = context.store.get::<Node>(&ObjectKey::cluster(pod.node_name.clone()));
    node.is_some_and(|node| no_execute(node).next().is_some())
}

/// The shortest time that the tolerations in use give; a taint without any gives none.
fn tolerated_for(pod: &Pod, context: &Context<'_>) -> Tolerated {
    let Some(node) = context.store.get::<Node>(&ObjectKey::cluster(pod.node_name.clone())) else {
        return Tolerated::Forever;
    };
    let mut shortest: Option<Duration> = None;
    for taint in no_execute(node) {
        let mut matching = pod
            .spec
            .tolerations
            .iter()
            .filter(|toleration| toleration.tolerates(&taint.key, &taint.value, TaintEffect::NoExecute));
        let Some(toleration) = matching.next() else {
            return Tolerated::For(Duration::ZERO);
        };
        for toleration in std::iter::once(toleration).chain(matching) {
            if let Some(seconds) = toleration.seconds {
                let duration = Duration::from_secs(u64::try_from(seconds).unwrap_or(0));
                shortest = Some(shortest.map_or(duration, |shortest| shortest.min(duration)));
            }
        }
    }
    shortest.map_or(Tolerated::Forever, Tolerated::For)
}

fn evict(pod: &Pod, context: &mut Context<'_>) {
    report(pod, format!("Marking for deletion Pod {}", pod.meta.key()), context);
    let timestamp = context.store.timestamp();
    let key = pod.meta.key();
    context.store.modify::<Pod>(&key, |pod| {
        let message = "Taint manager: deleting due to NoExecute taint";
        let condition = Condition::new("DisruptionTarget", true, "DeletionByTaintManager", message, timestamp);
        Condition::set(&mut pod.status.conditions, condition);
    });
    // Somebody else may have deleted it: then there is nothing left to do.
    let _ = context.store.delete(
        Kind::POD,
        &key,
        DeleteOptions {
            uid: Some(pod.meta.uid),
            ..DeleteOptions::default()
        },
    );
}

fn report(pod: &Pod, message: String, context: &mut Context<'_>) {
    let report = Report::normal(COMPONENT, "TaintManagerEviction", message);
    context.events.record(context.store, context.settings, pod, report);
}
