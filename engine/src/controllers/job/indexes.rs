//! Sets of completion indexes and their text, such as `0-2,5`.

use std::collections::BTreeSet;

use smol_str::{SmolStr, ToSmolStr, format_smolstr};

/// The most indexes that a Job has: a text that names more is cut there.
const INDEXES_MAX: i32 = 100_000;

/// Reads a set; what is not understood is left out.
pub fn parse(text: &str) -> BTreeSet<i32> {
    let mut indexes = BTreeSet::new();
    for part in text.split(',').filter(|part| !part.is_empty()) {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        if let (Ok(first), Ok(last)) = (first.parse::<i32>(), last.parse::<i32>()) {
            indexes.extend(first.max(0)..=last.min(INDEXES_MAX));
        }
    }
    indexes
}

/// Writes a set: three in a row and more become a range, two a pair.
pub fn format(indexes: &BTreeSet<i32>) -> SmolStr {
    let mut parts: Vec<SmolStr> = Vec::new();
    let mut rest = indexes.iter().copied().peekable();
    while let Some(first) = rest.next() {
        let mut last = first;
        while rest.next_if_eq(&(last + 1)).is_some() {
            last += 1;
        }
        parts.push(match last - first {
            0 => first.to_smolstr(),
            1 => format_smolstr!("{first},{last}"),
            _ => format_smolstr!("{first}-{last}"),
        });
    }
    parts.join(",").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_written_as_the_api_does_and_read_back() {
        let check = |indexes: &[i32], expect: &str| {
            let indexes: BTreeSet<i32> = indexes.iter().copied().collect();
            assert_eq!(format(&indexes), expect);
            assert_eq!(parse(expect), indexes);
        };
        check(&[], "");
        check(&[0], "0");
        check(&[0, 1], "0,1");
        check(&[0, 1, 2, 5], "0-2,5");
        check(&[1, 3, 4, 6, 7, 8], "1,3,4,6-8");
        assert_eq!(parse("a,-,3-1"), BTreeSet::new());
    }
}
