//! Node-pressure eviction: a node that runs short ends pods, one at a time, before it goes under.
//!
//! Every 10 s the kubelet compares what is available with its hard thresholds (memory 100Mi, disk 10%). Below one of them the
//! node's condition and with it its taint say so, and the first pod of the ranking is ended without grace: those that use more
//! than they request first, then by priority, then by how much they use beyond it. Disk is first made free by removing images
//! that nobody uses. A soft threshold (for memory, if the settings have one) shows in the condition at once, and ends pods with
//! their grace when it was met for a while. The condition stays until nothing was short for 5 minutes. Source: kubelet
//! `eviction/eviction_manager.go`, `helpers.go` (`rankMemoryPressure`, `evictionMessage`); documentation "Node-pressure Eviction".
//!
//! How much is used: what a scenario tells of processes counts exactly. A fault (`runs low on memory`) takes so much from
//! outside that half the threshold is left; each pod ended then frees what its processes use, of which a process that nobody has
//! said anything about uses its request, or 50Mi. Not modelled: inodes, pids (no threshold by default), the
//! disk that containers fill, `kube-reserved`.

use std::collections::BTreeMap;
use std::time::Duration;

use super::agent::Agent;
use super::eviction_ranking::{bytes, capacity, soft_threshold, threshold, untold_memory};
use super::kubelets::{Kubelets, Task, Wake};
use crate::api::{Condition, Node, ObjectKey, Uid};
use crate::component::{self, Context};
use crate::events::Report;
use crate::faults::Pressure;
use crate::sim::{SimTime, Urgency};

/// How often thresholds are looked at (kubelet `evictionMonitoringPeriod`).
const MONITORING_PERIOD: Duration = Duration::from_secs(10);
/// What ending a pod frees of the disk, in bytes.
const UNTOLD_DISK_BYTES: u64 = 1 << 30;

/// A threshold that is met, and by how much.
#[derive(Debug, Clone, Copy)]
struct Breach {
    /// The threshold, in bytes.
    wanted: u64,
    /// What is left, in bytes.
    available: u64,
    /// How long pods get to end; none: no time at all, for the threshold is a hard one.
    grace: Option<Duration>,
}

/// What a node's kubelet knows of its shortages.
#[derive(Debug, Default)]
pub(super) struct Shortage {
    /// Pressures as the node's conditions say.
    pub shown: Vec<Pressure>,
    /// When each was last found.
    found: BTreeMap<Pressure, SimTime>,
    /// What lacks because of something outside the pods, in bytes.
    pub outside: BTreeMap<Pressure, u64>,
    /// Since when less than a soft threshold was left.
    soft_since: BTreeMap<Pressure, SimTime>,
    /// When thresholds are looked at next.
    look_at: Option<SimTime>,
}

impl Kubelets {
    /// Something outside the pods takes what a node has, or gives it back. Returns whether that changes anything.
    pub(crate) fn set_pressure(&mut self, node: &str, pressure: Pressure, on: bool, context: &mut Context<'_>) -> bool {
        let Some(agent) = self.agent(node) else { return false };
        let number = agent.number;
        let before = agent.shortage.outside.contains_key(&pressure);
        if !on {
            agent.shortage.outside.remove(&pressure);
            agent.shortage.found.insert(pressure, context.now);
            look_at(agent, context.now + MONITORING_PERIOD, Urgency::Periodic, context);
            return before;
        }
        let key = ObjectKey::cluster(agent.name.clone());
        let node = context.store.get::<Node>(&key).cloned();
        let lacking = node.map_or(0, |node| match pressure {
            Pressure::Memory => {
                let available = capacity(&node, "memory").saturating_sub(agent.told_memory(context.now));
                available.saturating_sub(threshold(&node, pressure, context) / 2)
            }
            Pressure::Disk => threshold(&node, pressure, context) / 2,
            Pressure::Pids => 1,
        });
        agent.shortage.outside.insert(pressure, lacking);
        agent.shortage.found.insert(pressure, context.now);
        if agent.machine.kubelet && agent.machine.connected {
            self.show_pressure(number, pressure, true, context);
        }
        if let Some(agent) = self.agents.get_mut(number as usize) {
            look_at(agent, context.now, Urgency::Active, context);
        }
        !before
    }

