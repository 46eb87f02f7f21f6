//! The node lifecycle controller: notices silent nodes, taints them, marks their pods as not ready.
//!
//! The real controller looks at every node each monitor period. Here a look is put on the agenda only where it can change
//! something: when a Lease falls silent, the tick at which the grace period will be over is computed; when a node's condition
//! changes, the next tick. Taints with effect NoSchedule follow conditions at once; NoExecute is set at ticks and limited to one node
//! in ten seconds per zone, less where too much of a zone is unhealthy, and not at all while no node is healthy.
//!
//! Source: kube-controller-manager `pkg/controller/nodelifecycle`; documentation "Nodes: rate limits on eviction". Not modelled:
//! nodes that never had a Lease, and the Lease's own clock.

use std::collections::BTreeMap;
use std::time::Duration;

use smol_str::SmolStr;

use super::{ControllerId, WorkQueue};
use crate::api::{Condition, Lease, Node, Object, ObjectKey, Pod, Taint, TaintEffect};
use crate::component::Context;
use crate::events::Report;
use crate::sim::{Random, Seed, SimTime, Urgency};
use crate::store::Change;

/// The controller's name in events.
const COMPONENT: &str = "node-controller";
/// The namespace of the nodes' Leases.
const LEASE_NAMESPACE: &str = "kube-node-lease";
/// The taint of a node whose kubelet says that it is not ready.
const NOT_READY: &str = "node.kubernetes.io/not-ready";
/// The taint of a node whose kubelet says nothing.
const UNREACHABLE: &str = "node.kubernetes.io/unreachable";
/// The taint of a cordoned node.
const UNSCHEDULABLE: &str = "node.kubernetes.io/unschedulable";
/// The conditions that keep new pods away, and their taints.
const PRESSURE_TAINTS: [(&str, &str); 4] = [
    ("MemoryPressure", "node.kubernetes.io/memory-pressure"),
    ("DiskPressure", "node.kubernetes.io/disk-pressure"),
    ("PIDPressure", "node.kubernetes.io/pid-pressure"),
    ("NetworkUnavailable", "node.kubernetes.io/network-unavailable"),
];
/// The conditions that become Unknown with a silent kubelet.
const KUBELET_CONDITIONS: [&str; 4] = ["MemoryPressure", "DiskPressure", "PIDPressure", "Ready"];
/// The time between NoExecute taints in a zone (`--node-eviction-rate` 0.1 per second).
const EVICTION_PERIOD: Duration = Duration::from_secs(10);
/// The same in a zone that is partly disrupted, in large clusters (`--secondary-node-eviction-rate` 0.01 per second).
const SECONDARY_EVICTION_PERIOD: Duration = Duration::from_secs(100);
/// Clusters up to this size do not evict at all from a partly disrupted zone (`--large-cluster-size-threshold`).
const LARGE_CLUSTER_NODES: usize = 50;
/// A zone is partly disrupted with more than two unhealthy nodes that make up this share, in percent
/// (`--unhealthy-zone-threshold` 0.55).
const UNHEALTHY_ZONE_PERCENT: usize = 55;

/// What is planned for a node.
#[derive(Debug, Default)]
struct Plan {
    /// When its conditions are turned into NoSchedule taints.
    taint_at: Option<SimTime>,
    /// The monitor tick at which its silence is noticed.
    notice_at: Option<SimTime>,
    /// The monitor tick at which its NoExecute taint is looked at.
    execute_at: Option<SimTime>,
}

/// A zone's nodes and its rate limit.
#[derive(Debug, Default)]
struct Zone {
    nodes: usize,
    unhealthy: usize,
    /// When the next node may be tainted.
    next_taint: SimTime,
}

impl Zone {
    fn is_partly_disrupted(&self) -> bool {
        self.unhealthy > 2 && self.unhealthy < self.nodes && self.unhealthy * 100 >= self.nodes * UNHEALTHY_ZONE_PERCENT
    }
}

/// The controller.
#[derive(Debug)]
pub struct NodeLifecycleController {
    queue: WorkQueue,
    random: Random,
    /// Where the ticks of the monitor lie within its period.
    first_tick: Option<SimTime>,
    plans: BTreeMap<SmolStr, Plan>,
    zones: BTreeMap<SmolStr, Zone>,
    nodes: usize,
    unhealthy: usize,
}

