//! A pod's worker: one sync after the other, each on a view of the runtime that is newer than the sync before.
//!
//! Source: kubelet `pod_workers.go`. A sync that ends well is followed by another only when something happens; one that failed
//! is retried after 10 to 15 s. A pod that is to end goes through two more stages: its containers are stopped (Terminating),
//! then what is left is tidied up (Terminated).

use std::sync::Arc;
use std::time::Duration;

use super::agent::Incoming;
use super::kubelets::Wake;
use super::pod_slot::{Activity, Stage, Verdict, Work};
use super::steps::Step;
use super::work::PodWork;
use crate::api::Pod;
use crate::sim::{SimTime, Urgency};

impl PodWork<'_, '_> {
    /// A watch has shown something of the pod.
    pub fn incoming(&mut self, incoming: Incoming) {
        match incoming {
            Incoming::Removed => {
                self.slot.removed = true;
                self.terminate();
            }
            Incoming::Present(pod) => {
                let first = self.slot.synced_at.is_none() && matches!(self.slot.activity, Activity::Idle);
                let shortened = self.grace_shortened(&pod);
                let deadline = self.slot.pod.spec.active_deadline_seconds;
                self.forget_backoffs(&pod);
                self.slot.pod = pod;
                if self.slot.synced_at.is_some() {
                    self.restore_status();
                }
                if self.slot.pod.meta.is_deleted() || self.slot.pod.status.phase.is_terminal() {
                    self.terminate();
                    if shortened {
                        self.shorten_grace();
                    }
                } else {
                    if first && !self.admit() {
                        return;
                    }
                    if first || self.slot.pod.spec.active_deadline_seconds != deadline {
                        self.schedule_deadline();
                    }
                    self.update();
                }
            }
        }
    }

    /// A container that gets another image starts without a past: back-off is counted by what it is made of.
    fn forget_backoffs(&mut self, pod: &Pod) {
        let (old, new) = (Arc::clone(&self.slot.pod.spec), &pod.spec);
        if Arc::ptr_eq(&old, new) {
            return;
        }
        for (index, (before, after)) in old.all_containers().zip(new.all_containers()).enumerate() {
            if before.image != after.image {
                self.slot.restarts.remove(&index);
            }
        }
    }

    fn grace_shortened(&self, pod: &Arc<Pod>) -> bool {
        let grace = |pod: &Pod| pod.meta.deletion.and_then(|deletion| deletion.grace_seconds);
        match (grace(&self.slot.pod), grace(pod)) {
            (Some(before), Some(after)) => after < before,
            _ => false,
        }
    }

    /// The worker is to look at the pod.
    pub fn update(&mut self) {
        match self.slot.activity {
            Activity::Idle => self.begin(),
            _ => self.slot.pending = true,
        }
    }

    /// The pod is to end.
    pub fn terminate(&mut self) {
        match self.slot.stage {
            Stage::Syncing => {
                self.slot.stage = Stage::Terminating;
                self.note_initialized();
                if matches!(self.slot.activity, Activity::Working(_)) {
                    self.cancelled();
                    self.slot.step += 1;
                    self.slot.activity = Activity::Idle;
                    self.slot.synced_at = Some(self.now());
                }
                self.slot.retry_at = None;
                if matches!(self.slot.activity, Activity::Idle) {
                    self.begin();
                }
            }
            Stage::Finished => self.remove_object(),
            Stage::Terminating | Stage::Terminated => {}
        }
    }

    /// The sync under way is cancelled: what it was about fails, and says so.
    fn cancelled(&mut self) {
        let Activity::Working(work) = &mut self.slot.activity else {
            return;
        };
        match work.steps.pop_front() {
            Some(Step::Pulled(container, ..)) => self.pull_cancelled(container),
            Some(Step::Hooked(container, _)) => self.hook_failed(container),
            _ => {}
        }
    }

    /// The pod's active deadline has come (documentation "Pod Lifecycle": `activeDeadlineSeconds`), if it is still this one.
    pub fn deadline(&mut self) {
        if self.slot.stage == Stage::Syncing && self.deadline_at().is_some_and(|at| at <= self.now()) {
            self.slot.verdict = Some(Verdict {
                reason: "DeadlineExceeded",
                message: "Pod was active on the node longer than the specified deadline".into(),
            });
            let message = "Pod was active on the node longer than the specified deadline".to_owned();
            self.report(false, "DeadlineExceeded", message, "".into());
            self.terminate();
        }
    }

    fn schedule_deadline(&mut self) {
        if let Some(at) = self.deadline_at() {
            let at = at.max(self.now());
            self.wake(at, Urgency::Active, Wake::Deadline);
        }
    }

    /// When the pod's active deadline is over: it counts from the start that its status tells.
    fn deadline_at(&self) -> Option<SimTime> {
        let seconds = u64::try_from(self.slot.pod.spec.active_deadline_seconds?).ok()?;
        let epoch = self.context.store.epoch();
        let started = self.slot.status.start_time;
        let started = started.map_or(self.now(), |start| epoch.instant(start));
        Some(started + Duration::from_secs(seconds))
    }

