//! Rule 5: the events.

use std::collections::{BTreeMap, BTreeSet};

use super::super::case::{Case, EventCount, Take};

/// From so many events about one object on, the flood filter decides what is written.
const NOISY: i64 = 20;
/// With more steps than these, how a rollout is cut into steps is a race.
const SCALING_STEPS: usize = 4;

/// About, type, reason, message.
type Key = (String, String, String, String);

/// Whether an event tells of a race that its writer lost.
fn lost_race(event: &EventCount) -> bool {
    matches!(
        event.reason.as_str(),
        "FailedToUpdateEndpoint" | "FailedToUpdateEndpointSlices" | "FailedUpdateStatus"
    ) || event.reason == "FailedDelete" && event.message.contains("not found")
}

fn counts(take: &Take, scaling_steps: usize) -> BTreeMap<Key, i64> {
    let mut counts = BTreeMap::new();
    for event in &take.events {
        let raced = event.reason == "ScalingReplicaSet" && scaling_steps > SCALING_STEPS;
        if lost_race(event) || event.reason == "Pulling" || raced {
            continue;
        }
        let message = match event.reason.as_str() {
            "Pulled" => "image present or pulled",
            _ => &event.message,
        };
        let key = (
            event.about.clone(),
            event.kind.clone(),
            event.reason.clone(),
            message.to_owned(),
        );
        *counts.entry(key).or_default() += event.count;
    }
    counts
}

/// What of the events no take explains.
pub fn differences(case: &Case, replay: &Take) -> Vec<String> {
    let is_step = |event: &&EventCount| event.reason == "ScalingReplicaSet";
    let steps = case
        .takes
        .iter()
        .map(|take| take.events.iter().filter(is_step).count())
        .max()
        .unwrap_or(0);
    let recorded: Vec<_> = case.takes.iter().map(|take| counts(take, steps)).collect();
    let mine = counts(replay, steps);
    let mut noise: BTreeMap<&str, i64> = BTreeMap::new();
    for event in &replay.events {
        *noise.entry(&event.about).or_default() += event.count;
    }
    let keys: BTreeSet<&Key> = mine.keys().chain(recorded.iter().flat_map(BTreeMap::keys)).collect();
    let mut found = Vec::new();
    for key in keys {
        if key.2 == "FailedScheduling" && !case.isolated {
            continue;
        }
        let counts: Vec<i64> = recorded.iter().filter_map(|events| events.get(key).copied()).collect();
        let noisy = noise.get(key.0.as_str()).is_some_and(|count| *count > NOISY);
        match (mine.get(key), counts.iter().min(), counts.iter().max()) {
            (None, Some(least), _) if counts.len() == recorded.len() && !noisy && *least > 0 => {
                found.push(format!("rule 5: missing {key:?}"));
            }
            (Some(count), None, _) => found.push(format!("rule 5: unrecorded {key:?} ({count} times)")),
            (Some(count), Some(least), Some(most)) if !is_near(*count, *least, *most, noisy) => {
                found.push(format!("rule 5: {key:?}: {count} times, recorded {counts:?}"));
            }
            _ => {}
        }
    }
    found
}

/// Whether a count lies within the recorded ones, or not far outside.
#[expect(clippy::cast_precision_loss, reason = "counts of events are small")]
fn is_near(count: i64, least: i64, most: i64, noisy: bool) -> bool {
    let part = if noisy { 0.5 } else { 0.3 };
    let (count, least, most) = (count as f64, least as f64, most as f64);
    least - (part * least).max(1.0) <= count && count <= most + (part * most).max(1.0)
}
