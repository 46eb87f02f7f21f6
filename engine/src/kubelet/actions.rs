//! What a sync has to do: which containers to stop, which to start.
//!
//! Source: kubelet `kuberuntime_manager.go` (`computePodActions`, `ShouldContainerBeRestarted`) and documentation "Init
//! Containers", "Sidecar Containers".

use super::instance::{Instance, newest};
use super::steps::Step;
use super::work::PodWork;
use crate::api::Container;

/// A container to stop, and the words for it if there are any but the usual.
type Stop = (usize, Option<String>);

/// What becomes of the init containers.
struct Initialization {
    /// Which to start.
    start: Vec<usize>,
    /// Which to stop first, and why.
    kill: Vec<Stop>,
    /// Whether the containers proper may run.
    done: bool,
    /// Whether it has failed for good.
    failed: bool,
}

impl PodWork<'_, '_> {
    /// The steps that lead from what is listed to what is wanted.
    pub fn plan(&mut self) -> Vec<Step> {
        let mut steps = Vec::new();
        if !self.slot.mounted {
            steps.push(Step::Mount);
        }
        let standing = self.slot.listed_sandbox.as_ref().is_some_and(|sandbox| sandbox.ready);
        if !standing {
            self.plan_sandbox(&mut steps);
            return steps;
        }
        let started = |index| newest(&self.slot.listed, index).is_some();
        let ephemeral =
            self.slot.ephemeral_from()..self.slot.ephemeral_from() + self.slot.pod.spec.ephemeral_containers.len();
        // Ephemeral containers start whatever the others do, once each.
        steps.extend(ephemeral.filter(|index| !started(*index)).map(Step::Start));
        let initialization = self.plan_initialization();
        if initialization.failed {
            steps.extend([Step::Kill(self.all_running()), Step::Killed, Step::StopSandbox]);
            return steps;
        }
        if !initialization.done {
            push_kill(&mut steps, initialization.kill);
            steps.extend(initialization.start.into_iter().map(Step::Start));
            return steps;
        }
        let (kept, kill, start) = self.plan_containers();
        if kept == 0 && start.is_empty() {
            steps.extend([Step::Kill(self.all_running()), Step::Killed, Step::StopSandbox]);
            return steps;
        }
        push_kill(&mut steps, initialization.kill.into_iter().chain(kill).collect());
        steps.extend(initialization.start.into_iter().chain(start).map(Step::Start));
        steps
    }

    /// Without a sandbox everything starts anew.
    fn plan_sandbox(&mut self, steps: &mut Vec<Step>) {
        let had_one = self.slot.listed_sandbox.is_some();
        if had_one {
            steps.extend([Step::Kill(self.all_running()), Step::Killed]);
        }
        let policy = self.slot.pod.spec.restart_policy;
        let may_restart = |container: &Container| container.is_restartable(policy);
        let any_restarts = self.slot.pod.spec.containers.iter().any(may_restart);
        if !any_restarts && had_one && !self.slot.listed.is_empty() {
            return;
        }
        let init_len = self.slot.init_len();
        let containers: Vec<usize> = (init_len..self.slot.ephemeral_from())
            .filter(|index| self.starts_in_new_sandbox(*index))
            .collect();
        if containers.is_empty() {
            return;
        }
        if had_one {
            let message = "Pod sandbox changed, it will be killed and re-created.".to_owned();
            self.report(false, "SandboxChanged", message, "".into());
        }
        steps.push(Step::CreateSandbox);
        match init_len {
            0 => steps.extend(containers.into_iter().map(Step::Start)),
            _ => steps.push(Step::Start(0)),
        }
    }

