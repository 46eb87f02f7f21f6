//! Sandboxes and containers: setting up, creating, starting, and noticing that a process has ended.
//!
//! Source: kubelet `kuberuntime_manager.go` (`SyncPod`, `doBackOff`), `kuberuntime_container.go` (`startContainer`). How long the
//! runtime takes for each step is a setting.

use std::sync::Arc;
use std::time::Duration;

use smol_str::SmolStr;

use super::backoff::{Backoff, Limits};
use super::instance::{Ended, Instance, InstanceState, LiveInstance, Sandbox, hex_id};
use super::kubelets::Wake;
use super::pod_slot::Reason;
use super::steps::Step;
use super::work::PodWork;
use crate::api::duration::format_ns;
use crate::runtime::{Answer, Behaviour, Exit, ExitCause, Life, Process, StartFailure};
use crate::sim::SimTime;

impl PodWork<'_, '_> {
    /// Takes a step. Returns when the work goes on, if that is not at once.
    pub fn take(&mut self, step: Step) -> Option<SimTime> {
        match step {
            Step::Mount => return self.mount(),
            Step::Mounted => {
                self.slot.mounted = true;
                self.note_contents();
            }
            Step::Kill(containers) => return self.kill(&containers),
            Step::Killed => {}
            Step::StopSandbox => self.stop_sandbox(),
            Step::CreateSandbox => {
                let duration = self.takes(self.context.settings.sandbox_duration);
                return self.after(duration, Step::SandboxCreated);
            }
            Step::SandboxCreated => self.create_sandbox(),
            Step::Start(container) => return self.start(container),
            Step::Pulled(container, from, waited_from) => self.pulled(container, from, waited_from),
            Step::Create(container) => return self.create(container),
            Step::Created(container, id) => return self.created(container, id),
            Step::Started(container, id) => return self.started(container, &id),
            Step::Hooked(container, id) => return self.hooked(container, &id),
            Step::Stopped => self.stopped(),
        }
        None
    }

    /// Goes on with another step after a while.
    pub fn after(&mut self, duration: Duration, step: Step) -> Option<SimTime> {
        self.next_step(step);
        Some(self.now() + duration)
    }

    fn create_sandbox(&mut self) {
        let attempt = self.slot.sandbox.take().map_or(0, |sandbox| {
            self.agent.release_ip(&sandbox.ip);
            sandbox.attempt + 1
        });
        let ip = match self.slot.pod.spec.host_network {
            true => self.agent.host_ip.clone(),
            false => self.agent.take_ip(),
        };
        if attempt > 0 {
            self.purge_init_containers();
        }
        self.slot.sandbox = Some(Sandbox {
            attempt,
            ready: true,
            ip,
        });
        self.runtime_changed();
    }

    /// What init containers did in the old sandbox counts for nothing in the new one (`purgeInitContainers`).
    fn purge_init_containers(&mut self) {
        let init_len = self.slot.init_len();
        for live in self
            .slot
            .instances
            .iter()
            .filter(|live| live.listed.container < init_len)
        {
            self.slot.purged.insert(live.listed.container, live.listed.life);
        }
        self.slot.instances.retain(|live| live.listed.container >= init_len);
    }

    /// Takes the sandbox down; the pod's address is free again.
    pub fn stop_sandbox(&mut self) {
        if let Some(sandbox) = self.slot.sandbox.as_mut().filter(|sandbox| sandbox.ready) {
            sandbox.ready = false;
            let ip = sandbox.ip.clone();
            self.agent.release_ip(&ip);
            self.runtime_changed();
        }
    }

    fn restart_limits(&self) -> Limits {
        Limits {
            initial: self.context.settings.container_backoff_initial,
            max: self.context.settings.container_backoff_max,
        }
    }

    /// Back-off counts from the end of the newest life that was listed as ended: of a container that this very sync has
    /// stopped (for a failed probe) that is the life before.
    fn start(&mut self, container: usize) -> Option<SimTime> {
        let listed = self.slot.listed.iter().rev();
        let finished = listed
            .filter(|instance| instance.container == container)
            .find_map(Instance::ended)
            .map(|ended| ended.finished);
        if let Some(finished) = finished {
            let (limits, now) = (self.restart_limits(), self.now());
            let backoff = self.slot.restarts.get(&container).copied();
            if let Some(backoff) = backoff.filter(|backoff| backoff.holds_since(limits, finished, now)) {
                self.hold_back(container, backoff.delay);
                return None;
            }
            let next = Backoff::next(backoff, limits, finished, now);
            self.slot.restarts.insert(container, next);
        }
        self.ensure_image(container)
    }

    fn hold_back(&mut self, container: usize, delay: Duration) {
        let name = self
            .slot
            .container(container)
            .map(|container| container.name.clone())
            .unwrap_or_default();
        let pod = self.pod_text();
        let message = format!("Back-off restarting failed container {name} in pod {pod}");
        self.report_container(true, "BackOff", message, container);
        let delay = format_ns(i64::try_from(delay.as_nanos()).unwrap_or(i64::MAX));
        let message = format!("back-off {delay} restarting failed container={name} pod={pod}");
        self.cannot_start(container, "CrashLoopBackOff", message);
    }

