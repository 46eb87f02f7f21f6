//! Names with `*` for any text.

use std::fmt;

/// A name, or a pattern of names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glob(pub String);

impl Glob {
    /// Whether `name` is meant.
    pub fn matches(&self, name: &str) -> bool {
        let mut parts = self.0.split('*');
        let first = parts.next().unwrap_or_default();
        let Some(last) = parts.next_back() else {
            return self.0 == name;
        };
        let Some(mut rest) = name.strip_prefix(first).and_then(|rest| rest.strip_suffix(last)) else {
            return false;
        };
        for part in parts {
            // The leftmost place leaves most for the parts behind it.
            let Some((_, after)) = rest.split_once(part) else {
                return false;
            };
            rest = after;
        }
        true
    }

    /// Whether it is one name.
    pub fn is_literal(&self) -> bool {
        !self.0.contains('*')
    }
}

impl fmt::Display for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &str, matching: &[&str], other: &[&str]) {
        let glob = Glob(pattern.to_owned());
        assert!(matching.iter().all(|name| glob.matches(name)), "{pattern} {matching:?}");
        assert!(!other.iter().any(|name| glob.matches(name)), "{pattern} {other:?}");
    }

    #[test]
    fn stars_stand_for_any_text() {
        check("web-0", &["web-0"], &["web-01", "web", ""]);
        check("web-*", &["web-", "web-0"], &["web", "a-web-0"]);
        check("*", &["", "a"], &[]);
        check("*-*-x", &["a-b-x", "a--x"], &["a-x", "a-b-xx"]);
        check("a*a", &["aa", "aba"], &["a", "ab"]);
        check("a*b*c", &["abc", "a1b2c", "abbc"], &["acb", "ac"]);
    }
}
