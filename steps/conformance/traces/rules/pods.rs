//! Rules 1 to 3: the pods.

use std::collections::{BTreeMap, BTreeSet};

use super::super::case::{Case, Entry, PodTrace, Take};
use super::gaps;
use super::sequence::{same, values};

/// From so many pods an owner on, one in ten may be missing or extra.
const MANY: usize = 20;

/// An owner and a name, as they read: `-` for no owner, `*` for a random name.
type Key<'a> = (&'a str, &'a str);

fn by_owner(take: &Take) -> BTreeMap<Key<'_>, Vec<&PodTrace>> {
    let mut pods: BTreeMap<Key<'_>, Vec<&PodTrace>> = BTreeMap::new();
    for pod in &take.pods {
        let key = (pod.owner.as_deref().unwrap_or("-"), pod.name.as_deref().unwrap_or("*"));
        pods.entry(key).or_default().push(pod);
    }
    pods
}

/// What of the pods no take explains.
pub fn differences(case: &Case, replay: &Take) -> Vec<String> {
    let known: Vec<_> = case.takes.iter().map(by_owner).collect();
    let mine = by_owner(replay);
    let keys: BTreeSet<Key<'_>> = mine
        .keys()
        .chain(known.iter().flat_map(BTreeMap::keys))
        .copied()
        .collect();
    let mut found = Vec::new();
    for key in keys {
        let counts: Vec<usize> = known.iter().map(|pods| pods.get(&key).map_or(0, Vec::len)).collect();
        let pods = mine.get(&key).map(Vec::as_slice).unwrap_or_default();
        let (least, most) = (counts.iter().min().unwrap_or(&0), counts.iter().max().unwrap_or(&0));
        let slack = if *most > MANY { most / 10 } else { 0 };
        if pods.len() + slack < *least || pods.len() > most + slack {
            found.push(format!(
                "rule 1: {} {}: {} pods, recorded {counts:?}",
                key.0,
                key.1,
                pods.len()
            ));
        }
        let recorded: Vec<(&PodTrace, &Take)> = known
            .iter()
            .zip(&case.takes)
            .flat_map(|(pods, take)| pods.get(&key).into_iter().flatten().map(move |pod| (*pod, take)))
            .collect();
        for pod in pods {
            let lines = pod_differences(pod, &recorded, replay);
            found.extend(
                lines
                    .into_iter()
                    .map(|(rule, line)| format!("rule {rule}: {} {}{line}", key.0, key.1)),
            );
        }
    }
    found.extend(peaks(case, replay));
    found
}

/// Part of a pod's trace.
type Part = fn(&PodTrace) -> &[Entry];

fn pod_differences(pod: &PodTrace, recorded: &[(&PodTrace, &Take)], replay: &Take) -> Vec<(u8, String)> {
    let is_like = |mine: &[Entry], part: &dyn Fn(&PodTrace) -> Option<Vec<Entry>>| {
        let parts: Vec<(Vec<Entry>, f64)> = recorded
            .iter()
            .filter_map(|(other, take)| Some((part(other).filter(|entries| !entries.is_empty())?, take.duration)))
            .collect();
        let parts: Vec<(&[Entry], f64)> = parts
            .iter()
            .map(|(entries, duration)| (entries.as_slice(), *duration))
            .collect();
        same(mine, replay.duration, &parts)
    };
    let matches = |part: Part| is_like(part(pod), &|other| Some(part(other).to_vec()));
    if !matches(|pod| &pod.rows) {
        return vec![(1, format!(": rows not recorded: {}", shown(&pod.rows)))];
    }
    let mut found = Vec::new();
    if !matches(|pod| &pod.phase) {
        found.push((2, format!(": phases {}", shown(&pod.phase))));
    }
    if !matches(|pod| &pod.conditions) {
        found.push((2, format!(": conditions {}", shown(&pod.conditions))));
    }
    for (name, states) in &pod.containers {
        if !is_like(states, &|other| other.containers.get(name).cloned()) {
            found.push((2, format!(" container {name}: states {}", shown(states))));
        }
    }
    let misfit = gaps::misfit(pod, recorded, &gaps::action_times(replay));
    found.extend(misfit.map(|gap| (3, format!(": {gap}"))));
    found
}

/// A sequence for messages, with its times.
fn shown(entries: &[Entry]) -> String {
    let values = values(entries);
    let each: Vec<String> = entries
        .iter()
        .zip(values)
        .map(|(Entry(at, _), value)| format!("{at} {value}"))
        .collect();
    each.join(" → ")
}

/// The greatest number of an owner's pods that existed at once.
fn peak(take: &Take, owner: &str) -> i64 {
    let of_owner = take
        .pods
        .iter()
        .filter(|pod| pod.owner.as_deref().unwrap_or("-") == owner);
    let mut marks: Vec<(f64, i64)> = of_owner
        .flat_map(|pod| std::iter::once((pod.created, 1)).chain(pod.gone.map(|at| (at, -1))))
        .collect();
    marks.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let mut present = 0;
    let counts = marks.iter().map(|(_, step)| {
        present += step;
        present
    });
    counts.max().unwrap_or_default().max(0)
}

fn peaks(case: &Case, replay: &Take) -> Vec<String> {
    let owners: BTreeSet<&str> = replay
        .pods
        .iter()
        .map(|pod| pod.owner.as_deref().unwrap_or("-"))
        .collect();
    let mut found = Vec::new();
    for owner in owners {
        let tops: Vec<i64> = case.takes.iter().map(|take| peak(take, owner)).collect();
        let (least, most) = (tops.iter().min().unwrap_or(&0), tops.iter().max().unwrap_or(&0));
        let mine = peak(replay, owner);
        if mine < least - 1 || mine > most + 1 {
            found.push(format!("rule 4: {owner}: {mine} pods at once, recorded {tops:?}"));
        }
    }
    found
}
