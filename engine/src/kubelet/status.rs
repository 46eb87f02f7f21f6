//! The status of a pod, from what was last listed, what could not be started, and what probes have found.
//!
//! Source: kubelet `kubelet_pods.go` (`generateAPIPodStatus`, `convertToAPIContainerStatuses`, `getPhase`) and
//! `status_manager.go` (`mergePodStatus`: a pod turns Succeeded or Failed only when nothing of it can run any more).

use smol_str::{SmolStr, format_smolstr};

use super::instance::{Ended, Instance, InstanceState, hex_id};
use super::probe_kind::ProbeKind;
use super::probes::ProbeResult;
use super::work::PodWork;
use crate::api::{
    Container, ContainerState, ContainerStatus, Pod, PodPhase, PodStatus, SharedList, Terminated, Timestamp,
};
use crate::runtime::behaviour::normalized_reference;

/// Exit code and reason of a container that nobody knows the end of.
const UNKNOWN: (i32, &str) = (137, "ContainerStatusUnknown");

impl PodWork<'_, '_> {
    /// The status that the last listing amounts to. `stopped`: nothing of the pod runs any more, or will.
    pub fn generate_status(&mut self, stopped: bool) -> PodStatus {
        let pod = std::sync::Arc::clone(&self.slot.pod);
        let mut status = self.slot.status.clone();
        let init_len = self.slot.init_len();
        status.init_containers = self.container_statuses(&pod.spec.init_containers, 0);
        status.containers = self.container_statuses(&pod.spec.containers, init_len);
        let ephemeral_from = self.slot.ephemeral_from();
        status.ephemeral_containers = self.container_statuses(&pod.spec.ephemeral_containers, ephemeral_from);
        for ephemeral in status.ephemeral_containers.iter_mut() {
            ephemeral.started = None;
        }
        status.host_ip.clone_from(&self.agent.host_ip);
        status.start_time = status.start_time.or(Some(self.timestamp(self.now())));
        if let Some(sandbox) = self.slot.listed_sandbox.as_ref().filter(|sandbox| sandbox.ready) {
            status.pod_ip.clone_from(&sandbox.ip);
        }
        if !self.slot.status.phase.is_terminal() {
            status.phase = phase(&pod, &status, stopped);
        }
        if let Some(verdict) = &self.slot.verdict {
            status.phase = PodPhase::Failed;
            status.reason = verdict.reason.into();
            status.message.clone_from(&verdict.message);
        }
        self.judge_readiness(&mut status);
        self.set_conditions(&mut status);
        status
    }

    fn container_statuses(&self, containers: &[Container], first: usize) -> SharedList<ContainerStatus> {
        let of = |(position, container)| self.one_container_status(container, first + position);
        containers.iter().enumerate().map(of).collect()
    }

    /// The present status of a container.
    pub fn container_status(&self, container: usize) -> Option<&ContainerStatus> {
        let init = &self.slot.status.init_containers;
        let (init_len, ephemeral_from) = (self.slot.init_len(), self.slot.ephemeral_from());
        match container {
            _ if container < init_len => init.get(container),
            _ if container < ephemeral_from => self.slot.status.containers.get(container - init_len),
            _ => self.slot.status.ephemeral_containers.get(container - ephemeral_from),
        }
    }

    fn one_container_status(&self, container: &Container, index: usize) -> ContainerStatus {
        let old = self.container_status(index);
        let mut listed = self
            .slot
            .listed
            .iter()
            .rev()
            .filter(|instance| instance.container == index);
        let mut status = match listed.next() {
            Some(newest) => self.status_of(container, newest),
            None => self.status_of_unlisted(container, old),
        };
        if let Some(before) = listed.next() {
            status.last_state = self.state_of(before);
        } else if let Some(old) =
            old.filter(|_| status.restart_count > 0 && status.last_state == ContainerState::default())
        {
            // The runtime no longer lists the life before: what was shown of it stays.
            status.last_state = match old.state.terminated.is_some() && old.container_id != status.container_id {
                true => old.state.clone(),
                false => old.last_state.clone(),
            };
        }
        let newest = super::instance::newest(&self.slot.listed, index);
        let has_succeeded = newest.and_then(Instance::ended).is_some_and(|ended| ended.code == 0);
        let waits = (self.should_restart(index, newest) && (index < self.slot.ephemeral_from() || newest.is_none()))
            || (self.slot.is_sidecar(index) && newest.is_none_or(|newest| !newest.is_running()));
        if let Some(reason) = self.slot.reasons.get(&index)
            && waits
            && !(self.slot.is_init(index) && has_succeeded)
        {
            if status.state.terminated.is_some() {
                status.last_state = status.state.clone();
            }
            status.state = ContainerState::waiting(reason.reason, reason.message.clone());
        }
        status
    }

