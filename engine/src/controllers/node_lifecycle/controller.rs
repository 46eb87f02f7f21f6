//! Watching, and the three kinds of work: looks at nodes (every tick), `NoSchedule` taints (at once), `NoExecute` taints (by zone).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use smol_str::SmolStr;

use super::super::{ControllerId, WorkQueue};
use super::health;
use super::mark_lost;
use super::taints::{self, NOT_READY, UNREACHABLE};
use super::zones::{Turn, Zones, zone_of};
use crate::api::{Condition, Node, Object, ObjectKey, TaintEffect};
use crate::component::Context;
use crate::events::Report;
use crate::settings::PodEviction;
use crate::sim::{Seed, SimTime, Urgency};
use crate::store::Change;

/// The controller's name in events.
pub const COMPONENT: &str = "node-controller";
/// The namespace of the keys that stand for a node whose pods are to be evicted, not for a zone.
const EVICTION: &str = "evict";
/// How often zones are looked at for nodes to taint. `NodeEvictionPeriod`: 100ms.
const EVICTION_PERIOD: Duration = Duration::from_millis(100);

/// The controller.
#[derive(Debug)]
pub struct NodeLifecycle {
    looks: WorkQueue,
    no_schedule: WorkQueue,
    no_execute: WorkQueue,
    /// When the ticks began.
    phase: SimTime,
    /// When each node is to be looked at next.
    due: BTreeMap<SmolStr, SimTime>,
    /// Nodes that were registered, as they were then.
    known: BTreeMap<SmolStr, Arc<Node>>,
    zones: Zones,
}

impl NodeLifecycle {
    /// A controller that has seen nothing yet.
    pub fn new(seed: Seed) -> Self {
        let name = "node-lifecycle-controller";
        let mut looks = WorkQueue::new(ControllerId::NodeLifecycle, seed, name);
        let phase = SimTime::ZERO + looks.random().duration(Duration::ZERO, Duration::from_secs(5));
        NodeLifecycle {
            looks,
            no_schedule: WorkQueue::new(ControllerId::NodeTaint, seed, "node-lifecycle-controller/taints"),
            no_execute: WorkQueue::new(ControllerId::NodeEviction, seed, "node-lifecycle-controller/evictions"),
            phase,
            due: BTreeMap::new(),
            known: BTreeMap::new(),
            zones: Zones::default(),
        }
    }

    /// See [`Component::observe`](crate::component::Component::observe).
    pub fn observe(&mut self, change: &Change, context: &mut Context<'_>) {
        match (change.object(), &change.before, &change.after) {
            (Object::Node(node), _, None) => self.look_at(node.meta.name.clone(), context.now, context),
            (Object::Node(node), before, Some(_)) => {
                let before = before.as_ref().and_then(Object::as_node);
                if before
                    .is_none_or(|before| taints::wanted(before) != taints::wanted(node) || before.taints != node.taints)
                {
                    self.no_schedule.add(node.meta.key(), context);
                }
                if before.is_none_or(|before| health::ready_status(before) != health::ready_status(node)) {
                    self.look_at(node.meta.name.clone(), context.now, context);
                }
            }
            (Object::Lease(lease), _, Some(_)) => {
                if let Some(at) = health::lost_at(lease, self.phase, self.zones.amnesty(), context.settings) {
                    self.look_at(lease.meta.name.clone(), at, context);
                }
            }
            _ => {}
        }
    }

    /// Looks at a node at the first tick from then on.
    fn look_at(&mut self, node: SmolStr, from: SimTime, context: &mut Context<'_>) {
        // What happens in a tick is seen by the next one.
        let from = from.max(context.now + Duration::from_nanos(1));
        let at = from.next_tick(self.phase, context.settings.node_monitor_period);
        let due = self.due.entry(node).or_insert(at);
        *due = at.min(*due);
        self.looks.add_at(ObjectKey::default(), at, Urgency::Active, context);
    }

    /// One tick: looks at the nodes that are due (`monitorNodeHealth`).
    pub fn run_look(&mut self, key: &ObjectKey, context: &mut Context<'_>) {
        if !self.looks.take(key, context.now) {
            return;
        }
        let due: Vec<SmolStr> = (self.due.iter())
            .filter(|(_, at)| **at <= context.now)
            .map(|(name, _)| name.clone())
            .collect();
        for name in &due {
            self.due.remove(name);
            self.look(name, context);
        }
        if !due.is_empty() {
            self.handle_disruption(context);
        }
        if let Some(next) = self.due.values().min().copied() {
            self.looks.add_at(ObjectKey::default(), next, Urgency::Active, context);
        }
    }

