//! A running process: when it ends by itself, how it answers SIGTERM, what it says to probes.

use std::sync::Arc;
use std::time::Duration;

use smol_str::SmolStr;

use super::files::{Edit, FileChange};
use super::{Behaviour, Life, Program, StartFailure, Stop, Surroundings};
use crate::api::Container;
use crate::sim::SimTime;

/// Why a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitCause {
    /// By itself or by a signal.
    Process,
    /// The kernel killed it for its memory.
    OutOfMemory,
}

/// How long an init container works whose program nobody here knows.
const UNKNOWN_WORK: Duration = Duration::from_secs(1);

/// The end of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exit {
    /// When.
    pub at: SimTime,
    /// 137 for SIGKILL.
    pub code: i32,
    /// Why.
    pub cause: ExitCause,
}

/// A process in a container.
#[derive(Debug, Clone)]
pub struct Process {
    /// When it started.
    pub started: SimTime,
    /// When and how it ends unless somebody ends it sooner.
    pub end: Option<Exit>,
    /// It answers nothing any more from then on.
    pub hung_since: Option<SimTime>,
    pub(super) life: u32,
    must_end: bool,
    /// Somebody has decided its end: it is told to stop, or was struck.
    end_decided: bool,
    pub(super) program: Arc<Program>,
    pub(super) behaviour: Arc<Behaviour>,
    pub(super) surroundings: Arc<Surroundings>,
}

impl Process {
    /// Starts a container's process in its `life`th life (0 is the first). `must_end`: it is an init container's; a program
    /// that nobody here knows the end of then does its work well in a moment, for an init container that serves is never meant.
    ///
    /// # Errors
    /// [`StartFailure`] if its command is not there.
    pub fn start(
        container: &Container,
        behaviour: Arc<Behaviour>,
        life: u32,
        must_end: bool,
        surroundings: Arc<Surroundings>,
        now: SimTime,
    ) -> Result<Process, StartFailure> {
        let program = match behaviour.life(life) {
            Some(Life::StartError { executable }) => {
                return Err(StartFailure {
                    executable: executable.clone(),
                });
            }
            Some(_) => Program::server(),
            None => Program::of(container, &surroundings, now)?,
        };
        let mut process = Process {
            started: now,
            end: None,
            hung_since: behaviour.hangs_after.map(|after| now + after),
            life,
            must_end,
            end_decided: false,
            program: Arc::new(program),
            behaviour,
            surroundings,
        };
        process.end = process.own_end(container);
        Ok(process)
    }

    /// When and how it ends if nobody interferes.
    fn own_end(&self, container: &Container) -> Option<Exit> {
        let exit = |after: Duration, code, cause| Exit {
            at: self.started + after,
            code,
            cause,
        };
        let program = &self.program;
        let end = match self.behaviour.life(self.life) {
            Some(Life::Exit { code, after }) => Some(exit(*after, *code, ExitCause::Process)),
            Some(Life::OutOfMemory { after }) => Some(exit(*after, 137, ExitCause::OutOfMemory)),
            Some(_) => None,
            None if self.must_end && program.opaque && program.end.is_none() => {
                Some(exit(UNKNOWN_WORK, 0, ExitCause::Process))
            }
            None => program.end.map(|(after, code)| exit(after, code, ExitCause::Process)),
        };
        let limit = container
            .limits
            .get("memory")
            .and_then(|limit| u64::try_from(limit.value()).ok());
        let out_of_memory = self.behaviour.memory.as_ref().zip(limit);
        match out_of_memory.and_then(|(memory, limit)| memory.exceeds_at(limit)) {
            Some(after) if end.is_none_or(|end| self.started + after < end.at) => {
                Some(exit(after, 137, ExitCause::OutOfMemory))
            }
            _ => end,
        }
    }

    /// Decides its end.
    pub fn end_at(&mut self, exit: Exit) {
        self.end = Some(exit);
        self.end_decided = true;
    }

    /// Something around it has changed: what it has not done yet is computed anew. Returns whether its end is another one.
    pub fn refresh(&mut self, container: &Container, surroundings: Arc<Surroundings>) -> bool {
        self.surroundings = surroundings;
        let scripted = self.behaviour.life(self.life).is_some();
        if scripted || self.end_decided || !self.program.is_curious() {
            return false;
        }
        let Ok(program) = Program::of(container, &self.surroundings, self.started) else {
            return false;
        };
        let before = self.end;
        self.program = Arc::new(program);
        self.end = self.own_end(container);
        self.end != before
    }

    /// Takes another program's place, from its start on.
    pub fn becomes(&mut self, container: &Container, program: Program) {
        self.program = Arc::new(program);
        self.end = self.own_end(container);
    }

    /// What it does.
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// The code with which it answers SIGTERM; none if it ignores it.
    pub fn term_code(&self) -> Option<i32> {
        match self.behaviour.stop {
            Some(Stop::Exit { code, .. }) => Some(code),
            Some(Stop::Ignore) => None,
            None => self.program.term_code,
        }
    }

    /// Whether it is a server that takes connections: a program that nobody knows better.
    pub fn serves(&self) -> bool {
        self.program.opaque
    }

    /// What it finds around it.
    pub fn surroundings(&self) -> &Arc<Surroundings> {
        &self.surroundings
    }