    fn status_of(&self, container: &Container, instance: &Instance) -> ContainerStatus {
        ContainerStatus {
            name: container.name.clone(),
            state: self.state_of(instance),
            last_state: ContainerState::default(),
            ready: false,
            started: Some(false),
            restart_count: i32::try_from(instance.life).unwrap_or(i32::MAX),
            image: normalized_reference(&instance.image).into(),
            image_id: image_id(&instance.image),
            container_id: format_smolstr!("containerd://{}", instance.id),
        }
    }

    /// A container that the runtime does not list: it waits, unless it was seen to end, or to run.
    fn status_of_unlisted(&self, container: &Container, old: Option<&ContainerStatus>) -> ContainerStatus {
        let reason = match self.slot.init_len() {
            0 => "ContainerCreating",
            _ => "PodInitializing",
        };
        let mut status = ContainerStatus {
            name: container.name.clone(),
            state: ContainerState::waiting(reason, ""),
            started: Some(false),
            image: container.image.clone(),
            ..ContainerStatus::default()
        };
        let Some(old) = old else { return status };
        if old.state.terminated.is_some() {
            return ContainerStatus {
                ready: false,
                started: Some(false),
                ..old.clone()
            };
        }
        status.restart_count = old.restart_count;
        status.last_state = old.last_state.clone();
        if old.state.running.is_some() {
            let message =
                "The container could not be located when the pod was deleted.  The container used to be Running";
            status.last_state = ContainerState::terminated(unknown_end(message));
            status.restart_count += i32::from(!self.slot.pod.meta.is_deleted());
        }
        status
    }

    fn state_of(&self, instance: &Instance) -> ContainerState {
        match &instance.state {
            InstanceState::Running(since) => ContainerState::running(self.timestamp(*since)),
            InstanceState::Exited(ended) => ContainerState::terminated(self.terminated(instance, ended)),
        }
    }

    fn terminated(&self, instance: &Instance, ended: &Ended) -> Terminated {
        Terminated {
            exit_code: ended.code,
            signal: 0,
            reason: ended.reason.clone(),
            message: ended.message.clone(),
            // containerd's zero time reads as the Unix epoch.
            started_at: Some(ended.started.map_or(Timestamp::from_secs(0), |at| self.timestamp(at))),
            finished_at: Some(self.timestamp(ended.finished)),
            container_id: format_smolstr!("containerd://{}", instance.id),
        }
    }

    /// Lets probes say who has started and who is ready; who is not ready is probed once more at once.
    fn judge_readiness(&mut self, status: &mut PodStatus) {
        let init_len = self.slot.init_len();
        let mut probe_now = Vec::new();
        let all = status.init_containers.iter_mut().chain(status.containers.iter_mut());
        for (index, container) in all.enumerate() {
            let id = container.container_id.strip_prefix("containerd://").unwrap_or_default();
            let running = container.state.running.is_some();
            let result = |kind| self.probe_result(index, kind, id);
            let started = running
                && match result(ProbeKind::Startup) {
                    Some(result) => result == ProbeResult::Success,
                    None => !self.has_probe(index, ProbeKind::Startup),
                };
            container.started = Some(started);
            if index < init_len && self.slot.is_init(index) {
                let ended = container.state.terminated.as_ref();
                container.ready = ended.is_some_and(|ended| ended.exit_code == 0);
                continue;
            }
            let probed = self.has_probe(index, ProbeKind::Readiness);
            container.ready = started && (!probed || result(ProbeKind::Readiness) == Some(ProbeResult::Success));
            if started && probed && !container.ready {
                probe_now.push(index);
            }
        }
        for index in probe_now {
            self.trigger_probe(index, ProbeKind::Readiness);
        }
    }

