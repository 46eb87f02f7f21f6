//! One scenario from its first step to its record.

use cucumber::step::Location;
use shakedown_engine::timeline::first_difference;
use shakedown_reports::record::{Failure, Outcome, ScenarioRecord, StepRecord};
use tokio::runtime::Runtime;

use super::feature_file::{FeatureFile, Scenario, Step};
use super::identity::{Replay, scenario_id, scenario_seed};
use super::limits::ScenarioLimits;
use super::lookup::Vocabulary;
use super::wall::Stopwatch;
use super::{expressions::Keyword, log, panics};
use crate::World;
use crate::excerpt::{self, Place};
use crate::world::{ScenarioContext, StepContext};

/// The record of a scenario before it runs: what the feature file says.
pub fn planned(feature: &FeatureFile, scenario: &Scenario, replay: &Replay) -> ScenarioRecord {
    let id = scenario_id(&feature.path, scenario);
    let row = scenario.row.as_ref().map(|row| row.index);
    ScenarioRecord {
        replay_command: replay.scenario(&id),
        seed: scenario_seed(replay.seed, &feature.name, &scenario.name, row),
        id,
        name: scenario.name.clone(),
        description: scenario.description.clone(),
        rule: scenario.rule.clone(),
        tags: scenario.tags.clone(),
        line: scenario.line,
        examples: scenario.row.as_ref().map(Into::into),
        outcome: Outcome::Skipped,
        steps: scenario.steps.iter().map(planned_step).collect(),
        ..ScenarioRecord::default()
    }
}

fn planned_step(step: &Step) -> StepRecord {
    let gherkin = &step.gherkin;
    StepRecord {
        keyword: gherkin.keyword.trim().to_owned(),
        text: gherkin.value.clone(),
        line: gherkin.position.line,
        background: step.background,
        doc_string: gherkin.docstring.clone(),
        table: gherkin
            .table
            .as_ref()
            .map(|table| table.rows.clone())
            .unwrap_or_default(),
        outcome: Outcome::Skipped,
        ..StepRecord::default()
    }
}

/// What a run of scenarios shares.
pub struct Run<'a> {
    /// The step functions.
    pub vocabulary: &'a Vocabulary,
    /// So many of 100 scenarios, chosen by the seed, run twice, to prove that nothing but the seed decides.
    pub check_percent: u8,
    /// What each may take.
    pub limits: ScenarioLimits,
    /// The run's seed, and the command that replays it.
    pub replay: Replay,
}

impl Run<'_> {
    /// Runs the scenario and completes its record.
    pub fn scenario(&self, runtime: &Runtime, feature: &FeatureFile, scenario: &Scenario) -> ScenarioRecord {
        let started = Stopwatch::start();
        let (mut record, mut world) = self.once(runtime, feature, scenario);
        if is_repeated(record.seed, self.check_percent) && record.outcome != Outcome::TimedOut {
            let (_, mut again) = self.once(runtime, feature, scenario);
            if let Some(difference) = first_difference(world.cluster().log(), again.cluster().log()) {
                record.outcome = Outcome::Failed;
                if let Some(last) = record.steps.last_mut() {
                    last.outcome = Outcome::Failed;
                    let message = format!("two runs with one seed differ: {difference}");
                    last.failure = Some(Failure {
                        message,
                        ..Failure::default()
                    });
                }
            }
        }
        record.wall_duration_ns = started.elapsed_ns();
        record
    }

    /// Runs the scenario once; the world is as the last step left it.
    pub fn once(&self, runtime: &Runtime, feature: &FeatureFile, scenario: &Scenario) -> (ScenarioRecord, World) {
        let mut record = planned(feature, scenario, &self.replay);
        let context = ScenarioContext {
            feature: feature.path.clone(),
            folder: feature.folder.clone(),
            seed: record.seed,
            limits: self.limits,
        };
        let mut world = World::for_scenario(context);
        let mut going_on = true;
        log::take();
        for (index, step) in scenario.steps.iter().enumerate() {
            let Some(step_record) = record.steps.get_mut(index) else {
                break;
            };
            step_record.start_ns = world.now_ns();
            let started = Stopwatch::start();
            let (outcome, failure) = if going_on {
                run_step(self.vocabulary, runtime, &mut world, index, step)
            } else {
                skipped(self.vocabulary, step)
            };
            step_record.wall_duration_ns = started.elapsed_ns();
            step_record.end_ns = world.now_ns();
            step_record.outcome = outcome;
            step_record.failure = failure.map(|failure| with_excerpt(failure, feature, step_record.line));
            going_on &= outcome.is_pass();
        }
        finish(&mut world, feature, &mut record);
        record.logs = log::take();
        (record, world)
    }
}

