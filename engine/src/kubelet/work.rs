//! What everybody who works on a pod of a node needs: the clock, the agenda, the event recorder.

use std::time::Duration;

use smol_str::{SmolStr, format_smolstr};

use super::agent::{Agent, SYNC_TICK};
use super::kubelets::{Task, Wake};
use super::pod_slot::PodSlot;
use crate::component::{self, Context};
use crate::events::Report;
use crate::sim::{SimTime, Urgency};

/// What lies further ahead than this does not keep a cluster from being settled: a process that will exit tomorrow is no
/// unfinished business of the cluster's.
pub(super) const SETTLE_HORIZON: Duration = Duration::from_secs(600);

/// Work on one pod of one node.
pub(super) struct PodWork<'a, 'b> {
    /// The node.
    pub agent: &'a mut Agent,
    /// The pod.
    pub slot: &'a mut PodSlot,
    /// Everything else.
    pub context: &'a mut Context<'b>,
}

impl PodWork<'_, '_> {
    /// The current instant.
    pub fn now(&self) -> SimTime {
        self.context.now
    }

    /// Puts a wake-up for this pod on the agenda.
    pub fn wake(&mut self, at: SimTime, urgency: Urgency, wake: Wake) {
        let task = Task {
            node: self.agent.number,
            pod: self.slot.uid(),
            wake,
        };
        self.context
            .agenda
            .schedule(at, urgency, component::Task::Kubelet(task));
    }

    /// If a scenario tells what memory this pod's processes use, the node has to be looked at.
    pub fn memory_changed(&mut self) {
        let told = |live: &super::instance::LiveInstance| {
            live.process.as_ref().is_some_and(|process| process.memory().is_some())
        };
        if self.slot.instances.iter().any(told) {
            let task = Task {
                node: self.agent.number,
                pod: crate::api::Uid::default(),
                wake: Wake::Memory,
            };
            let now = self.now();
            self.context
                .agenda
                .schedule(now, Urgency::Active, component::Task::Kubelet(task));
        }
    }

    /// How urgent something is that will happen by itself then.
    pub fn urgency(&self, at: SimTime) -> Urgency {
        match at.since(self.now()) <= SETTLE_HORIZON {
            true => Urgency::Active,
            false => Urgency::Periodic,
        }
    }

    /// When this pod's worker gets the first listing of the runtime after `at`. The workers of a node's pods go on side by side
    /// and their statuses are sent one after the other: each has its own lag behind the node's tick.
    pub fn list_after(&self, at: SimTime) -> SimTime {
        self.agent.list_after(at, self.context.settings) + self.slot.lag()
    }

    /// Something in the runtime has changed: the next listing will show it.
    pub fn runtime_changed(&mut self) {
        let at = self.list_after(self.now());
        if self.slot.list_at.is_none_or(|due| due > at || due <= self.now()) {
            self.slot.list_at = Some(at);
            self.wake(at, Urgency::Active, Wake::List);
        }
    }

    /// When a sync that fails now is retried: kubelet `backOffPeriod` 10 s with a jitter of up to a half, at the next tick.
    pub fn retry_time(&mut self) -> SimTime {
        let period = self.context.settings.kubelet_retry_period;
        let due = self.now() + self.agent.random.duration(period, period + period / 2);
        due.next_tick(self.agent.sync_phase, SYNC_TICK)
    }

    /// Reports something about the pod.
    pub fn report(&mut self, warning: bool, reason: &'static str, message: String, field_path: SmolStr) {
        if !self.agent.machine.connected {
            return;
        }
        let report = match warning {
            true => Report::warning("kubelet", reason, message),
            false => Report::normal("kubelet", reason, message),
        };
        let clock_ahead = self.clock_ahead();
        let report = report.on(&self.agent.name).at(field_path).by_clock(clock_ahead);
        let (context, pod) = (&mut *self.context, &self.slot.pod);
        context
            .events
            .record(context.store, context.settings, pod.as_ref(), report);
    }

    /// Reports something about a container.
    pub fn report_container(&mut self, warning: bool, reason: &'static str, message: String, container: usize) {
        let list = match container {
            _ if container < self.slot.init_len() => "initContainers",
            _ if container < self.slot.ephemeral_from() => "containers",
            _ => "ephemeralContainers",
        };
        let name = self.slot.container(container).map(|container| container.name.clone());
        let field_path = format_smolstr!("spec.{list}{{{}}}", name.unwrap_or_default());
        self.report(warning, reason, message, field_path);
    }

    /// `NAME_NAMESPACE(UID)`, as kubelet messages name a pod.
    pub fn pod_text(&self) -> String {
        let meta = &self.slot.pod.meta;
        format!("{}_{}({})", meta.name, meta.namespace, meta.uid)
    }
}
