//! `--retry-failed`: what failed last is remembered in `target/shakedown/last-failed`, one scenario a line.
//!
//! Running a failed scenario again until it passes makes no sense here: with one seed it always ends the same. What people want
//! is to change something and run only what failed, as with pytest's `--lf`. Scenarios are remembered by what they are called,
//! not by line, since repairing a feature moves lines. A run of a part of the suite says nothing of the rest: what it did not
//! run stays remembered, unless it ran with another seed.

use std::collections::BTreeSet;
use std::path::Path;

use super::reports::FOLDER;

const FILE: &str = "last-failed";

/// The scenarios that failed when they last ran.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct LastFailed {
    /// The seed they ran with.
    pub seed: u64,
    scenarios: BTreeSet<String>,
}

/// What a scenario is called, in one line.
fn key(feature_path: &str, name: &str, row: Option<usize>) -> String {
    let row = row.map(|row| row.to_string()).unwrap_or_default();
    [feature_path, name, &row].join("\t").replace('\n', " ")
}

impl LastFailed {
    /// Reads what is remembered below the current folder.
    ///
    /// # Errors
    /// If nothing is: there was no run here yet.
    pub fn read() -> Result<Self, String> {
        let path = Path::new(FOLDER).join(FILE);
        let text = std::fs::read_to_string(&path).map_err(|_| {
            format!(
                "--retry-failed: no run is remembered in {}; run without it first",
                path.display()
            )
        })?;
        Self::parse(&text).ok_or_else(|| format!("--retry-failed: {} is damaged; run without it first", path.display()))
    }

    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        let seed = lines.next()?.strip_prefix("seed ")?.parse().ok()?;
        let scenarios = lines.map(str::to_owned).collect();
        Some(Self { seed, scenarios })
    }

    /// Whether nothing failed.
    pub fn is_empty(&self) -> bool {
        self.scenarios.is_empty()
    }

    /// Whether this scenario failed when it last ran.
    pub fn contains(&self, feature_path: &str, name: &str, row: Option<usize>) -> bool {
        self.scenarios.contains(&key(feature_path, name, row))
    }

    /// Takes in how a scenario ended now.
    pub fn note(&mut self, feature_path: &str, name: &str, row: Option<usize>, passed: bool) {
        let key = key(feature_path, name, row);
        if passed {
            self.scenarios.remove(&key);
        } else {
            self.scenarios.insert(key);
        }
    }

    /// What is remembered of runs with this seed, to be completed by one more.
    pub fn before(seed: u64) -> Self {
        let known = Self::read().ok().filter(|known| known.seed == seed);
        known.unwrap_or_else(|| Self {
            seed,
            scenarios: BTreeSet::new(),
        })
    }

    /// Writes it down.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn write(&self) -> Result<(), String> {
        let path = Path::new(FOLDER).join(FILE);
        std::fs::create_dir_all(FOLDER)
            .and_then(|()| std::fs::write(&path, self.to_text()))
            .map_err(|error| format!("{}: {error}", path.display()))
    }

    fn to_text(&self) -> String {
        let scenarios = self.scenarios.iter().map(|scenario| format!("{scenario}\n"));
        format!("seed {}\n{}", self.seed, scenarios.collect::<String>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_failed_is_remembered_until_it_passes() {
        let mut failed = LastFailed {
            seed: 7,
            ..LastFailed::default()
        };
        failed.note("a.feature", "one\nline", None, false);
        failed.note("a.feature", "rows", Some(1), false);
        failed.note("a.feature", "rows", Some(2), true);
        let mut read = LastFailed::parse(&failed.to_text()).expect("what was written can be read");
        assert_eq!(read, failed);
        assert!(read.contains("a.feature", "one\nline", None) && read.contains("a.feature", "rows", Some(1)));
        assert!(!read.contains("a.feature", "rows", Some(2)) && !read.contains("b.feature", "rows", Some(1)));
        read.note("a.feature", "rows", Some(1), true);
        read.note("a.feature", "one\nline", None, true);
        assert!(read.is_empty());
        assert_eq!(LastFailed::parse("nonsense"), None);
    }
}
