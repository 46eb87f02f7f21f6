//! What a sync has to do: which containers to stop, which to start.
//!
//! Source: kubelet `kuberuntime_manager.go` (`computePodActions`, `ShouldContainerBeRestarted`) and documentation "Init
//! Containers", "Sidecar Containers".

use super::instance::{Instance, newest};
use super::steps::Step;
use super::work::PodWork;
use crate::api::RestartPolicy;

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
        if policy == RestartPolicy::Never && had_one && !self.slot.listed.is_empty() {
            return;
        }
        let init_len = self.slot.init_len();
        let containers: Vec<usize> = (init_len..init_len + self.slot.pod.spec.containers.len())
            .filter(|index| policy != RestartPolicy::OnFailure || !self.has_succeeded(*index))
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
        let started = self.slot.listed.iter().any(|instance| instance.container >= init_len);
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
                Some(Some(_)) if self.slot.pod.spec.restart_policy == RestartPolicy::Never => plan.failed = true,
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
                    let restart = changed || self.slot.pod.spec.restart_policy != RestartPolicy::Never;
                    let message = if restart {
                        format!("{why}, will be restarted")
                    } else {
                        why
                    };
                    kill.push((index, Some(message)));
                    start.extend(restart.then_some(index));
                }
                latest => start.extend(self.should_restart(latest).then_some(index)),
            }
        }
        (kept, kill, start)
    }

    /// Whether a container that does not run is to be started.
    pub fn should_restart(&self, latest: Option<&Instance>) -> bool {
        if self.slot.pod.meta.is_deleted() {
            return false;
        }
        let Some(ended) = latest.and_then(Instance::ended) else {
            return latest.is_none();
        };
        match self.slot.pod.spec.restart_policy {
            RestartPolicy::Never => false,
            RestartPolicy::OnFailure => ended.code != 0,
            RestartPolicy::Always => true,
        }
    }

    fn has_succeeded(&self, index: usize) -> bool {
        let latest = newest(&self.slot.listed, index);
        latest.and_then(Instance::ended).is_some_and(|ended| ended.code == 0)
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
