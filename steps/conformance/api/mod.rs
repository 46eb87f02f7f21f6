//! The suite `api`: recordings of a real API server and kubectl. So far the JSONPath templates.

mod jsonpath;

use super::recording::Recording;
use super::run::CannotRun;
use super::{Outcome, Suite};

/// Recordings of API server and kubectl.
pub const SUITE: Suite = Suite { name: "api", knows: |name| name == "jsonpath", replay };

fn replay(recording: &Recording) -> Result<Vec<Outcome>, CannotRun> {
    let outcome = |id: &String, body| Outcome { id: id.clone(), result: jsonpath::check(body) };
    Ok(recording.cases().iter().map(|case| outcome(&case.id, &case.body)).collect())
}