    /// Notes why a container could not be started. An init container that cannot be started holds up everything behind it.
    pub fn cannot_start(&mut self, container: usize, reason: &'static str, message: String) {
        let reason = Reason {
            reason,
            message: message.into(),
        };
        self.slot.reasons.insert(container, reason);
        match self.slot.is_init(container) {
            true => self.abort(),
            false => self.fail(),
        }
    }

    /// What the scenario says of a container.
    pub fn behaviour(&self, container: usize) -> Arc<Behaviour> {
        let (environment, objects) = (&self.context.environment, self.context.store.objects());
        match self.slot.container(container) {
            Some(spec) => environment.behaviour(&self.slot.pod, spec, objects),
            None => Arc::default(),
        }
    }

    /// How many lives a container had before the next one.
    fn next_life(&self, container: usize) -> u32 {
        let mut lives = self.slot.instances.iter().map(|instance| &instance.listed);
        match lives.rfind(|instance| instance.container == container) {
            Some(latest) => latest.life + 1,
            // A container that the runtime has lost keeps its count; one that was removed with its sandbox has its log.
            None => {
                let count = self
                    .container_status(container)
                    .map_or(0, |status| status.restart_count);
                let logged = self.slot.purged.get(&container).map_or(0, |life| life + 1);
                u32::try_from(count).unwrap_or(0).max(logged)
            }
        }
    }

    fn create(&mut self, container: usize) -> Option<SimTime> {
        if let Err(message) = self
            .check_references(container)
            .and_then(|()| self.check_user(container))
        {
            self.report_container(true, "Failed", format!("Error: {message}"), container);
            self.cannot_start(container, "CreateContainerConfigError", message);
            return None;
        }
        let life = self.next_life(container);
        let name = self
            .slot
            .container(container)
            .map(|container| container.name.clone())
            .unwrap_or_default();
        let (uid, attempt) = (self.slot.uid().to_string(), life.to_string());
        let tries = self.agent.random.next_u64();
        let id = hex_id(tries, &[&uid, &name, &attempt]);
        if let Some(Life::CreateError { message }) = self.behaviour(container).life(life) {
            let message = format!("failed to generate container \"{id}\" spec: failed to generate spec: {message}");
            self.report_container(true, "Failed", format!("Error: {message}"), container);
            self.cannot_start(container, "CreateContainerError", message);
            return None;
        }
        let duration = self.takes(self.context.settings.container_create_duration);
        self.after(duration, Step::Created(container, id.into()))
    }

    fn created(&mut self, container: usize, id: SmolStr) -> Option<SimTime> {
        let name = self
            .slot
            .container(container)
            .map(|container| container.name.clone())
            .unwrap_or_default();
        let separator = if self.context.settings.since(1, 32) { ": " } else { " " };
        let message = format!("Created container{separator}{name}");
        self.report_container(false, "Created", message, container);
        let start = self.behaviour(container).start;
        let duration = self.takes(start.unwrap_or(self.context.settings.container_start_duration));
        self.after(duration, Step::Started(container, id))
    }

    fn started(&mut self, container: usize, id: &SmolStr) -> Option<SimTime> {
        let life = self.next_life(container);
        let mut behaviour = self.behaviour(container);
        if let Some(ready_after) = behaviour.ready_after.filter(|_| self.agent.slowness > 1) {
            Arc::make_mut(&mut behaviour).ready_after = Some(self.takes(ready_after));
        }
        self.keep_environment(container, life);
        let sandbox = self.slot.sandbox.as_ref().map_or(0, |sandbox| sandbox.attempt);
        let spec = self.slot.container(container)?;
        let image = spec.image.clone();
        let listed = |state| Instance {
            container,
            life,
            sandbox,
            id: id.clone(),
            image,
            state,
        };
        let (name, hook, now) = (spec.name.clone(), spec.post_start.clone(), self.now());
        let surroundings = self.surroundings(container, life);
        let must_end = self.slot.is_init(container);
        match Process::start(spec, behaviour, life, must_end, surroundings, now) {
            Err(failure) => {
                let dockershim = !self.context.settings.since(1, 24);
                let message = match dockershim {
                    true => format!(
                        "failed to start container \"{id}\": Error response from daemon: {}",
                        failure.docker_message()
                    ),
                    false => failure.message(),
                };
                let instance = listed(InstanceState::Exited(start_error(&failure, dockershim, now)));
                self.add_instance(instance, None);
                self.report_container(true, "Failed", format!("Error: {message}"), container);
                self.cannot_start(container, "RunContainerError", message);
                None
            }
            Ok(mut process) => {
                self.take_port(container, &mut process);
                self.process_started(container, &mut process);
                let instance = listed(InstanceState::Running(now));
                let (reply, end) = (hook.map(|hook| process.reply(&hook, false, now)), process.end);
                self.add_instance(instance, Some(process));
                self.report_container(false, "Started", format!("Started container {name}"), container);
                match reply {
                    None => {
                        self.slot.reasons.remove(&container);
                        None
                    }
                    Some(reply) => {
                        // A hook that runs in the container ends with it.
                        let until_end = end.map_or(reply.takes, |end| end.at.since(now));
                        self.after(reply.takes.min(until_end), Step::Hooked(container, id.clone()))
                    }
                }
            }
        }
    }

