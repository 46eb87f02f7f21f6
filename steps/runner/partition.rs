//! `--shard 1/4`: one part of a suite, so that several machines share it.
//!
//! As cargo-nextest's partitions: `count:` deals the selected scenarios out one by one, so that the parts are of one size;
//! `hash:` goes by what a scenario is called, so that adding one moves no other to another part. Each row of an outline counts
//! as a scenario. All parts together run every selected scenario exactly once.

use std::str::FromStr;

use super::identity::scenario_seed;

/// One of several parts of a suite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Partition {
    by: By,
    /// From 1.
    part: usize,
    of: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Count,
    Hash,
}

impl Partition {
    /// Whether the scenario at `position` (from 0) of the selection is in this part.
    pub fn contains(self, position: usize, feature_name: &str, scenario_name: &str, row: Option<usize>) -> bool {
        let dealt = match self.by {
            By::Count => position as u64,
            By::Hash => scenario_seed(0, feature_name, scenario_name, row),
        };
        // `of` is at least 1, see `from_str`.
        dealt.checked_rem(self.of as u64) == Some(self.part as u64 - 1)
    }
}

impl FromStr for Partition {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (by, parts) = match text.split_once(':') {
            None => (By::Count, text),
            Some(("count", parts)) => (By::Count, parts),
            Some(("hash", parts)) => (By::Hash, parts),
            Some((other, _)) => return Err(format!("unknown way to share `{other}`; known are `count` and `hash`")),
        };
        let numbers = parts
            .split_once('/')
            .and_then(|(part, of)| Some((part.parse::<usize>().ok()?, of.parse::<usize>().ok()?)));
        match numbers {
            Some((part, of)) if part >= 1 && part <= of => Ok(Self { by, part, of }),
            Some((part, of)) => Err(format!("there is no part {part} of {of}; parts count from 1 to {of}")),
            None => Err("a part is expected, e.g. 1/4, count:1/4 or hash:1/4".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &str) {
        let seen = text.parse::<Partition>().map(|_| String::new());
        assert_eq!(seen.unwrap_or_else(|error| error), expect, "{text}");
    }

    #[test]
    fn shards_are_read() {
        check("1/4", "");
        check("count:4/4", "");
        check("hash:1/1", "");
        check("0/4", "there is no part 0 of 4; parts count from 1 to 4");
        check("5/4", "there is no part 5 of 4; parts count from 1 to 4");
        check("1/0", "there is no part 1 of 0; parts count from 1 to 0");
        check("4", "a part is expected, e.g. 1/4, count:1/4 or hash:1/4");
        check(
            "slice:1/2",
            "unknown way to share `slice`; known are `count` and `hash`",
        );
    }
}