impl NodeLifecycleController {
    /// A controller that has seen nothing yet.
    pub fn new(seed: Seed) -> Self {
        NodeLifecycleController {
            queue: WorkQueue::new(ControllerId::NodeLifecycle, seed, "node-lifecycle-controller"),
            random: seed.stream("node-lifecycle-controller/ticks"),
            first_tick: None,
            plans: BTreeMap::new(),
            zones: BTreeMap::new(),
            nodes: 0,
            unhealthy: 0,
        }
    }

    /// See [`Component::observe`](crate::component::Component::observe).
    pub fn observe(&mut self, change: &Change, context: &mut Context<'_>) {
        match (&change.before, &change.after) {
            (_, Some(Object::Lease(lease))) if lease.meta.namespace == LEASE_NAMESPACE => {
                self.observe_lease(lease, context);
            }
            (before, after) => {
                let before = before.as_ref().and_then(Object::as_node);
                let after = after.as_ref().and_then(Object::as_node);
                if before.is_some() || after.is_some() {
                    self.observe_node(before.map(AsRef::as_ref), after.map(AsRef::as_ref), context);
                }
            }
        }
    }

    fn observe_lease(&mut self, lease: &Lease, context: &mut Context<'_>) {
        let notice_at = lease.silent_since.map(|_| {
            // The monitor takes the time at which it sees a renewal, not the renewal's own; silence counts from there.
            let renewed = lease.renewed_at(context.now).unwrap_or(context.now);
            let seen = self.tick_at(renewed, context);
            self.tick_at(
                (seen + context.settings.node_monitor_grace_period).max(context.now),
                context,
            )
        });
        self.plans.entry(lease.meta.name.clone()).or_default().notice_at = notice_at;
        self.enqueue(&lease.meta.name, context);
    }

    fn observe_node(&mut self, before: Option<&Node>, after: Option<&Node>, context: &mut Context<'_>) {
        let healthy = |node: Option<&Node>| node.is_none_or(Node::is_ready);
        let disrupted_before = self.is_fully_disrupted();
        self.count(before, -1);
        self.count(after, 1);
        let Some(node) = after else {
            if let Some(node) = before {
                self.plans.remove(&node.meta.name);
            }
            return;
        };
        let name = node.meta.name.clone();
        let delay = self
            .random
            .duration(Duration::from_millis(20), Duration::from_millis(100));
        let stale = before.is_none_or(|before| {
            before.conditions != node.conditions
                || before.taints != node.taints
                || before.unschedulable != node.unschedulable
        });
        if stale {
            self.plans.entry(name.clone()).or_default().taint_at = Some(context.now + delay);
        }
        if before.is_some() && healthy(before) != healthy(after) || before.is_none() && !healthy(after) {
            let tick = self.tick_after(context);
            self.plans.entry(name.clone()).or_default().execute_at = Some(tick);
        }
        self.enqueue(&name, context);
        if disrupted_before && !self.is_fully_disrupted() {
            self.leave_full_disruption(context);
        }
    }

    /// Some node is healthy again: the silence of the others counts anew.
    fn leave_full_disruption(&mut self, context: &mut Context<'_>) {
        let tick = self.tick_after(context) + context.settings.node_monitor_grace_period;
        let silent: Vec<SmolStr> = (context.store.objects().all::<Node>())
            .filter(|node| !node.is_ready())
            .map(|node| node.meta.name.clone())
            .collect();
        for name in silent {
            self.plans.entry(name.clone()).or_default().execute_at = Some(tick);
            self.enqueue(&name, context);
        }
    }

    fn count(&mut self, node: Option<&Node>, sign: isize) {
        let Some(node) = node else { return };
        let add = |number: &mut usize, amount: usize| *number = number.saturating_add_signed(sign * amount as isize);
        let unhealthy = usize::from(!node.is_ready());
        let zone = self.zones.entry(zone_of(node)).or_default();
        add(&mut zone.nodes, 1);
        add(&mut zone.unhealthy, unhealthy);
        add(&mut self.nodes, 1);
        add(&mut self.unhealthy, unhealthy);
    }

