//! What a printer is made of: columns, cells, and the error of one that refuses. The shapes are those of the API server's
//! `meta.k8s.io/v1` Table, because that is what `kubectl get` receives and lays out.

use serde_json::Value;
use thiserror::Error;

use crate::api::Kind;

/// One column of a kind's table, as the API server describes it (`TableColumnDefinition`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// The heading before kubectl upper-cases it, e.g. `Up-to-date`.
    pub name: &'static str,
    /// The OpenAPI type the server declares. It is a declaration only: a column said to be a `string` may carry numbers.
    pub type_name: &'static str,
    /// The OpenAPI format; `name` marks the object's name, which kubectl prefixes with the kind on demand.
    pub format: &'static str,
    /// 0 is always shown; above 0 only with `-o wide`.
    pub priority: u8,
}

impl Column {
    /// The column that holds the object's name.
    pub const NAME: Column = Column {
        name: "Name",
        type_name: "string",
        format: "name",
        priority: 0,
    };
    /// The column that every kind with an age ends its narrow part with.
    pub const AGE: Column = Column::text("Age");

    /// A column declared as text.
    pub const fn text(name: &'static str) -> Column {
        Column {
            name,
            type_name: "string",
            format: "",
            priority: 0,
        }
    }

    /// A column declared as a number.
    pub const fn integer(name: &'static str) -> Column {
        Column {
            name,
            type_name: "integer",
            format: "",
            priority: 0,
        }
    }

    /// A column declared as a truth value.
    pub const fn boolean(name: &'static str) -> Column {
        Column {
            name,
            type_name: "boolean",
            format: "",
            priority: 0,
        }
    }

    /// The same column, shown only with `-o wide`.
    pub const fn wide(self) -> Column {
        Column { priority: 1, ..self }
    }
}

/// One cell, typed as in the JSON of the Table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// A JSON string.
    Text(String),
    /// A JSON number; Kubernetes' tables hold whole numbers only.
    Integer(i64),
    /// A JSON boolean, printed by kubectl as `true` or `false`.
    Boolean(bool),
}

impl From<&str> for Cell {
    fn from(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Cell {
        Cell::Text(text)
    }
}

impl From<i64> for Cell {
    fn from(number: i64) -> Cell {
        Cell::Integer(number)
    }
}

impl From<bool> for Cell {
    fn from(truth: bool) -> Cell {
        Cell::Boolean(truth)
    }
}

impl From<&Cell> for Value {
    fn from(cell: &Cell) -> Value {
        match cell {
            Cell::Text(text) => Value::from(text.as_str()),
            Cell::Integer(number) => Value::from(*number),
            Cell::Boolean(truth) => Value::from(*truth),
        }
    }
}

impl std::fmt::Display for Cell {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Cell::Text(text) => f.write_str(text),
            Cell::Integer(number) => number.fmt(f),
            Cell::Boolean(truth) => truth.fmt(f),
        }
    }
}

/// Why an object could not be printed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PrintError {
    /// An owner reference's `apiVersion` has more than one slash (the API server's own words).
    #[error("unexpected GroupVersion string: {0}")]
    GroupVersion(String),
}

/// The wide row of an object: as many cells as its kind has columns.
pub type Cells = Result<Vec<Cell>, PrintError>;

/// A kind's columns and how to fill them.
pub struct Printer {
    /// The kind it prints.
    pub kind: Kind,
    /// The columns, wide ones included.
    pub columns: &'static [Column],
    /// Fills the row from the external JSON at the given time in nanoseconds since the Unix epoch.
    pub cells: fn(&Value, i64) -> Cells,
}

/// Shorthand for the printers: a row from values of different types.
macro_rules! cells {
    ($($cell:expr),* $(,)?) => { vec![$($crate::kubectl::printers::printer::Cell::from($cell)),*] };
}
pub(super) use cells;
