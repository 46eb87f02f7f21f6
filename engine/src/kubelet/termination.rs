//! Ending containers and pods.
//!
//! Hook, SIGTERM, grace, SIGKILL. The hook's time is taken off the grace period, but at least two seconds are left. Main
//! containers stop side by side; since v1.29 sidecars stop after them, in reverse order. When all have stopped, the pod's last
//! status is written, and at the next listing the object is removed. Source: kubelet `kuberuntime_container.go`
//! (`killContainer`), `kubelet.go` (`SyncTerminatingPod`, `SyncTerminatedPod`); documentation "Pod Lifecycle: termination of
//! Pods".

use std::time::Duration;

use super::kubelets::Wake;
use super::pod_slot::{Activity, Stage};
use super::steps::Step;
use super::work::PodWork;
use crate::api::{Pod, Uid};
use crate::runtime::Answer;
use crate::sim::{SimTime, Urgency};
use crate::store::DeleteOptions;

/// What every container is left with at least (kubelet `minimumGracePeriodInSeconds`).
const GRACE_MIN: Duration = Duration::from_secs(2);

impl PodWork<'_, '_> {
    /// How long containers are given to end.
    fn grace_period(&self, container: usize) -> Duration {
        if let Some(grace) = self.slot.grace {
            return grace;
        }
        let seconds = self.slot.pod.meta.deletion.and_then(|deletion| deletion.grace_seconds);
        let seconds = seconds.filter(|_| self.slot.stage >= Stage::Terminating);
        if let Some(seconds) = seconds.filter(|_| !self.slot.removed) {
            return Duration::from_secs(u64::try_from(seconds).unwrap_or(0));
        }
        let spec = self.slot.container(container);
        let failed = spec.and_then(|spec| {
            let probes = [spec.liveness.as_ref(), spec.startup.as_ref()];
            let own = probes
                .into_iter()
                .flatten()
                .find_map(|probe| probe.termination_grace_period_seconds);
            own.filter(|_| self.slot.stage == Stage::Syncing)
        });
        match failed {
            Some(seconds) => Duration::from_secs(u64::try_from(seconds).unwrap_or(0)),
            None => self.slot.pod.spec.grace_period(),
        }
    }

    /// Tells containers to stop. Returns when the last of them will have stopped.
    pub fn kill(&mut self, containers: &[(usize, Option<String>)]) -> Option<SimTime> {
        let mut last = None;
        let ordered = self.context.settings.since(1, 29);
        for (container, message) in containers {
            if !(ordered && self.slot.is_sidecar(*container)) {
                last = last.max(self.kill_container(*container, message.as_deref(), self.now()));
            }
        }
        if ordered {
            let mut sidecars: Vec<_> = containers
                .iter()
                .filter(|(container, _)| self.slot.is_sidecar(*container))
                .collect();
            sidecars.sort_by_key(|(container, _)| std::cmp::Reverse(*container));
            for (container, message) in sidecars {
                let from = last.unwrap_or(self.now());
                last = last.max(self.kill_container(*container, message.as_deref(), from));
            }
        }
        last
    }

    /// Tells one container to stop at `from`. Returns when it will have stopped.
    fn kill_container(&mut self, container: usize, message: Option<&str>, from: SimTime) -> Option<SimTime> {
        let spec = self.slot.container(container)?.clone();
        let text = message.map_or_else(|| format!("Stopping container {}", spec.name), str::to_owned);
        let (hook, grace) = (spec.pre_stop.clone(), self.grace_period(container));
        let stop_duration = self.takes(self.context.settings.container_stop_duration);
        let process = self.slot.running(container)?.process.clone()?;
        self.report_container(false, "Killing", text, container);
        let mut told = from;
        if let Some(hook) = hook.filter(|_| !grace.is_zero()) {
            let reply = process.reply(&hook, false, from);
            told = from + reply.takes.min(grace);
            if reply.takes > grace || reply.answer != Answer::Success {
                self.report_container(true, "FailedPreStopHook", "PreStopHook failed".to_owned(), container);
            }
        }
        let left = grace
            .saturating_sub(self.now().max(told).since(self.now()))
            .max(GRACE_MIN);
        let exit = process.stop(told, left, stop_duration);
        let live = self.slot.instances.iter_mut().rev();
        for instance in live.filter(|instance| instance.listed.container == container && instance.listed.is_running()) {
            if let Some(process) = &mut instance.process {
                process.end_at(exit);
            }
        }
        self.wake(exit.at, Urgency::Active, Wake::Exit);
        Some(exit.at)
    }

