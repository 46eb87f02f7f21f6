//! Rule 4: the other objects.

use std::collections::BTreeSet;

use super::super::case::{Case, Entry, ObjectTrace, Take};
use super::sequence::{near_end, same, values};

/// What of the objects no take explains.
pub fn differences(case: &Case, replay: &Take) -> Vec<String> {
    let recorded = case.takes.iter().flat_map(|take| take.objects.keys());
    let names: BTreeSet<&String> = replay.objects.keys().chain(recorded).collect();
    let mut found = Vec::new();
    for name in names {
        let known: Vec<(&ObjectTrace, f64)> = case
            .takes
            .iter()
            .filter_map(|take| Some((take.objects.get(name)?, take.duration)))
            .collect();
        // A node's history starts at its first change: it may have none.
        let is_node = name.starts_with("Node/");
        match replay.objects.get(name) {
            None if known.len() == case.takes.len() && !is_node => found.push(format!("rule 4: {name} is missing")),
            Some(_) if known.is_empty() && !is_node => found.push(format!("rule 4: {name} was not recorded")),
            Some(object) if !known.is_empty() => {
                found.extend(
                    object_differences(object, &known, replay.duration, is_node)
                        .into_iter()
                        .map(|line| format!("rule 4: {name}: {line}")),
                );
            }
            _ => {}
        }
    }
    found
}

fn object_differences(
    object: &ObjectTrace,
    known: &[(&ObjectTrace, f64)],
    duration: f64,
    is_node: bool,
) -> Vec<String> {
    let mut found = Vec::new();
    if !is_node && !is_like(|object| &object.conditions, object, known, duration) {
        found.push(format!("conditions {:?}", values(&object.conditions)));
    }
    if !is_like(taints, object, known, duration) {
        found.push(format!("taints {:?}", values(taints(object))));
    }
    let parts: [(&str, Part); 2] = [("rows", |object| &object.rows), ("status", |object| &object.status)];
    for (field, part) in parts {
        let (first, last) = (
            |entries: &[Entry]| values(entries).into_iter().next(),
            |entries: &[Entry]| values(entries).pop(),
        );
        let mine = part(object);
        if !known.iter().any(|(other, _)| first(part(other)) == first(mine)) {
            found.push(format!("first {field} {:?}", first(mine).unwrap_or_default()));
        }
        let unsure = |(other, duration): &(&ObjectTrace, f64)| {
            part(other).last().is_some_and(|last| near_end(last.0, *duration))
        };
        if (mine.is_empty() || !known.iter().any(unsure))
            && !known.iter().any(|(other, _)| last(part(other)) == last(mine))
        {
            found.push(format!("last {field} {:?}", last(mine).unwrap_or_default()));
        }
    }
    found
}

type Part = fn(&ObjectTrace) -> &[Entry];

/// The taints, without the untainted start.
fn taints(object: &ObjectTrace) -> &[Entry] {
    let taints = object.taints.as_deref().unwrap_or_default();
    match taints {
        [Entry(_, first), rest @ ..] if matches!(first.as_slice(), [serde_json::Value::Array(none)] if none.is_empty()) => {
            rest
        }
        all => all,
    }
}

fn is_like(part: Part, object: &ObjectTrace, known: &[(&ObjectTrace, f64)], duration: f64) -> bool {
    let mine = part(object);
    let recorded: Vec<(&[Entry], f64)> = known
        .iter()
        .map(|(other, duration)| (part(other), *duration))
        .filter(|(entries, _)| !entries.is_empty())
        .collect();
    mine.is_empty() || same(mine, duration, &recorded)
}
