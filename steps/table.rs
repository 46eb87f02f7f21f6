//! Tables below steps: rows by column name, cells as patterns.

use std::fmt;

use cucumber::gherkin::Step;
use regex::Regex;

use crate::hint::hint;
use crate::world::StepError;

/// A cell: a text in which `*` stands for any text, or `/…/` for a regular expression.
#[derive(Debug, Clone)]
pub struct Cell {
    text: String,
    pattern: Option<Regex>,
}

impl Cell {
    /// Reads a cell.
    ///
    /// # Errors
    /// If it is `/…/` and no regular expression.
    pub fn new(text: &str) -> Result<Self, StepError> {
        let expression = text
            .strip_prefix('/')
            .and_then(|rest| rest.strip_suffix('/'))
            .filter(|inside| !inside.is_empty());
        let pattern = match expression {
            Some(expression) => {
                Some(Regex::new(expression).map_err(|error| StepError::new(format!("the cell `{text}`: {error}")))?)
            }
            None if text.contains('*') => {
                let parts: Vec<String> = text.split('*').map(regex::escape).collect();
                Some(Regex::new(&format!("^(?s:{})$", parts.join(".*")))?)
            }
            None => None,
        };
        Ok(Self {
            text: text.to_owned(),
            pattern,
        })
    }

    /// Whether a text is what the cell asks for.
    pub fn matches(&self, seen: &str) -> bool {
        self.pattern
            .as_ref()
            .map_or(self.text == seen, |pattern| pattern.is_match(seen))
    }

    /// As it is written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it matches more than one text.
    pub fn is_pattern(&self) -> bool {
        self.pattern.is_some()
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.text)
    }
}

/// A table: a header and rows.
#[derive(Debug, Clone)]
pub struct Rows {
    header: Vec<String>,
    cells: Vec<Vec<Cell>>,
}

impl Rows {
    /// The table below a step, with these columns at most; none in `known` allows any column.
    ///
    /// # Errors
    /// If there is no table, or it has other columns, or a cell cannot be read.
    pub fn of(step: &Step, known: &[&str]) -> Result<Self, StepError> {
        let table = step
            .table
            .as_ref()
            .ok_or_else(|| StepError::new("a table is missing below this step"))?;
        let (header, rows) = table
            .rows
            .split_first()
            .ok_or_else(|| StepError::new("the table is empty"))?;
        if let Some(column) = header
            .iter()
            .find(|column| !known.is_empty() && !known.contains(&column.as_str()))
        {
            let hint = hint(column, known);
            return Err(StepError::new(format!(
                "the table has no use for a column \"{column}\"{hint}"
            )));
        }
        if rows.is_empty() {
            return Err(StepError::new("the table has a header and no rows"));
        }
        let cells = rows
            .iter()
            .map(|row| row.iter().map(|cell| Cell::new(cell)).collect())
            .collect::<Result<_, _>>()?;
        Ok(Self {
            header: header.clone(),
            cells,
        })
    }

    /// The columns.
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// The rows, each cell with its column.
    pub fn rows(&self) -> impl Iterator<Item = Vec<(&str, Cell)>> {
        self.cells.iter().map(|row| {
            self.header
                .iter()
                .map(String::as_str)
                .zip(row.iter().cloned())
                .collect()
        })
    }
}

impl fmt::Display for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = self
            .cells
            .iter()
            .map(|row| row.iter().map(|cell| cell.text.clone()).collect());
        let lines: Vec<Vec<String>> = std::iter::once(self.header.clone()).chain(lines).collect();
        let width = |column: usize| {
            lines
                .iter()
                .filter_map(|line| line.get(column))
                .map(|cell| cell.chars().count())
                .max()
        };
        let widths: Vec<usize> = (0..self.header.len())
            .map(|column| width(column).unwrap_or_default())
            .collect();
        let aligned = |line: &Vec<String>| {
            let cells = line.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
            cells.collect::<Vec<_>>().join("   ").trim_end().to_owned()
        };
        f.write_str(&lines.iter().map(aligned).collect::<Vec<_>>().join("\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_texts_globs_or_expressions() {
        let check = |cell: &str, seen: &str, expect: bool| {
            assert_eq!(Cell::new(cell).expect("a cell").matches(seen), expect, "{cell} {seen}");
        };
        check("Running", "Running", true);
        check("Running", "Running ", false);
        check("*", "", true);
        check("web-*", "web-7d4b", true);
        check("10.*", "10x", false);
        check(r"/^\d+m/", "5m12s", true);
        check(r"/^\d+m/", "12s", false);
        check("/", "/", true);
        assert!(Cell::new("/(/").is_err());
    }
}