    /// Starts a sync, once the runtime has been listed since the last one.
    fn begin(&mut self) {
        if let Some(synced_at) = self.slot.synced_at {
            let newer = self.list_after(synced_at);
            if newer > self.now() {
                self.slot.activity = Activity::AwaitingList;
                if self.slot.list_at != Some(newer) {
                    self.slot.list_at = Some(newer);
                    self.wake(newer, Urgency::Active, Wake::List);
                }
                return;
            }
            if self.slot.list_at == Some(self.now()) {
                self.look_at_runtime();
            }
        }
        self.sync();
    }

    /// A sync, on the runtime as last listed.
    pub fn sync(&mut self) {
        match self.slot.stage {
            Stage::Syncing => self.sync_pod(),
            Stage::Terminating => self.sync_terminating(),
            Stage::Terminated => self.sync_terminated(),
            Stage::Finished => {}
        }
    }

    fn sync_pod(&mut self) {
        let status = self.generate_status(false);
        let terminal = status.phase.is_terminal();
        if terminal {
            self.note_initialized();
        }
        self.write_status(status, false);
        if terminal {
            self.slot.stage = Stage::Terminating;
            self.slot.pending = true;
            self.finish(false);
            return;
        }
        self.add_probes();
        if self.slot.contents.due.is_some() {
            self.slot.contents.due = Some(self.now());
            self.refresh_volumes();
        }
        let steps = self.plan();
        self.work(steps);
    }

    /// Sets out on the steps of a sync.
    pub fn work(&mut self, steps: Vec<Step>) {
        self.slot.activity = Activity::Working(Work {
            steps: steps.into(),
            failed: false,
        });
        self.continue_work();
    }

    /// A step's time has come.
    pub fn step(&mut self, step: u32) {
        if step == self.slot.step && matches!(self.slot.activity, Activity::Working(_)) {
            self.continue_work();
        }
    }

    /// Takes steps until one needs time.
    fn continue_work(&mut self) {
        while let Activity::Working(work) = &mut self.slot.activity {
            let Some(step) = work.steps.pop_front() else {
                let failed = work.failed;
                self.finish(failed);
                return;
            };
            if let Some(at) = self.take(step) {
                self.slot.step += 1;
                // What ends the wait for an attachment is the attachment.
                let urgency = match self.slot.attach_by == Some(at) {
                    true => Urgency::Periodic,
                    false => self.urgency(at),
                };
                let step = self.slot.step;
                self.wake(at, urgency, Wake::Step(step));
                return;
            }
        }
    }

    /// Puts a step before all others.
    pub fn next_step(&mut self, step: Step) {
        if let Activity::Working(work) = &mut self.slot.activity {
            work.steps.push_front(step);
        }
    }

    /// Notes that the sync has failed.
    pub fn fail(&mut self) {
        if let Activity::Working(work) = &mut self.slot.activity {
            work.failed = true;
        }
    }

    /// Notes that the sync has failed and takes no further step.
    pub fn abort(&mut self) {
        if let Activity::Working(work) = &mut self.slot.activity {
            work.failed = true;
            work.steps.clear();
        }
    }

    /// A sync has ended.
    pub fn finish(&mut self, failed: bool) {
        self.slot.activity = Activity::Idle;
        self.slot.synced_at = Some(self.now());
        self.slot.retry_at = None;
        if failed {
            let at = self.retry_time();
            self.slot.retry_at = Some(at);
            let urgency = match self.shows_all_reasons() {
                true => Urgency::Periodic,
                false => Urgency::Active,
            };
            self.wake(at, urgency, Wake::Retry);
        }
        if std::mem::take(&mut self.slot.pending) {
            self.begin();
        }
    }

    /// Whether the status shows already what the next sync would show: then waiting for it is no unfinished business.
    fn shows_all_reasons(&self) -> bool {
        let statuses = self
            .slot
            .status
            .init_containers
            .iter()
            .chain(&self.slot.status.containers);
        statuses.enumerate().all(|(index, status)| {
            let shown = status.state.waiting.as_ref().map(|waiting| waiting.reason.as_str());
            self.slot
                .reasons
                .get(&index)
                .is_none_or(|reason| shown == Some(reason.reason))
        })
    }

    /// A failed sync is retried.
    pub fn retry(&mut self) {
        if self.slot.retry_at == Some(self.now()) {
            self.slot.retry_at = None;
            self.update();
        }
    }
}

impl PodWork<'_, '_> {
    /// A kubelet that has just started takes a pod over: what the runtime holds of it is listed, and its worker begins.
    pub fn adopt(&mut self) {
        self.look_at_runtime();
        if self.slot.removed || self.slot.pod.meta.is_deleted() {
            self.terminate();
            return;
        }
        if self.slot.pod.status.phase.is_terminal()
            && !self.slot.listed.iter().any(super::instance::Instance::is_running)
        {
            self.slot.stage = Stage::Finished;
            return;
        }
        if self.slot.admitted || self.admit() {
            self.schedule_deadline();
            self.update();
            // The first listing of a kubelet that starts reports what runs as started: one more sync.
            if !self.slot.listed.is_empty() {
                self.update();
            }
        }
    }
}
