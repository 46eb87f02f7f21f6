//! Globs as scenarios write them: `*` stands for any text, `?` for one character.

/// Whether `text` matches `pattern`. Linear: the last `*` alone is ever come back to.
pub fn glob_matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some('?') => (p, t) = (p + 1, t + 1),
            Some(c) if Some(c) == text.get(t) => (p, t) = (p + 1, t + 1),
            _ => match &mut star {
                Some((after, matched)) => {
                    *matched += 1;
                    (p, t) = (*after + 1, *matched);
                }
                None => return false,
            },
        }
    }
    pattern.get(p..).is_none_or(|rest| rest.iter().all(|c| *c == '*'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs() {
        let check = |pattern, text, expect| assert_eq!(glob_matches(pattern, text), expect, "{pattern} {text}");
        check("web:v2", "web:v2", true);
        check("web:*", "web:v2", true);
        check("*pod-pullfail/*", "reg.local/pod-pullfail/run:v1", true);
        check("*a*b", "xxabxb", true);
        check("web-?", "web-0", true);
        check("web-?", "web-10", false);
        check("", "x", false);
        check("*", "", true);
    }
}
