//! The taint eviction controller: deletes pods that do not, or no longer, tolerate a `NoExecute` taint of their node.
//!
//! Source: kube-controller-manager `pkg/controller/tainteviction` (before v1.29 a part of node-lifecycle); documentation "Taints
//! and Tolerations: taint based evictions". Its work queue holds nodes (keys without a namespace) and pods.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{ControllerId, WorkQueue};
use crate::api::{Condition, Kind, Node, Object, ObjectKey, Pod, Taint, TaintEffect};
use crate::component::Context;
use crate::events::Report;
use crate::sim::{Seed, SimTime, Urgency};
use crate::store::{Change, DeleteOptions};

/// The controller.
#[derive(Debug)]
pub struct TaintEviction {
    queue: WorkQueue,
    /// Pods that a taint ends sooner or later.
    work: BTreeMap<ObjectKey, Work>,
}

/// How far the eviction of a pod is (`TimedWorkerQueue`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Work {
    /// It is due then.
    Due(SimTime),
    /// The requests are under way: reading the pod, writing its condition.
    Going,
    /// It is done; as long as the taint is there, not again.
    Done,
}

/// What becomes of a pod on its node.
enum Fate {
    Stays,
    GoesAfter(Duration),
}

impl TaintEviction {
    /// A controller that has seen nothing yet.
    pub fn new(seed: Seed) -> Self {
        TaintEviction {
            queue: WorkQueue::new(ControllerId::TaintEviction, seed, "taint-eviction-controller"),
            work: BTreeMap::new(),
        }
    }

    /// See [`Component::observe`](crate::component::Component::observe).
    pub fn observe(&mut self, change: &Change, context: &mut Context<'_>) {
        match change.object() {
            Object::Node(node) => {
                let before = change.before.as_ref().and_then(Object::as_node);
                let was_tainted = before.is_some_and(|before| no_execute(before).next().is_some());
                let same = before.is_some_and(|before| no_execute(before).eq(no_execute(node)));
                if !same && (was_tainted || no_execute(node).next().is_some()) {
                    self.queue.add(node.meta.key(), context);
                }
            }
            Object::Pod(pod) if change.after.is_none() && self.work.contains_key(&pod.meta.key()) => {
                self.cancel(pod, context);
            }
            Object::Pod(_) if change.after.is_none() => {}
            Object::Pod(pod) => {
                let was_bound = change
                    .before
                    .as_ref()
                    .and_then(Object::as_pod)
                    .is_some_and(|pod| !pod.node_name.is_empty());
                let node = ObjectKey::cluster(pod.node_name.clone());
                let tainted = |node: &std::sync::Arc<Node>| no_execute(node).next().is_some();
                if !was_bound && !pod.node_name.is_empty() && context.store.get::<Node>(&node).is_some_and(tainted) {
                    self.queue.add(pod.meta.key(), context);
                }
            }
            _ => {}
        }
    }

    /// Looks at a node's pods, or at one pod.
    pub fn run(&mut self, key: &ObjectKey, context: &mut Context<'_>) {
        if !self.queue.take(key, context.now) {
            return;
        }
        if !key.namespace.is_empty() {
            self.look_at(key, context);
            return;
        }
        let pods: Vec<ObjectKey> = context
            .store
            .objects()
            .pods_on(&key.name)
            .map(|pod| pod.meta.key())
            .collect();
        for pod in pods {
            self.look_at(&pod, context);
        }
    }

    /// Looks at one pod. One that is being deleted already is evicted all the same, once.
    fn look_at(&mut self, key: &ObjectKey, context: &mut Context<'_>) {
        let Some(pod) = context.store.get::<Pod>(key).cloned() else {
            self.work.remove(key);
            return;
        };
        let Some(node) = context.store.get::<Node>(&ObjectKey::cluster(pod.node_name.clone())) else {
            return;
        };
        match (fate(&pod, node), self.work.get(key).copied()) {
            (Fate::Stays, _) => self.cancel(&pod, context),
            (Fate::GoesAfter(Duration::ZERO), known) => {
                if known == Some(Work::Going) {
                    self.evict(&pod, context);
                } else if known != Some(Work::Done) {
                    self.cancel(&pod, context);
                    self.work.insert(key.clone(), Work::Going);
                    let (min, max) = (
                        context.settings.component_latency_min,
                        context.settings.component_latency_max,
                    );
                    let random = self.queue.random();
                    let delay = random.duration(min, max) + random.duration(min, max);
                    self.queue.add_after(key.clone(), delay, context);
                }
            }
            (Fate::GoesAfter(_), Some(Work::Due(at))) if at <= context.now => self.evict(&pod, context),
            // The first taint's time counts, whatever came since.
            (Fate::GoesAfter(_), Some(Work::Due(_) | Work::Done)) => {}
            (Fate::GoesAfter(delay), None | Some(Work::Going)) => {
                let at = context.now + delay;
                self.work.insert(key.clone(), Work::Due(at));
                self.queue.add_at(key.clone(), at, Urgency::Active, context);
            }
        }
    }

    /// Forgets what was to become of a pod, and says so if it was still to come.
    fn cancel(&mut self, pod: &Pod, context: &mut Context<'_>) {
        let key = pod.meta.key();
        if let Some(Work::Due(_)) = self.work.remove(&key) {
            report(pod, format!("Cancelling deletion of Pod {key}"), context);
        }
    }

    fn evict(&mut self, pod: &Pod, context: &mut Context<'_>) {
        let key = pod.meta.key();
        self.work.insert(key.clone(), Work::Done);
        report(pod, format!("Marking for deletion Pod {key}"), context);
        let message = "Taint manager: deleting due to NoExecute taint";
        let now = context.store.timestamp();
        let condition = Condition::new("DisruptionTarget", true, "DeletionByTaintManager", message, now);
        context
            .store
            .modify::<Pod>(&key, |pod| pod.status.set_condition(condition));
        // It was read at this very instant; one that is going already keeps its time.
        let _ = context.store.delete(Kind::POD, &key, DeleteOptions::default());
    }
}

fn no_execute(node: &Node) -> impl Iterator<Item = &Taint> {
    node.taints
        .iter()
        .filter(|taint| taint.effect == TaintEffect::NoExecute)
}

/// A taint without a matching toleration ends a pod at once; the shortest `tolerationSeconds` among matching ones later.
fn fate(pod: &Pod, node: &Node) -> Fate {
    let mut shortest: Option<i64> = None;
    for taint in no_execute(node) {
        let tolerates =
            |toleration: &&crate::api::Toleration| toleration.tolerates(&taint.key, &taint.value, taint.effect);
        let Some(toleration) = pod.spec.tolerations.iter().find(tolerates) else {
            return Fate::GoesAfter(Duration::ZERO);
        };
        if let Some(seconds) = toleration.seconds {
            shortest = Some(shortest.map_or(seconds, |shortest| shortest.min(seconds)).max(0));
        }
    }
    match shortest {
        None => Fate::Stays,
        Some(seconds) => Fate::GoesAfter(Duration::from_secs(u64::try_from(seconds).unwrap_or(0))),
    }
}

fn report(pod: &Pod, message: String, context: &mut Context<'_>) {
    let component = if context.settings.since(1, 29) {
        "taint-eviction-controller"
    } else {
        "taint-controller"
    };
    let report = Report::normal(component, "TaintManagerEviction", message);
    context.events.record(context.store, context.settings, pod, report);
}