    fn look(&mut self, name: &SmolStr, context: &mut Context<'_>) {
        let key = ObjectKey::cluster(name.clone());
        let Some(node) = context.store.get::<Node>(&key).cloned() else {
            self.forget(name, context);
            return;
        };
        if self.known.insert(name.clone(), node.clone()).is_none() {
            report(
                &node,
                "RegisteredNode",
                format!("Node {name} event: Registered Node {name} in Controller"),
                context,
            );
        }
        let observed = health::ready_status(&node);
        if health::check(&node, self.phase, self.zones.amnesty(), context) {
            // The taints follow the status that the next tick sees.
            self.look_at(name.clone(), context.now, context);
        }
        match observed.as_deref() {
            Some("True") => {
                self.zones.remove(name);
                taints::remove_no_execute(&key, context);
            }
            Some(status) => {
                let taint = if status == "False" { NOT_READY } else { UNREACHABLE };
                if !taints::has(&node, taint, TaintEffect::NoExecute) {
                    self.zones.add(zone_of(&node), name.clone(), taint);
                    self.schedule_zone(&zone_of(&node), context);
                }
            }
            None => {}
        }
    }

    fn forget(&mut self, name: &SmolStr, context: &mut Context<'_>) {
        self.zones.remove(name);
        if let Some(node) = self.known.remove(name) {
            let message = format!("Node {name} event: Removing Node {name} from Controller");
            report(&node, "RemovingNode", message, context);
        }
    }

    /// Follows the state of the zones: if all nodes of all zones are lost, something is wrong with this controller, and nothing
    /// is evicted.
    fn handle_disruption(&mut self, context: &mut Context<'_>) {
        let nodes: Vec<(SmolStr, bool)> = (context.store.objects().all::<Node>())
            .filter_map(|node| Some((zone_of(node), Condition::find(&node.conditions, "Ready")?.is_true())))
            .collect();
        let turn = self.zones.update(&nodes, context.now);
        let keys: Vec<ObjectKey> = match turn {
            Some(_) => context
                .store
                .objects()
                .all::<Node>()
                .map(|node| node.meta.key())
                .collect(),
            None => Vec::new(),
        };
        for key in keys {
            match turn {
                Some(Turn::AllLost) => taints::remove_no_execute(&key, context),
                _ => self.look_at(key.name, context.now, context),
            }
        }
        for zone in self.zones.waiting() {
            self.schedule_zone(&zone, context);
        }
    }

    fn schedule_zone(&mut self, zone: &SmolStr, context: &mut Context<'_>) {
        if let Some(at) = self.zones.next_at(zone, context.now) {
            let at = at.next_tick(self.phase, EVICTION_PERIOD);
            self.no_execute
                .add_at(ObjectKey::cluster(zone.clone()), at, Urgency::Active, context);
        }
    }

    /// Brings a node's `NoSchedule` taints in line with its conditions.
    pub fn run_taint(&mut self, key: &ObjectKey, context: &mut Context<'_>) {
        if self.no_schedule.take(key, context.now) {
            taints::apply_no_schedule(key, context);
        }
    }

    /// Taints the next lost node of a zone so that its pods are evicted.
    pub fn run_eviction(&mut self, key: &ObjectKey, context: &mut Context<'_>) {
        if !self.no_execute.take(key, context.now) {
            return;
        }
        if key.namespace == EVICTION {
            mark_lost::evict_pods(&key.name, context);
            return;
        }
        if let Some((node, taint)) = self.zones.take(&key.name, context.now) {
            let node = ObjectKey::cluster(node);
            // It may be ready again since it was put in the queue.
            let lost = |node: &Arc<Node>| health::ready_status(node).is_some_and(|status| status != "True");
            let is_lost = context.store.get::<Node>(&node).is_some_and(lost);
            if is_lost && context.settings.pod_eviction == PodEviction::MarkLost {
                let at = context.now + context.settings.pod_eviction_timeout;
                let eviction = ObjectKey::new(EVICTION, node.name);
                self.no_execute.add_at(eviction, at, Urgency::Active, context);
            } else if is_lost {
                taints::apply_no_execute(&node, taint, context);
            }
        }
        self.schedule_zone(&key.name, context);
    }
}

fn report(node: &Node, reason: &'static str, message: String, context: &mut Context<'_>) {
    context.events.record(
        context.store,
        context.settings,
        node,
        Report::normal(COMPONENT, reason, message),
    );
}
