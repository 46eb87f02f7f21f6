//! A fault that struck during a scenario, from the moment it began until it healed.

use serde::{Deserialize, Serialize};

/// One fault on the scenario's time line.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FaultMark {
    /// The fault as the scenario words it, e.g. `node "node-2" is lost`.
    pub text: String,
    /// What it struck, e.g. `node/node-2`.
    pub target: String,
    /// When it began.
    pub from_ns: u64,
    /// When it healed: equal to `from_ns` for a fault that is over at once (an OOM kill), `None` for one that was still there
    /// when the scenario ended.
    pub to_ns: Option<u64>,
}
