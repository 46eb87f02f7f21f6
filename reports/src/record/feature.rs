//! One feature file of the run.

use serde::{Deserialize, Serialize};

use super::{Outcome, ScenarioRecord};

/// A feature and those of its scenarios that were selected, in file order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FeatureRecord {
    /// The file, relative to where the run was started, with `/` between folders on every system.
    pub path: String,
    /// The text behind `Feature:`.
    pub name: String,
    /// The free text below it, its indentation removed.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The feature's own tags; with or without the leading `@`.
    pub tags: Vec<String>,
    /// Its scenarios; each row of a scenario outline is one.
    pub scenarios: Vec<ScenarioRecord>,
}

impl FeatureRecord {
    /// The gravest outcome of its scenarios; `Passed` if there are none.
    pub fn outcome(&self) -> Outcome {
        self.scenarios
            .iter()
            .map(|scenario| scenario.outcome)
            .max()
            .unwrap_or_default()
    }
}
