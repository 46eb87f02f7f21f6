//! What a process answers to probes and hooks, and from when on that may be another answer.

use std::time::Duration;

use smol_str::SmolStr;

use super::{Process, Program};
use crate::api::Handler;
use crate::sim::SimTime;

/// What a probe or hook meets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It succeeds.
    Success,
    /// It fails, with this output.
    Failure(SmolStr),
    /// It could not even be asked: the runtime's words. That is no answer to a probe, neither good nor bad.
    Errored(SmolStr),
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
        let now = self.started + elapsed;
        let world = self.with_own_files();
        let words: Vec<String> = command.iter().map(ToString::to_string).collect();
        let program = match Program::of_words(&words, &world, now) {
            Ok(program) => program,
            Err(failure) => {
                return Reply {
                    answer: Answer::Errored(failure.exec_message().into()),
                    takes: Duration::ZERO,
                    changes_at: None,
                };
            }
        };
        // A program that nobody knows succeeds: it is there to.
        let (takes, code) = match program.end {
            None if !program.opaque => return reply_of(Answer::Silence),
            end => end.unwrap_or_default(),
        };
        let printed: String = program.lines.iter().map(|(_, line)| format!("{line}\n")).collect();
        let changes = program
            .reads
            .iter()
            .filter_map(|file| world.files.next_change(file, now));
        Reply {
            answer: if code == 0 {
                Answer::Success
            } else {
                Answer::Failure(printed.into())
            },
            takes,
            changes_at: changes.min(),
        }
    }
}

fn reply_of(answer: Answer) -> Reply {
    Reply {
        answer,
        takes: Duration::ZERO,
        changes_at: None,
    }
}
