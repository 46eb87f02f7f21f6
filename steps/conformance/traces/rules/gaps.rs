//! Rule 3: how long each row of a pod lasted.

use super::super::case::{Entry, PodTrace, Take};
use super::sequence::values;

/// Seconds by which a gap may always be off.
const SLACK_SECS: f64 = 3.0;
/// The part of a gap by which it may be off besides.
const SLACK_PART: f64 = 0.35;
/// An action counts as the cause of a row if it happened at most so long before the row that it ends.
const CAUSE_SECS: f64 = 0.3;

/// Times of a take's actions.
pub fn action_times(take: &Take) -> Vec<f64> {
    take.actions.iter().map(|action| action.t).collect()
}

/// How long each row lasted; one that an action ended is measured from the action.
fn gaps(rows: &[Entry], actions: &[f64]) -> Vec<f64> {
    rows.windows(2)
        .filter_map(|pair| match pair {
            [a, b] => {
                let caused = actions.iter().filter(|t| a.0 - CAUSE_SECS <= **t && **t <= b.0);
                let from = caused.copied().reduce(f64::max).unwrap_or(a.0);
                Some(((b.0 - from) * 10.0).round() / 10.0)
            }
            _ => None,
        })
        .collect()
}

/// The first gap that lies near no recorded one between the same rows.
pub fn misfit(pod: &PodTrace, recorded: &[(&PodTrace, &Take)], actions: &[f64]) -> Option<String> {
    let rows = values(&pod.rows);
    let is_alike = |other: &PodTrace| {
        let other = values(&other.rows);
        other.iter().zip(&rows).all(|(a, b)| a == b)
    };
    let alike: Vec<Vec<f64>> = recorded
        .iter()
        .filter(|(other, _)| is_alike(other))
        .map(|(other, take)| gaps(&other.rows, &action_times(take)))
        .collect();
    for (index, gap) in gaps(&pod.rows, actions).into_iter().enumerate() {
        let options: Vec<f64> = alike.iter().filter_map(|gaps| gaps.get(index).copied()).collect();
        let (Some(least), Some(greatest)) = (
            options.iter().copied().reduce(f64::min),
            options.iter().copied().reduce(f64::max),
        ) else {
            continue;
        };
        let near = |option: &f64| (gap - option).abs() <= SLACK_SECS + SLACK_PART * option.max(gap);
        let between = least - SLACK_SECS <= gap && gap <= greatest + SLACK_SECS;
        if !options.iter().any(near) && !between {
            return Some(format!("gap {} is {gap} s, recorded {options:?}", index + 1));
        }
    }
    None
}