    fn is_fully_disrupted(&self) -> bool {
        self.nodes > 0 && self.unhealthy == self.nodes
    }

    /// The first monitor tick at or after an instant.
    fn tick_at(&mut self, at: SimTime, context: &Context<'_>) -> SimTime {
        let period = context.settings.node_monitor_period;
        let first = *self
            .first_tick
            .get_or_insert_with(|| SimTime::ZERO + self.random.duration(Duration::ZERO, period));
        at.next_tick(first, period)
    }

    /// The first monitor tick after now.
    fn tick_after(&mut self, context: &Context<'_>) -> SimTime {
        self.tick_at(context.now + Duration::from_nanos(1), context)
    }

    /// Wakes the controller for the earliest thing planned for a node.
    fn enqueue(&mut self, name: &SmolStr, context: &mut Context<'_>) {
        let Some(plan) = self.plans.get(name) else { return };
        let planned = [plan.taint_at, plan.notice_at, plan.execute_at];
        if let Some(at) = planned.into_iter().flatten().min() {
            self.queue.add_at(
                ObjectKey::cluster(name.clone()),
                at.max(context.now),
                Urgency::Active,
                context,
            );
        }
    }

    /// Does what is due for one node.
    pub fn run(&mut self, key: &ObjectKey, context: &mut Context<'_>) {
        if !self.queue.take(key, context.now) {
            return;
        }
        let now = context.now;
        let Some(plan) = self.plans.get_mut(&key.name) else {
            return;
        };
        let due = |at: &mut Option<SimTime>| at.take_if(|at| *at <= now).is_some();
        let (taint, notice, execute) = (
            due(&mut plan.taint_at),
            due(&mut plan.notice_at),
            due(&mut plan.execute_at),
        );
        if notice {
            self.notice_silence(key, context);
        }
        if taint {
            sync_no_schedule_taints(key, context);
        }
        if execute {
            self.sync_no_execute_taint(key, context);
        }
        self.enqueue(&key.name, context);
    }

    /// The grace period of a silent node is over.
    fn notice_silence(&mut self, key: &ObjectKey, context: &mut Context<'_>) {
        let lease_key = ObjectKey::new(LEASE_NAMESPACE, key.name.clone());
        let silent = context
            .store
            .get::<Lease>(&lease_key)
            .is_some_and(|lease| lease.silent_since.is_some());
        let Some(node) = context.store.get::<Node>(key).filter(|_| silent).cloned() else {
            return;
        };
        let was_ready = node.is_ready();
        let timestamp = context.store.timestamp();
        context.store.modify::<Node>(key, |node| {
            for kind in KUBELET_CONDITIONS {
                let mut condition = Condition::new(
                    kind,
                    false,
                    "NodeStatusUnknown",
                    "Kubelet stopped posting node status.",
                    timestamp,
                );
                condition.status = SmolStr::new_static("Unknown");
                condition.last_update = Condition::find(&node.conditions, kind).and_then(|present| present.last_update);
                Condition::set(&mut node.conditions, condition);
            }
        });
        if was_ready {
            let message = format!("Node {} status is now: NodeNotReady", key.name);
            let report = Report::normal(COMPONENT, "NodeNotReady", message);
            context
                .events
                .record(context.store, context.settings, node.as_ref(), report);
            mark_pods_not_ready(&key.name, context);
        }
    }

    /// Sets or takes away the NoExecute taint of one node, as far as the zone's state and rate allow.
    fn sync_no_execute_taint(&mut self, key: &ObjectKey, context: &mut Context<'_>) {
        let Some(node) = context.store.get::<Node>(key).cloned() else {
            return;
        };
        let wanted = ready_taint(&node);
        let present = |taint: &Taint| taint.effect == TaintEffect::NoExecute && is_ready_taint(&taint.key);
        if wanted.is_some_and(|wanted| node.taints.iter().any(|taint| present(taint) && taint.key == wanted)) {
            return;
        }
        if wanted.is_some() {
            if self.is_fully_disrupted() {
                return;
            }
            if let Some(at) = self.wait_for_rate(&node, context) {
                self.plans.entry(key.name.clone()).or_default().execute_at = Some(at);
                return;
            }
        }
        let timestamp = context.store.timestamp();
        context.store.modify::<Node>(key, |node| {
            node.taints.retain(|taint| !present(taint));
            if let Some(wanted) = wanted {
                let taint = Taint {
                    time_added: Some(timestamp),
                    ..Taint::new(wanted, TaintEffect::NoExecute)
                };
                node.taints.push(taint);
            }
        });
    }

