//! What kubectl prints when a command fails, and the exit code that goes with it.
//!
//! Source: kubectl `pkg/cmd/util/helpers.go` (`checkErr`, `StandardErrorMessage`).

use crate::apiserver::{ApiError, Reason};
use crate::limits::LimitError;

/// What the client says if nobody listens where the API server should be.
pub const REFUSED_CONNECTION: &str =
    "The connection to the server 127.0.0.1:6443 was refused - did you specify the right host or port?";

/// What the client says if nobody listens at an address.
pub fn refused(address: &str) -> String {
    format!("The connection to the server {address} was refused - did you specify the right host or port?")
}

/// Why a command failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommandError {
    /// Printed behind `error: `.
    Message(String),
    /// Printed as it is.
    Verbatim(String),
    /// The same as [`CommandError::Message`], and where to find help: the command's name follows.
    Usage(String, &'static str),
    /// The API server refused.
    Api(ApiError),
    /// What went wrong has been said already: only the exit code tells.
    Said,
    /// Several things went wrong.
    Many(Vec<CommandError>),
    /// It went wrong after this had been printed to standard output.
    Partly(String, Box<CommandError>),
}

/// What commands return.
pub type Result<T> = std::result::Result<T, CommandError>;

impl CommandError {
    /// A message behind `error: `.
    pub fn message(text: impl Into<String>) -> Self {
        CommandError::Message(text.into())
    }

    /// The same with words before its message: what was being done. Where the server gave causes, kubectl tells those instead.
    #[must_use]
    pub fn with_context(self, context: &str) -> Self {
        match self {
            CommandError::Api(error) => CommandError::Api(error.with_context(context)),
            CommandError::Message(text) => CommandError::Message(format!("{context}: {text}")),
            other => other,
        }
    }

    /// One error for all of a list; none for an empty one.
    pub fn of(mut errors: Vec<CommandError>) -> Result<()> {
        match errors.len() {
            0 => Ok(()),
            1 => Err(errors.remove(0)),
            _ => Err(CommandError::Many(errors)),
        }
    }

    /// What had been printed to standard output before it went wrong.
    pub fn printed(&self) -> String {
        match self {
            CommandError::Partly(text, error) => format!("{text}{}", error.printed()),
            CommandError::Many(errors) => errors.iter().map(CommandError::printed).collect(),
            _ => String::new(),
        }
    }

    /// The text for standard error, with its newline.
    pub fn text(&self) -> String {
        let text = match self {
            CommandError::Message(text) => format!("error: {text}"),
            CommandError::Verbatim(text) => text.clone(),
            CommandError::Usage(text, command) => {
                format!("error: {text}\nSee 'kubectl {command} -h' for help and examples")
            }
            CommandError::Api(error) => api_text(error),
            CommandError::Said => return String::new(),
            CommandError::Many(errors) => return errors.iter().map(CommandError::line).collect(),
            CommandError::Partly(_, error) => return error.text(),
        };
        // kubectl ends what does not end a line, and causes that do once more.
        let has_causes = matches!(self, CommandError::Api(error) if !error.causes.is_empty());
        if text.ends_with('\n') && !has_causes {
            text
        } else {
            format!("{text}\n")
        }
    }

    /// The text as one of several: plain messages go without `error: `.
    fn line(&self) -> String {
        match self {
            CommandError::Message(text) => format!("{text}\n"),
            CommandError::Partly(_, error) => error.line(),
            CommandError::Api(error) if error.reason == Reason::Invalid => {
                format!("Error from server (Invalid): {}\n", error.message)
            }
            other => other.text(),
        }
    }
}

/// What kubectl makes of a `Status` object.
fn api_text(error: &ApiError) -> String {
    if error.reason == Reason::Unknown {
        return format!("Error from server: {}", error.message);
    }
    if error.reason != Reason::Invalid {
        return format!("Error from server ({}): {}", error.reason.as_str(), error.message);
    }
    let (kind, name) = (&error.about.kind, &error.about.name);
    if kind.is_empty() && name.is_empty() && error.causes.is_empty() {
        return format!("The request is invalid: {}", error.message);
    }
    let subject = match kind.is_empty() && name.is_empty() {
        true => "The request is invalid".to_owned(),
        false => format!("The {kind} \"{name}\" is invalid"),
    };
    // The server may give the same cause twice; it is told once.
    let mut causes: Vec<String> = Vec::new();
    for cause in error.causes.iter().map(ToString::to_string) {
        if !causes.contains(&cause) {
            causes.push(cause);
        }
    }
    match causes.as_slice() {
        [] => subject,
        [one] => format!("{subject}: {one}"),
        all => format!("{subject}: \n* {}", all.join("\n* ")),
    }
}

impl From<ApiError> for CommandError {
    fn from(error: ApiError) -> Self {
        CommandError::Api(error)
    }
}

impl From<LimitError> for CommandError {
    fn from(error: LimitError) -> Self {
        CommandError::Message(error.to_string())
    }
}