/// Whether a scenario is among those that run twice. By its seed: every run repeats the same ones, another seed others.
fn is_repeated(scenario_seed: u64, percent: u8) -> bool {
    // Not the lowest digits, which shards share a suite by.
    scenario_seed / 1000 % 100 < u64::from(percent)
}

/// What only shows at the end: faults that struck nothing, what the simulation has to tell.
fn finish(world: &mut World, feature: &FeatureFile, record: &mut ScenarioRecord) {
    let everything_ran = record.steps.iter().all(|step| step.outcome.is_pass());
    let end = world.finish();
    for (index, failure) in end.late_failures {
        // A scenario that stopped early has not given its faults the time to strike.
        if let Some(step) = record.steps.get_mut(index).filter(|_| everything_ran) {
            step.outcome = Outcome::Failed;
            step.failure = Some(with_excerpt(failure, feature, step.line));
        }
    }
    let failed = record.steps.iter_mut().find(|step| !step.outcome.is_pass());
    if let Some(failure) = failed
        .filter(|_| !everything_ran)
        .and_then(|step| step.failure.as_mut())
    {
        for note in &end.notes {
            failure.message.push_str(&format!("\n{note}"));
        }
    }
    if record.steps.is_empty() {
        record.steps.push(missing_steps(record.line));
    }
    record.outcome = record
        .steps
        .iter()
        .map(|step| step.outcome)
        .filter(|outcome| *outcome != Outcome::Skipped)
        .max()
        .unwrap_or_default();
    record.seed = end.seed;
    record.end_ns = end.end_ns;
    record.timeline_hash = end.timeline_hash;
    record.lanes = end.lanes;
    record.placements = end.placements;
    record.faults = end.faults;
    record.snapshots = end.snapshots;
}

/// What stands in the place of the steps of a scenario that has none: it would pass and prove nothing.
fn missing_steps(line: usize) -> StepRecord {
    let message = "this scenario has no steps: it proves nothing".to_owned();
    StepRecord {
        keyword: "Given".to_owned(),
        text: "…".to_owned(),
        line,
        outcome: Outcome::Undefined,
        failure: Some(Failure {
            message,
            ..Failure::default()
        }),
        ..StepRecord::default()
    }
}

fn run_step(
    vocabulary: &Vocabulary,
    runtime: &Runtime,
    world: &mut World,
    index: usize,
    step: &Step,
) -> (Outcome, Option<Failure>) {
    let found = match vocabulary.find(&step.gherkin) {
        Ok(found) => found,
        Err(not_found) => return (not_found.outcome, Some(*not_found.failure)),
    };
    let keyword = Keyword::ALL
        .into_iter()
        .find(|keyword| keyword.step_type() == step.gherkin.ty)
        .unwrap_or(Keyword::Given);
    world.begin_step(StepContext {
        index,
        keyword,
        background: step.background,
        text: step.gherkin.value.clone(),
        line: step.gherkin.position.line,
        block: step.block.clone(),
    });
    match panics::caught(|| runtime.block_on((found.function)(world, found.context))) {
        Ok(()) => (Outcome::Passed, None),
        Err(panic) => {
            // A failure that a step has explained comes as a panic, because that is how cucumber's attributes pass errors on;
            // its explanation waits in the world. Any other panic is told as it is.
            let failure = world.take_failure().unwrap_or_else(|| Failure {
                message: unexplained(panic, found.place.as_ref()),
                at_ns: Some(world.now_ns()),
                ..Failure::default()
            });
            (world.failure_outcome(), Some(failure))
        }
    }
}

