//! Why a step failed, as its function returns it.

use std::fmt;

/// The message. What goes with it (what was expected and seen, tables, events) waits in the world for the runner, because
/// cucumber's attributes pass on nothing but text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepError(pub String);

impl StepError {
    /// A step error with this message.
    pub fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

impl fmt::Display for StepError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Any error can end a step; `StepError` is none itself, so that this is possible.
impl<E: std::error::Error> From<E> for StepError {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}
