//! Who is evicted: how much a node has left, what its pods use of it, and which of them goes first.
//!
//! Source: kubelet `eviction/helpers.go` (`rankMemoryPressure`, `evictionMessage`), `eviction_manager.go` (`Admit`).

use std::time::Duration;

use super::agent::Agent;
use super::pod_slot::{PodSlot, Stage, Verdict};
use super::work::PodWork;
use crate::api::quantity::Format;
use crate::api::{Condition, Node, Pod, Quantity, TaintEffect, Uid};
use crate::component::Context;
use crate::faults::Pressure;
use crate::runtime::MemoryUse;
use crate::sim::SimTime;

/// What a process uses that nobody has said anything about and that requests nothing, in bytes.
const UNTOLD_MEMORY_BYTES: u64 = 50 << 20;
/// How long pods get that must go at once (`immediateEvictionGracePeriodSeconds`).
const IMMEDIATE_GRACE: Duration = Duration::from_secs(1);
/// Pods of this priority and above are never evicted (`IsCriticalPod`).
const CRITICAL_PRIORITY: i32 = 2_000_000_000;

impl Agent {
    /// What is left of something that may run short, in bytes.
    pub fn available(&self, node: &Node, pressure: Pressure, context: &Context<'_>) -> u64 {
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
    pub fn told_memory(&self, now: SimTime) -> u64 {
        let slots = self.pods.values();
        slots
            .flat_map(|slot| memory_uses(slot))
            .map(|(since, memory)| memory.at(now.since(since)))
            .sum()
    }

    /// When the processes of a node will first use more than `limit` bytes together.
    pub fn memory_exceeds(&self, limit: u64, now: SimTime) -> Option<SimTime> {
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
    pub fn first_to_go(&self, pressure: Pressure, now: SimTime) -> Option<Uid> {
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
    /// Fails the pod with the reason Evicted and ends its containers: at once, or with its own grace up to a greatest one.
    /// Returns how many pods it was.
    pub fn evict(&mut self, message: String, grace: Option<Duration>) -> usize {
        if self.slot.stage != Stage::Syncing {
            return 0;
        }
        let now = self.context.store.timestamp();
        let disrupted = Condition::new("DisruptionTarget", true, "TerminationByKubelet", message.clone(), now);
        self.slot.status.set_condition(disrupted);
        self.slot.verdict = Some(Verdict {
            reason: "Evicted",
            message: message.as_str().into(),
        });
        let own = self.slot.pod.spec.grace_period();
        self.slot.grace = Some(grace.map_or(IMMEDIATE_GRACE, |grace| grace.min(own)));
        self.report(true, "Evicted", message, "".into());
        self.terminate();
        1
    }

    /// The sentences about the containers that use more memory than they request.
    pub fn consumers(&self) -> String {
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

/// The hard threshold, in bytes.
pub(super) fn threshold(node: &Node, pressure: Pressure, context: &Context<'_>) -> u64 {
    match pressure {
        Pressure::Memory => u64::try_from(context.settings.eviction_hard_memory_available.value()).unwrap_or(0),
        Pressure::Disk => capacity(node, "ephemeral-storage") / 10,
        Pressure::Pids => 1,
    }
}

/// The soft threshold, in bytes; 0 if there is none.
pub(super) fn soft_threshold(pressure: Pressure, context: &Context<'_>) -> u64 {
    match pressure {
        Pressure::Memory => u64::try_from(context.settings.eviction_soft_memory_available.value()).unwrap_or(0),
        Pressure::Disk | Pressure::Pids => 0,
    }
}

pub(super) fn capacity(node: &Node, resource: &str) -> u64 {
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
pub(super) fn untold_memory(slot: &PodSlot) -> u64 {
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

pub(super) fn bytes(amount: u64) -> String {
    Quantity::new(i64::try_from(amount).unwrap_or(i64::MAX), Format::BinarySI).to_string()
}