    /// Writes a pressure condition of a node, with the event that goes with it.
    fn show_pressure(&mut self, number: u32, pressure: Pressure, on: bool, context: &mut Context<'_>) {
        let Some(agent) = self.agents.get_mut(number as usize) else {
            return;
        };
        if agent.shortage.shown.contains(&pressure) == on {
            return;
        }
        agent.shortage.shown.retain(|shown| *shown != pressure);
        if on {
            agent.shortage.shown.push(pressure);
        }
        let now = context.store.timestamp();
        let key = ObjectKey::cluster(agent.name.clone());
        let node = context.store.modify::<Node>(&key, |node| {
            Condition::set(&mut node.conditions, pressure.condition(on, now));
        });
        if let Some(node) = node {
            let event = pressure.event(on);
            let report = Report::normal(
                "kubelet",
                event,
                format!("Node {} status is now: {event}", node.meta.name),
            );
            let report = report.on(&node.meta.name);
            context
                .events
                .record(context.store, context.settings, node.as_ref(), report);
        }
    }

    /// Memory use of a node's processes has become another: when will it fall below the threshold?
    pub(super) fn review_memory(&mut self, number: u32, context: &mut Context<'_>) {
        let Some(agent) = self.agents.get_mut(number as usize) else {
            return;
        };
        let Some(node) = context
            .store
            .get::<Node>(&ObjectKey::cluster(agent.name.clone()))
            .cloned()
        else {
            return;
        };
        let outside = agent.shortage.outside.get(&Pressure::Memory).copied().unwrap_or(0);
        let (hard, soft) = (
            threshold(&node, Pressure::Memory, context),
            soft_threshold(Pressure::Memory, context),
        );
        let reserved = hard.max(soft).saturating_add(outside);
        let limit = capacity(&node, "memory").saturating_sub(reserved);
        if let Some(at) = agent.memory_exceeds(limit, context.now) {
            // What a leak will do in hours is no unfinished business.
            let urgency = match at.since(context.now) <= MONITORING_PERIOD {
                true => Urgency::Active,
                false => Urgency::Periodic,
            };
            look_at(agent, at, urgency, context);
        }
    }

    /// Looks at the thresholds: ends a pod if one is met.
    pub(super) fn look_at_thresholds(&mut self, number: u32, context: &mut Context<'_>) {
        let Some(agent) = self.agents.get_mut(number as usize) else {
            return;
        };
        if agent.shortage.look_at != Some(context.now) || !agent.machine.connected {
            return;
        }
        agent.shortage.look_at = None;
        let key = ObjectKey::cluster(agent.name.clone());
        let Some(node) = context.store.get::<Node>(&key).cloned() else {
            return;
        };
        for pressure in [Pressure::Memory, Pressure::Disk, Pressure::Pids] {
            let Some(agent) = self.agents.get_mut(number as usize) else {
                return;
            };
            if agent.is_short(&node, pressure, context) {
                agent.shortage.found.insert(pressure, context.now);
                let breach = agent.breach(&node, pressure, context);
                self.show_pressure(number, pressure, true, context);
                // A shortage that nobody can do anything about is no unfinished business.
                let urgency = match breach.is_none_or(|breach| self.reclaim(number, pressure, breach, &node, context)) {
                    true => Urgency::Active,
                    false => Urgency::Periodic,
                };
                let Some(agent) = self.agents.get_mut(number as usize) else {
                    return;
                };
                look_at(agent, context.now + MONITORING_PERIOD, urgency, context);
                continue;
            }
            agent.shortage.soft_since.remove(&pressure);
            let Some(found) = agent.shortage.found.get(&pressure).copied() else {
                continue;
            };
            let until = found + context.settings.eviction_pressure_transition_period;
            if until > context.now {
                look_at(agent, until, Urgency::Periodic, context);
            } else {
                agent.shortage.found.remove(&pressure);
                self.show_pressure(number, pressure, false, context);
            }
        }
        self.review_memory(number, context);
    }

