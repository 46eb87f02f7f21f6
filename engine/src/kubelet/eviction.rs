//! Node-pressure eviction: a node that runs short ends pods, one at a time, before it goes under.
//!
//! Every 10 s the kubelet compares what is available with its hard thresholds (memory 100Mi, disk 10%). Below one of them the
//! node's condition and with it its taint say so, and the first pod of the ranking is ended without grace: those that use more
//! than they request first, then by priority, then by how much they use beyond it. Disk is first made free by removing images
//! that nobody uses. The condition stays until nothing was short for 5 minutes. Source: kubelet `eviction/eviction_manager.go`,
//! `helpers.go` (`rankMemoryPressure`, `evictionMessage`); documentation "Node-pressure Eviction".
//!
//! How much is used: what a scenario tells of processes counts exactly. A fault (`runs low on memory`) takes so much from
//! outside that half the threshold is left; each pod ended then frees what its processes use, of which a process that nobody has
//! said anything about uses its request, or 50Mi. Not modelled: soft thresholds, inodes, pids (no threshold by default), the
//! disk that containers fill, `kube-reserved`.

use std::collections::BTreeMap;
use std::time::Duration;

use super::agent::Agent;
use super::kubelets::{Kubelets, Task, Wake};
use super::pod_slot::{PodSlot, Stage, Verdict};
use super::work::PodWork;
use crate::api::quantity::Format;
use crate::api::{Condition, Node, ObjectKey, Pod, Quantity, TaintEffect, Uid};
use crate::component::{self, Context};
use crate::events::Report;
use crate::faults::Pressure;
use crate::runtime::MemoryUse;
use crate::sim::{SimTime, Urgency};

/// How often thresholds are looked at (kubelet `evictionMonitoringPeriod`).
const MONITORING_PERIOD: Duration = Duration::from_secs(10);
/// What a process uses that nobody has said anything about and that requests nothing, in bytes.
const UNTOLD_MEMORY_BYTES: u64 = 50 << 20;
/// What ending a pod frees of the disk, in bytes.
const UNTOLD_DISK_BYTES: u64 = 1 << 30;
/// Pods of this priority and above are never evicted (`IsCriticalPod`).
const CRITICAL_PRIORITY: i32 = 2_000_000_000;

/// What a node's kubelet knows of its shortages.
#[derive(Debug, Default)]
pub(super) struct Shortage {
    /// Pressures as the node's conditions say.
    pub shown: Vec<Pressure>,
    /// When each was last found.
    found: BTreeMap<Pressure, SimTime>,
    /// What lacks because of something outside the pods, in bytes.
    outside: BTreeMap<Pressure, u64>,
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
        let reserved = threshold(&node, Pressure::Memory, context).saturating_add(outside);
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
            let (wanted, available) = (
                threshold(&node, pressure, context),
                agent.available(&node, pressure, context),
            );
            if available < wanted {
                agent.shortage.found.insert(pressure, context.now);
                self.show_pressure(number, pressure, true, context);
                // A shortage that nobody can do anything about is no unfinished business.
                let urgency = match self.reclaim(number, pressure, (wanted, available), &node, context) {
                    true => Urgency::Active,
                    false => Urgency::Periodic,
                };
                let Some(agent) = self.agents.get_mut(number as usize) else {
                    return;
                };
                look_at(agent, context.now + MONITORING_PERIOD, urgency, context);
                continue;
            }
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
        (wanted, available): (u64, u64),
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
            if agent.available(node, pressure, context) >= wanted {
                return true;
            }
        }
        let Some(victim) = agent.first_to_go(pressure, context.now) else {
            return false;
        };
        let low = format!("The node was low on resource: {resource}. ");
        let met = format!(
            "Threshold quantity: {}, available: {}. ",
            bytes(wanted),
            bytes(available)
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
            work.evict(format!("{low}{met}{consumers}"))
        });
        true
    }
}

