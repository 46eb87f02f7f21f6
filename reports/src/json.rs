//! The record itself, as JSON: fields in the order of their declaration, indented, so that two records can be compared by eye.

use std::path::Path;

use serde::Deserialize;

use crate::error::ReportError;
use crate::record::{FORMAT_VERSION, RunRecord};

/// The record as JSON, with a line feed at its end.
///
/// # Errors
/// None in practice: a record has no part that JSON cannot express.
pub fn render(record: &RunRecord) -> Result<String, ReportError> {
    let mut text = serde_json::to_string_pretty(record)?;
    text.push('\n');
    Ok(text)
}

/// Reads a record back.
///
/// # Errors
/// [`ReportError::NewerFormat`] for one of a later format, [`ReportError::NotARecord`] for anything else that is none.
pub fn parse(text: &str) -> Result<RunRecord, ReportError> {
    // The version first: a later format may not decode at all.
    #[derive(Deserialize)]
    struct Head {
        format_version: u32,
    }
    let head: Head = serde_json::from_str(text)?;
    if head.format_version > FORMAT_VERSION {
        return Err(ReportError::NewerFormat {
            found: head.format_version,
            known: FORMAT_VERSION,
        });
    }
    Ok(serde_json::from_str(text)?)
}

/// Reads a record from a file.
///
/// # Errors
/// As [`parse`], and [`ReportError::Read`] if there is no such file.
pub fn read(path: &Path) -> Result<RunRecord, ReportError> {
    let text = std::fs::read_to_string(path).map_err(|source| ReportError::Read {
        path: path.to_owned(),
        source,
    })?;
    parse(&text)
}