    /// Takes a token of the zone's rate limit; without one, says when to come again.
    fn wait_for_rate(&mut self, node: &Node, context: &Context<'_>) -> Option<SimTime> {
        let large = self.nodes > LARGE_CLUSTER_NODES;
        let period = context.settings.node_monitor_period;
        let zone = self.zones.entry(zone_of(node)).or_default();
        let between = match zone.is_partly_disrupted() {
            false => EVICTION_PERIOD,
            true if large => SECONDARY_EVICTION_PERIOD,
            true => return Some(context.now + period),
        };
        if zone.next_taint > context.now {
            return Some(zone.next_taint);
        }
        zone.next_taint = context.now + between;
        None
    }
}

/// The zone a node belongs to, as the controller keys its rate limits: region and zone.
fn zone_of(node: &Node) -> SmolStr {
    let label = |key| node.label(key).map(SmolStr::as_str).unwrap_or_default();
    smol_str::format_smolstr!(
        "{}:{}",
        label("topology.kubernetes.io/region"),
        label("topology.kubernetes.io/zone")
    )
}

/// The key of the taint that a node's `Ready` condition asks for; none if it is `True`.
fn ready_taint(node: &Node) -> Option<&'static str> {
    match Condition::find(&node.conditions, "Ready").map(|condition| condition.status.as_str()) {
        Some("True") => None,
        Some("Unknown") => Some(UNREACHABLE),
        _ => Some(NOT_READY),
    }
}

fn is_ready_taint(key: &str) -> bool {
    key == NOT_READY || key == UNREACHABLE
}

/// Makes a node's NoSchedule taints say what its conditions say.
fn sync_no_schedule_taints(key: &ObjectKey, context: &mut Context<'_>) {
    let Some(node) = context.store.get::<Node>(key) else {
        return;
    };
    let pressures = PRESSURE_TAINTS.iter().filter_map(|(condition, taint)| {
        Condition::find(&node.conditions, condition)
            .filter(|condition| condition.is_true())
            .map(|_| *taint)
    });
    let cordoned = node.unschedulable.then_some(UNSCHEDULABLE);
    let wanted: Vec<&'static str> = ready_taint(node).into_iter().chain(pressures).chain(cordoned).collect();
    let ours = |taint: &Taint| {
        taint.effect == TaintEffect::NoSchedule
            && (is_ready_taint(&taint.key)
                || taint.key == UNSCHEDULABLE
                || PRESSURE_TAINTS.iter().any(|(_, key)| taint.key == *key))
    };
    context.store.modify::<Node>(key, |node| {
        node.taints
            .retain(|taint| !ours(taint) || wanted.iter().any(|wanted| taint.key == *wanted));
        for wanted in wanted {
            if !node
                .taints
                .iter()
                .any(|taint| taint.effect == TaintEffect::NoSchedule && taint.key == wanted)
            {
                node.taints.push(Taint::new(wanted, TaintEffect::NoSchedule));
            }
        }
    });
}

/// Nobody can say any more whether the pods of a silent node are ready: they are taken out of their Services.
fn mark_pods_not_ready(node_name: &str, context: &mut Context<'_>) {
    let timestamp = context.store.timestamp();
    let ready: Vec<ObjectKey> = (context.store.objects().pods_on(node_name))
        .filter(|pod| pod.is_ready())
        .map(|pod| pod.meta.key())
        .collect();
    for key in ready {
        let pod = context.store.modify::<Pod>(&key, |pod| {
            Condition::set(
                &mut pod.status.conditions,
                Condition::new("Ready", false, "", "", timestamp),
            );
        });
        if let Some(pod) = pod {
            let report = Report::warning(COMPONENT, "NodeNotReady", "Node is not ready");
            context
                .events
                .record(context.store, context.settings, pod.as_ref(), report);
        }
    }
}
