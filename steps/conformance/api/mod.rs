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
    knows: |name| matches!(name, "jsonpath" | "kubectl_verbs"),
    replay,
};

fn replay(recording: &Recording) -> Result<Vec<Outcome>, CannotRun> {
    if recording.name() == "kubectl_verbs" {
        return kubectl_verbs::replay(recording);
    }
    let outcome = |id: &String, body| Outcome {
        id: id.clone(),
        result: jsonpath::check(body),
    };
    Ok(recording
        .cases()
        .iter()
        .map(|case| outcome(&case.id, &case.body))
        .collect())
}