impl Agent {
    /// What is left of something that may run short, in bytes.
    fn available(&self, node: &Node, pressure: Pressure, context: &Context<'_>) -> u64 {
        let outside = self.shortage.outside.get(&pressure).copied().unwrap_or(0);
        match pressure {
            Pressure::Memory => {
                let used = self.told_memory(context.now).saturating_add(outside);
                capacity(node, "memory").saturating_sub(used)
            }
            Pressure::Disk => threshold(node, pressure, context).saturating_sub(outside),
            Pressure::Pids => u64::from(outside == 0),
        }
    }

    /// What the processes of a node use of which a scenario tells.
    fn told_memory(&self, now: SimTime) -> u64 {
        let slots = self.pods.values();
        slots
            .flat_map(|slot| memory_uses(slot))
            .map(|(since, memory)| memory.at(now.since(since)))
            .sum()
    }

    /// When the processes of a node will first use more than `limit` bytes together.
    fn memory_exceeds(&self, limit: u64, now: SimTime) -> Option<SimTime> {
        let uses: Vec<_> = self.pods.values().flat_map(|slot| memory_uses(slot)).collect();
        if uses.is_empty() {
            return None;
        }
        let total = |at: SimTime| -> u64 { uses.iter().map(|(since, memory)| memory.at(at.since(*since))).sum() };
        let steps = uses.iter().filter_map(|(since, memory)| Some(*since + memory.later?.0));
        let mut starts: Vec<SimTime> = steps.filter(|at| *at > now).chain([now]).collect();
        starts.sort_unstable();
        let leaks = u128::from(uses.iter().map(|(_, memory)| memory.leak_bytes_per_minute).sum::<u64>());
        for (place, start) in starts.iter().enumerate() {
            let used = total(*start);
            if used > limit {
                return Some(*start);
            }
            if leaks == 0 {
                continue;
            }
            let millis = (u128::from(limit - used) * 60_000).div_ceil(leaks) + 1;
            let at = *start + Duration::from_millis(u64::try_from(millis).unwrap_or(u64::MAX));
            if starts.get(place + 1).is_none_or(|next| at < *next) {
                return Some(at);
            }
        }
        None
    }

    /// The pod that is evicted first.
    fn first_to_go(&self, pressure: Pressure, now: SimTime) -> Option<Uid> {
        let may_go = |slot: &&PodSlot| {
            let pod = &slot.pod;
            let critical = pod.spec.priority >= CRITICAL_PRIORITY || super::static_pods::is_mirror(pod);
            slot.stage == Stage::Syncing && slot.admitted && !critical
        };
        let rank = |slot: &&PodSlot| {
            let (used, requested) = match pressure {
                Pressure::Memory => (used_memory(slot, now), requested_memory(&slot.pod)),
                _ => (0, 0),
            };
            let beyond = used.saturating_sub(requested);
            (
                used <= requested,
                slot.pod.spec.priority,
                std::cmp::Reverse(beyond),
                slot.pod.meta.key(),
            )
        };
        let slots = self.pods.values().map(AsRef::as_ref);
        slots.filter(may_go).min_by_key(rank).map(PodSlot::uid)
    }
}

impl PodWork<'_, '_> {
    /// Fails the pod with the reason Evicted and ends its containers without grace. Returns how many pods it was.
    pub fn evict(&mut self, message: String) -> usize {
        if self.slot.stage != Stage::Syncing {
            return 0;
        }
        let now = self.context.store.timestamp();
        let disrupted = Condition::new("DisruptionTarget", true, "TerminationByKubelet", message.clone(), now);
        Condition::set(&mut self.slot.status.conditions, disrupted);
        self.slot.verdict = Some(Verdict {
            reason: "Evicted",
            message: message.as_str().into(),
        });
        self.slot.grace = Some(Duration::ZERO);
        self.report(true, "Evicted", message, "".into());
        self.terminate();
        1
    }

    /// The sentences about the containers that use more memory than they request.
    fn consumers(&self) -> String {
        let now = self.now();
        let sentence = |index: usize| {
            let spec = self.slot.container(index)?;
            let process = self.slot.running(index)?.process.as_ref()?;
            let used = process.memory_bytes(now).unwrap_or_else(|| untold(spec));
            let requested = requested(spec);
            let (used_text, requested_text) = (bytes(used), bytes(requested));
            let name = &spec.name;
            (used > requested).then(|| {
                format!(
                    "Container {name} was using {used_text}, request is {requested_text}, has larger consumption of memory. "
                )
            })
        };
        (0..self.slot.ephemeral_from()).filter_map(sentence).collect()
    }

