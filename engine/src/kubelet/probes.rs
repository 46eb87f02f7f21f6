//! Probes: a worker for each probe of each container, at its own ticks.
//!
//! A probe is run at its ticks (one period apart, counted from the pod's first sync) and out of turn whenever a status is
//! generated of a container that is not ready. Ticks at which nothing can change are not walked: a passing probe is next run at
//! the first tick at which its answer may differ. Failing ones are run every time, since each is an event. Source: kubelet
//! `prober/worker.go`, `prober_manager.go`; documentation "Configure Liveness, Readiness and Startup Probes".
//!
//! Not modelled: the pause at random before the first probes of a kubelet that has just started; a probe's duration delays
//! its result by nothing (a probe that outlasts its timeout fails at its tick).

use std::time::Duration;

use smol_str::SmolStr;

use super::instance::Instance;
use super::kubelets::Wake;
use super::pod_slot::Stage;
use super::probe_failure::failure_text;
use super::probe_kind::ProbeKind;
use super::work::PodWork;
use crate::api::{Handler, Probe};
use crate::environment::ProbeOutage;
use crate::runtime::{Answer, Reply};
use crate::sim::{SimTime, Urgency};

/// What a probe has found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ProbeResult {
    /// It passes.
    Success,
    /// It fails.
    Failure,
    /// Nothing yet.
    Unknown,
}

/// One probe of one container.
#[derive(Debug, Clone)]
pub(super) struct ProbeWorker {
    /// Which container.
    pub container: usize,
    /// Which probe.
    pub kind: ProbeKind,
    /// Its first tick.
    first: SimTime,
    /// Which life of the container the rest is about.
    id: SmolStr,
    result: ProbeResult,
    last: Option<bool>,
    in_a_row: i32,
    on_hold: bool,
    due: Option<SimTime>,
}

impl PodWork<'_, '_> {
    /// Sets up workers for the probes of all containers, once.
    pub fn add_probes(&mut self) {
        if !self.slot.probes.is_empty() {
            return;
        }
        let spec = std::sync::Arc::clone(&self.slot.pod.spec);
        for (container, of) in spec.all_containers().enumerate() {
            if self.slot.is_init(container) {
                continue;
            }
            for kind in [ProbeKind::Startup, ProbeKind::Readiness, ProbeKind::Liveness] {
                if kind.of(of).is_some() {
                    self.slot.probes.reserve_exact(1);
                    self.slot.probes.push(ProbeWorker {
                        container,
                        kind,
                        first: self.context.now + self.slot.lag(),
                        id: SmolStr::default(),
                        result: ProbeResult::Unknown,
                        last: None,
                        in_a_row: 0,
                        on_hold: false,
                        due: None,
                    });
                }
            }
        }
    }

    /// Whether a container has this probe.
    pub fn has_probe(&self, container: usize, kind: ProbeKind) -> bool {
        self.slot
            .probes
            .iter()
            .any(|probe| probe.container == container && probe.kind == kind)
    }

    /// What a probe has found about this life of its container.
    pub fn probe_result(&self, container: usize, kind: ProbeKind, id: &str) -> Option<ProbeResult> {
        let mut probes = self.slot.probes.iter();
        let probe = probes.find(|probe| probe.container == container && probe.kind == kind && probe.id == id)?;
        Some(probe.result)
    }

    /// Whether a container is past its startup probe.
    pub fn is_started(&self, container: usize, instance: &Instance) -> bool {
        match self.probe_result(container, ProbeKind::Startup, &instance.id) {
            Some(result) => result == ProbeResult::Success,
            None => !self.has_probe(container, ProbeKind::Startup),
        }
    }

    /// Why a running container is to be restarted, if a probe says so.
    pub fn failed_probe(&self, container: usize, instance: &Instance) -> Option<String> {
        let name = &self.slot.container(container)?.name;
        [(ProbeKind::Liveness, "liveness"), (ProbeKind::Startup, "startup")]
            .into_iter()
            .find(|(kind, _)| self.probe_result(container, *kind, &instance.id) == Some(ProbeResult::Failure))
            .map(|(_, text)| format!("Container {name} failed {text} probe"))
    }

    /// Runs a probe out of turn.
    pub fn trigger_probe(&mut self, container: usize, kind: ProbeKind) {
        let mut probes = self.slot.probes.iter();
        let Some(index) = probes.position(|probe| probe.container == container && probe.kind == kind) else {
            return;
        };
        let settings = self.context.settings;
        let latency = self
            .agent
            .random
            .duration(settings.component_latency_min, settings.component_latency_max);
        let at = self.now() + latency;
        self.wake(
            at,
            Urgency::Active,
            Wake::ProbeNow(u16::try_from(index).unwrap_or(u16::MAX)),
        );
    }

