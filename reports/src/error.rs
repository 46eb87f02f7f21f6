//! What can go wrong between a record and a file.

use std::path::PathBuf;

use thiserror::Error;

/// Why a report could not be written or read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ReportError {
    /// The file, or the folder it belongs in, cannot be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// The report's path.
        path: PathBuf,
        /// The system's answer.
        source: std::io::Error,
    },
    /// The file cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The record's path.
        path: PathBuf,
        /// The system's answer.
        source: std::io::Error,
    },
    /// The text is not a run record.
    #[error("not a run record: {0}")]
    NotARecord(#[from] serde_json::Error),
    /// The record comes from a later version of Shakedown.
    #[error(
        "the run record has format {found}, this version reads formats up to {known}; use a newer version of shakedown"
    )]
    NewerFormat {
        /// The record's format version.
        found: u32,
        /// The newest one this crate knows.
        known: u32,
    },
    /// A template could not be filled; writing to memory does not fail, so this is never met in practice.
    #[error("cannot render the report: {0}")]
    Render(#[from] askama::Error),
}

/// A format that does not exist was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("unknown report format `{found}`{}; known formats: html, junit, json", did_you_mean(.nearest.as_deref()))]
pub struct UnknownFormat {
    /// What was asked for.
    pub found: String,
    /// The nearest format there is, if one is near.
    pub nearest: Option<String>,
}

fn did_you_mean(nearest: Option<&str>) -> String {
    nearest
        .map(|name| format!(", did you mean `{name}`?"))
        .unwrap_or_default()
}
