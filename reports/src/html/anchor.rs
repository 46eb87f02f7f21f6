//! Names for places in the page, made from names in the record.

use std::collections::BTreeSet;

/// Hands out anchors: stable from run to run, unique in the page, safe in a URL.
#[derive(Debug, Default)]
pub struct Anchors {
    taken: BTreeSet<String>,
}

impl Anchors {
    /// The anchor for `id`: letters and digits (of any script) stay, all else becomes `-`; a number tells equals apart.
    pub fn make(&mut self, id: &str) -> String {
        let slug: String = id
            .chars()
            .map(|c| {
                if c.is_alphanumeric() || c == '.' || c == '_' {
                    c
                } else {
                    '-'
                }
            })
            .collect();
        let slug = if slug.is_empty() { "scenario".to_owned() } else { slug };
        let mut anchor = slug.clone();
        let mut number = 2u32;
        while !self.taken.insert(anchor.clone()) {
            anchor = format!("{slug}~{number}");
            number = number.saturating_add(1);
        }
        anchor
    }
}

#[cfg(test)]
mod tests {
    use super::Anchors;

    #[test]
    fn anchors_are_safe_and_unique() {
        let mut anchors = Anchors::default();
        let mut check = |id: &str, expect: &str| assert_eq!(anchors.make(id), expect, "{id:?}");
        check("features/a b.feature:12", "features-a-b.feature-12");
        check("features/a-b.feature:12", "features-a-b.feature-12~2");
        check("\"><script>", "---script-");
        check("기능.feature:3", "기능.feature-3");
        check("", "scenario");
        check("", "scenario~2");
    }
}