    /// The status has changed: probes may have something to do now.
    pub fn review_probes(&mut self) {
        for index in 0..self.slot.probes.len() {
            self.schedule_probe(index);
        }
    }

    /// A probe's tick has come.
    pub fn probe_tick(&mut self, index: usize) {
        let due = self.slot.probes.get(index).and_then(|probe| probe.due);
        if due == Some(self.now()) {
            if let Some(probe) = self.slot.probes.get_mut(index) {
                probe.due = None;
            }
            self.run_probe(index);
        }
    }

    /// The running life of a probe's container, as the status shows it, with its start.
    fn shown_running(&self, container: usize) -> Option<(SmolStr, bool)> {
        let status = self.container_status(container)?;
        status.state.running?;
        let id = status.container_id.strip_prefix("containerd://")?;
        Some((id.into(), status.started == Some(true)))
    }

    /// Puts the next tick at which a probe can find anything on the agenda.
    fn schedule_probe(&mut self, index: usize) {
        let Some(probe) = self.slot.probes.get(index) else {
            return;
        };
        let container = probe.container;
        let Some((id, started)) = self.shown_running(container) else {
            return;
        };
        let known = probe.id == id;
        let waits = (probe.kind == ProbeKind::Startup) == started;
        if (known && probe.on_hold) || waits || self.slot.stage > Stage::Terminating {
            return;
        }
        let Some(spec) = self
            .slot
            .container(container)
            .and_then(|container| probe.kind.of(container))
        else {
            return;
        };
        let (period, delay) = (seconds(spec.period_seconds), seconds(spec.initial_delay_seconds));
        let Some(process) = self.slot.running(container).and_then(|live| live.process.as_ref()) else {
            return;
        };
        let earliest = (process.started + delay).max(self.now() + Duration::from_nanos(1));
        let reply = self.probe_reply(container, probe.kind, spec);
        let passes = reply.answer == Answer::Success;
        // A liveness probe counts as passing until it fails: as long as it passes there is nothing to find.
        let unfailed = probe.kind == ProbeKind::Liveness && passes && (!known || probe.result == ProbeResult::Success);
        let settled = unfailed || (known && probe.result == result_of(passes) && probe.last == Some(passes));
        let changes_at = reply.changes_at.map(|at| at.max(earliest));
        let (from, urgency) = match (settled, passes, changes_at) {
            (true, true, None) => return,
            _ if matches!(reply.answer, Answer::Errored(_)) => (earliest, Urgency::Periodic),
            (true, true, Some(at)) => (at, self.urgency(at)),
            (true, false, Some(at)) => (earliest, self.urgency(at)),
            (true, false, None) => (earliest, Urgency::Periodic),
            // A probe that has never passed and never will is no unfinished business either.
            (false, false, None) if probe.kind == ProbeKind::Readiness && probe.last == Some(false) => {
                (earliest, Urgency::Periodic)
            }
            (false, ..) => (earliest, Urgency::Active),
        };
        let at = from.next_tick(probe.first, period);
        if probe.due == Some(at) {
            return;
        }
        if let Some(probe) = self.slot.probes.get_mut(index) {
            probe.due = Some(at);
        }
        self.wake(at, urgency, Wake::Probe(u16::try_from(index).unwrap_or(u16::MAX)));
    }

    /// What a probe would meet right now.
    fn probe_reply(&self, container: usize, kind: ProbeKind, probe: &Probe) -> Reply {
        let stays = |answer| Reply {
            answer,
            takes: Duration::ZERO,
            changes_at: None,
        };
        match self.context.environment.probe_outage(self.slot.pod.meta.uid, kind) {
            Some(ProbeOutage::Fails) => {
                return stays(match probe.handler {
                    Handler::Exec(_) => Answer::Failure(SmolStr::default()),
                    Handler::HttpGet { .. } => Answer::Failure("HTTP probe failed with statuscode: 500".into()),
                    Handler::Grpc { .. } => {
                        Answer::Failure("service unhealthy (responded with \"NOT_SERVING\")".into())
                    }
                    Handler::TcpSocket { .. } | Handler::Sleep(_) => Answer::Refused,
                });
            }
            Some(ProbeOutage::TimesOut) => return stays(Answer::Silence),
            None => {}
        }
        let starting = kind != ProbeKind::Liveness;
        let process = self.slot.running(container).and_then(|live| live.process.as_ref());
        let reply = process.map(|process| process.reply(&probe.handler, starting, self.now()));
        let reply = reply.unwrap_or_else(|| stays(Answer::Refused));
        let takes = self.answer_takes(reply.takes);
        match takes >= seconds(probe.timeout_seconds) && reply.answer != Answer::Silence {
            true => stays(Answer::Silence),
            false => reply,
        }
    }

