//! A run from its arguments to its exit code.

use std::process::ExitCode;

use shakedown_reports::record::{Environment, Outcome, RunRecord, Wall};

use super::all::run_all;
use super::arguments::RunArguments;
use super::console::Console;
use super::feature_file::{FeatureFile, Scenario};
use super::identity::{Replay, scenario_id, shell_word};
use super::last_failed::LastFailed;
use super::selection::Selection;
use super::wall::{Stopwatch, now_text};
use super::{feature_set, log, reports};

/// All selected scenarios passed.
pub const EXIT_PASSED: u8 = 0;
/// A scenario failed.
pub const EXIT_FAILED: u8 = 1;
/// Nothing could be run: bad arguments, unreadable features, nothing selected.
pub const EXIT_COULD_NOT_RUN: u8 = 2;

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
    /// The command that a scenario is replayed with, up to its arguments.
    program: String,
    /// Whether to write reports and remember what failed.
    keeps_records: bool,
}

impl Suite {
    /// A suite that runs what is below `path` unless its arguments name something else.
    pub fn new(path: impl Into<String>) -> Self {
        Self {
            default_path: path.into(),
            program: "shakedown run".to_owned(),
            keeps_records: true,
        }
    }

    /// The same, run by another program than `shakedown`: one with further steps.
    pub(super) fn replayed_with(self, program: &str) -> Self {
        let program = program.to_owned();
        Self { program, ..self }
    }

    /// The same, one of many that run at the same time: they would overwrite each other's reports.
    pub(super) fn without_reports(self) -> Self {
        let keeps_records = false;
        Self { keeps_records, ..self }
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
            list(&console, &selected);
            return ExitCode::from(EXIT_PASSED);
        }
        let replay = Replay::new(&self.program, arguments.seed(), arguments.limits());
        let features = match run_all(&console, &selected, arguments, &replay) {
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
            &self.command(arguments, &replay),
            features,
            wall,
        );
        let written = match self.keeps_records {
            true => remember(&selected, &record).and_then(|()| reports::write_all(&record, &arguments.format)),
            false => Ok(Vec::new()),
        };
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
    pub(super) fn select(
        &self,
        arguments: &RunArguments,
        failed: Option<&LastFailed>,
    ) -> Result<Vec<FeatureFile>, Vec<String>> {
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
    fn command(&self, arguments: &RunArguments, replay: &Replay) -> String {
        let default = std::slice::from_ref(&self.default_path);
        let paths = if arguments.paths.is_empty() {
            default
        } else {
            &arguments.paths
        };
        let mut words: Vec<String> = paths.iter().map(|path| shell_word(path)).collect();
        if let Some(tags) = &arguments.tags {
            words.extend(["--tags".to_owned(), shell_word(tags.text())]);
        }
        if let Some(name) = &arguments.name {
            words.extend(["--name".to_owned(), shell_word(name.as_str())]);
        }
        replay.command(&words.join(" "))
    }
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

fn list(console: &Console, features: &[FeatureFile]) {
    for feature in features {
        for scenario in &feature.scenarios {
            console.line(&format!("{}  {}", scenario_id(&feature.path, scenario), scenario.name));
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

/// Says why nothing could be run.
pub(super) fn could_not_run(problems: &[String]) -> ExitCode {
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
                scenarios.map(|scenario| scenario_id(&feature.path, scenario)).collect()
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
