//! The whole run.

use serde::{Deserialize, Serialize};

use super::{FeatureRecord, Outcome, Summary, Wall};

/// The version of the record's format that this crate writes; it reads this one and older ones.
pub const FORMAT_VERSION: u32 = 1;

/// One run of the runner: what was run, how it ended and how to do it again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RunRecord {
    /// [`FORMAT_VERSION`] of the writer.
    pub format_version: u32,
    /// The version of Shakedown that ran.
    pub tool_version: String,
    /// The seed from which every scenario's own seed derives.
    pub seed: u64,
    /// The command line that repeats this run, seed included. Without what changes no outcome (`--jobs`, report formats): the
    /// record must not depend on it.
    pub command: String,
    /// The counts over all features; [`RunRecord::new`] makes them.
    pub summary: Summary,
    /// The features, in the order of their paths.
    pub features: Vec<FeatureRecord>,
    /// When, how long and where it ran: all that may differ between two runs with one seed.
    pub wall: Wall,
}

impl RunRecord {
    /// The record of a finished run: fills in the format version and the counts.
    pub fn new(tool_version: &str, seed: u64, command: &str, features: Vec<FeatureRecord>, wall: Wall) -> Self {
        Self {
            format_version: FORMAT_VERSION,
            tool_version: tool_version.to_owned(),
            seed,
            command: command.to_owned(),
            summary: Summary::of(&features),
            features,
            wall,
        }
    }

    /// The gravest outcome of all scenarios. A run of nothing counts as skipped: it proves nothing.
    pub fn outcome(&self) -> Outcome {
        let scenarios = self.features.iter().flat_map(|feature| &feature.scenarios);
        scenarios
            .map(|scenario| scenario.outcome)
            .max()
            .unwrap_or(Outcome::Skipped)
    }

    /// The same record with every `wall*` field reset: what two runs with one seed have in common, to the byte.
    #[must_use]
    pub fn without_wall_times(mut self) -> Self {
        self.wall = Wall::default();
        for scenario in self.features.iter_mut().flat_map(|feature| &mut feature.scenarios) {
            scenario.wall_duration_ns = 0;
            for step in &mut scenario.steps {
                step.wall_duration_ns = 0;
            }
        }
        self
    }
}