    /// The pod is to end: its containers are stopped.
    pub fn sync_terminating(&mut self) {
        let status = self.generate_status(false);
        self.write_status(status, false);
        self.slot.retry_at = None;
        let running = self.all_running();
        let steps = vec![Step::Kill(running), Step::Stopped];
        self.work(steps);
    }

    /// The grace period was shortened while containers were ending.
    pub fn shorten_grace(&mut self) {
        if self.slot.stage == Stage::Terminating && matches!(self.slot.activity, Activity::Working(_)) {
            self.slot.step += 1;
            self.slot.activity = Activity::Idle;
            let running = self.all_running();
            self.work(vec![Step::Kill(running), Step::Stopped]);
        }
    }

    /// All containers have stopped: the last status, whatever its phase, is written at once.
    pub fn stopped(&mut self) {
        self.process_ended();
        self.stop_sandbox();
        self.look_at_runtime();
        // Before the status says so: whoever sees it may bind another pod at once.
        self.release();
        let status = self.generate_status(true);
        self.slot.stage = Stage::Terminated;
        self.write_status(status, true);
        self.slot.probes.clear();
        self.slot.pending = true;
    }

    /// What is left is tidied up: containers that never came to be are noted as such, the object of a deleted pod is removed.
    pub fn sync_terminated(&mut self) {
        let mut status = self.generate_status(true);
        self.settle_status(&mut status);
        let is_news = status != self.slot.status;
        self.write_status(status, true);
        self.slot.stage = Stage::Finished;
        self.slot.pending = false;
        self.slot.activity = Activity::Idle;
        self.release();
        if is_news {
            // Writing the status and deleting the object are two requests: whoever watches sees the one before the other.
            let (min, max) = (
                self.context.settings.component_latency_min,
                self.context.settings.component_latency_max,
            );
            let at = self.now() + self.agent.random.duration(min, max) + self.agent.random.duration(min, max);
            self.wake(at, Urgency::Active, Wake::Remove);
        } else {
            self.remove_object();
        }
    }

    /// Gives back what the pod had been given.
    pub fn release(&mut self) {
        if std::mem::take(&mut self.slot.admitted) {
            for (name, amount) in self.slot.pod.spec.requests() {
                if let Some(sum) = self.agent.admitted.get_mut(name) {
                    *sum -= amount.milli_value();
                }
            }
        }
        self.stop_sandbox();
    }

    /// Removes the object of a deleted pod, now that nothing of it runs.
    pub fn remove_object(&mut self) {
        if !self.agent.machine.connected || self.slot.unsent {
            return;
        }
        let (key, uid) = (self.slot.pod.meta.key(), self.slot.pod.meta.uid);
        let deleted =
            (self.context.store.get::<Pod>(&key)).is_some_and(|pod| pod.meta.uid == uid && pod.meta.is_deleted());
        if deleted {
            let options = DeleteOptions {
                uid: Some(uid),
                ..DeleteOptions::now()
            };
            // Somebody else may have been faster.
            let _ = self.context.store.delete(crate::api::Kind::POD, &key, options);
        }
    }

    /// Whether the pod's object in the store is still this pod.
    pub fn is_current(&self, uid: Uid) -> bool {
        let key = self.slot.pod.meta.key();
        (self.context.store.get::<Pod>(&key)).is_some_and(|pod| pod.meta.uid == uid)
    }
}
