//! Something that would keep a scenario from running.

use std::fmt;

use crate::excerpt::{self, Place};

/// A problem and its place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The file, as shown.
    pub path: String,
    /// The line, from 1; 0 for the whole file.
    pub line: usize,
    /// What is wrong and what would be right; may have several lines.
    pub message: String,
    /// The lines around it, where the source is at hand.
    pub excerpt: String,
}

impl Problem {
    /// A problem whose message begins with its place.
    pub fn placed(message: String, source: Option<&[String]>) -> Self {
        let place = Place::named_in(&message);
        let read = || place.as_ref().and_then(|place| excerpt::read_lines(&place.path));
        let lines = source.map(<[String]>::to_vec).or_else(read);
        let shown = place
            .as_ref()
            .zip(lines)
            .and_then(|(place, lines)| excerpt::show(place, &lines));
        Self {
            path: place.as_ref().map(|place| place.path.clone()).unwrap_or_default(),
            line: place.map_or(0, |place| place.line),
            message,
            excerpt: shown.unwrap_or_default(),
        }
    }

    /// A problem of a line of a feature file.
    pub fn of_line(path: &str, line: usize, message: &str, lines: &[String]) -> Self {
        let place = Place {
            path: path.to_owned(),
            line,
            column: None,
        };
        Self {
            path: path.to_owned(),
            line,
            message: format!("{path}:{line}: {message}"),
            excerpt: excerpt::show(&place, lines).unwrap_or_default(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.message)?;
        for line in self.excerpt.lines() {
            write!(f, "\n   {}", line.trim_end())?;
        }
        Ok(())
    }
}