    /// Why a new pod may not run on a node under pressure: best-effort pods while memory is short, any while disk or pids are,
    /// but for critical ones.
    pub fn refused_by_pressure(&self) -> Option<String> {
        let pod = &self.slot.pod;
        if pod.spec.priority >= CRITICAL_PRIORITY || super::static_pods::is_mirror(pod) {
            return None;
        }
        let shown = &self.agent.shortage.shown;
        let tolerated = || {
            let taint = "node.kubernetes.io/memory-pressure";
            let mut tolerations = pod.spec.tolerations.iter();
            tolerations.any(|toleration| toleration.tolerates(taint, "", TaintEffect::NoSchedule))
        };
        let only_memory = !shown.iter().any(|pressure| *pressure != Pressure::Memory);
        let best_effort = crate::api::qos_class(&pod.spec) == "BestEffort";
        if shown.is_empty() || (only_memory && (!best_effort || tolerated())) {
            return None;
        }
        let names: Vec<&str> = (shown.iter())
            .map(|pressure| match pressure {
                Pressure::Memory => "MemoryPressure",
                Pressure::Disk => "DiskPressure",
                Pressure::Pids => "PIDPressure",
            })
            .collect();
        Some(format!("The node had condition: [{}]. ", names.join(" ")))
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

/// The hard threshold, in bytes.
fn threshold(node: &Node, pressure: Pressure, context: &Context<'_>) -> u64 {
    match pressure {
        Pressure::Memory => u64::try_from(context.settings.eviction_hard_memory_available.value()).unwrap_or(0),
        Pressure::Disk => capacity(node, "ephemeral-storage") / 10,
        Pressure::Pids => 1,
    }
}

fn capacity(node: &Node, resource: &str) -> u64 {
    let amount = node.capacity.get(resource).map_or(0, Quantity::value);
    u64::try_from(amount).unwrap_or(0)
}

/// The running processes of a pod of which a scenario tells what memory they use, and since when they run.
fn memory_uses(slot: &PodSlot) -> impl Iterator<Item = (SimTime, &MemoryUse)> {
    let running = slot.instances.iter().filter(|live| live.listed.is_running());
    let processes = running.filter_map(|live| live.process.as_ref());
    processes.filter_map(|process| Some((process.started, process.memory()?)))
}

/// What a process uses that nobody tells of.
fn untold(spec: &crate::api::Container) -> u64 {
    match requested(spec) {
        0 => UNTOLD_MEMORY_BYTES,
        bytes => bytes,
    }
}

fn requested(spec: &crate::api::Container) -> u64 {
    let amount = spec.requests.get("memory").map_or(0, Quantity::value);
    u64::try_from(amount).unwrap_or(0)
}

fn requested_memory(pod: &Pod) -> u64 {
    let amount = pod.spec.requests().get("memory").map_or(0, Quantity::value);
    u64::try_from(amount).unwrap_or(0)
}

/// What the processes of a pod use of which nobody tells.
fn untold_memory(slot: &PodSlot) -> u64 {
    let running = slot.instances.iter().filter(|live| live.listed.is_running());
    let untold_ones = running.filter(|live| live.process.as_ref().is_some_and(|process| process.memory().is_none()));
    untold_ones
        .filter_map(|live| slot.container(live.listed.container))
        .map(untold)
        .sum()
}

fn used_memory(slot: &PodSlot, now: SimTime) -> u64 {
    let told: u64 = memory_uses(slot)
        .map(|(since, memory)| memory.at(now.since(since)))
        .sum();
    told.saturating_add(untold_memory(slot))
}

fn bytes(amount: u64) -> String {
    Quantity::new(i64::try_from(amount).unwrap_or(i64::MAX), Format::BinarySI).to_string()
}
