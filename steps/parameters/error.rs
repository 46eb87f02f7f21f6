//! Why the text of a parameter cannot be read.

use std::fmt;

/// The message. cucumber's attributes show errors of parameters by `Debug`, which therefore reads as `Display`.
#[derive(Clone, PartialEq, Eq)]
pub struct ParameterError(pub String);

impl ParameterError {
    /// An error with this message.
    pub fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

impl fmt::Display for ParameterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ParameterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ParameterError {}
