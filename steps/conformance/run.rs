//! Running a suite: which files, what is printed, how it ends.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::recording::{Recording, stem};
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
    #[error("unknown suite `{name}`: {hint}")]
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
    match replay(suite, paths, out) {
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
pub fn replay(suite: &str, paths: &[PathBuf], out: &mut dyn Write) -> Result<Tally, CannotRun> {
    let suite = suite::find(suite)?;
    let mut files = BTreeSet::new();
    for path in paths {
        collect(suite, path, 0, &mut files)?;
    }
    let mut tally = Tally::default();
    for file in &files {
        for outcome in (suite.replay)(&Recording::read(file)?)? {
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
    } else if path.extension().is_some_and(|e| e == "jsonl") && (suite.knows)(&stem(path)) {
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
