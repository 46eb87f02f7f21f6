//! A run from its arguments to its exit code.

use std::process::ExitCode;

use clap::Parser;
use shakedown_reports::record::{Environment, FeatureRecord, Outcome, RunRecord, ScenarioRecord, Wall};
use tokio::runtime::Builder;

use super::arguments::{HELP, RunArguments};
use super::console::Console;
use super::feature_file::{FeatureFile, Scenario};
use super::identity::shell_word;
use super::last_failed::LastFailed;
use super::lookup::Vocabulary;
use super::progress::Progress;
use super::scenario_run::Run;
use super::selection::Selection;
use super::wall::{Stopwatch, now_text};
use super::{feature_set, log, pool, reports, scenario_run};

/// All selected scenarios passed.
pub const EXIT_PASSED: u8 = 0;
/// A scenario failed.
pub const EXIT_FAILED: u8 = 1;
/// Nothing could be run: bad arguments, unreadable features, nothing selected.
pub const EXIT_COULD_NOT_RUN: u8 = 2;

/// Arguments of the test runner that `cargo test -- …` hands to every test binary and that mean nothing to us.
const LIBTEST_FLAGS: [&str; 5] = [
    "--nocapture",
    "--no-capture",
    "--show-output",
    "--include-ignored",
    "--quiet",
];

/// A suite of features, for a test target without libtest's harness:
///
/// ```no_run
/// fn main() -> std::process::ExitCode {
///     shakedown::runner::Suite::new("features").main()
/// }
/// ```
///
/// Step functions of the crate itself (cucumber's attributes on [`crate::World`]) are found by being linked.
#[derive(Debug, Clone)]
pub struct Suite {
    default_path: String,
}

#[derive(Debug, Parser)]
#[command(name = "features", about = "Runs feature files against a simulated cluster", version, after_help = HELP)]
struct CommandLine {
    #[command(flatten)]
    run: RunArguments,
}

impl Suite {
    /// A suite that runs what is below `path` unless its arguments name something else.
    pub fn new(path: impl Into<String>) -> Self {
        Self {
            default_path: path.into(),
        }
    }

    /// Runs with the process's arguments: the `main` of a test target.
    pub fn main(self) -> ExitCode {
        let arguments: Vec<String> = std::env::args().collect();
        if arguments
            .windows(3)
            .any(|words| words == ["--list", "--format", "terse"])
        {
            // cargo-nextest asks every test binary for libtest's list; scenarios are no libtest tests, the list is empty.
            return ExitCode::from(EXIT_PASSED);
        }
        let known = arguments
            .into_iter()
            .filter(|word| !LIBTEST_FLAGS.contains(&word.as_str()) && !word.starts_with("--test-threads="));
        match CommandLine::try_parse_from(known) {
            Ok(command_line) => self.run_as_test(command_line.run),
            Err(error) => {
                _ = error.print();
                ExitCode::from(if error.use_stderr() {
                    EXIT_COULD_NOT_RUN
                } else {
                    EXIT_PASSED
                })
            }
        }
    }

    /// `cargo test WORD` hands the word to every test binary, as a filter on test names: here, on scenario names.
    fn run_as_test(self, mut arguments: RunArguments) -> ExitCode {
        let is_filter = |word: &String| !word.contains(['/', ':', '.']) && !std::path::Path::new(word).exists();
        let filters: Vec<String> = arguments.paths.extract_if(.., |word| is_filter(word)).collect();
        if filters.is_empty() || arguments.name.is_some() {
            return self.run(&arguments);
        }
        let any: Vec<String> = filters.iter().map(|word| regex::escape(word)).collect();
        arguments.name = regex::Regex::new(&any.join("|")).ok();
        let nothing_selected = self.select(&arguments, None).is_ok_and(|features| features.is_empty());
        if nothing_selected {
            ExitCode::from(EXIT_PASSED)
        } else {
            self.run(&arguments)
        }
    }

    /// Runs with these arguments.
    pub fn run(&self, arguments: &RunArguments) -> ExitCode {
        let started = Stopwatch::start();
        if let Err(problem) = arguments.log.as_deref().map_or(Ok(()), log::start) {
            return could_not_run(&[problem]);
        }
        let (arguments, remembered) = &match remembered(arguments) {
            Ok(known) => known,
            Err(problem) => return could_not_run(&[problem]),
        };
        if remembered.as_ref().is_some_and(LastFailed::is_empty) {
            println!("nothing to retry: no scenario failed when it last ran");
            return ExitCode::from(EXIT_PASSED);
        }
        let selected = match self.select(arguments, remembered.as_ref()) {
            Ok(selected) if selected.is_empty() => return could_not_run(&[nothing_selected(arguments)]),
            Ok(selected) => selected,
            Err(problems) => return could_not_run(&problems),
        };
        let console = Console::new(arguments.no_color, arguments.verbose, arguments.quiet);
        if arguments.list {
            list(&console, &selected, arguments.seed());
            return ExitCode::from(EXIT_PASSED);
        }
        let features = match run_all(&console, &selected, arguments) {
            Ok(features) => features,
            Err(problem) => return could_not_run(&[problem]),
        };
        let wall = Wall {
            started_at: now_text(),
            duration_ns: started.elapsed_ns(),
            environment: Environment::here(arguments.jobs()),
        };
        let record = RunRecord::new(
            env!("CARGO_PKG_VERSION"),
            arguments.seed(),
            &self.command(arguments),
            features,
            wall,
        );
        let written = remember(&selected, &record).and_then(|()| reports::write_all(&record, &arguments.format));
        let places = written.as_deref().unwrap_or_default();
        console.summary(
            &record,
            &places.iter().map(std::path::PathBuf::as_path).collect::<Vec<_>>(),
        );
        match written {
            Err(problem) => could_not_run(&[problem]),
            Ok(_) if record.outcome() == Outcome::Passed => ExitCode::from(EXIT_PASSED),
            Ok(_) => ExitCode::from(EXIT_FAILED),
        }
    }

