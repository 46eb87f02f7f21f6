//! `{because}`: ` because "Reason"` and ` with message "part of it"`, each optional.

use std::fmt;
use std::str::FromStr;

use super::ParameterError;
use super::pattern::parameter;

/// A reason and a part of a message that are asked for; both may be missing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Because {
    /// The reason, exactly.
    pub reason: Option<String>,
    /// A part of the message.
    pub message: Option<String>,
}

parameter!(Because, "because", r#"(?: because "[^"]*")?(?: with message ".*")?"#);

impl Because {
    /// Whether a reason and a message are as asked for.
    pub fn holds(&self, reason: &str, message: &str) -> bool {
        self.reason.as_ref().is_none_or(|wanted| wanted == reason)
            && self
                .message
                .as_ref()
                .is_none_or(|wanted| message.contains(wanted.as_str()))
    }
}

impl FromStr for Because {
    type Err = ParameterError;

    /// Standing at the end of a step, a message reaches to the last quote: it may contain quotes itself, escaped or not.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unreadable = || {
            ParameterError::new(format!(
                "`{text}` is no reason; write ` because \"Unschedulable\" with message \"0/3 nodes\"`"
            ))
        };
        let mut because = Self::default();
        let mut rest = text;
        if let Some(after) = rest.strip_prefix(" because \"") {
            let (reason, after) = after.split_once('"').ok_or_else(unreadable)?;
            because.reason = Some(reason.to_owned());
            rest = after;
        }
        if let Some(after) = rest.strip_prefix(" with message \"") {
            let message = after.strip_suffix('"').ok_or_else(unreadable)?;
            because.message = Some(message.replace("\\\"", "\""));
            rest = "";
        }
        if rest.is_empty() {
            Ok(because)
        } else {
            Err(unreadable())
        }
    }
}

impl fmt::Display for Because {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(reason) = &self.reason {
            write!(f, " because \"{reason}\"")?;
        }
        match &self.message {
            Some(message) => write!(f, " with message \"{message}\""),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameters::check_parameter;

    #[test]
    fn both_parts_are_optional() {
        let because = |reason: Option<&str>, message: Option<&str>| {
            Some(Because {
                reason: reason.map(str::to_owned),
                message: message.map(str::to_owned),
            })
        };
        check_parameter("", because(None, None));
        check_parameter(" because \"Unschedulable\"", because(Some("Unschedulable"), None));
        check_parameter(" with message \"0/3 nodes\"", because(None, Some("0/3 nodes")));
        check_parameter(
            " because \"A\" with message \"pulling \\\"x\\\"\"",
            because(Some("A"), Some("pulling \"x\"")),
        );
        check_parameter(
            " with message \"configmap \"x\" not found\"",
            because(None, Some("configmap \"x\" not found")),
        );
        check_parameter::<Because>(" because Unschedulable", None);
        let wanted = Because {
            reason: None,
            message: Some("nodes are".to_owned()),
        };
        assert!(wanted.holds("any", "0/3 nodes are available"));
        assert!(!wanted.holds("any", "0/3 nodes"));
    }
}
