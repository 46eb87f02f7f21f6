//! A line the engine logged during a scenario.

use serde::{Deserialize, Serialize};

/// One log line, stamped with virtual time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LogLine {
    /// When.
    pub at_ns: u64,
    /// `ERROR`, `WARN`, `INFO`, `DEBUG` or `TRACE`.
    pub level: String,
    /// The component that logged it, e.g. `kubelet`.
    pub target: String,
    /// What it said.
    pub text: String,
}
