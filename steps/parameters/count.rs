//! `{count}`: `3`, `exactly 3`, `at least 3`, `at most 3`.

use std::fmt;
use std::str::FromStr;

use super::ParameterError;
use super::pattern::{Phrase, parameter};

/// How many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// So many, no more, no fewer.
    Exactly(u64),
    /// So many or more.
    AtLeast(u64),
    /// So many or fewer.
    AtMost(u64),
}

parameter!(Count, "count", r"(?:exactly |at least |at most )?\d+");

impl Count {
    /// Whether `number` is as many.
    pub fn holds(self, number: u64) -> bool {
        match self {
            Self::Exactly(count) => number == count,
            Self::AtLeast(count) => number >= count,
            Self::AtMost(count) => number <= count,
        }
    }
}

impl FromStr for Count {
    type Err = ParameterError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut phrase = Phrase::new(text);
        let make = if phrase.take("at least ") {
            Self::AtLeast
        } else if phrase.take("at most ") {
            Self::AtMost
        } else {
            phrase.take("exactly ");
            Self::Exactly
        };
        let number = phrase.word();
        let number = number
            .parse()
            .map_err(|_| ParameterError::new(format!("`{number}` is no number that can be counted to")))?;
        Ok(make(number))
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exactly(count) => write!(f, "{count}"),
            Self::AtLeast(count) => write!(f, "at least {count}"),
            Self::AtMost(count) => write!(f, "at most {count}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameters::check_parameter;

    #[test]
    fn counts_are_exact_unless_they_say_otherwise() {
        check_parameter("3", Some(Count::Exactly(3)));
        check_parameter("exactly 3", Some(Count::Exactly(3)));
        check_parameter("at least 3", Some(Count::AtLeast(3)));
        check_parameter("at most 3", Some(Count::AtMost(3)));
        check_parameter::<Count>("about 3", None);
        let check = |count: Count, numbers: [bool; 3]| assert_eq!([2, 3, 4].map(|number| count.holds(number)), numbers);
        check(Count::Exactly(3), [false, true, false]);
        check(Count::AtLeast(3), [false, true, true]);
        check(Count::AtMost(3), [true, true, false]);
    }
}
