//! A running process: when it ends by itself, how it answers SIGTERM, what it says to probes.

use std::sync::Arc;
use std::time::Duration;

use smol_str::SmolStr;

use super::{Behaviour, Life, Program, StartFailure, Stop};
use crate::api::{Container, Handler};
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
    life: u32,
    program: Arc<Program>,
    behaviour: Arc<Behaviour>,
}

/// What a probe or hook meets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It succeeds.
    Success,
    /// It fails, with this output.
    Failure(SmolStr),
    /// Nothing listens.
    Refused,
    /// Nothing comes.
    Silence,
}

/// An answer, how long it takes, and from when on it may be another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// What comes.
    pub answer: Answer,
    /// How long it takes.
    pub takes: Duration,
    /// From when on it may be different; none if it stays.
    pub changes_at: Option<SimTime>,
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
        now: SimTime,
    ) -> Result<Process, StartFailure> {
        let scripted = behaviour.life(life);
        let program = match scripted {
            Some(Life::StartError { executable }) => {
                return Err(StartFailure {
                    executable: executable.clone(),
                });
            }
            Some(_) => Program::server(),
            None => Program::of(container)?,
        };
        let exit = |after: Duration, code, cause| Exit {
            at: now + after,
            code,
            cause,
        };
        let mut end = match scripted {
            Some(Life::Exit { code, after }) => Some(exit(*after, *code, ExitCause::Process)),
            Some(Life::OutOfMemory { after }) => Some(exit(*after, 137, ExitCause::OutOfMemory)),
            Some(_) => None,
            None if must_end && program.opaque && program.end.is_none() => {
                Some(exit(UNKNOWN_WORK, 0, ExitCause::Process))
            }
            None => program.end.map(|(after, code)| exit(after, code, ExitCause::Process)),
        };
        let limit = container
            .limits
            .get("memory")
            .and_then(|limit| u64::try_from(limit.value()).ok());
        if let (Some(memory), Some(limit)) = (&behaviour.memory, limit)
            && let Some(after) = memory.exceeds_at(limit)
            && end.is_none_or(|end| now + after < end.at)
        {
            end = Some(exit(after, 137, ExitCause::OutOfMemory));
        }
        Ok(Process {
            started: now,
            end,
            hung_since: behaviour.hangs_after.map(|after| now + after),
            life,
            program: Arc::new(program),
            behaviour,
        })
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

    /// What a probe or hook meets at `now`. `starting` says whether it is one that [`Behaviour::ready_after`] holds back.
    pub fn reply(&self, handler: &Handler, starting: bool, now: SimTime) -> Reply {
        let elapsed = now.since(self.started);
        let reply = |answer, changes_after: Option<Duration>| Reply {
            answer,
            takes: Duration::ZERO,
            changes_at: changes_after.map(|after| self.started + after),
        };
        match self.hung_since {
            Some(since) if since <= now => return reply(Answer::Silence, None),
            Some(since) => {
                let mut reply = self.reply_while_alive(handler, starting, elapsed);
                reply.changes_at = Some(reply.changes_at.map_or(since, |at| at.min(since)));
                return reply;
            }
            None => {}
        }
        self.reply_while_alive(handler, starting, elapsed)
    }

    fn reply_while_alive(&self, handler: &Handler, starting: bool, elapsed: Duration) -> Reply {
        let reply = |answer, takes, changes_after: Option<Duration>| Reply {
            answer,
            takes,
            changes_at: changes_after.map(|after| self.started + after),
        };
        if let Some(after) = self.behaviour.ready_after.filter(|after| starting && elapsed < *after) {
            let answer = match handler {
                Handler::Exec(_) => Answer::Failure(SmolStr::default()),
                _ => Answer::Refused,
            };
            return reply(answer, Duration::ZERO, Some(after));
        }
        match handler {
            Handler::Exec(command) => self.run(command, elapsed),
            Handler::Sleep(duration) => reply(Answer::Success, *duration, None),
            _ => reply(Answer::Success, Duration::ZERO, None),
        }
    }

    /// What a command run inside the container does.
    fn run(&self, command: &[SmolStr], elapsed: Duration) -> Reply {
        let after = |changes: Option<Duration>| changes.map(|after| self.started + after);
        if let Some(script) = self.behaviour.script(command) {
            let succeeds = (script.first_life_only && self.life > 0) || script.outcome.succeeds(elapsed);
            return Reply {
                answer: if succeeds {
                    Answer::Success
                } else {
                    Answer::Failure(script.output.clone())
                },
                takes: script.takes,
                changes_at: after(script.outcome.changes_after(elapsed)),
            };
        }
        let file = match command {
            [tool, file] if tool == "cat" => Some(file),
            [tool, flag, file] if tool == "test" && flag.starts_with('-') => Some(file),
            _ => None,
        };
        if let Some((file, there)) = file.and_then(|file| Some((file, self.program.file_exists(file, elapsed)?))) {
            let missing = format!("cat: can't open '{file}': No such file or directory\n");
            return Reply {
                answer: if there {
                    Answer::Success
                } else {
                    Answer::Failure(missing.into())
                },
                takes: Duration::ZERO,
                changes_at: after(self.program.next_file_change(elapsed)),
            };
        }
        let container = Container {
            command: command.to_vec(),
            ..Container::default()
        };
        let (takes, code) = match Program::of(&container) {
            Ok(program) => program.end.unwrap_or_default(),
            Err(_) => (Duration::ZERO, 127),
        };
        let failed = || Answer::Failure(SmolStr::default());
        Reply {
            answer: if code == 0 { Answer::Success } else { failed() },
            takes,
            changes_at: None,
        }
    }

    /// What it has written to its log until `now`, with the time of each line; the newest `lines_max` of them.
    pub fn log(&self, now: SimTime, lines_max: usize) -> Vec<(SimTime, SmolStr)> {
        let mut log: Vec<_> = self
            .behaviour
            .log
            .iter()
            .map(|line| (self.started, line.clone()))
            .collect();
        let elapsed = now.since(self.started);
        let lines = self.program.lines.iter();
        log.extend(
            lines
                .clone()
                .filter(|(at, _)| *at <= elapsed)
                .map(|(at, line)| (self.started + *at, line.clone())),
        );
        if let Some((from, length)) = self.program.round.filter(|(_, length)| !length.is_zero()) {
            let rounds = elapsed.saturating_sub(from).as_nanos() / length.as_nanos();
            let of_round: Vec<_> = lines.filter(|(at, _)| *at >= from).collect();
            let kept = (lines_max / of_round.len().max(1)) as u128 + 1;
            for round in rounds.saturating_sub(kept).max(1)..=rounds {
                let offset = Duration::from_nanos(u64::try_from(length.as_nanos() * round).unwrap_or(u64::MAX));
                let shown = of_round.iter().filter(|(at, _)| *at + offset <= elapsed);
                log.extend(shown.map(|(at, line)| (self.started + *at + offset, line.clone())));
            }
        }
        log.split_off(log.len().saturating_sub(lines_max))
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
            let process = Process::start(&container(command, None), Arc::new(behaviour), 0, false, SimTime::ZERO);
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
