//! Words of a script become text: variables, arithmetic, substitutions.

use super::interpreter::Run;
use super::shell::PLAIN_DOLLAR;

/// Stands in a word for what a substitution would print that nobody here knows.
pub(super) const UNKNOWN_TEXT: char = '\u{1}';
/// How deep parentheses in arithmetic may nest.
const DEPTH_MAX: u32 = 32;

impl Run<'_> {
    /// `$NAME`, `${NAME}`, `$((…))` and `$(…)`; unknown variables are empty.
    pub fn expand(&mut self, word: &str) -> String {
        let mut result = String::new();
        let mut rest = word;
        while let Some(at) = rest.find('$') {
            result.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            if let Some((inner, after)) = substitution(rest) {
                let text = match inner.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')) {
                    Some(sum) => self.arithmetic(sum).to_string(),
                    None => self.substitute(inner),
                };
                result.push_str(&text);
                rest = after;
                continue;
            }
            let (name, after) = match rest.strip_prefix('{').and_then(|inner| inner.split_once('}')) {
                Some((name, after)) => (name, after),
                None => rest.split_at(
                    rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                        .unwrap_or(rest.len()),
                ),
            };
            let (name, default) = name.split_once(":-").unwrap_or((name, ""));
            if is_name(name) {
                let value = self.variables.get(name).filter(|value| !value.is_empty());
                result.push_str(value.map_or(default, String::as_str));
                rest = after;
            } else {
                result.push('$');
            }
        }
        (result + rest).replace(PLAIN_DOLLAR, "$")
    }

    /// What a substitution prints, as far as it is known.
    fn substitute(&mut self, inner: &str) -> String {
        match self.captured(inner) {
            Some(text) => text.trim_end_matches('\n').to_owned(),
            None => UNKNOWN_TEXT.to_string(),
        }
    }

    /// The value of an arithmetic expression; what is no number counts as 0, as in the shell.
    pub fn arithmetic(&mut self, text: &str) -> i64 {
        let text: Vec<char> = text.chars().filter(|c| !c.is_whitespace() && *c != '$').collect();
        let mut sum = Sum {
            text: &text,
            at: 0,
            run: self,
        };
        sum.terms(0)
    }
}

struct Sum<'t, 'r, 'w> {
    text: &'t [char],
    at: usize,
    run: &'r Run<'w>,
}

impl Sum<'_, '_, '_> {
    fn terms(&mut self, depth: u32) -> i64 {
        let mut total = self.factors(depth);
        while let Some(operator @ ('+' | '-')) = self.text.get(self.at).copied() {
            self.at += 1;
            let next = self.factors(depth);
            total = if operator == '+' {
                total.wrapping_add(next)
            } else {
                total.wrapping_sub(next)
            };
        }
        total
    }

    fn factors(&mut self, depth: u32) -> i64 {
        let mut product = self.atom(depth);
        while let Some(operator @ ('*' | '/' | '%')) = self.text.get(self.at).copied() {
            self.at += 1;
            let next = self.atom(depth);
            product = match operator {
                '*' => product.wrapping_mul(next),
                '/' => product.checked_div(next).unwrap_or(0),
                _ => product.checked_rem(next).unwrap_or(0),
            };
        }
        product
    }

    fn atom(&mut self, depth: u32) -> i64 {
        match self.text.get(self.at) {
            Some('(') if depth < DEPTH_MAX => {
                self.at += 1;
                let inner = self.terms(depth + 1);
                self.at += usize::from(self.text.get(self.at) == Some(&')'));
                inner
            }
            Some('-') if depth < DEPTH_MAX => {
                self.at += 1;
                self.atom(depth + 1).wrapping_neg()
            }
            _ => {
                let rest = self.text.get(self.at..).unwrap_or_default();
                let word: String = rest.iter().take_while(|c| c.is_alphanumeric() || **c == '_').collect();
                self.at += word.chars().count();
                let value = word.parse().ok();
                value
                    .or_else(|| self.run.variables.get(&word)?.parse().ok())
                    .unwrap_or(0)
            }
        }
    }
}

/// The inside of the substitution at the start of `rest`, which stands after its dollar, and what follows it.
fn substitution(rest: &str) -> Option<(&str, &str)> {
    let mut open = 0_usize;
    for (at, c) in rest.char_indices() {
        match c {
            '(' => open += 1,
            ')' => open = open.saturating_sub(1),
            _ => {}
        }
        if open == 0 {
            return (at > 0).then(|| (&rest[1..at], &rest[at + 1..]));
        }
    }
    None
}

/// Whether a text can name a variable.
pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
