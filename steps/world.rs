//! The world of one scenario: its cluster and what its steps have to remember.

use std::path::PathBuf;

use shakedown_reports::record::{Failure, FaultMark, KubectlSnapshot, Lane, Outcome};

use crate::runner::{Keyword, TextBlock};

/// What a scenario is told when it begins.
#[derive(Debug, Clone, Default)]
pub struct ScenarioContext {
    /// The feature file, as shown.
    pub feature: PathBuf,
    /// The folder that paths in steps are relative to.
    pub folder: PathBuf,
    /// The scenario's seed.
    pub seed: u64,
}

/// The step that is running.
#[derive(Debug, Clone)]
pub struct StepContext {
    /// Its place among the scenario's steps, from 0.
    pub index: usize,
    /// Its keyword.
    pub keyword: Keyword,
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
    /// The faults that struck.
    pub faults: Vec<FaultMark>,
    /// What kubectl showed.
    pub snapshots: Vec<KubectlSnapshot>,
    /// Failures that only the end shows, with the index of their step.
    pub late_failures: Vec<(usize, Failure)>,
}

/// The state that cucumber's step functions work on.
#[derive(Debug, cucumber::World)]
#[world(init = Self::empty)]
pub struct World {
    context: ScenarioContext,
    step: Option<StepContext>,
    failure: Option<Failure>,
    outcome: Outcome,
}

impl World {
    fn empty() -> Self {
        Self::for_scenario(ScenarioContext::default())
    }

    /// A world without a cluster yet.
    pub(crate) fn for_scenario(context: ScenarioContext) -> Self {
        Self {
            context,
            step: None,
            failure: None,
            outcome: Outcome::Failed,
        }
    }

    /// Sets the seed of what happens from here on.
    pub fn set_seed(&mut self, seed: u64) {
        self.context.seed = seed;
    }

    pub(crate) fn begin_step(&mut self, step: StepContext) {
        self.step = Some(step);
        self.failure = None;
        self.outcome = Outcome::Failed;
    }

    /// The virtual time, in nanoseconds since the scenario's beginning.
    pub fn now_ns(&self) -> u64 {
        0
    }

    pub(crate) fn take_failure(&mut self) -> Option<Failure> {
        self.failure.take()
    }

    pub(crate) fn failure_outcome(&self) -> Outcome {
        self.outcome
    }

    pub(crate) fn finish(&mut self) -> ScenarioEnd {
        ScenarioEnd {
            seed: self.context.seed,
            ..ScenarioEnd::default()
        }
    }
}
