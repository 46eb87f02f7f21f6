//! The suite `api`: recordings of a real API server and kubectl: JSONPath templates and whole commands.

mod jsonpath;
mod kubectl_verbs;
mod normal;

use super::recording::Recording;
use super::run::CannotRun;
use super::{Outcome, Suite};

/// Recordings of API server and kubectl.
pub const SUITE: Suite = Suite {
    name: "api",
    knows: |name| replayer(name).is_some(),
    replay: |recording| replayer(recording.name()).map_or_else(|| Ok(Vec::new()), |replay| replay(recording)),
};

/// Replays one recording.
type Replay = fn(&Recording) -> Result<Vec<Outcome>, CannotRun>;

/// What replays the recording of this name.
fn replayer(recording: &str) -> Option<Replay> {
    match recording {
        "jsonpath" => Some(jsonpath::replay),
        "kubectl_verbs" => Some(kubectl_verbs::replay),
        _ => None,
    }
}
