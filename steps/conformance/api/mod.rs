//! The suite `api`: recordings of a real API server and kubectl: what it
//! makes of requests, and whole commands.

mod cluster;
mod commands;
mod exchange;
mod jsonpath;
mod kubectl_verbs;
mod normal;

use super::recording::Recording;
use super::run::CannotRun;
use super::{Outcome, Suite};

/// Recordings of API server and kubectl.
pub const SUITE: Suite = Suite {
    name: "api",
    extension: "jsonl",
    knows: |name| replayer(name).is_some(),
    replay: |recording| replayer(recording.name()).map_or_else(|| Ok(Vec::new()), |replay| replay(recording)),
};

/// Replays one recording.
type Replay = fn(&Recording) -> Result<Vec<Outcome>, CannotRun>;

/// What replays the recording of this name.
fn replayer(recording: &str) -> Option<Replay> {
    match recording {
        "apply" | "strict" => Some(commands::replay),
        "defaulting" | "patch" | "update" | "validation" => Some(exchange::replay),
        "jsonpath" => Some(jsonpath::replay),
        "kubectl_verbs" => Some(kubectl_verbs::replay),
        _ => None,
    }
}