    fn plan_initialization(&self) -> Initialization {
        let init_len = self.slot.init_len();
        let mut plan = Initialization {
            start: Vec::new(),
            kill: Vec::new(),
            done: true,
            failed: false,
        };
        let attempt = self.slot.listed_sandbox.as_ref().map(|sandbox| sandbox.attempt);
        let mut listed = self.slot.listed.iter();
        let started = listed.any(|life| life.container >= init_len && Some(life.sandbox) == attempt);
        for index in 0..init_len {
            let latest = newest(&self.slot.listed, index);
            if self.slot.is_sidecar(index) {
                self.plan_sidecar(index, latest, &mut plan);
                if !plan.done && !started {
                    return plan;
                }
                plan.done = true;
                continue;
            }
            if started {
                continue;
            }
            match latest.map(|instance| instance.ended()) {
                Some(Some(ended)) if ended.code == 0 => continue,
                Some(Some(ended)) if !self.restarts_after(index, ended.code) => plan.failed = true,
                Some(None) => {}
                _ => plan.start.push(index),
            }
            plan.done = false;
            return plan;
        }
        plan
    }

    /// A sidecar always runs; those behind it wait until it has started.
    fn plan_sidecar(&self, index: usize, latest: Option<&Instance>, plan: &mut Initialization) {
        match latest {
            Some(instance) if instance.is_running() => {
                if let Some(why) = self.failed_probe(index, instance) {
                    plan.kill.push((index, Some(format!("{why}, will be restarted"))));
                    plan.start.push(index);
                }
                plan.done = self.is_started(index, instance);
            }
            _ => {
                plan.start.push(index);
                plan.done = false;
            }
        }
    }

    /// How many containers go on as they are, which to stop and why, which to start.
    fn plan_containers(&self) -> (usize, Vec<Stop>, Vec<usize>) {
        let (mut kept, mut kill, mut start) = (0, Vec::new(), Vec::new());
        let init_len = self.slot.init_len();
        for (position, container) in self.slot.pod.spec.containers.iter().enumerate() {
            let index = init_len + position;
            match newest(&self.slot.listed, index) {
                Some(instance) if instance.is_running() => {
                    let changed = instance.image != container.image;
                    let why = match changed {
                        true => Some(format!("Container {} definition changed", container.name)),
                        false => self.failed_probe(index, instance),
                    };
                    let Some(why) = why else {
                        kept += 1;
                        continue;
                    };
                    let restart = changed || container.restarts_when_stopped(self.slot.pod.spec.restart_policy);
                    let message = if restart {
                        format!("{why}, will be restarted")
                    } else {
                        why
                    };
                    kill.push((index, Some(message)));
                    start.extend(restart.then_some(index));
                }
                latest => start.extend(self.should_restart(index, latest).then_some(index)),
            }
        }
        (kept, kill, start)
    }

    /// Whether a container that does not run is to be started.
    pub fn should_restart(&self, index: usize, latest: Option<&Instance>) -> bool {
        if self.slot.pod.meta.is_deleted() {
            return false;
        }
        match latest.map(Instance::ended) {
            None => true,
            Some(None) => false,
            Some(Some(ended)) => self.restarts_after(index, ended.code),
        }
    }

    fn restarts_after(&self, index: usize, exit_code: i32) -> bool {
        let policy = self.slot.pod.spec.restart_policy;
        let container = self.slot.container(index);
        container.is_some_and(|container| container.restarts_after(exit_code, policy))
    }

    /// Whether a container starts again with a new sandbox: one that has ended well, where that is enough, does not.
    fn starts_in_new_sandbox(&self, index: usize) -> bool {
        let ended = newest(&self.slot.listed, index).and_then(Instance::ended);
        ended.is_none_or(|ended| ended.code != 0 || self.restarts_after(index, ended.code))
    }

    /// Every running container, with no words of its own.
    pub fn all_running(&self) -> Vec<Stop> {
        let running = self
            .slot
            .instances
            .iter()
            .filter(|instance| instance.listed.is_running());
        running.map(|instance| (instance.listed.container, None)).collect()
    }
}

fn push_kill(steps: &mut Vec<Step>, kill: Vec<Stop>) {
    if !kill.is_empty() {
        steps.extend([Step::Kill(kill), Step::Killed]);
    }
}
