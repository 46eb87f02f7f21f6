//! `{command}`: what a person would type, in backticks.

use std::convert::Infallible;
use std::str::FromStr;

use super::pattern::parameter;

/// A command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command(pub String);

parameter!(Command, "command", "`[^`]*`");

impl FromStr for Command {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.trim_matches('`').trim().to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameters::check_parameter;

    #[test]
    fn backticks_are_taken_away() {
        check_parameter(
            "`kubectl get pods -l 'app=web'`",
            Some(Command("kubectl get pods -l 'app=web'".to_owned())),
        );
        check_parameter::<Command>("kubectl get pods", None);
    }
}
