//! The suite `scheduling`: decisions of a real kube-scheduler: single pods, preemption, sequences.

mod decision;
mod objects;
mod preemption;
mod sequence;

use super::recording::{Case, Recording};
use super::{CaseResult, Outcome, Suite};

/// Recordings of the scheduler's decisions.
pub const SUITE: Suite = Suite {
    name: "scheduling",
    extension: "jsonl",
    knows: |name| checker(name).is_some(),
    replay: |recording| Ok(replay(recording)),
};

fn checker(recording: &str) -> Option<fn(&Case) -> CaseResult> {
    match recording {
        "single" | "preemption" => Some(decision::check),
        "sequences" => Some(sequence::check),
        _ => None,
    }
}

/// A difference is told with the case's theme, so that failures can be counted by subject.
fn replay(recording: &Recording) -> Vec<Outcome> {
    let Some(check) = checker(recording.name()) else {
        return Vec::new();
    };
    let outcome = |case: &Case| {
        let theme = case.body["theme"].as_str().unwrap_or_default();
        Outcome {
            id: case.id.clone(),
            result: check(case).map_err(|difference| format!("[{theme}] {difference}")),
        }
    };
    recording.cases().iter().map(outcome).collect()
}
