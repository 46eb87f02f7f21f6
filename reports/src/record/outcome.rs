//! How a step or a scenario ended.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The end of a step or scenario. Ordered by gravity, so that a whole is the maximum of its parts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It held.
    #[default]
    Passed,
    /// A step that was not run because one before it had failed; a scenario that was not run.
    Skipped,
    /// The text matches no step.
    Undefined,
    /// The text matches more than one step.
    Ambiguous,
    /// It reached a limit: of wall time, of virtual time or of events.
    TimedOut,
    /// It did not hold.
    Failed,
}

impl Outcome {
    /// Every outcome, the gravest last.
    pub const ALL: [Outcome; 6] = [
        Self::Passed,
        Self::Skipped,
        Self::Undefined,
        Self::Ambiguous,
        Self::TimedOut,
        Self::Failed,
    ];

    /// Whether it lets a run succeed. Only a pass does: what was skipped proves nothing.
    pub fn is_pass(self) -> bool {
        self == Self::Passed
    }

    /// The word for it in texts: `passed`, `timed out`, …
    pub fn word(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Skipped => "skipped",
            Self::Undefined => "undefined",
            Self::Ambiguous => "ambiguous",
            Self::TimedOut => "timed out",
            Self::Failed => "failed",
        }
    }

    /// The word for it where spaces are not allowed, as in the record: `timed_out`.
    pub fn key(self) -> &'static str {
        match self {
            Self::TimedOut => "timed_out",
            other => other.word(),
        }
    }

    /// One character that tells outcomes apart without colour.
    pub fn mark(self) -> &'static str {
        match self {
            Self::Passed => "✓",
            Self::Skipped => "–",
            Self::Undefined => "?",
            Self::Ambiguous => "≠",
            Self::TimedOut => "◔",
            Self::Failed => "✗",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