    /// What memory it uses; none if the scenario says nothing of it.
    pub fn memory(&self) -> Option<&super::MemoryUse> {
        self.behaviour.memory.as_ref()
    }

    /// Bytes of memory in use at an instant; none if the scenario says nothing of it.
    pub fn memory_bytes(&self, now: SimTime) -> Option<u64> {
        Some(self.behaviour.memory.as_ref()?.at(now.since(self.started)))
    }

    /// What it does to files, in calendar order.
    pub fn file_changes(&self) -> Vec<FileChange> {
        let every = |at: Duration| {
            self.program
                .round
                .filter(|(from, _)| at >= *from)
                .map(|(_, length)| length)
        };
        let change = |(at, file, edit): &(Duration, SmolStr, Edit)| FileChange {
            at: self.started + *at,
            every: every(*at),
            until: None,
            file: file.clone(),
            edit: edit.clone(),
            writer: self.surroundings.me,
        };
        self.program.edits.iter().map(change).collect()
    }

    /// How it ends when it is told to stop at `now` and killed after `grace`.
    pub fn stop(&self, now: SimTime, grace: Duration, stop_duration: Duration) -> Exit {
        let answers = match self.behaviour.stop {
            _ if self.hung_since.is_some_and(|since| since <= now) => None,
            Some(Stop::Exit { code, after }) => Some((after.unwrap_or(stop_duration), code)),
            Some(Stop::Ignore) => None,
            None => self.program.term_code.map(|code| (stop_duration, code)),
        };
        let stopped = match answers.filter(|(after, _)| *after < grace) {
            Some((after, code)) => Exit {
                at: now + after,
                code,
                cause: ExitCause::Process,
            },
            None => Exit {
                at: now + grace,
                code: 137,
                cause: ExitCause::Process,
            },
        };
        match self.end {
            Some(end) if end.at <= stopped.at => end,
            _ => stopped,
        }
    }

    /// Its surroundings with what it itself does to files: what a command run inside its container finds.
    pub fn with_own_files(&self) -> Surroundings {
        let mut world = self.surroundings.as_ref().clone();
        if self.program.edits.is_empty() {
            return world;
        }
        let mut files = world.files.as_ref().clone();
        files.forget(world.me);
        for change in self.file_changes() {
            files.push(change);
        }
        world.files = Arc::new(files);
        world
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Quantity;
    use crate::runtime::MemoryUse;

    fn container(command: &[&str], limit: Option<&str>) -> Container {
        let limit = limit.and_then(|limit| Quantity::parse(limit).ok());
        Container {
            command: command.iter().map(|word| (*word).into()).collect(),
            limits: limit.map(|limit| ("memory".into(), limit)).into_iter().collect(),
            ..Container::default()
        }
    }

    #[test]
    fn processes_end_as_told_or_when_memory_runs_out() {
        let check = |command: &[&str], limit, behaviour: Behaviour, expect: Option<(u64, i32, ExitCause)>| {
            let process = Process::start(
                &container(command, limit),
                Arc::new(behaviour),
                0,
                false,
                Arc::default(),
                SimTime::from_secs(10),
            );
            let end = process.ok().and_then(|process| process.end);
            assert_eq!(end.map(|end| (end.at.as_secs(), end.code, end.cause)), expect);
        };
        let leak = || Behaviour {
            memory: Some(MemoryUse {
                initial_bytes: 0,
                later: None,
                leak_bytes_per_minute: 10 << 20,
            }),
            ..Behaviour::default()
        };
        check(&[], None, leak(), None);
        check(&[], Some("10Mi"), leak(), Some((70, 137, ExitCause::OutOfMemory)));
        check(&["sleep", "5"], Some("10Mi"), leak(), Some((15, 0, ExitCause::Process)));
        check(
            &["sh", "-c", "exit 3"],
            None,
            Behaviour::default(),
            Some((10, 3, ExitCause::Process)),
        );
    }

    #[test]
    fn sigterm_ends_servers_and_the_grace_period_everything_else() {
        let check = |command: &[&str], stop: Option<Stop>, grace_secs, expect: (u64, i32)| {
            let behaviour = Behaviour {
                stop,
                ..Behaviour::default()
            };
            let process = Process::start(
                &container(command, None),
                Arc::new(behaviour),
                0,
                false,
                Arc::default(),
                SimTime::ZERO,
            );
            let grace = Duration::from_secs(grace_secs);
            let exit = process
                .ok()
                .map(|process| process.stop(SimTime::from_secs(100), grace, Duration::from_secs(1)));
            assert_eq!(
                exit.map(|exit| (exit.at.as_secs(), exit.code)),
                Some(expect),
                "{command:?}"
            );
        };
        let after = |secs| {
            Some(Stop::Exit {
                code: 0,
                after: Some(Duration::from_secs(secs)),
            })
        };
        check(&[], None, 30, (101, 0));
        check(&["sleep", "infinity"], None, 30, (130, 137));
        check(&["sleep", "110"], None, 30, (110, 0));
        check(&[], Some(Stop::Ignore), 30, (130, 137));
        check(&[], after(10), 30, (110, 0));
        check(&[], after(40), 30, (130, 137));
    }
}