    /// Writes a status down and to the API server. Only a `last` status may turn a pod Succeeded or Failed: before, something
    /// of it might still run.
    pub fn write_status(&mut self, mut status: PodStatus, last: bool) {
        let held = status.phase.is_terminal() && !self.slot.status.phase.is_terminal() && !last;
        if held {
            status.phase = self.slot.status.phase;
            status.reason.clone_from(&self.slot.status.reason);
            status.message.clone_from(&self.slot.status.message);
        }
        if status.phase == PodPhase::Unset {
            status.phase = PodPhase::Pending;
        }
        let changed = status != self.slot.status;
        status.share_with(&self.slot.status);
        self.slot.status = status;
        if changed || self.slot.unsent {
            self.send_status();
        }
        if changed {
            self.review_probes();
        }
    }

    /// Sends the status to the API server, if that can be reached; else it is sent when it can be again.
    pub fn send_status(&mut self) {
        self.slot.unsent = !self.agent.machine.connected;
        if self.slot.unsent || self.slot.removed || !self.is_current(self.slot.pod.meta.uid) {
            return;
        }
        self.clock_ahead();
        let mine = self.slot.status.clone();
        let key = self.slot.pod.meta.key();
        self.context.store.modify::<Pod>(&key, |pod| {
            let theirs = std::mem::replace(&mut pod.status, mine);
            keep_foreign(&mut pod.status, &theirs);
        });
    }

    /// Sends the status again if somebody else has changed what is the kubelet's in it (status manager `needsReconcile`). A pod
    /// that somebody else has declared ended is left as it is.
    pub fn restore_status(&mut self) {
        let theirs = &self.slot.pod.status;
        if theirs.phase.is_terminal() || !self.agent.machine.connected {
            return;
        }
        let mut wanted = self.slot.status.clone();
        keep_foreign(&mut wanted, theirs);
        let stands = self.context.store.get::<Pod>(&self.slot.pod.meta.key());
        if wanted != *theirs && stands.is_some_and(|pod| pod.status != wanted) {
            self.send_status();
        }
    }

    /// The last word on containers: who has not ended by now never will be seen to (`TerminatePod`). The containers proper of a
    /// pod that was still being initialized go on waiting; so do init containers whose turn had not come, the first excepted.
    pub fn settle_status(&self, status: &mut PodStatus) {
        let lost = |container: &mut ContainerStatus| {
            if container.state.terminated.is_none() {
                let message = "The container could not be located when the pod was terminated";
                container.state = ContainerState::terminated(unknown_end(message));
                container.ready = false;
                container.started = Some(false);
            }
        };
        if self.slot.was_initialized {
            status.containers.iter_mut().for_each(lost);
        }
        let begun = |container: &ContainerStatus| {
            container.state.waiting.is_none() || container.last_state.terminated.is_some()
        };
        let begun = status.init_containers.iter().rposition(begun).unwrap_or(0);
        status.init_containers.iter_mut().take(begun + 1).for_each(lost);
        if !status.phase.is_terminal() {
            status.phase = PodPhase::Failed;
        }
    }

    /// Notes, when a pod is to end, whether its initialization is over (`hasPodInitialized`).
    pub fn note_initialized(&mut self) {
        let (spec, shown) = (&self.slot.pod.spec, &self.slot.status);
        let has_started = |container: &ContainerStatus| {
            container.last_state.terminated.is_some() || container.state.waiting.is_none()
        };
        let ended_well = |state: &ContainerState| state.terminated.as_ref().is_some_and(|ended| ended.exit_code == 0);
        let last = spec.init_containers.last().zip(shown.init_containers.last());
        let is_past = |(container, status): (&Container, &ContainerStatus)| match container.is_sidecar() {
            true => status.state.running.is_some() && status.started == Some(true),
            false => ended_well(&status.last_state) || ended_well(&status.state),
        };
        self.slot.was_initialized =
            spec.init_containers.is_empty() || shown.containers.iter().any(has_started) || last.is_some_and(is_past);
    }
}

