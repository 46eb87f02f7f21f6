//! Field selectors: `--field-selector status.phase=Running,spec.nodeName!=node-1`.
//!
//! Which fields a kind can be selected by is the API server's business, not the syntax's; the caller looks fields up.
//! Documented under "Field Selectors"; the syntax is apimachinery's `fields.ParseSelector`.

use std::fmt;
use std::str::FromStr;

use smol_str::SmolStr;

/// Why a text is no field selector. The texts are Kubernetes' own.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FieldSelectorError {
    /// A term without an operator.
    #[error("invalid selector: '{selector}'; can't understand '{term}'")]
    NoOperator {
        /// The whole text.
        selector: String,
        /// The term.
        term: String,
    },
    /// A backslash in front of what needs none.
    #[error("invalid field selector: invalid escape sequence: {0}")]
    Escape(String),
    /// A `,` or `=` in a value without a backslash; printed as its code point.
    #[error("invalid field selector: unescaped character in value: {}", u32::from(*_0))]
    Unescaped(char),
}

/// One condition on one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldTerm {
    /// The field's path, such as `status.phase`; kept as written, blanks included.
    pub field: SmolStr,
    /// Whether the field must have the value, or must not.
    pub equal: bool,
    /// The value, unescaped.
    pub value: SmolStr,
}

/// Conditions that must all hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldSelector {
    terms: Vec<FieldTerm>,
}

impl FieldSelector {
    /// The conditions, in the order of their texts.
    pub fn terms(&self) -> &[FieldTerm] {
        &self.terms
    }

    /// Whether an object matches. `field` gives the value of a field by its path; an absent field has the empty value.
    pub fn matches<'a>(&self, field: impl Fn(&str) -> &'a str) -> bool {
        self.terms
            .iter()
            .all(|term| (field(&term.field) == term.value) == term.equal)
    }

    /// The one value that a field must have, if the selector says so: what an index can look up.
    pub fn exact_value(&self, field: &str) -> Option<&SmolStr> {
        self.terms
            .iter()
            .find(|t| t.equal && t.field == field)
            .map(|t| &t.value)
    }
}

impl FromStr for FieldSelector {
    type Err = FieldSelectorError;

    fn from_str(text: &str) -> Result<FieldSelector, FieldSelectorError> {
        let mut parts = split_terms(text);
        parts.sort_unstable();
        let mut terms = Vec::new();
        for part in parts.into_iter().filter(|p| !p.is_empty()) {
            let Some((field, equal, value)) = split_term(part) else {
                return Err(FieldSelectorError::NoOperator {
                    selector: text.to_owned(),
                    term: part.to_owned(),
                });
            };
            terms.push(FieldTerm {
                field: field.into(),
                equal,
                value: unescape(value)?,
            });
        }
        Ok(FieldSelector { terms })
    }
}

/// Splits at every comma without a backslash.
fn split_terms(text: &str) -> Vec<&str> {
    let mut escaped = false;
    text.split(|c| {
        let splits = c == ',' && !escaped;
        escaped = c == '\\' && !escaped;
        splits
    })
    .collect()
}

/// Field, whether they must be equal, and the escaped value, split at the first operator.
fn split_term(term: &str) -> Option<(&str, bool, &str)> {
    term.char_indices().find_map(|(i, _)| {
        let (field, rest) = term.split_at(i);
        if let Some(value) = rest.strip_prefix("!=") {
            return Some((field, false, value));
        }
        let value = rest.strip_prefix("==").or_else(|| rest.strip_prefix('='))?;
        Some((field, true, value))
    })
}

fn unescape(text: &str) -> Result<SmolStr, FieldSelectorError> {
    let mut value = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some(c @ ('\\' | ',' | '=')) => value.push(c),
                other => return Err(FieldSelectorError::Escape(std::iter::once('\\').chain(other).collect())),
            },
            ',' | '=' => return Err(FieldSelectorError::Unescaped(c)),
            c => value.push(c),
        }
    }
    Ok(value.into())
}

impl fmt::Display for FieldSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, term) in self.terms.iter().enumerate() {
            let comma = if i > 0 { "," } else { "" };
            write!(f, "{comma}{}{}", term.field, if term.equal { "=" } else { "!=" })?;
            for c in term.value.chars() {
                if matches!(c, '\\' | ',' | '=') {
                    write!(f, "\\")?;
                }
                write!(f, "{c}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_and_prints() {
        let check = |text: &str, expect: Result<&str, &str>| {
            let seen = text
                .parse::<FieldSelector>()
                .map(|s| s.to_string())
                .map_err(|e| e.to_string());
            assert_eq!(seen.as_deref().map_err(String::as_str), expect, "{text}");
        };
        check("", Ok(""));
        check(",,", Ok(""));
        check("b==1,a!=2", Ok("a!=2,b=1"));
        check(r"a=x\,y\=\\", Ok(r"a=x\,y\=\\"));
        check("=", Ok("="));
        check("a", Err("invalid selector: 'a'; can't understand 'a'"));
        check(r"a=\é", Err(r"invalid field selector: invalid escape sequence: \é"));
        check(r"a=\", Err(r"invalid field selector: invalid escape sequence: \"));
        check("a=b=c", Err("invalid field selector: unescaped character in value: 61"));
    }

    #[test]
    fn matches_absent_fields_as_empty() {
        let check = |text: &str, expect: bool| {
            let selector: FieldSelector = text.parse().expect(text);
            let field = |path: &str| if path == "status.phase" { "Running" } else { "" };
            assert_eq!(selector.matches(field), expect, "{text}");
        };
        check("", true);
        check("status.phase=Running", true);
        check("status.phase!=Running", false);
        check("spec.nodeName=", true);
        check("spec.nodeName=,status.phase=Failed", false);
    }
}
