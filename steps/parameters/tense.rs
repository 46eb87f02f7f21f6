//! `{tense}`: when an assertion must hold.

use std::fmt;
use std::str::FromStr;

use super::pattern::{duration, parameter};
use super::{ParameterError, VirtualDuration};

/// When an assertion must hold. An instant is the cluster after one committed write, as a watcher sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tense {
    /// At this instant.
    Now,
    /// Time runs until it holds, at most so long.
    Within(VirtualDuration),
    /// Now and after every change for so long.
    For(VirtualDuration),
    /// At every instant since the first When (since the subject first existed, for one created later).
    AtAllTimes,
    /// At no instant since the first When.
    AtNoTime,
    /// At one instant at least since the first When.
    AtSomeTime,
    /// At every instant between the start and the end of the latest rollout.
    DuringTheRollout,
}

parameter!(
    Tense,
    "tense",
    "(?:within ",
    duration!(),
    ", |for ",
    duration!(),
    ", |at all times, |at no time, |at some time, |during the rollout, )?"
);

impl FromStr for Tense {
    type Err = ParameterError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim_end().trim_end_matches(',');
        let duration = |text: &str| text.parse::<VirtualDuration>();
        if let Some(limit) = text.strip_prefix("within ") {
            return duration(limit).map(Self::Within);
        }
        if let Some(length) = text.strip_prefix("for ") {
            return duration(length).map(Self::For);
        }
        match text {
            "" => Ok(Self::Now),
            "at all times" => Ok(Self::AtAllTimes),
            "at no time" => Ok(Self::AtNoTime),
            "at some time" => Ok(Self::AtSomeTime),
            "during the rollout" => Ok(Self::DuringTheRollout),
            _ => Err(ParameterError::new(format!(
                "`{text}` is no time; for example `within 5m, ` or `at all times, `"
            ))),
        }
    }
}

impl fmt::Display for Tense {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Now => Ok(()),
            Self::Within(limit) => write!(f, "within {limit}, "),
            Self::For(length) => write!(f, "for {length}, "),
            Self::AtAllTimes => f.write_str("at all times, "),
            Self::AtNoTime => f.write_str("at no time, "),
            Self::AtSomeTime => f.write_str("at some time, "),
            Self::DuringTheRollout => f.write_str("during the rollout, "),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameters::check_parameter;

    #[test]
    fn all_seven() {
        let minutes = |count: u64| VirtualDuration(std::time::Duration::from_secs(60 * count));
        check_parameter("", Some(Tense::Now));
        check_parameter("within 5m, ", Some(Tense::Within(minutes(5))));
        check_parameter("within 5 minutes, ", Some(Tense::Within(minutes(5))));
        check_parameter("for 1h, ", Some(Tense::For(minutes(60))));
        check_parameter("at all times, ", Some(Tense::AtAllTimes));
        check_parameter("at no time, ", Some(Tense::AtNoTime));
        check_parameter("at some time, ", Some(Tense::AtSomeTime));
        check_parameter("during the rollout, ", Some(Tense::DuringTheRollout));
        check_parameter::<Tense>("within 5m", None);
        check_parameter::<Tense>("eventually, ", None);
    }
}
