//! A recording: a `.jsonl` file of cases, read and checked line by line, with the files beside it.

use std::fs;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::run::CannotRun;

/// One line of a recording.
#[derive(Debug, Clone)]
pub struct Case {
    /// The case's name, unique in its recording.
    pub id: String,
    /// The whole line, a JSON object (`id` included).
    pub body: Value,
}

/// How recordings are replayed, where a suite leaves a choice.
#[derive(Debug, Clone)]
pub struct Options {
    /// Decides what is left to chance.
    pub seed: u64,
    /// How many seeds are tried, from that one on, where the course of a recording hung on chance.
    pub tries: u64,
    /// Whether every difference of a failing case is told, not only the first.
    pub verbose: bool,
    /// A folder to save what was replayed in, in the recordings' own format.
    pub save: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            seed: 0,
            tries: Options::TRIES,
            verbose: false,
            save: None,
        }
    }
}

impl Options {
    /// How many seeds are tried unless somebody says otherwise.
    pub const TRIES: u64 = 16;
}

/// One file: `.jsonl`, a case a line, or `.json`, one case.
#[derive(Debug, Clone)]
pub struct Recording {
    path: PathBuf,
    name: String,
    cases: Vec<Case>,
    options: Options,
}

impl Recording {
    /// Reads a file that is one case; its `name` is the id.
    ///
    /// # Errors
    /// The file cannot be read, or is no JSON object with a `name`.
    pub fn read_whole(path: &Path, options: &Options) -> Result<Recording, CannotRun> {
        let mut recording = Recording {
            path: path.to_path_buf(),
            name: stem(path),
            cases: Vec::new(),
            options: options.clone(),
        };
        let body: Value =
            serde_json::from_str(&read(path)?).map_err(|e| recording.unparsable(e.line(), e.to_string()))?;
        let id = body.get("name").and_then(Value::as_str).map(str::to_owned);
        let id =
            id.ok_or_else(|| recording.unparsable(1, "expected a JSON object with a string \"name\"".to_owned()))?;
        recording.cases.push(Case { id, body });
        Ok(recording)
    }

    /// Reads a recording. Empty lines are skipped.
    ///
    /// # Errors
    /// The file cannot be read, a line is no JSON object, or a line has no `id`.
    pub fn read(path: &Path) -> Result<Recording, CannotRun> {
        let text = read(path)?;
        let mut cases = Vec::new();
        for (index, line) in text.lines().enumerate() {
            if line.trim().is_empty() {
                continue;
            }
            let unparsable = |reason: String| CannotRun::Unparsable {
                path: path.to_path_buf(),
                line: index + 1,
                reason,
            };
            let body: Value = serde_json::from_str(line).map_err(|e| unparsable(e.to_string()))?;
            let id = body.get("id").and_then(Value::as_str).map(str::to_owned);
            let id = id.ok_or_else(|| unparsable("expected a JSON object with a string \"id\"".to_owned()))?;
            cases.push(Case { id, body });
        }
        Ok(Recording {
            path: path.to_path_buf(),
            name: stem(path),
            cases,
            options: Options::default(),
        })
    }

    /// How it is to be replayed.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// The error that a line is not what the suite reads.
    pub fn unparsable(&self, line: usize, reason: String) -> CannotRun {
        CannotRun::Unparsable {
            path: self.path.clone(),
            line,
            reason,
        }
    }

    /// Saves what was made of it under its name in a folder.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn save(&self, folder: &Path, replayed: &Value) -> Result<(), CannotRun> {
        let path = folder.join(format!("{}.json", self.name));
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(&path, replayed.to_string()))
            .map_err(|source| CannotRun::Unwritable { path, source })
    }

    /// The file's name without `.jsonl`: what a suite knows it by.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The cases, in file order.
    pub fn cases(&self) -> &[Case] {
        &self.cases
    }

    /// A JSON file in the same folder, such as `label_sets.json`.
    ///
    /// # Errors
    /// It cannot be read, or is no JSON.
    pub fn companion(&self, file_name: &str) -> Result<Value, CannotRun> {
        self.companion_as(file_name)
    }

    /// As [`Recording::companion`], read into a type.
    ///
    /// # Errors
    /// It cannot be read, or is something else.
    pub fn companion_as<T: DeserializeOwned>(&self, file_name: &str) -> Result<T, CannotRun> {
        let path = self.path.with_file_name(file_name);
        serde_json::from_str(&read(&path)?).map_err(|e| CannotRun::Unparsable {
            line: e.line(),
            reason: e.to_string(),
            path,
        })
    }
}

/// A file's name without its extension; empty for a name that is not UTF-8, which no suite knows.
pub(super) fn stem(path: &Path) -> String {
    path.file_stem().and_then(|s| s.to_str()).unwrap_or_default().to_owned()
}

fn read(path: &Path) -> Result<String, CannotRun> {
    fs::read_to_string(path).map_err(|source| CannotRun::Unreadable {
        path: path.to_path_buf(),
        source,
    })
}
