//! What a command run inside a container does: the exec probes and hooks that a scenario scripts.

use std::time::Duration;

use smol_str::SmolStr;

/// Whether the command succeeds, depending on how long its container has run.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Always.
    #[default]
    Succeeds,
    /// Never.
    Fails,
    /// From then on.
    SucceedsAfter(Duration),
    /// Until then.
    FailsAfter(Duration),
    /// Except from the one to the other.
    FailsBetween(Duration, Duration),
}

impl Outcome {
    /// Whether it succeeds when the container has run for `elapsed`.
    pub fn succeeds(&self, elapsed: Duration) -> bool {
        match *self {
            Outcome::Succeeds => true,
            Outcome::Fails => false,
            Outcome::SucceedsAfter(after) => elapsed >= after,
            Outcome::FailsAfter(after) => elapsed < after,
            Outcome::FailsBetween(from, to) => elapsed < from || elapsed >= to,
        }
    }

    /// From when on the answer may differ from the one at `elapsed`; none if it stays.
    pub fn changes_after(&self, elapsed: Duration) -> Option<Duration> {
        let ahead = |at: Duration| (at > elapsed).then_some(at);
        match *self {
            Outcome::Succeeds | Outcome::Fails => None,
            Outcome::SucceedsAfter(at) | Outcome::FailsAfter(at) => ahead(at),
            Outcome::FailsBetween(from, to) => ahead(from).or_else(|| ahead(to)),
        }
    }
}

/// A scripted command.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct ExecScript {
    /// Whether it succeeds.
    pub outcome: Outcome,
    /// How long it runs; beyond a probe's timeout it fails.
    pub takes: Duration,
    /// What a failing run prints.
    pub output: SmolStr,
    /// Only in the container's first life; it succeeds in later ones.
    pub first_life_only: bool,
}
