//! The life of one subject (a pod) over virtual time: the stripe it gets in the report.

use serde::{Deserialize, Serialize};

/// What was shown for one subject, from its creation to its deletion or the end of the scenario.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Lane {
    /// The subject's name, e.g. `web-7d4b9c6f5-x2x9p`.
    pub subject: String,
    /// Its namespace.
    pub namespace: String,
    /// The node it ran on; empty if it never got one.
    pub node: String,
    /// What it showed, in order of time, without overlaps. A gap means that it did not exist.
    pub segments: Vec<Segment>,
}

impl Lane {
    /// How often its containers had restarted at the end.
    pub fn restarts(&self) -> u32 {
        self.segments
            .iter()
            .map(|segment| segment.restarts)
            .max()
            .unwrap_or_default()
    }
}

/// A stretch of time in which nothing that `kubectl get pods` prints of the subject changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Segment {
    /// Its start.
    pub from_ns: u64,
    /// Its end, at least `from_ns`.
    pub to_ns: u64,
    /// The STATUS column, e.g. `Running`.
    pub status: String,
    /// The READY column, e.g. `1/2`.
    pub ready: String,
    /// The RESTARTS column's number.
    pub restarts: u32,
}
