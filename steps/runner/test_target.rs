//! A suite as the `main` of a test target (`harness = false`), which cargo and nextest take for one of libtest's.
//!
//! `cargo test WORD` hands the word to every test binary, as a filter on test names: here, on scenario names. nextest asks for the
//! list of tests and runs each in a process of its own: here, each feature file (a process a scenario would mostly read steps).

use std::path::Path;
use std::process::ExitCode;

use clap::Parser;

use super::arguments::{HELP, RunArguments, usage};
use super::suite::{EXIT_PASSED, Suite, could_not_run};

/// Arguments of the test runner that `cargo test -- …` hands to every test binary and that mean nothing to us.
const LIBTEST_FLAGS: [&str; 6] = [
    "--nocapture",
    "--no-capture",
    "--show-output",
    "--include-ignored",
    "--quiet",
    "--exact",
];

#[derive(Debug, Parser)]
#[command(name = "features", about = "Runs feature files against a simulated cluster", version, after_help = HELP)]
struct CommandLine {
    #[command(flatten)]
    run: RunArguments,
}

impl Suite {
    /// Runs with the process's arguments: the `main` of a test target.
    pub fn main(self) -> ExitCode {
        let arguments: Vec<String> = std::env::args().collect();
        let suite = self.replayed_with(&cargo_test(
            arguments.first().map(String::as_str).unwrap_or_default(),
            std::env::var("CARGO_PKG_NAME").ok().as_deref(),
        ));
        suite.run_words(arguments)
    }

    fn run_words(self, arguments: Vec<String>) -> ExitCode {
        let has = |word: &str| arguments.iter().any(|argument| argument == word);
        if arguments
            .windows(3)
            .any(|words| words == ["--list", "--format", "terse"])
        {
            return match self.list_of_tests(has("--ignored")) {
                Ok(list) => {
                    print!("{list}");
                    ExitCode::from(EXIT_PASSED)
                }
                Err(problems) => could_not_run(&problems),
            };
        }
        // How nextest runs one test: `NAME --exact --nocapture`, many at the same time.
        let one_of_many = has("--exact");
        let known = arguments
            .into_iter()
            .filter(|word| !LIBTEST_FLAGS.contains(&word.as_str()) && !word.starts_with("--test-threads="));
        match CommandLine::try_parse_from(known) {
            Ok(command_line) if one_of_many => self.without_reports().run(&command_line.run),
            Ok(command_line) => self.run_filtered(command_line.run),
            Err(error) => usage(&error),
        }
    }

    /// libtest's list of tests. None of ours is ignored.
    fn list_of_tests(&self, ignored: bool) -> Result<String, Vec<String>> {
        let features = self.select(&RunArguments::default(), None)?;
        let listed = features.iter().filter(|_| !ignored);
        Ok(listed.map(|feature| format!("{}: test\n", feature.path)).collect())
    }

    /// Runs; words that are no paths select scenarios by their names, and no scenario of such a name is no mistake.
    fn run_filtered(self, mut arguments: RunArguments) -> ExitCode {
        let is_filter = |word: &String| !word.contains(['/', ':', '.']) && !Path::new(word).exists();
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
}

/// The command that runs a test binary again: cargo names it `TARGET-HASH`.
fn cargo_test(binary: &str, package: Option<&str>) -> String {
    let stem = Path::new(binary).file_stem().and_then(|stem| stem.to_str());
    let stem = stem.unwrap_or("features");
    let is_hash = |tail: &str| tail.len() == 16 && tail.chars().all(|c| c.is_ascii_hexdigit());
    let target = stem.rsplit_once('-').filter(|(_, tail)| is_hash(tail));
    let target = target.map_or(stem, |(target, _)| target);
    let package = package.map(|package| format!(" -p {package}")).unwrap_or_default();
    format!("cargo test{package} --test {target} --")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nextest_is_given_a_name_for_each_feature_that_runs_it_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let source = "Feature: A\n  Scenario: one\n    Given a\n  Scenario Outline: rows\n    Given <n>\n    Examples:\n      | n |\n      | 1 |\n      | 2 |\n";
        for name in ["a.feature", "b.feature"] {
            std::fs::write(folder.path().join(name), source).expect("a file");
        }
        let suite = Suite::new(folder.path().to_string_lossy());
        let list = suite.list_of_tests(false).expect("a list");
        assert_eq!(list.lines().count(), 2);
        for line in list.lines() {
            let name = line.strip_suffix(": test").expect("libtest's form");
            let arguments = CommandLine::try_parse_from(["features", name]).expect("arguments").run;
            let selected = suite.select(&arguments, None).expect("features");
            assert_eq!(selected.len(), 1, "{name}");
        }
        assert_eq!(suite.list_of_tests(true).as_deref(), Ok(""));
    }

    #[test]
    fn a_test_binary_is_run_again_by_cargo() {
        let check = |binary: &str, package: Option<&str>, expect: &str| {
            assert_eq!(cargo_test(binary, package), expect);
        };
        check(
            "/x/target/debug/deps/features-4e9ce8f41021fe83",
            Some("shop"),
            "cargo test -p shop --test features --",
        );
        check("target/our-features", None, "cargo test --test our-features --");
    }
}