/// Conditions and fields that others own stay as they are.
fn keep_foreign(status: &mut PodStatus, theirs: &PodStatus) {
    status.nominated_node_name = theirs.nominated_node_name.clone();
    let foreign = theirs.conditions.iter();
    for condition in foreign.filter(|condition| !super::conditions::is_owned(&condition.kind)) {
        status.set_condition(condition.clone());
    }
}

fn unknown_end(message: &str) -> Terminated {
    Terminated {
        exit_code: UNKNOWN.0,
        reason: UNKNOWN.1.into(),
        message: message.into(),
        ..Terminated::default()
    }
}

fn image_id(image: &str) -> SmolStr {
    let reference = normalized_reference(image);
    let slash = reference.rfind('/').map_or(0, |at| at + 1);
    let name_end = reference[slash..]
        .find([':', '@'])
        .map_or(reference.len(), |at| slash + at);
    format_smolstr!("{}@sha256:{}", &reference[..name_end], hex_id(0, &[&reference]))
}

/// The phase of a pod (`getPhase`). `stopped`: nothing of it runs any more, or will.
fn phase(pod: &Pod, status: &PodStatus, stopped: bool) -> PodPhase {
    let (mut pending_init, mut failed_init) = (0, 0);
    let (mut running, mut waiting, mut ended, mut succeeded, mut restarting) = (0, 0, 0, 0, 0);
    let policy = pod.spec.restart_policy;
    let fails_for_good = |container: &Container, code| code != 0 && !container.restarts_after(code, policy);
    for (container, status) in pod.spec.init_containers.iter().zip(&status.init_containers) {
        let last = status.last_state.terminated.as_ref();
        if container.is_sidecar() {
            match &status.state {
                ContainerState { running: Some(_), .. } => {
                    running += 1;
                    pending_init += usize::from(status.started != Some(true) && waiting == 0 && last.is_none());
                }
                ContainerState { waiting: Some(_), .. } if last.is_none() => pending_init += 1,
                _ => {}
            }
            continue;
        }
        match (&status.state.terminated, &status.state.running, last) {
            (Some(terminated), ..) => failed_init += usize::from(fails_for_good(container, terminated.exit_code)),
            (None, None, Some(last)) => failed_init += usize::from(fails_for_good(container, last.exit_code)),
            _ => pending_init += 1,
        }
    }
    for (container, status) in pod.spec.containers.iter().zip(&status.containers) {
        match (
            &status.state.terminated,
            &status.state.running,
            &status.last_state.terminated,
        ) {
            (Some(terminated), ..) => {
                ended += 1;
                succeeded += usize::from(terminated.exit_code == 0);
                restarting += usize::from(container.restarts_after(terminated.exit_code, policy));
            }
            (None, Some(_), _) => running += 1,
            (None, None, Some(last)) => {
                ended += 1;
                restarting += usize::from(container.restarts_after(last.exit_code, policy));
            }
            (None, None, None) => waiting += 1,
        }
    }
    if failed_init > 0 {
        return PodPhase::Failed;
    }
    if (pending_init > 0 && ended == 0 && running_main(status) == 0) || waiting > 0 {
        return PodPhase::Pending;
    }
    if running > 0 {
        return PodPhase::Running;
    }
    match stopped {
        _ if ended == 0 => PodPhase::Pending,
        false if restarting > 0 => PodPhase::Running,
        _ if ended == succeeded => PodPhase::Succeeded,
        _ => PodPhase::Failed,
    }
}

fn running_main(status: &PodStatus) -> usize {
    status
        .containers
        .iter()
        .filter(|status| status.state.running.is_some())
        .count()
}
