//! The suites there are: a name, the recordings it knows, and how it replays one.

use super::recording::Recording;
use super::run::CannotRun;
use super::{Outcome, api, columns, scheduling, traces, values};
use crate::hint::hint;

/// A kind of recording that can be replayed.
pub struct Suite {
    /// What the command line calls it; the folder's name where the recordings are kept.
    pub name: &'static str,
    /// The extension of its recordings: `jsonl`, a case a line, or `json`, a case a file.
    pub extension: &'static str,
    /// Whether it can replay a recording of this name (a file name without `.jsonl`).
    pub knows: fn(&str) -> bool,
    /// Replays one recording: one outcome a case, in order. Fails only where the recording itself cannot be understood.
    pub replay: fn(&Recording) -> Result<Vec<Outcome>, CannotRun>,
}

/// Every suite, in the order `did you mean` and messages list them.
pub const SUITES: &[Suite] = &[
    api::SUITE,
    columns::SUITE,
    scheduling::SUITE,
    traces::SUITE,
    values::SUITE,
];

/// The suite of that name.
///
/// # Errors
/// [`CannotRun::UnknownSuite`] with the nearest name and all names.
pub(super) fn find(name: &str) -> Result<&'static Suite, CannotRun> {
    SUITES.iter().find(|s| s.name == name).ok_or_else(|| {
        let known: Vec<&str> = SUITES.iter().map(|suite| suite.name).collect();
        CannotRun::UnknownSuite {
            name: name.to_owned(),
            hint: hint(name, &known),
        }
    })
}