    /// The features with only their selected scenarios; features without any are left out.
    fn select(&self, arguments: &RunArguments, failed: Option<&LastFailed>) -> Result<Vec<FeatureFile>, Vec<String>> {
        let default = std::slice::from_ref(&self.default_path);
        let paths = if arguments.paths.is_empty() {
            default
        } else {
            &arguments.paths
        };
        let selection = Selection {
            tags: arguments.tags.clone(),
            name: arguments.name.clone(),
        };
        let mut features = Vec::new();
        let mut position = 0;
        for file in feature_set::read(paths)? {
            let mut feature = file.feature;
            let all = std::mem::take(&mut feature.scenarios);
            let selected = |scenario: &&Scenario| selection.selects(scenario, &file.lines, &all);
            let failed = |scenario: &&Scenario| {
                failed.is_none_or(|failed| failed.contains(&feature.path, &scenario.name, row_index(scenario)))
            };
            let in_shard = |scenario: &&Scenario| {
                position += 1;
                let row = row_index(scenario);
                arguments
                    .shard
                    .is_none_or(|shard| shard.contains(position - 1, &feature.name, &scenario.name, row))
            };
            let chosen = all.iter().filter(selected).filter(failed).filter(in_shard);
            feature.scenarios = chosen.cloned().collect();
            if !feature.scenarios.is_empty() {
                features.push(feature);
            }
        }
        Ok(features)
    }

    /// The command that repeats this run: nothing in it changes an outcome but what is named.
    fn command(&self, arguments: &RunArguments) -> String {
        let default = std::slice::from_ref(&self.default_path);
        let paths = if arguments.paths.is_empty() {
            default
        } else {
            &arguments.paths
        };
        let mut words = vec!["shakedown".to_owned(), "run".to_owned()];
        words.extend(paths.iter().map(|path| shell_word(path)));
        if let Some(tags) = &arguments.tags {
            words.extend(["--tags".to_owned(), shell_word(tags.text())]);
        }
        if let Some(name) = &arguments.name {
            words.extend(["--name".to_owned(), shell_word(name.as_str())]);
        }
        words.extend(["--seed".to_owned(), arguments.seed().to_string()]);
        words.join(" ")
    }
}

/// Runs every scenario of `features`, prints each in file order and gives the records in the same order.
fn run_all(
    console: &Console,
    features: &[FeatureFile],
    arguments: &RunArguments,
) -> Result<Vec<FeatureRecord>, String> {
    let seed = arguments.seed();
    let plan: Vec<(usize, &FeatureFile, &Scenario)> = features
        .iter()
        .enumerate()
        .flat_map(|(index, feature)| feature.scenarios.iter().map(move |scenario| (index, feature, scenario)))
        .collect();
    let mut records: Vec<FeatureRecord> = features.iter().map(feature_record).collect();
    let vocabulary = Vocabulary::linked();
    let run = Run {
        vocabulary: &vocabulary,
        seed,
        check_percent: arguments.check_percent(),
        limits: arguments.limits(),
    };
    let mut printed: Option<usize> = None;
    let mut done = 0;
    let mut progress = Progress::new(plan.len());
    let mut keep = |(index, feature, _): &(usize, &FeatureFile, &Scenario), scenario: ScenarioRecord| {
        let Some(record) = records.get_mut(*index) else { return };
        let is_first = printed.replace(*index) != Some(*index);
        progress.done(scenario.outcome.is_pass(), || {
            if is_first {
                console.feature(record);
            }
            console.scenario(&feature.path, &scenario);
        });
        record.scenarios.push(scenario);
    };
    let work = |index: usize| -> Result<ScenarioRecord, String> {
        let (_, feature, scenario) = plan.get(index).ok_or("no such scenario")?;
        let runtime = Builder::new_current_thread()
            .build()
            .map_err(|error| format!("cannot start a scenario: {error}"))?;
        Ok(run.scenario(&runtime, feature, scenario))
    };
    let failed =
        |result: &Result<ScenarioRecord, String>| result.as_ref().map_or(true, |record| !record.outcome.is_pass());
    let mut problem = None;
    pool::in_order(
        plan.len(),
        arguments.jobs(),
        work,
        |result| arguments.fail_fast && failed(result),
        |index, result| {
            match (result, plan.get(index)) {
                (Ok(record), Some(planned)) => keep(planned, record),
                (Err(error), _) => problem = Some(error),
                (Ok(_), None) => {}
            }
            done = index + 1;
        },
    );
    for planned in plan.iter().skip(done) {
        keep(planned, scenario_run::planned(planned.1, planned.2, seed));
    }
    progress.finish();
    problem.map_or(Ok(records), Err)
}

