//! When two sequences of states count as the same.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::case::Entry;

/// What is seen in the last seconds of a recording may be missing or extra.
const END_SECS: f64 = 15.0;
/// What lasts for less, a kubelet may or may not report.
const PASSING_SECS: f64 = 1.5;

/// Whether a time lies so near the end of a recording that what happens then may be missing.
pub fn near_end(at: f64, duration: f64) -> bool {
    at > duration - END_SECS
}

/// The values without their times, each as one comparable text.
pub fn values(entries: &[Entry]) -> Vec<String> {
    entries
        .iter()
        .map(|Entry(_, values)| Value::from(values.clone()).to_string())
        .collect()
}

/// The sequence, and each shorter one that misses entries from the end of the recording.
fn shorter(entries: &[Entry], duration: f64) -> Vec<&[Entry]> {
    let mut all = vec![entries];
    let mut rest = entries;
    while let [before @ .., last] = rest {
        if before.is_empty() || !near_end(last.0, duration) {
            break;
        }
        rest = before;
        all.push(rest);
    }
    all
}

/// The values of the entries that lasted, and of the last one, repeats removed.
fn lasting(entries: &[Entry]) -> Vec<String> {
    let mut kept: Vec<Entry> = entries
        .windows(2)
        .filter_map(|pair| match pair {
            [entry, next] if next.0 - entry.0 >= PASSING_SECS => Some(entry.clone()),
            _ => None,
        })
        .collect();
    kept.extend(entries.last().cloned());
    let mut values = values(&kept);
    values.dedup();
    values
}

/// Whether a sequence is like one of the recorded ones, each of which comes with its recording's duration: the lasting entries
/// are the same; a passing one may be there if a recording has it, and must be if all do.
pub fn same(mine: &[Entry], duration: f64, recorded: &[(&[Entry], f64)]) -> bool {
    let candidates: Vec<(Vec<String>, Vec<String>)> = recorded
        .iter()
        .flat_map(|(entries, duration)| shorter(entries, *duration))
        .map(|entries| (values(entries), lasting(entries)))
        .collect();
    shorter(mine, duration).into_iter().any(|mine| {
        let (all, lasts) = (values(mine), lasting(mine));
        let like: Vec<&Vec<String>> = candidates
            .iter()
            .filter(|(values, lasting)| *values == all || *lasting == lasts)
            .map(|(values, _)| values)
            .collect();
        like.contains(&&all) || passes_through(&all, &like)
    })
}

/// Whether a sequence has only values that one of those it is `like` has, and all values that all of them have.
fn passes_through(mine: &[String], like: &[&Vec<String>]) -> bool {
    let seen: BTreeSet<&String> = mine.iter().collect();
    let sets: Vec<BTreeSet<&String>> = like.iter().map(|values| values.iter().collect()).collect();
    let Some(first) = sets.first() else { return false };
    seen.iter().all(|value| sets.iter().any(|set| set.contains(value)))
        && first
            .iter()
            .filter(|value| sets.iter().all(|set| set.contains(*value)))
            .all(|value| seen.contains(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(text: &str) -> Vec<Entry> {
        let entry = |word: &str| {
            let (at, value) = word.split_once(':').unwrap_or((word, ""));
            Entry(at.parse().unwrap_or_default(), vec![value.into()])
        };
        text.split_whitespace().map(entry).collect()
    }

    #[test]
    fn passing_entries_may_be_missing_and_those_at_the_end_too() {
        let check = |mine: &str, recorded: &[&str], expect: bool| {
            let recorded: Vec<_> = recorded.iter().map(|text| entries(text)).collect();
            let recorded: Vec<_> = recorded.iter().map(|entries| (entries.as_slice(), 100.0)).collect();
            assert_eq!(same(&entries(mine), 100.0, &recorded), expect, "{mine}");
        };
        check("0:a 5:b", &["0:a 9:b"], true);
        check("0:a 5:c", &["0:a 9:b"], false);
        check("0:a 5:b 6:c 9:d", &["0:a 5:b 8:d", "0:a 5:b 6:c 8:d"], true);
        check("0:a 5:b 6:c 9:d", &["0:a 5:b 8:d"], false);
        check("0:a 5:b 9:d", &["0:a 5:b 6:c 6.5:d"], false);
        check("0:a 5:b", &["0:a 5:b 90:c"], true);
        check("0:a 5:b 90:c", &["0:a 5:b"], true);
        check("0:a 5:b 80:c", &["0:a 5:b"], false);
        check("", &["0:a"], false);
    }
}
