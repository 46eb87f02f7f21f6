//! Why a step failed, with what a reader needs to see to understand it without running anything again.

use serde::{Deserialize, Serialize};

/// The explanation of one failed step. Every field but `message` may be empty; renderings leave empty ones out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Failure {
    /// What went wrong, in a sentence; may have several lines.
    pub message: String,
    /// What the step asked for, e.g. `STATUS "Running"`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// What there was instead, e.g. `STATUS "CrashLoopBackOff"`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seen: Option<String>,
    /// The virtual time at which it was seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_ns: Option<u64>,
    /// `kubectl get` of the subject at that time, as kubectl prints it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub kubectl_table: String,
    /// The subject's latest events, as `kubectl get events` prints them.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub events: String,
    /// The latest changes of what `kubectl get` shows of the subject, a line each with its time.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub changes: String,
    /// The lines of the feature file (or manifest) around the step, with line numbers.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub source_excerpt: String,
}
