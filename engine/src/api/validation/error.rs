//! A refused field, and the messages that list them (apimachinery's `field.Error` and `StatusError`).

use crate::api::kind::Kind;
use std::fmt;

/// In what way a field is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// It is not there.
    Required,
    /// Its value is none it may have.
    Invalid,
    /// Its value is none of a few known ones.
    NotSupported,
    /// It must not be there.
    Forbidden,
    /// It must be unique and is not.
    Duplicate,
    /// It refers to something that is not there.
    NotFound,
    /// It is longer than it may be.
    TooLong,
    /// It has more items than it may have.
    TooMany,
}

impl ErrorKind {
    fn text(self) -> &'static str {
        match self {
            ErrorKind::Required => "Required value",
            ErrorKind::Invalid => "Invalid value",
            ErrorKind::NotSupported => "Unsupported value",
            ErrorKind::Forbidden => "Forbidden",
            ErrorKind::Duplicate => "Duplicate value",
            ErrorKind::NotFound => "Not found",
            ErrorKind::TooLong => "Too long",
            ErrorKind::TooMany => "Too many",
        }
    }

    /// The reason a `Status` object gives for it.
    pub fn reason(self) -> &'static str {
        match self {
            ErrorKind::Required => "FieldValueRequired",
            ErrorKind::Invalid => "FieldValueInvalid",
            ErrorKind::NotSupported => "FieldValueNotSupported",
            ErrorKind::Forbidden => "FieldValueForbidden",
            ErrorKind::Duplicate => "FieldValueDuplicate",
            ErrorKind::NotFound => "FieldValueNotFound",
            ErrorKind::TooLong => "FieldValueTooLong",
            ErrorKind::TooMany => "FieldValueTooMany",
        }
    }
}

/// One refused field. Its text is `spec.replicas: Invalid value: -1: must be greater than or equal to 0`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// In what way it is wrong.
    pub kind: ErrorKind,
    /// Its path, such as `spec.containers[0].image`.
    pub path: String,
    /// The value refused, as Go prints it (text in quotes); empty where the message does not show it.
    pub bad_value: String,
    /// What is wrong or would be right; may be empty.
    pub detail: String,
}

impl FieldError {
    /// The message without the path.
    pub fn body(&self) -> String {
        let mut text = self.kind.text().to_owned();
        if !self.bad_value.is_empty() {
            text.extend([": ", &self.bad_value]);
        }
        if !self.detail.is_empty() {
            text.extend([": ", &self.detail]);
        }
        text
    }
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.body())
    }
}

impl std::error::Error for FieldError {}

/// The API server's message for a refused object: `Deployment.apps "web" is invalid: spec.replicas: …`; several errors stand in
/// brackets, the same one only once.
pub fn invalid_message(kind: Kind, name: &str, errors: &[FieldError]) -> String {
    let info = kind.info();
    let group = if info.group.is_empty() {
        String::new()
    } else {
        format!(".{}", info.group)
    };
    let texts = distinct(errors);
    let list = if let [one] = texts.as_slice() {
        one.clone()
    } else {
        format!("[{}]", texts.join(", "))
    };
    format!("{}{group} \"{name}\" is invalid: {list}", info.kind)
}

/// kubectl's rendering of the same refusal: `The Deployment "web" is invalid: …`, several errors as a list with stars.
pub fn kubectl_message(kind: Kind, name: &str, errors: &[FieldError]) -> String {
    let texts = distinct(errors);
    let list = if let [one] = texts.as_slice() {
        format!(" {one}")
    } else {
        format!(" \n* {}", texts.join("\n* "))
    };
    format!("The {kind} \"{name}\" is invalid:{list}")
}

fn distinct(errors: &[FieldError]) -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    for error in errors {
        let text = error.to_string();
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    texts
}
