//! The suites there are: a name, the recordings it knows, and how it replays one.

use super::recording::Recording;
use super::run::CannotRun;
use super::{Outcome, api, columns, scheduling, traces, values};

/// A kind of recording that can be replayed.
pub struct Suite {
    /// What the command line calls it; the folder's name where the recordings are kept.
    pub name: &'static str,
    /// The extension of its recordings: `jsonl`, a case a line, or `json`, a case a file.
    pub extension: &'static str,
    /// Whether it can replay a recording of this name (a file name without `.jsonl`).
    pub knows: fn(&str) -> bool,
    /// Replays one recording: one outcome a case, in order. Fails only where the recording itself cannot be understood.
    pub replay: fn(&Recording) -> Result<Vec<Outcome>, CannotRun>,
}

/// Every suite, in the order `did you mean` and messages list them.
pub const SUITES: &[Suite] = &[
    api::SUITE,
    columns::SUITE,
    scheduling::SUITE,
    traces::SUITE,
    values::SUITE,
];

/// The suite of that name.
///
/// # Errors
/// [`CannotRun::UnknownSuite`] with the nearest name and all names.
pub(super) fn find(name: &str) -> Result<&'static Suite, CannotRun> {
    SUITES.iter().find(|s| s.name == name).ok_or_else(|| {
        let nearest = SUITES.iter().map(|s| (distance(name, s.name), s.name)).min();
        CannotRun::UnknownSuite {
            name: name.to_owned(),
            hint: match nearest {
                Some((d, near)) if d <= 3 => format!("did you mean `{near}`?"),
                _ => format!(
                    "known suites: {}",
                    SUITES.iter().map(|s| s.name).collect::<Vec<_>>().join(", ")
                ),
            },
        }
    })
}

/// How many letters must be added, removed or replaced to make `a` into `b` (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (cell, cb) in row.iter_mut().skip(1).zip(&b) {
            let replaced = diagonal + usize::from(ca != *cb);
            diagonal = *cell;
            *cell = replaced.min(*cell + 1).min(left + 1);
            left = *cell;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        let check = |a, b, expect| assert_eq!(distance(a, b), expect, "{a} to {b}");
        check("", "", 0);
        check("values", "values", 0);
        check("vlaues", "values", 2);
        check("value", "values", 1);
        check("", "api", 3);
        check("kitten", "sitting", 3);
    }
}
