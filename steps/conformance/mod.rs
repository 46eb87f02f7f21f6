//! `shakedown conformance SUITE PATH…`: replays recordings of real Kubernetes against the simulation.
//!
//! A recording is a `.jsonl` file, one case a line, each with an `id`. A [`Suite`] knows recordings by their file names and
//! replays them; every case ends in an [`Outcome`]. [`run`] prints the failing ones and a last line `N passed, M failed`.
//! A new suite is one file here with a `pub const SUITE: Suite`, and one line in `suite.rs`.

mod api;
mod columns;
mod outcome;
mod recording;
mod run;
mod scheduling;
mod suite;
mod traces;
mod values;

pub use outcome::{CaseResult, Outcome, Tally, compare};
pub use recording::{Case, Options, Recording};
pub use run::{CannotRun, Exit, replay, run, run_with};
pub use suite::{SUITES, Suite};
