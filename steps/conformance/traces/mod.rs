//! The suite `traces`: whole lives of pods and workloads, recorded from real clusters, replayed action by action.
//!
//! A recording is one JSON file: a scenario with one or more takes of it. It is [replayed](replay) on a cluster like the
//! recorder's, what the timeline shows is [told](extract) in the recording's own format, and the [rules] decide whether that
//! take could be one of the recorded ones. The format and the rules are those of the recordings' `README.md` and `match.py`.

mod alias;
mod case;
mod extract;
mod objects;
mod placement;
mod replay;
mod rules;
mod scripts;

use case::{Case, Take};

use super::recording::Recording;
use super::run::CannotRun;
use super::{CaseResult, Outcome, Suite};

/// Recordings of lives.
pub const SUITE: Suite = Suite {
    name: "traces",
    extension: "json",
    knows: |_| true,
    replay,
};

/// Differences of one case that are told without `--verbose`.
const SHOWN: usize = 1;

fn replay(recording: &Recording) -> Result<Vec<Outcome>, CannotRun> {
    let mut outcomes = Vec::new();
    for recorded in recording.cases() {
        let case = Case::read(&recorded.body).map_err(|reason| recording.unparsable(1, reason))?;
        outcomes.push(Outcome {
            id: recorded.id.clone(),
            result: check(&case, recording)?,
        });
    }
    Ok(outcomes)
}

/// Replays a case and holds the result against its takes.
///
/// A take is one throw of the dice: a retry that fell a second sooner or later, two changes that were seen together or apart,
/// lead to another course, which a second take of the same scenario often shows. So the question is whether the simulation can
/// take a recorded course: seed after seed is tried, and of those that fail the one with the fewest differences is told.
fn check(case: &Case, recording: &Recording) -> Result<CaseResult, CannotRun> {
    let options = recording.options();
    let mut nearest: Option<(Vec<String>, Take)> = None;
    for seed in (options.seed..).take(usize::try_from(options.tries.max(1)).unwrap_or(1)) {
        let replayed = match replay::replay(case, seed) {
            Ok(take) => take,
            Err(reason) => return Ok(Err(reason)),
        };
        let differences = rules::differences(case, &replayed);
        let matches = differences.is_empty();
        if nearest
            .as_ref()
            .is_none_or(|(fewest, _)| differences.len() < fewest.len())
        {
            nearest = Some((differences, replayed));
        }
        if matches {
            break;
        }
    }
    let Some((differences, replayed)) = nearest else {
        return Ok(Ok(()));
    };
    if let Some(folder) = &options.save {
        recording.save(folder, &serde_json::to_value(&replayed).unwrap_or_default())?;
    }
    Ok(told(&differences, options.verbose))
}

/// The differences as one text: the first one and how many more there are, or all of them, one a line.
fn told(differences: &[String], verbose: bool) -> CaseResult {
    match differences {
        [] => Ok(()),
        all if verbose => Err(format!("\n    {}", all.join("\n    "))),
        all => {
            let first = all.iter().take(SHOWN).cloned().collect::<Vec<_>>().join("; ");
            Err(match all.len() - SHOWN {
                0 => first,
                more => format!("{first} (and {more} more)"),
            })
        }
    }
}
