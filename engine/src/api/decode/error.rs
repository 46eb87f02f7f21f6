//! What is wrong with a document: for people (file, line, column, field, hint) and in the API server's words.

use super::node::Position;
use std::fmt;
use thiserror::Error;

/// What is wrong at one place.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Problem {
    /// The text is no YAML or JSON.
    #[error("{0}")]
    Syntax(String),
    /// A document that is no map of fields.
    #[error("a document must be an object with apiVersion, kind and metadata, not {0}")]
    NotAnObject(&'static str),
    /// `apiVersion` or `kind` is missing or empty.
    #[error("{0} not set")]
    TypeNotSet(&'static str),
    /// No built-in kind has this name in this version.
    #[error("no matches for kind \"{kind}\" in version \"{api_version}\"")]
    UnknownKind {
        /// The `kind` given.
        kind: String,
        /// The `apiVersion` given.
        api_version: String,
    },
    /// The type has no such field.
    #[error("unknown field")]
    UnknownField,
    /// The same key twice in one map.
    #[error("duplicate field")]
    DuplicateField,
    /// A value of another type than the field's.
    #[error("must be {expected}, not {found}")]
    WrongType {
        /// What the field holds, in words.
        expected: String,
        /// What was given.
        found: String,
        /// The same in the words of Go's JSON decoder.
        server: String,
        /// The same in the words of apimachinery's converter of untyped objects, which reads strategic merge patches.
        converter: String,
    },
    /// Text that does not parse as what the field holds: a quantity, a time, base64.
    #[error("{message}")]
    BadValue {
        /// What is wrong with it, in the API server's words.
        message: String,
    },
    /// A field the API server requires is missing.
    #[error("required field is missing")]
    MissingField,
}

/// Something wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    /// The file (or whatever the text came from).
    pub file: String,
    /// Line and column in that file.
    pub at: Position,
    /// The field's path in its object, such as `spec.template.spec.containers[0].image`; empty for the document itself.
    pub path: String,
    /// What is wrong.
    pub problem: Problem,
    /// What was probably meant.
    pub suggestion: Option<String>,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: ", self.file, self.at.line, self.at.column)?;
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        write!(f, "{}", self.problem)?;
        match &self.suggestion {
            Some(meant) => write!(f, "; did you mean \"{meant}\"?"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for DecodeError {}

/// All that is wrong with one document, in the order of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeErrors {
    /// The `apiVersion` given, empty if there is none.
    pub api_version: String,
    /// The `kind` given, empty if there is none.
    pub kind: String,
    /// `metadata.name`, empty if there is none.
    pub name: String,
    /// `metadata.namespace`, empty if there is none.
    pub namespace: String,
    /// What is wrong; never empty. In the order in which the server's decoder comes across it.
    pub errors: Vec<DecodeError>,
}

impl DecodeErrors {
    /// What the API server's decoder says of the document, such as `strict decoding error: unknown field "spec.foo"`: the first
    /// value of a wrong type, or else all unknown and duplicate fields. None if the decoder finds nothing wrong (fields that are
    /// missing are found by validation).
    pub fn server_text(&self) -> Option<String> {
        for error in &self.errors {
            match &error.problem {
                Problem::WrongType { server, .. } => return Some(server.clone()),
                Problem::BadValue { message } | Problem::Syntax(message) => return Some(message.clone()),
                _ => {}
            }
        }
        let fields: Vec<String> = self
            .errors
            .iter()
            .filter(|e| matches!(e.problem, Problem::UnknownField | Problem::DuplicateField))
            .map(|e| format!("{} \"{}\"", e.problem, e.path))
            .collect();
        if fields.is_empty() {
            None
        } else {
            Some(format!("strict decoding error: {}", fields.join(", ")))
        }
    }

    /// The message of the API server's refusal of the whole document.
    pub fn server_message(&self) -> String {
        if let Some(text) = self.server_text() {
            let version = self.api_version.rsplit('/').next().unwrap_or_default();
            return format!(
                "{kind} in version \"{version}\" cannot be handled as a {kind}: {text}",
                kind = self.kind
            );
        }
        let missing: Vec<String> = self
            .errors
            .iter()
            .filter(|e| e.problem == Problem::MissingField)
            .map(|e| format!("{}: Required value", e.path))
            .collect();
        match (missing.as_slice(), self.errors.first()) {
            ([], Some(first)) => first.problem.to_string(),
            ([one], _) => format!("{} \"{}\" is invalid: {one}", self.kind, self.name),
            (all, _) => format!("{} \"{}\" is invalid: [{}]", self.kind, self.name, all.join(", ")),
        }
    }
}

impl fmt::Display for DecodeErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut errors: Vec<&DecodeError> = self.errors.iter().collect();
        errors.sort_by_key(|e| e.at);
        for (i, error) in errors.into_iter().enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{error}")?;
        }
        Ok(())
    }
}

impl std::error::Error for DecodeErrors {}
