//! Running a suite: which files, what is printed, how it ends.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::recording::{Options, Recording, stem};
use super::suite::{self, Suite};
use super::{Outcome, Tally};

/// How deep folders are searched for recordings: enough for `golden/traces/pods`, and a bound on links that form a ring.
const DEEPEST_FOLDER: usize = 8;

/// How a run ended; its code is the process's exit status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Every case came out: 0.
    Passed,
    /// At least one case did not: 1.
    Failed,
    /// Nothing could be said: 2.
    CouldNotRun,
}

impl Exit {
    /// The process's exit status.
    pub fn code(self) -> u8 {
        match self {
            Exit::Passed => 0,
            Exit::Failed => 1,
            Exit::CouldNotRun => 2,
        }
    }
}

/// Why a suite could not be run at all.
#[derive(Debug, thiserror::Error)]
pub enum CannotRun {
    /// The suite's name is not known.
    #[error("there is no suite \"{name}\"{hint}")]
    UnknownSuite {
        /// What was asked for.
        name: String,
        /// The nearest known name, or all of them.
        hint: String,
    },
    /// A path does not exist or cannot be read.
    #[error("{}: cannot be read: {source}", path.display())]
    Unreadable {
        /// The path.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// What was replayed could not be saved.
    #[error("{}: cannot be written: {source}", path.display())]
    Unwritable {
        /// The path.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A line is not what the suite reads.
    #[error("{}:{line}: not a recorded case: {reason}", path.display())]
    Unparsable {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// No path was given.
    #[error("nothing to run: give the files or folders that hold recordings of suite `{suite}`")]
    NoPath {
        /// The suite.
        suite: &'static str,
    },
    /// The paths hold no recording that the suite knows.
    #[error("nothing to run: suite `{suite}` knows no recording in {paths}")]
    Nothing {
        /// The suite.
        suite: &'static str,
        /// Where it looked.
        paths: String,
    },
    /// The report could not be written.
    #[error("the report could not be written: {0}")]
    Output(#[from] io::Error),
}

/// Runs a suite over files and folders; prints the failing cases and the tally, or `error: …`, on `out`.
pub fn run(suite: &str, paths: &[PathBuf], out: &mut dyn Write) -> Exit {
    run_with(suite, paths, &Options::default(), out)
}

/// As [`run`], with options.
pub fn run_with(suite: &str, paths: &[PathBuf], options: &Options, out: &mut dyn Write) -> Exit {
    match replay(suite, paths, options, out) {
        Ok(Tally { failed: 0, .. }) => Exit::Passed,
        Ok(_) => Exit::Failed,
        Err(reason) => {
            // Where even this cannot be written, the exit status still says it.
            let _ = writeln!(out, "error: {reason}");
            Exit::CouldNotRun
        }
    }
}

/// As [`run`], for a caller that prints errors elsewhere.
///
/// # Errors
/// See [`CannotRun`].
pub fn replay(suite: &str, paths: &[PathBuf], options: &Options, out: &mut dyn Write) -> Result<Tally, CannotRun> {
    let suite = suite::find(suite)?;
    if paths.is_empty() {
        return Err(CannotRun::NoPath { suite: suite.name });
    }
    let mut files = BTreeSet::new();
    for path in paths {
        collect(suite, path, 0, &mut files)?;
    }
    let mut tally = Tally::default();
    for file in &files {
        let recording = match suite.extension {
            "json" => Recording::read_whole(file, options)?,
            _ => Recording::read(file)?,
        };
        for outcome in (suite.replay)(&recording)? {
            tally.count(&outcome);
            print(&outcome, out)?;
        }
    }
    if tally == Tally::default() {
        let paths = paths
            .iter()
            .map(|p| p.display().to_string())
            .collect::<Vec<_>>()
            .join(", ");
        let paths = if paths.is_empty() { "no path".to_owned() } else { paths };
        return Err(CannotRun::Nothing {
            suite: suite.name,
            paths,
        });
    }
    writeln!(out, "{} passed, {} failed", tally.passed, tally.failed)?;
    Ok(tally)
}

/// Adds the recordings under `path` that the suite knows: a file itself, or all files of a folder and of the folders in it.
fn collect(suite: &Suite, path: &Path, depth: usize, files: &mut BTreeSet<PathBuf>) -> Result<(), CannotRun> {
    let unreadable = |source| CannotRun::Unreadable {
        path: path.to_path_buf(),
        source,
    };
    if std::fs::metadata(path).map_err(unreadable)?.is_dir() {
        if depth < DEEPEST_FOLDER {
            for entry in std::fs::read_dir(path).map_err(unreadable)? {
                collect(suite, &entry.map_err(unreadable)?.path(), depth + 1, files)?;
            }
        }
    } else if path.extension().is_some_and(|e| e == suite.extension) && (suite.knows)(&stem(path)) {
        files.insert(path.to_path_buf());
    }
    Ok(())
}

fn print(outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    match &outcome.result {
        Ok(()) => Ok(()),
        Err(difference) => writeln!(out, "FAIL {}: {difference}", outcome.id),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn printed(suite: &str, paths: &[PathBuf]) -> (Exit, String) {
        let mut out = Vec::new();
        let exit = run(suite, paths, &mut out);
        (exit, String::from_utf8_lossy(&out).into_owned())
    }

    /// Runs the suite `values` over a folder with these files; `DIR` in what is expected stands for the folder.
    fn check(files: &[(&str, &str)], exit: Exit, expect: &str) {
        let folder = tempfile::tempdir().expect("a folder for the test");
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a folder in it");
            fs::write(path, text).expect("a file in it");
        }
        let seen = printed("values", &[folder.path().to_path_buf()]);
        let expect = expect.replace("DIR", &folder.path().display().to_string());
        assert_eq!((seen.0, seen.1.as_str()), (exit, expect.as_str()), "{files:?}");
    }

    #[test]
    fn cases_are_counted_and_failures_told() {
        let good = r#"{"id":"i-1","input":"50%","total":3,"round_up":2,"round_down":1}"#;
        let bad = r#"{"id":"i-2","input":7,"total":3,"round_up":2,"round_down":1}"#;
        check(&[("intstr.jsonl", good)], Exit::Passed, "1 passed, 0 failed\n");
        check(
            &[("deep/er/intstr.jsonl", &format!("{good}\n\n"))],
            Exit::Passed,
            "1 passed, 0 failed\n",
        );
        let told = "FAIL i-2: round_up: expected Ok(2), seen Ok(7)\n1 passed, 1 failed\n";
        check(
            &[("intstr.jsonl", &format!("{good}\n{bad}\n")), ("other.jsonl", "{")],
            Exit::Failed,
            told,
        );
        let incomplete = "FAIL i: the case has no number \"total\"\n0 passed, 1 failed\n";
        check(&[("intstr.jsonl", r#"{"id":"i","input":7}"#)], Exit::Failed, incomplete);
    }

    #[test]
    fn what_cannot_be_run_is_told() {
        let nothing = "error: nothing to run: suite `values` knows no recording in DIR\n";
        check(&[], Exit::CouldNotRun, nothing);
        check(
            &[("other.jsonl", "{}"), ("intstr.json", "{}")],
            Exit::CouldNotRun,
            nothing,
        );
        check(&[("intstr.jsonl", "\n")], Exit::CouldNotRun, nothing);
        check(
            &[(
                "intstr.jsonl",
                "{\"id\":\"a\",\"input\":1,\"total\":1,\"round_up\":1,\"round_down\":1}\n{\"id\":",
            )],
            Exit::CouldNotRun,
            "error: DIR/intstr.jsonl:2: not a recorded case: EOF while parsing a value at line 1 column 6\n",
        );
        check(
            &[("intstr.jsonl", "{\"input\":1}")],
            Exit::CouldNotRun,
            "error: DIR/intstr.jsonl:1: not a recorded case: expected a JSON object with a string \"id\"\n",
        );
        check(
            &[("label_parse.jsonl", "{\"id\":\"l\"}"), ("label_sets.json", "[{}")],
            Exit::CouldNotRun,
            "error: DIR/label_sets.json:1: not a recorded case: EOF while parsing a list at line 1 column 3\n",
        );
    }

    #[test]
    fn unknown_suites_and_missing_paths_are_told() {
        let check = |suite, paths: &[PathBuf], expect: &str| {
            let (exit, text) = printed(suite, paths);
            assert_eq!(exit, Exit::CouldNotRun);
            assert!(text.starts_with(expect), "{text}");
        };
        check(
            "vlaues",
            &[],
            "error: there is no suite \"vlaues\"; did you mean \"values\"?\n",
        );
        check(
            "nonesuch",
            &[],
            "error: there is no suite \"nonesuch\"; there are: api, columns, scheduling, traces, values",
        );
        check("values", &[], "error: nothing to run: give the files or folders");
        check(
            "values",
            &["no/such/path".into()],
            "error: no/such/path: cannot be read: ",
        );
    }

    /// The sample kept in this repository: every suite with a folder there passes whole.
    #[test]
    fn the_sample_passes() {
        let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("conformance");
        let kept: Vec<_> = super::super::SUITES
            .iter()
            .filter(|suite| sample.join(suite.name).is_dir())
            .collect();
        assert!(!kept.is_empty(), "no sample in {}", sample.display());
        for suite in kept {
            let (exit, text) = printed(suite.name, &[sample.join(suite.name)]);
            assert_eq!(exit, Exit::Passed, "{}: {text}", suite.name);
        }
    }
}
