//! The suite `api`: recordings of a real API server and kubectl.

mod kubectl_verbs;
mod normal;

use super::recording::Recording;
use super::run::CannotRun;
use super::{Outcome, Suite};

/// Recordings of API server and kubectl.
pub const SUITE: Suite = Suite {
    name: "api",
    knows: |name| matches!(name, "kubectl_verbs"),
    replay: kubectl_verbs::replay,
};