/// The message of a panic, with its place unless that is the code which cucumber's attribute puts around the function.
fn unexplained(panic: panics::Caught, function: Option<&Location>) -> String {
    let attribute = function.map(ToString::to_string);
    match panic.place.filter(|place| Some(place) != attribute.as_ref()) {
        Some(place) => format!("{}\n(panicked at {place})", panic.message),
        None => panic.message,
    }
}

/// A step behind a failed one: not run, but what is not in the vocabulary is told all at once.
fn skipped(vocabulary: &Vocabulary, step: &Step) -> (Outcome, Option<Failure>) {
    match vocabulary.find(&step.gherkin) {
        Ok(_) => (Outcome::Skipped, None),
        Err(not_found) => (not_found.outcome, Some(*not_found.failure)),
    }
}

/// Adds the lines to look at: of the manifest, where the failure names a place in one, else of the feature file.
fn with_excerpt(mut failure: Failure, feature: &FeatureFile, line: usize) -> Failure {
    let step = Place {
        path: feature.path.clone(),
        line,
        column: None,
    };
    let named = Place::named_in(&failure.message).and_then(|place| {
        let of_feature = place.path == feature.path;
        let source = if of_feature {
            Some(feature.lines.clone())
        } else {
            excerpt::read_lines(&place.path)
        };
        source.and_then(|lines| excerpt::show(&place, &lines))
    });
    failure.source_excerpt = named
        .or_else(|| excerpt::show(&step, &feature.lines))
        .unwrap_or_default();
    failure
}

/// For tests: runs the scenarios of a feature given as text.
#[cfg(test)]
pub(crate) fn run_text(source: &str) -> Vec<ScenarioRecord> {
    run_text_within(source, ScenarioLimits::default())
}

/// The same, within limits.
#[cfg(test)]
pub(crate) fn run_text_within(source: &str, limits: ScenarioLimits) -> Vec<ScenarioRecord> {
    let feature = FeatureFile::parse("test.feature", std::path::Path::new("."), source);
    let feature = feature.unwrap_or_else(|error| panic!("{error}"));
    let vocabulary = Vocabulary::linked();
    let run = Run {
        vocabulary: &vocabulary,
        check_percent: 0,
        limits,
        replay: Replay::new("shakedown run", 1, limits),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    let scenarios = feature.scenarios.iter();
    scenarios
        .map(|scenario| run.scenario(&runtime, &feature, scenario))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::runner::feature_set;

    /// The timeline hash of every scenario of the suite.
    fn hashes(seed: u64, check_percent: u8) -> BTreeMap<String, String> {
        let vocabulary = Vocabulary::linked();
        let run = Run {
            vocabulary: &vocabulary,
            check_percent,
            limits: ScenarioLimits::default(),
            replay: Replay::new("shakedown run", seed, ScenarioLimits::default()),
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .expect("a runtime");
        let files = feature_set::read(&["features".to_owned()]).expect("the suite");
        let mut hashes = BTreeMap::new();
        for file in &files {
            let has_seed = |step: &Step| step.gherkin.value.starts_with("the seed is ");
            let scenarios = file.feature.scenarios.iter();
            for scenario in scenarios.filter(|scenario| !scenario.steps.iter().any(has_seed)) {
                let record = run.scenario(&runtime, &file.feature, scenario);
                hashes.insert(record.id, record.timeline_hash);
            }
        }
        hashes
    }

    #[test]
    fn the_seed_and_nothing_else_decides_every_timeline_of_the_suite() {
        let first = hashes(1, 0);
        assert!(!first.is_empty());
        assert_eq!(first, hashes(1, 0));
        let second = hashes(2, 0);
        assert_eq!(second, hashes(2, 0));
        let same = first
            .iter()
            .filter(|(id, hash)| second.get(*id) == Some(hash) && !hash.is_empty());
        let same: Vec<&String> = same.map(|(id, _)| id).collect();
        assert!(same.is_empty(), "the seed changes nothing in {same:?}");
    }

    #[test]
    fn about_as_many_scenarios_are_repeated_as_were_asked_for() {
        let repeated = |percent| {
            (0..2000)
                .filter(|n| is_repeated(super::super::scenario_seed(*n, "F", "S", None), percent))
                .count()
        };
        assert_eq!((repeated(0), repeated(100)), (0, 2000));
        assert!((60..140).contains(&repeated(5)), "{}", repeated(5));
    }
}
