//! A command run inside a container by a person: `kubectl exec`.
//!
//! The command is interpreted with what the container's own process finds around it; what it writes stays. Source: kubelet
//! `kubelet_pods.go` (`RunInContainer`), documentation "Get a Shell to a Running Container".

use std::time::Duration;

use smol_str::SmolStr;

use super::kubelets::{Kubelets, Wake};
use super::work::PodWork;
use crate::api::Pod;
use crate::component::Context;
use crate::runtime::files::FileChange;
use crate::runtime::{Exit, ExitCause, Program};

/// What a command did.
#[derive(Debug, Clone, Default)]
pub(crate) struct Executed {
    /// What it printed.
    pub lines: Vec<SmolStr>,
    /// How long it ran, and its exit code; none if it never ends.
    pub end: Option<(Duration, i32)>,
    /// It is a program that nobody here knows.
    pub unknown: bool,
}

/// Why a command could not be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ExecError {
    /// Nobody answers at the node.
    NodeUnreachable,
    /// The container does not run.
    NotRunning,
    /// Its executable is not there: the runtime's words.
    NotFound(String),
}

impl Kubelets {
    /// Runs a command in a container of a pod.
    pub(crate) fn exec(
        &mut self,
        pod: &Pod,
        container: usize,
        words: &[String],
        context: &mut Context<'_>,
    ) -> Result<Executed, ExecError> {
        let agent = self.agent(&pod.node_name).ok_or(ExecError::NodeUnreachable)?;
        if !agent.machine.powered || !agent.machine.kubelet || !agent.machine.connected {
            return Err(ExecError::NodeUnreachable);
        }
        Kubelets::with_pod(agent, pod.meta.uid, context, |work| work.exec(container, words))
            .unwrap_or(Err(ExecError::NotRunning))
    }
}

impl PodWork<'_, '_> {
    fn exec(&mut self, container: usize, words: &[String]) -> Result<Executed, ExecError> {
        let live = self.slot.running(container).ok_or(ExecError::NotRunning)?;
        let process = live.process.as_ref().ok_or(ExecError::NotRunning)?;
        let (life, own) = (live.listed.life, process.file_changes());
        let mut world = self.full_surroundings(container, life).as_ref().clone();
        let mut files = world.files.as_ref().clone();
        own.into_iter().for_each(|change| files.push(change));
        world.files = files.into();
        let now = self.now();
        let mut program = self.run_words(words, &world)?;
        // Whom it asks for is looked up as it is now.
        for target in std::mem::take(&mut program.asks) {
            let reached = self.is_reached(&target);
            world.network.insert(target, vec![(now, reached)]);
        }
        let program = self.run_words(words, &world)?;
        let changes = program.edits.iter().map(|(at, file, edit)| FileChange {
            at: now + *at,
            every: None,
            until: None,
            file: file.clone(),
            edit: edit.clone(),
            writer: None,
        });
        self.files_changed(changes.collect());
        if let Some(after) = program.told_to_stop {
            self.tell_to_stop(container, after);
        }
        let epoch = self.context.store.epoch();
        let line = |(at, line): &(Duration, SmolStr)| crate::runtime::files::dated(line, epoch.at(now + *at));
        Ok(Executed {
            lines: program.lines.iter().map(line).collect(),
            end: program.end,
            unknown: program.opaque,
        })
    }

    fn run_words(&self, words: &[String], world: &crate::runtime::Surroundings) -> Result<Program, ExecError> {
        Program::of_words(words, world, self.now()).map_err(|failure| ExecError::NotFound(failure.exec_message()))
    }

    /// `kill 1` inside a container: its first process ends if it listens to SIGTERM.
    fn tell_to_stop(&mut self, container: usize, after: Duration) {
        let stop_duration = self.context.settings.container_stop_duration;
        let at = self.now() + after + stop_duration;
        let live = self.slot.instances.iter_mut().rev();
        let mut running = live.filter(|live| live.listed.container == container && live.listed.is_running());
        let process = running.next().and_then(|live| live.process.as_mut());
        let Some(process) = process else { return };
        let Some(code) = process.term_code() else { return };
        process.end_at(Exit {
            at,
            code,
            cause: ExitCause::Process,
        });
        let urgency = self.urgency(at);
        self.wake(at, urgency, Wake::Exit);
    }
}
