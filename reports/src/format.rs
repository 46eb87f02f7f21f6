//! The formats of a report, by name, and the one door through which a record becomes a file.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use crate::error::{ReportError, UnknownFormat};
use crate::record::RunRecord;
use crate::{atomic, html, json, junit};

/// A rendering of the run record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// One page that opens offline.
    Html,
    /// JUnit XML, as CI systems read it.
    Junit,
    /// The record itself.
    Json,
}

impl Format {
    /// Every format.
    pub const ALL: [Format; 3] = [Self::Html, Self::Junit, Self::Json];

    /// Its name, as [`FromStr`] takes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Junit => "junit",
            Self::Json => "json",
        }
    }

    /// The name a report of this format gets where nobody chose one.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Html => "report.html",
            Self::Junit => "junit.xml",
            Self::Json => "run.json",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(format) = Self::ALL.into_iter().find(|format| format.name() == text) {
            return Ok(format);
        }
        let nearest = match text {
            // What people call JUnit's files.
            "xml" | "junit-xml" => Some(Self::Junit),
            _ => {
                let lower = text.to_lowercase();
                let by_distance = Self::ALL
                    .into_iter()
                    .map(|format| (distance(&lower, format.name()), format));
                by_distance
                    .min_by_key(|(distance, _)| *distance)
                    .filter(|(distance, _)| *distance <= 2)
                    .map(|(_, format)| format)
            }
        };
        Err(UnknownFormat {
            found: text.to_owned(),
            nearest: nearest.map(|format| format.name().to_owned()),
        })
    }
}

/// The record in a format, as text.
///
/// # Errors
/// None in practice; see [`ReportError::Render`].
pub fn render(record: &RunRecord, format: Format) -> Result<String, ReportError> {
    match format {
        Format::Html => html::render(record),
        Format::Junit => junit::render(record),
        Format::Json => json::render(record),
    }
}

/// Writes the record to `path`. Missing folders are made; whoever reads the file sees the old one or the new one, never half.
///
/// # Errors
/// [`ReportError::Write`] if the file or its folder cannot be written; then what was there is still there.
pub fn write(record: &RunRecord, format: Format, path: &Path) -> Result<(), ReportError> {
    let text = render(record, format)?;
    atomic::write(path, text.as_bytes()).map_err(|source| ReportError::Write {
        path: path.to_owned(),
        source,
    })
}

/// The number of characters to add, remove or replace to get from `a` to `b` (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    // Longer words are near nothing; the limit bounds the work on absurd input.
    for (index, from) in a.chars().take(64).enumerate() {
        let mut next = vec![index + 1];
        for ((to, above), above_left) in b.iter().zip(row.iter().skip(1)).zip(&row) {
            let left = next.last().copied().unwrap_or_default();
            next.push((above_left + usize::from(from != *to)).min(above + 1).min(left + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: Result<Format, &str>) {
        let found = text.parse::<Format>().map_err(|error| error.to_string());
        assert_eq!(found, expect.map_err(str::to_owned), "{text:?}");
    }

    #[test]
    fn formats_are_known_by_name() {
        for format in Format::ALL {
            check(format.name(), Ok(format));
        }
        check(
            "htm",
            Err("unknown report format `htm`, did you mean `html`?; known formats: html, junit, json"),
        );
        check(
            "JSON",
            Err("unknown report format `JSON`, did you mean `json`?; known formats: html, junit, json"),
        );
        check(
            "xml",
            Err("unknown report format `xml`, did you mean `junit`?; known formats: html, junit, json"),
        );
        check(
            "pdf",
            Err("unknown report format `pdf`; known formats: html, junit, json"),
        );
        check("", Err("unknown report format ``; known formats: html, junit, json"));
    }
}
