//! Every selected scenario, on all cores, printed in file order.

use shakedown_reports::record::{FeatureRecord, ScenarioRecord};
use tokio::runtime::Builder;

use super::arguments::RunArguments;
use super::console::Console;
use super::feature_file::{FeatureFile, Scenario};
use super::identity::Replay;
use super::lookup::Vocabulary;
use super::pool;
use super::progress::Progress;
use super::scenario_run::{self, Run};

/// A scenario to run, with its feature and the place of that among all.
type Planned<'a> = (usize, &'a FeatureFile, &'a Scenario);

/// Runs every scenario of `features`, prints each in file order and gives the records in the same order.
///
/// # Errors
/// If a scenario cannot even be started.
pub fn run_all(
    console: &Console,
    features: &[FeatureFile],
    arguments: &RunArguments,
    replay: &Replay,
) -> Result<Vec<FeatureRecord>, String> {
    let vocabulary = Vocabulary::linked();
    let run = Run {
        vocabulary: &vocabulary,
        check_percent: arguments.check_percent(),
        limits: arguments.limits(),
        replay: replay.clone(),
    };
    let plan: Vec<Planned<'_>> = features
        .iter()
        .enumerate()
        .flat_map(|(index, feature)| feature.scenarios.iter().map(move |scenario| (index, feature, scenario)))
        .collect();
    let work = |index: usize| -> Result<ScenarioRecord, String> {
        let (_, feature, scenario) = plan.get(index).ok_or("no such scenario")?;
        let runtime = Builder::new_current_thread()
            .build()
            .map_err(|error| format!("cannot start a scenario: {error}"))?;
        Ok(run.scenario(&runtime, feature, scenario))
    };
    let failed =
        |result: &Result<ScenarioRecord, String>| result.as_ref().map_or(true, |record| !record.outcome.is_pass());
    let mut kept = Kept::new(console, features, plan.len());
    let (mut problem, mut done) = (None, 0);
    pool::in_order(
        plan.len(),
        arguments.jobs(),
        work,
        |result| arguments.fail_fast && failed(result),
        |index, result| {
            match (result, plan.get(index)) {
                (Ok(record), Some(planned)) => kept.keep(planned, record),
                (Err(error), _) => problem = Some(error),
                (Ok(_), None) => {}
            }
            done = index + 1;
        },
    );
    for planned in plan.iter().skip(done) {
        kept.keep(planned, scenario_run::planned(planned.1, planned.2, replay));
    }
    kept.progress.finish();
    problem.map_or(Ok(kept.records), Err)
}

/// What has been run so far: printed, counted and kept.
struct Kept<'a> {
    console: &'a Console,
    records: Vec<FeatureRecord>,
    /// The feature whose headline was printed last.
    printed: Option<usize>,
    progress: Progress,
}

impl<'a> Kept<'a> {
    fn new(console: &'a Console, features: &[FeatureFile], scenarios: usize) -> Self {
        Self {
            console,
            records: features.iter().map(feature_record).collect(),
            printed: None,
            progress: Progress::new(scenarios),
        }
    }

    fn keep(&mut self, (index, feature, _): &Planned<'_>, scenario: ScenarioRecord) {
        let Some(record) = self.records.get_mut(*index) else {
            return;
        };
        let is_first = self.printed.replace(*index) != Some(*index);
        self.progress.done(scenario.outcome.is_pass(), || {
            if is_first {
                self.console.feature(record);
            }
            self.console.scenario(&feature.path, &scenario);
        });
        record.scenarios.push(scenario);
    }
}

fn feature_record(feature: &FeatureFile) -> FeatureRecord {
    FeatureRecord {
        path: feature.path.clone(),
        name: feature.name.clone(),
        description: feature.description.clone(),
        tags: feature.tags.clone(),
        scenarios: Vec::new(),
    }
}
