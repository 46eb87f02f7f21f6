//! `--field-selector`, and what the server says of one that it does not know.

use serde_json::Value;

use super::error::CommandError;
use crate::api::selector::{field_text, is_selectable};
use crate::api::{FieldSelector, Kind, go_quote};
use crate::apiserver::{ApiError, Reason};

/// A field selector for objects of one kind.
pub struct FieldQuery(FieldSelector);

impl FieldQuery {
    /// Reads a selector.
    ///
    /// # Errors
    /// It is malformed, or names a field that the kind cannot be selected by.
    pub fn parse(text: &str, kind: Kind) -> std::result::Result<FieldQuery, String> {
        let selector: FieldSelector = text.parse().map_err(|error| format!("{error}"))?;
        match selector.terms().iter().find(|term| !is_selectable(kind, &term.field)) {
            Some(term) => Err(format!("field label not supported: {}", term.field)),
            None => Ok(FieldQuery(selector)),
        }
    }

    /// Whether an object, as the API shows it, matches.
    pub fn matches(&self, value: &Value) -> bool {
        self.0.matches(|path| field_text(value, path))
    }
}

/// The server's refusal of a list with these selectors, as kubectl words it: it hands selectors on as they are.
pub fn unselectable(kind: Kind, labels: &str, fields: &str, why: &str) -> CommandError {
    let info = kind.info();
    let resource = match info.group {
        "" => format!("/{}, Resource={}", info.version, info.plural),
        group => format!("{group}/{}, Resource={}", info.version, info.plural),
    };
    let message = format!(
        "Unable to find \"{resource}\" that match label selector {}, field selector {}: {why}",
        go_quote(labels),
        go_quote(fields)
    );
    ApiError::new(Reason::BadRequest, message).into()
}
