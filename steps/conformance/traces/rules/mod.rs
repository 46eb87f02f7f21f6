//! Could a take be one of the recorded ones? The rules of the recordings' `match.py`, one file a rule.

mod commands;
mod events;
mod gaps;
mod objects;
mod pods;
mod sequence;

use super::case::{Case, Take};

/// What of `replay` no recorded take explains, one line each; none if it matches.
pub fn differences(case: &Case, replay: &Take) -> Vec<String> {
    let mut found = pods::differences(case, replay);
    found.extend(objects::differences(case, replay));
    found.extend(events::differences(case, replay));
    found.extend(commands::differences(case, replay));
    found
}