    /// Makes room: removes images that nobody uses if the disk is short, then ends the first pod of the ranking. Returns whether
    /// it could do something.
    fn reclaim(
        &mut self,
        number: u32,
        pressure: Pressure,
        breach: Breach,
        node: &Node,
        context: &mut Context<'_>,
    ) -> bool {
        let Some(agent) = self.agents.get_mut(number as usize) else {
            return false;
        };
        let resource = match pressure {
            Pressure::Memory => "memory",
            Pressure::Disk => "ephemeral-storage",
            Pressure::Pids => return false,
        };
        let message = format!("Attempting to reclaim {resource}");
        let report = Report::warning("kubelet", "EvictionThresholdMet", message).on(&agent.name);
        context.events.record(context.store, context.settings, node, report);
        if pressure == Pressure::Disk {
            let freed = agent.remove_unused_images(u64::MAX, Duration::ZERO, context);
            let lacking = agent.shortage.outside.entry(pressure).or_insert(0);
            *lacking = lacking.saturating_sub(freed);
            if agent.available(node, pressure, context) >= breach.wanted {
                return true;
            }
        }
        let Some(victim) = agent.first_to_go(pressure, context.now) else {
            return false;
        };
        let low = format!("The node was low on resource: {resource}. ");
        let met = format!(
            "Threshold quantity: {}, available: {}. ",
            bytes(breach.wanted),
            bytes(breach.available)
        );
        let freed = agent.pods.get(&victim).map_or(0, |slot| match pressure {
            Pressure::Memory => untold_memory(slot),
            _ => UNTOLD_DISK_BYTES,
        });
        if let Some(lacking) = agent.shortage.outside.get_mut(&pressure) {
            *lacking = lacking.saturating_sub(freed);
        }
        Kubelets::with_pod(agent, victim, context, |work| {
            let consumers = match pressure {
                Pressure::Memory => work.consumers(),
                _ => String::new(),
            };
            work.evict(format!("{low}{met}{consumers}"), breach.grace)
        });
        true
    }
}

impl Agent {
    /// Whether less is left than any threshold asks for.
    fn is_short(&self, node: &Node, pressure: Pressure, context: &Context<'_>) -> bool {
        let wanted = threshold(node, pressure, context).max(soft_threshold(pressure, context));
        self.available(node, pressure, context) < wanted
    }

    /// The threshold that makes room necessary: a hard one at once, a soft one when its grace period is over.
    fn breach(&mut self, node: &Node, pressure: Pressure, context: &Context<'_>) -> Option<Breach> {
        let (hard, soft) = (threshold(node, pressure, context), soft_threshold(pressure, context));
        let available = self.available(node, pressure, context);
        let since = *self.shortage.soft_since.entry(pressure).or_insert(context.now);
        if available < hard {
            return Some(Breach {
                wanted: hard,
                available,
                grace: None,
            });
        }
        let settings = context.settings;
        (context.now.since(since) >= settings.eviction_soft_grace_period).then_some(Breach {
            wanted: soft,
            available,
            grace: Some(settings.eviction_max_pod_grace_period),
        })
    }
}

/// Puts a look at the thresholds on the agenda: at the first tick from then on.
fn look_at(agent: &mut Agent, from: SimTime, urgency: Urgency, context: &mut Context<'_>) {
    let from = from.max(context.now + Duration::from_nanos(1));
    let at = from.next_tick(agent.sync_phase, MONITORING_PERIOD);
    let due = agent.shortage.look_at.filter(|due| *due > context.now);
    if due.is_some_and(|due| due < at || (due == at && urgency == Urgency::Periodic)) {
        return;
    }
    agent.shortage.look_at = Some(at);
    let task = Task {
        node: agent.number,
        pod: Uid::default(),
        wake: Wake::Thresholds,
    };
    context.agenda.schedule(at, urgency, component::Task::Kubelet(task));
}
