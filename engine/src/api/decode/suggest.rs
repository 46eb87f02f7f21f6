//! "Did you mean": the known name nearest to a misspelt one.

/// The name nearest to `given` by Damerau-Levenshtein distance (one edit for an insertion, a deletion, a change or a swap of
/// neighbours), case set aside; none if all are too far. The first of equally near names wins.
pub fn did_you_mean<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let given: Vec<char> = given.chars().flat_map(char::to_lowercase).collect();
    if given.is_empty() || given.len() > 100 {
        return None;
    }
    let limit = (given.len() / 3).clamp(1, 3);
    known
        .into_iter()
        .map(|name| {
            (
                distance(&given, &name.chars().flat_map(char::to_lowercase).collect::<Vec<_>>()),
                name,
            )
        })
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// Damerau-Levenshtein distance (optimal string alignment), over three rows.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, cb) in b.iter().enumerate() {
            let left = row.last().copied().unwrap_or_default() + 1;
            let above = last.get(j + 1).copied().unwrap_or_default() + 1;
            let diagonal = last.get(j).copied().unwrap_or_default() + usize::from(ca != cb);
            let mut best = left.min(above).min(diagonal);
            let swapped = i > 0 && j > 0 && a.get(i - 1) == Some(cb) && b.get(j - 1) == Some(ca);
            if swapped {
                best = best.min(before.get(j - 1).copied().unwrap_or_default() + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_meant() {
        let known = [
            "image",
            "imagePullPolicy",
            "name",
            "ports",
            "env",
            "envFrom",
            "containers",
            "initContainers",
        ];
        for (given, expect) in [
            ("imagePulPolicy", Some("imagePullPolicy")),
            ("ImagePullPolicy", Some("imagePullPolicy")),
            ("nmae", Some("name")),
            ("container", Some("containers")),
            ("evn", Some("env")),
            ("replicas", None),
            ("", None),
        ] {
            assert_eq!(did_you_mean(given, known), expect, "{given}");
        }
    }
}