    /// The postStart hook has ended; a failed one ends the container (documentation "Container Lifecycle Hooks").
    fn hooked(&mut self, container: usize, id: &SmolStr) -> Option<SimTime> {
        self.slot.reasons.remove(&container);
        let hook = self.slot.container(container)?.post_start.clone()?;
        let now = self.now();
        let live = self.slot.running(container).filter(|live| live.listed.id == *id);
        let process = live.and_then(|live| live.process.as_ref());
        let succeeds = |process: &Process| {
            let reply = process.reply(&hook, false, process.started);
            let lived = process.end.is_none_or(|end| end.at > now);
            reply.answer == Answer::Success && (lived || now.since(process.started) >= reply.takes)
        };
        if process.is_some_and(succeeds) {
            return None;
        }
        self.hook_failed(container);
        self.next_step(Step::Killed);
        self.kill(&[(container, Some("FailedPostStartHook".to_owned()))])
    }

    /// A postStart hook has failed, or was given up.
    pub fn hook_failed(&mut self, container: usize) {
        let message = "PostStartHook failed".to_owned();
        self.report_container(true, "FailedPostStartHook", message.clone(), container);
        self.cannot_start(container, "PostStartHookError", message);
    }

    /// Puts a life of a container into the runtime, which keeps the one before, too.
    fn add_instance(&mut self, listed: Instance, process: Option<Process>) {
        let container = listed.container;
        let keep = newest_id(&self.slot.instances, container);
        self.slot
            .instances
            .retain(|instance| instance.listed.container != container || Some(&instance.listed.id) == keep.as_ref());
        let end = process.as_ref().and_then(|process| process.end);
        // Most containers have one life: no room is kept for more.
        self.slot.instances.reserve_exact(1);
        self.slot.instances.push(LiveInstance { listed, process });
        if let Some(end) = end {
            let urgency = self.urgency(end.at);
            self.wake(end.at, urgency, Wake::Exit);
        }
        self.network_changed();
        self.memory_changed();
        self.runtime_changed();
    }

    /// Processes whose end has come are gone.
    pub fn process_ended(&mut self) {
        let now = self.now();
        let is_over = |live: &LiveInstance| {
            let exit = live.process.as_ref().and_then(|process| process.end);
            exit.filter(|exit| exit.at <= now && live.listed.is_running())
        };
        let lives = self.slot.instances.iter().enumerate();
        let over: Vec<(usize, Exit, SmolStr)> = lives
            .filter_map(|(place, live)| is_over(live).map(|exit| (place, exit, self.last_word(live, exit))))
            .collect();
        let mut writers = Vec::new();
        for (place, exit, message) in over {
            let Some(instance) = self.slot.instances.get_mut(place) else {
                continue;
            };
            let reason = match (exit.cause, exit.code) {
                (ExitCause::OutOfMemory, _) => "OOMKilled",
                (ExitCause::Process, 0) => "Completed",
                (ExitCause::Process, _) => "Error",
            };
            instance.listed.state = InstanceState::Exited(Ended {
                started: instance.process.as_ref().map(|process| process.started),
                finished: exit.at,
                code: exit.code,
                reason: reason.into(),
                message,
            });
            writers.push((Some((instance.listed.container, instance.listed.life)), exit.at));
        }
        let ended = !writers.is_empty();
        for (writer, at) in writers {
            self.files_ended(writer, at);
        }
        if ended {
            self.network_changed();
        }
        if ended && self.agent.machine.kubelet {
            self.runtime_changed();
        }
    }
}

fn newest_id(instances: &[LiveInstance], container: usize) -> Option<SmolStr> {
    let mut of_container = instances
        .iter()
        .filter(|instance| instance.listed.container == container);
    of_container.next_back().map(|instance| instance.listed.id.clone())
}

/// What the runtime says of a container whose command is not there. For containerd it never started, so its start is the epoch;
/// for Docker, as dockershim told it until v1.23, it began and ended at once, and could not run.
fn start_error(failure: &StartFailure, dockershim: bool, now: SimTime) -> Ended {
    let (reason, code, message) = match dockershim {
        true => ("ContainerCannotRun", 127, failure.docker_message()),
        false => ("StartError", 128, failure.message()),
    };
    Ended {
        started: dockershim.then_some(now),
        finished: now,
        code,
        reason: reason.into(),
        message: message.into(),
    }
}
