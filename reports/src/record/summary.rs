//! The counts people look at first.

use serde::{Deserialize, Serialize};

use super::{FeatureRecord, Outcome};

/// How many features, scenarios and steps there were and how they ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Summary {
    /// Features; each counts as its gravest scenario.
    pub features: Counts,
    /// Scenarios.
    pub scenarios: Counts,
    /// Steps.
    pub steps: Counts,
    /// The virtual time of all scenarios together.
    pub simulated_ns: u64,
}

impl Summary {
    /// Counts what is in `features`.
    pub fn of(features: &[FeatureRecord]) -> Self {
        let mut summary = Self::default();
        for feature in features {
            summary.features.add(feature.outcome());
            for scenario in &feature.scenarios {
                summary.scenarios.add(scenario.outcome);
                summary.simulated_ns = summary.simulated_ns.saturating_add(scenario.end_ns);
                for step in &scenario.steps {
                    summary.steps.add(step.outcome);
                }
            }
        }
        summary
    }
}

/// How many ended in which way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Counts {
    /// All of them.
    pub total: u64,
    /// [`Outcome::Passed`].
    pub passed: u64,
    /// [`Outcome::Skipped`].
    pub skipped: u64,
    /// [`Outcome::Undefined`].
    pub undefined: u64,
    /// [`Outcome::Ambiguous`].
    pub ambiguous: u64,
    /// [`Outcome::TimedOut`].
    pub timed_out: u64,
    /// [`Outcome::Failed`].
    pub failed: u64,
}

impl Counts {
    /// Counts one more.
    pub fn add(&mut self, outcome: Outcome) {
        self.total += 1;
        *match outcome {
            Outcome::Passed => &mut self.passed,
            Outcome::Skipped => &mut self.skipped,
            Outcome::Undefined => &mut self.undefined,
            Outcome::Ambiguous => &mut self.ambiguous,
            Outcome::TimedOut => &mut self.timed_out,
            Outcome::Failed => &mut self.failed,
        } += 1;
    }

    /// How many ended like this.
    pub fn of(&self, outcome: Outcome) -> u64 {
        match outcome {
            Outcome::Passed => self.passed,
            Outcome::Skipped => self.skipped,
            Outcome::Undefined => self.undefined,
            Outcome::Ambiguous => self.ambiguous,
            Outcome::TimedOut => self.timed_out,
            Outcome::Failed => self.failed,
        }
    }

    /// How many did not pass.
    pub fn not_passed(&self) -> u64 {
        self.total.saturating_sub(self.passed)
    }
}
