//! What belongs to this execution and not to the simulation: when, how long and on what it ran.

use serde::{Deserialize, Serialize};

/// The wall clock's part of a run. Number of jobs and machine are here because they must not change anything else.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Wall {
    /// When the run began, RFC 3339, e.g. `2026-11-21T00:19:54Z`.
    pub started_at: String,
    /// How long it took.
    pub duration_ns: u64,
    /// Where it ran.
    pub environment: Environment,
}

/// The machine a run was made on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Environment {
    /// The operating system, e.g. `linux` ([`std::env::consts::OS`]).
    pub os: String,
    /// The processor architecture, e.g. `x86_64` ([`std::env::consts::ARCH`]).
    pub arch: String,
    /// How many scenarios ran at the same time.
    pub jobs: usize,
}

impl Environment {
    /// This machine, with so many jobs.
    pub fn here(jobs: usize) -> Self {
        Self {
            os: std::env::consts::OS.to_owned(),
            arch: std::env::consts::ARCH.to_owned(),
            jobs,
        }
    }
}
