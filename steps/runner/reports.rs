//! Writing the reports of a run: always the page and the record, and what `--format` asks for.

use std::path::{Path, PathBuf};

use shakedown_reports::{Format, RunRecord, write};

/// Where the reports of a run go unless told otherwise.
pub const FOLDER: &str = "target/shakedown";

/// A further report and where it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportFormat {
    /// The format.
    pub format: Format,
    /// The file.
    pub path: PathBuf,
}

impl std::str::FromStr for ReportFormat {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, path) = text
            .split_once('=')
            .ok_or("a format and a file are expected, e.g. junit=target/junit.xml")?;
        let format = name.parse::<Format>().map_err(|error| error.to_string())?;
        if path.is_empty() {
            return Err(format!("a file is missing, e.g. {name}=target/{}", format.file_name()));
        }
        Ok(Self {
            format,
            path: PathBuf::from(path),
        })
    }
}

/// Writes the reports; gives their places, the one to look at first in front.
///
/// # Errors
/// If a file cannot be written: which and why.
pub fn write_all(record: &RunRecord, further: &[ReportFormat]) -> Result<Vec<PathBuf>, String> {
    let usual = [Format::Html, Format::Json].map(|format| (format, Path::new(FOLDER).join(format.file_name())));
    let asked = further.iter().map(|report| (report.format, report.path.clone()));
    let mut written = Vec::new();
    for (format, path) in usual.into_iter().chain(asked) {
        write(record, format, &path).map_err(|error| error.to_string())?;
        written.push(path);
    }
    Ok(written)
}
