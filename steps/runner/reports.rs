//! Writing the reports of a run.

use std::path::{Path, PathBuf};

use shakedown_reports::record::RunRecord;

use super::arguments::ReportFormat;

/// The formats that can be asked for.
pub const FORMATS: [&str; 1] = ["json"];

/// Where the reports of a run go unless told otherwise.
const FOLDER: &str = "target/shakedown";

/// Writes the usual reports and those asked for; gives the place to look at first.
///
/// # Errors
/// If a file cannot be written: which and why.
pub fn write(record: &RunRecord, further: &[ReportFormat]) -> Result<PathBuf, String> {
    let json = Path::new(FOLDER).join("run.json");
    write_one(record, "json", &json)?;
    for format in further {
        write_one(record, &format.name, &format.path)?;
    }
    Ok(json)
}

fn write_one(record: &RunRecord, _name: &str, path: &Path) -> Result<(), String> {
    let problem = |error: &dyn std::fmt::Display| format!("cannot write {}: {error}", path.display());
    let text = serde_json::to_string_pretty(record).map_err(|error| problem(&error))?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(|error| problem(&error))?;
    std::fs::write(path, text).map_err(|error| problem(&error))
}
