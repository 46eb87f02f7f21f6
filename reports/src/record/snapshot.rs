//! What a kubectl command printed at one moment of a scenario.

use serde::{Deserialize, Serialize};

/// The output of one kubectl command.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct KubectlSnapshot {
    /// The command, or what the reader should look for, e.g. `kubectl get pods -o wide`.
    pub title: String,
    /// What it printed.
    pub text: String,
    /// When.
    pub at_ns: u64,
}