    /// Runs a probe, if its container is up to it.
    pub fn run_probe(&mut self, index: usize) {
        self.run_probe_once(index);
        self.schedule_probe(index);
    }

    fn run_probe_once(&mut self, index: usize) {
        let Some(probe) = self.slot.probes.get(index).cloned() else {
            return;
        };
        let Some((id, started)) = self.shown_running(probe.container) else {
            return;
        };
        let Some(container) = self.slot.container(probe.container).cloned() else {
            return;
        };
        let Some(spec) = probe.kind.of(&container) else { return };
        if let Some(probe) = self.slot.probes.get_mut(index).filter(|probe| probe.id != id) {
            probe.id = id;
            probe.on_hold = false;
            // The count in a row goes on across lives, as it does in the kubelet.
            probe.result = match probe.kind {
                ProbeKind::Readiness => ProbeResult::Failure,
                ProbeKind::Liveness => ProbeResult::Success,
                ProbeKind::Startup => ProbeResult::Unknown,
            };
        }
        let on_hold = self.slot.probes.get(index).is_some_and(|probe| probe.on_hold);
        let ending = self.slot.stage != Stage::Syncing && probe.kind != ProbeKind::Readiness;
        if on_hold || ending || self.slot.stage > Stage::Terminating || (probe.kind == ProbeKind::Startup) == started {
            return;
        }
        let Some(live) = self
            .slot
            .running(probe.container)
            .and_then(|live| live.process.as_ref())
        else {
            return;
        };
        if self.now() < live.started + seconds(spec.initial_delay_seconds) {
            return;
        }
        let reply = self.probe_reply(probe.container, probe.kind, spec);
        let uid = self.slot.pod.meta.uid;
        self.context.environment.probe_struck(uid, probe.kind);
        let passes = reply.answer == Answer::Success;
        if reply.answer == Answer::Silence {
            self.slowed();
        }
        if let Some(failure) = failure_text(
            &reply.answer,
            spec,
            &container,
            &self.slot.status.pod_ip,
            self.context.settings,
        ) {
            let message = format!("{} probe {failure}", probe.kind.name());
            self.report_container(true, "Unhealthy", message, probe.container);
        }
        // What could not be asked is no answer: it does not count.
        if !matches!(reply.answer, Answer::Errored(_)) {
            self.count(index, passes, spec);
        }
    }

    /// Counts a result; enough of one kind in a row decide.
    fn count(&mut self, index: usize, passes: bool, spec: &Probe) {
        let Some(probe) = self.slot.probes.get_mut(index) else {
            return;
        };
        probe.in_a_row = if probe.last == Some(passes) {
            probe.in_a_row.saturating_add(1)
        } else {
            1
        };
        probe.last = Some(passes);
        let needed = if passes {
            spec.success_threshold
        } else {
            spec.failure_threshold
        };
        if probe.in_a_row < needed {
            return;
        }
        let changed = probe.result != result_of(passes);
        probe.result = result_of(passes);
        let (kind, container) = (probe.kind, probe.container);
        if !passes && kind != ProbeKind::Readiness {
            probe.on_hold = true;
            probe.in_a_row = 0;
        }
        if !changed {
            return;
        }
        match (kind, passes) {
            (ProbeKind::Liveness, true) => return,
            (ProbeKind::Readiness, _) => self.set_flags(container, |status| status.ready = passes),
            (ProbeKind::Startup, _) => self.set_flags(container, |status| status.started = Some(passes)),
            (ProbeKind::Liveness, false) => {}
        }
        if self.slot.stage == Stage::Syncing {
            self.update();
        }
    }

    /// Shows at once what a probe has found, without waiting for a sync.
    fn set_flags(&mut self, container: usize, set: impl FnOnce(&mut crate::api::ContainerStatus)) {
        let mut status = self.slot.status.clone();
        let init_len = status.init_containers.len();
        let of = match container < init_len {
            true => status.init_containers.get_mut(container),
            false => status.containers.get_mut(container - init_len),
        };
        if let Some(of) = of {
            set(of);
            self.set_conditions(&mut status);
            self.write_status(status, false);
        }
    }
}

fn seconds(seconds: i32) -> Duration {
    Duration::from_secs(u64::try_from(seconds).unwrap_or(0))
}

fn result_of(passes: bool) -> ProbeResult {
    if passes {
        ProbeResult::Success
    } else {
        ProbeResult::Failure
    }
}