/// With `--retry-failed`, what failed last; and the arguments, with the seed it failed with unless they name one.
fn remembered(arguments: &RunArguments) -> Result<(RunArguments, Option<LastFailed>), String> {
    let mut arguments = arguments.clone();
    if !arguments.retry_failed {
        return Ok((arguments, None));
    }
    let failed = LastFailed::read()?;
    arguments.seed.get_or_insert(failed.seed);
    Ok((arguments, Some(failed)))
}

/// Remembers what failed, for `--retry-failed`.
fn remember(features: &[FeatureFile], record: &RunRecord) -> Result<(), String> {
    let mut failed = LastFailed::before(record.seed);
    for (feature, ran) in features.iter().zip(&record.features) {
        for (scenario, ran) in feature.scenarios.iter().zip(&ran.scenarios) {
            if ran.outcome != Outcome::Skipped {
                failed.note(
                    &feature.path,
                    &scenario.name,
                    row_index(scenario),
                    ran.outcome.is_pass(),
                );
            }
        }
    }
    failed.write()
}

fn row_index(scenario: &Scenario) -> Option<usize> {
    scenario.row.as_ref().map(|row| row.index)
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

fn list(console: &Console, features: &[FeatureFile], seed: u64) {
    for feature in features {
        for scenario in &feature.scenarios {
            let record = scenario_run::planned(feature, scenario, seed);
            console.line(&format!("{}  {}", record.id, record.name));
        }
    }
}

fn nothing_selected(arguments: &RunArguments) -> String {
    let mut reasons = Vec::new();
    reasons.extend(arguments.tags.as_ref().map(|tags| format!("--tags '{}'", tags.text())));
    reasons.extend(arguments.name.as_ref().map(|name| format!("--name '{name}'")));
    reasons.extend(arguments.shard.is_some().then(|| "--shard".to_owned()));
    reasons.extend(arguments.retry_failed.then(|| "--retry-failed".to_owned()));
    reasons.extend((!arguments.paths.is_empty()).then(|| arguments.paths.join(" ")));
    if reasons.is_empty() {
        return "there is no scenario in the features".to_owned();
    }
    format!(
        "no scenario is selected by {}; `--list` shows what there is",
        reasons.join(" and ")
    )
}

fn could_not_run(problems: &[String]) -> ExitCode {
    for problem in problems {
        eprintln!("error: {problem}");
    }
    ExitCode::from(EXIT_COULD_NOT_RUN)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    const OUTLINE: &str = "Feature: A\n  Scenario: one\n    Given a\n  Scenario Outline: rows\n    Given <n>\n    Examples:\n      | n |\n      | 1 |\n      | 2 |\n      | 3 |\n      | 4 |\n";
    const OTHER: &str = "Feature: B\n  Scenario: one\n    Given a\n  Scenario: two\n    Given a\n";

    /// All parts together select what a run without parts does, each scenario once.
    fn check(by: &str, parts: usize) {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, source) in [("a.feature", OUTLINE), ("b.feature", OTHER)] {
            std::fs::write(folder.path().join(name), source).expect("a file");
        }
        let suite = Suite::new(folder.path().to_string_lossy());
        let selected = |shard: Option<String>| -> Vec<String> {
            let arguments = RunArguments {
                shard: shard.map(|shard| shard.parse().expect("a shard")),
                ..RunArguments::default()
            };
            let features = suite.select(&arguments, None).expect("features");
            let ids = |feature: FeatureFile| -> Vec<String> {
                let scenarios = feature.scenarios.iter();
                scenarios
                    .map(|scenario| super::super::identity::scenario_id(&feature.path, scenario))
                    .collect()
            };
            features.into_iter().flat_map(ids).collect()
        };
        let mut times: BTreeMap<String, usize> = selected(None).into_iter().map(|id| (id, 0)).collect();
        assert_eq!(times.len(), 7);
        for part in 1..=parts {
            for id in selected(Some(format!("{by}{part}/{parts}"))) {
                *times.entry(id).or_default() += 1;
            }
        }
        assert!(times.values().all(|times| *times == 1), "{by} {parts}: {times:?}");
    }

    #[test]
    fn shards_together_run_each_scenario_exactly_once() {
        for parts in [1, 2, 3, 10] {
            check("", parts);
            check("count:", parts);
            check("hash:", parts);
        }
    }
}
