//! One scenario that was run: a `Scenario`, or one row of a `Scenario Outline`.

use serde::{Deserialize, Serialize};

use super::{FaultMark, KubectlSnapshot, Lane, LogLine, Outcome, Placement, StepRecord};

/// A scenario, its steps and what the simulation showed meanwhile.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ScenarioRecord {
    /// What names it from run to run, unique in the record: the feature's path and the line (of the examples row, for an
    /// outline), e.g. `features/smoke/node_loss.feature:12`; with the seed behind it if a scenario runs for several.
    pub id: String,
    /// The text behind `Scenario:`, placeholders filled in.
    pub name: String,
    /// The free text below it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The name of the rule it stands under.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// Its tags and those it inherits; with or without the leading `@`.
    pub tags: Vec<String>,
    /// The line of its keyword in the feature file.
    pub line: usize,
    /// The row of examples it was made from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub examples: Option<ExamplesRow>,
    /// The seed its simulation ran with.
    pub seed: u64,
    /// How it ended.
    pub outcome: Outcome,
    /// The stable hash of everything that happened in its simulation; the same on every machine.
    pub timeline_hash: String,
    /// The virtual time at its end.
    pub end_ns: u64,
    /// The time it took to simulate.
    pub wall_duration_ns: u64,
    /// The command line that runs it alone, with the same seed.
    pub replay_command: String,
    /// Its steps, those of the background first.
    pub steps: Vec<StepRecord>,
    /// Its pods over virtual time, in order of creation.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lanes: Vec<Lane>,
    /// Why pods run where they run, or nowhere, in order of time; only those worth a look.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub placements: Vec<Placement>,
    /// The faults that struck, in order of time.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<FaultMark>,
    /// What kubectl showed at moments of interest.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub snapshots: Vec<KubectlSnapshot>,
    /// What the engine logged.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub logs: Vec<LogLine>,
}

impl ScenarioRecord {
    /// The step that decided the outcome: the first that neither passed nor was skipped.
    pub fn first_failing_step(&self) -> Option<&StepRecord> {
        self.steps
            .iter()
            .find(|step| !matches!(step.outcome, Outcome::Passed | Outcome::Skipped))
    }
}

/// A row of an `Examples` table.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ExamplesRow {
    /// Its line in the feature file.
    pub line: usize,
    /// The table's header.
    pub header: Vec<String>,
    /// The row's cells, aligned with the header.
    pub cells: Vec<String>,
}
