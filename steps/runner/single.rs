//! One scenario by itself, with the world it leaves behind: for commands that look into it afterwards.

use std::path::Path;

use shakedown_reports::record::ScenarioRecord;
use tokio::runtime::Runtime;

use super::identity::Replay;
use super::scenario_run::Run;
use super::selection::Selection;
use super::{FeatureFile, Scenario, ScenarioLimits, Vocabulary, feature_set};
use crate::World;

/// Runs the scenario at `FILE.feature:LINE`.
///
/// # Errors
/// The file cannot be read, or the line names no scenario or more than one.
pub(crate) fn run_only(runtime: &Runtime, path: &str, seed: u64) -> Result<(ScenarioRecord, World), Vec<String>> {
    let mut files = feature_set::read(&[path.to_owned()])?;
    let Some(file) = files.pop().filter(|_| files.is_empty()) else {
        return Err(vec![format!("{path}: name one feature file")]);
    };
    let all = &file.feature.scenarios;
    let chosen: Vec<&Scenario> = (all.iter())
        .filter(|scenario| Selection::default().selects(scenario, &file.lines, all))
        .collect();
    match chosen.as_slice() {
        [scenario] => Ok(run(runtime, &file.feature, scenario, seed)),
        [] => Err(vec![format!("{path}: there is no scenario at this line")]),
        several => {
            let lines: Vec<String> = several
                .iter()
                .map(|scenario| scenario.selecting_line().to_string())
                .collect();
            Err(vec![format!(
                "{path}: name one scenario by its line: {}",
                lines.join(", ")
            )])
        }
    }
}

/// Runs the one scenario of a text; paths in its steps are relative to `folder`.
///
/// # Errors
/// The text is not Gherkin.
pub(crate) fn run_scenario_text(
    runtime: &Runtime,
    text: &str,
    folder: &Path,
    seed: u64,
) -> Result<(ScenarioRecord, World), Vec<String>> {
    let feature = FeatureFile::parse("explain-scheduling", folder, text).map_err(|error| vec![error.to_string()])?;
    match feature.scenarios.first() {
        Some(scenario) => Ok(run(runtime, &feature, scenario, seed)),
        None => Err(vec!["there is no scenario".to_owned()]),
    }
}

fn run(runtime: &Runtime, feature: &FeatureFile, scenario: &Scenario, seed: u64) -> (ScenarioRecord, World) {
    let run = Run {
        vocabulary: &Vocabulary::linked(),
        check_percent: 0,
        limits: ScenarioLimits::default(),
        replay: Replay::new("shakedown run", seed, ScenarioLimits::default()),
    };
    run.once(runtime, feature, scenario)
}
