//! One step of a scenario.

use serde::{Deserialize, Serialize};

use super::{Failure, Outcome};

/// A step, when it ran and how it ended.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct StepRecord {
    /// The keyword as written, in the feature's language, without the space behind it: `Given`, `And`, `만약`.
    pub keyword: String,
    /// The text behind it, placeholders filled in.
    pub text: String,
    /// Its line in the feature file.
    pub line: usize,
    /// Whether it comes from a background.
    pub background: bool,
    /// The doc string below it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub doc_string: Option<String>,
    /// The table below it: rows of cells, the header first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub table: Vec<Vec<String>>,
    /// How it ended.
    pub outcome: Outcome,
    /// The virtual time at which it began.
    pub start_ns: u64,
    /// The virtual time at which it ended.
    pub end_ns: u64,
    /// The time it took to simulate.
    pub wall_duration_ns: u64,
    /// Why it failed; also what is known about an undefined or ambiguous step (the nearest known ones).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
}
