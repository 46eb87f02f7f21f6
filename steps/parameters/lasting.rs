//! `{lasting}`: ` for 5m`, or nothing.

use std::str::FromStr;

use super::pattern::{duration, parameter};
use super::{ParameterError, VirtualDuration};

/// How long a fault lasts; none: until it is healed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lasting(pub Option<VirtualDuration>);

parameter!(Lasting, "lasting", "(?: for ", duration!(), ")?");

impl FromStr for Lasting {
    type Err = ParameterError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let duration = text.strip_prefix(" for ").map(str::parse::<VirtualDuration>);
        duration.transpose().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameters::check_parameter;

    #[test]
    fn a_duration_or_nothing() {
        let seconds = |count| VirtualDuration(std::time::Duration::from_secs(count));
        check_parameter("", Some(Lasting(None)));
        check_parameter(" for 90s", Some(Lasting(Some(seconds(90)))));
        check_parameter::<Lasting>("for ever", None);
    }
}
