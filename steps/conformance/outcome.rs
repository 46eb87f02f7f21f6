//! What became of a case, and how a difference is told in one line.

use std::fmt::{Debug, Write as _};

/// The longest difference printed for one case, in characters; the recording itself has the rest.
const LONGEST_DIFFERENCE: usize = 600;

/// `Ok`, or one line that says what was expected and what was seen.
pub type CaseResult = Result<(), String>;

/// One case and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The case's `id` in its recording.
    pub id: String,
    /// What became of it.
    pub result: CaseResult,
}

/// How many cases passed and failed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Cases whose every recorded field came out.
    pub passed: usize,
    /// All others.
    pub failed: usize,
}

impl Tally {
    /// Counts one outcome.
    pub fn count(&mut self, outcome: &Outcome) {
        match outcome.result {
            Ok(()) => self.passed += 1,
            Err(_) => self.failed += 1,
        }
    }
}

/// Compares one recorded field with what the simulation says; meant to be chained with `?`, so that a case tells its first
/// difference.
///
/// # Errors
/// When they differ: `field: expected …, seen …`, on one line and of bounded length.
pub fn compare<E, S>(field: &str, expected: E, seen: S) -> CaseResult
where
    E: PartialEq<S> + Debug,
    S: Debug,
{
    if expected == seen {
        return Ok(());
    }
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = write!(text, "{field}: expected {expected:?}, seen {seen:?}");
    match text.char_indices().nth(LONGEST_DIFFERENCE) {
        Some((end, _)) => Err(format!("{} …", &text[..end])),
        None => Err(text),
    }
}
