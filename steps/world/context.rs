//! What the runner tells a world, and what a world tells the runner.

use std::path::PathBuf;

use shakedown_reports::record::{Failure, FaultMark, KubectlSnapshot, Lane, Placement};

use crate::runner::{Keyword, ScenarioLimits, TextBlock};

/// What a scenario is told when it begins.
#[derive(Debug, Clone, Default)]
pub struct ScenarioContext {
    /// The feature file, as shown.
    pub feature: String,
    /// The folder that paths in steps are relative to.
    pub folder: PathBuf,
    /// The scenario's seed.
    pub seed: u64,
    /// What it may take.
    pub limits: ScenarioLimits,
}

/// The step that is running.
#[derive(Debug, Clone)]
pub struct StepContext {
    /// Its place among the scenario's steps, from 0.
    pub index: usize,
    /// Its keyword.
    pub keyword: Keyword,
    /// Whether it comes from a background.
    pub background: bool,
    /// Its text.
    pub text: String,
    /// Its line in the feature file.
    pub line: usize,
    /// Its doc string.
    pub block: Option<TextBlock>,
}

/// What a scenario leaves for its record.
#[derive(Debug, Default)]
pub struct ScenarioEnd {
    /// The seed it ran with in the end.
    pub seed: u64,
    /// The virtual time.
    pub end_ns: u64,
    /// The timeline's stable hash.
    pub timeline_hash: String,
    /// Its pods over time.
    pub lanes: Vec<Lane>,
    /// Why pods run where they run.
    pub placements: Vec<Placement>,
    /// The faults that struck.
    pub faults: Vec<FaultMark>,
    /// What kubectl showed.
    pub snapshots: Vec<KubectlSnapshot>,
    /// What may explain why a step failed.
    pub notes: Vec<String>,
    /// Failures that only the end shows, with the index of their step.
    pub late_failures: Vec<(usize, Failure)>,
}
