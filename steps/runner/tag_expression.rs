//! Tag expressions: `@smoke and not (@slow or @wip)`, as cucumber defines them.
//!
//! Parsed into postfix order with an explicit stack rather than by recursion, so that no expression, however deep, can
//! exhaust the thread's stack.

use std::str::FromStr;

use thiserror::Error;

/// A parsed tag expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagExpression {
    text: String,
    postfix: Vec<Term>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Term {
    Tag(String),
    Not,
    And,
    Or,
}

/// Why a tag expression cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TagExpressionError {
    /// There is nothing in it.
    #[error("the tag expression is empty; write for example `@smoke and not @slow`")]
    Empty,
    /// A word that is neither a tag nor an operator.
    #[error("`{0}` is neither a tag (`@{0}`) nor one of `and`, `or`, `not`, `(`, `)`")]
    UnknownWord(String),
    /// Two things stand side by side without an operator, or an operator has nothing to work on.
    #[error("`{found}` cannot stand {place}; write for example `@smoke and not @slow`")]
    Misplaced {
        /// The word.
        found: String,
        /// Where it stands.
        place: &'static str,
    },
    /// The parentheses do not match.
    #[error("a parenthesis has no counterpart")]
    Unbalanced,
}

impl TagExpression {
    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether something with these tags (with or without `@`) is selected.
    pub fn matches<S: AsRef<str>>(&self, tags: &[S]) -> bool {
        let mut stack: Vec<bool> = Vec::new();
        for term in &self.postfix {
            let value = match term {
                Term::Tag(name) => tags.iter().any(|tag| tag.as_ref().trim_start_matches('@') == name),
                Term::Not => !stack.pop().unwrap_or_default(),
                Term::And | Term::Or => {
                    let right = stack.pop().unwrap_or_default();
                    let left = stack.pop().unwrap_or_default();
                    if *term == Term::And {
                        left && right
                    } else {
                        left || right
                    }
                }
            };
            stack.push(value);
        }
        stack.pop().unwrap_or_default()
    }
}

/// What the parser keeps on its stack until its operands are complete.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Pending {
    Open,
    Or,
    And,
    Not,
}

impl FromStr for TagExpression {
    type Err = TagExpressionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut postfix = Vec::new();
        let mut pending: Vec<Pending> = Vec::new();
        let mut operand_expected = true;
        for word in words(text) {
            match word.as_str() {
                "not" | "(" if !operand_expected => return Err(misplaced(&word, "behind a tag")),
                "not" => pending.push(Pending::Not),
                "(" => pending.push(Pending::Open),
                "and" | "or" | ")" if operand_expected => return Err(misplaced(&word, "where a tag is expected")),
                ")" => loop {
                    match pending.pop() {
                        Some(Pending::Open) => break,
                        Some(operator) => postfix.push(operator.into()),
                        None => return Err(TagExpressionError::Unbalanced),
                    }
                },
                "and" | "or" => {
                    let operator = if word == "and" { Pending::And } else { Pending::Or };
                    while let Some(top) = pending.pop_if(|top| *top >= operator) {
                        postfix.push(top.into());
                    }
                    pending.push(operator);
                    operand_expected = true;
                }
                _ => {
                    let name = word.strip_prefix('@').filter(|name| !name.is_empty());
                    let name = name.ok_or_else(|| TagExpressionError::UnknownWord(word.clone()))?;
                    if !operand_expected {
                        return Err(misplaced(&word, "behind a tag"));
                    }
                    postfix.push(Term::Tag(name.to_owned()));
                    operand_expected = false;
                }
            }
        }
        if operand_expected {
            let last = words(text).pop();
            return Err(last.map_or(TagExpressionError::Empty, |word| misplaced(&word, "at the end")));
        }
        while let Some(top) = pending.pop() {
            if top == Pending::Open {
                return Err(TagExpressionError::Unbalanced);
            }
            postfix.push(top.into());
        }
        Ok(Self {
            text: text.to_owned(),
            postfix,
        })
    }
}

impl From<Pending> for Term {
    fn from(pending: Pending) -> Self {
        match pending {
            Pending::Not => Self::Not,
            Pending::And => Self::And,
            Pending::Or | Pending::Open => Self::Or,
        }
    }
}

fn misplaced(found: &str, place: &'static str) -> TagExpressionError {
    TagExpressionError::Misplaced {
        found: found.to_owned(),
        place,
    }
}

/// Words and parentheses; a backslash lets a parenthesis or a space be part of a tag.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '(' | ')' => words.extend([character.to_string(), String::new()]),
            character if character.is_whitespace() => words.push(String::new()),
            character => {
                let character = if character == '\\' {
                    characters.next().unwrap_or('\\')
                } else {
                    character
                };
                if let Some(word) = words.last_mut() {
                    word.push(character);
                }
            }
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(expression: &str, tags: &str, expect: Result<bool, &str>) {
        let tags: Vec<&str> = tags.split_whitespace().collect();
        let outcome = expression.parse::<TagExpression>().map(|parsed| parsed.matches(&tags));
        assert_eq!(
            outcome.map_err(|error| error.to_string()),
            expect.map_err(str::to_owned),
            "{expression}"
        );
    }

    #[test]
    fn operators_bind_as_in_cucumber() {
        check("@a", "@a @b", Ok(true));
        check("@a", "b", Ok(false));
        check("@a and @b", "@a", Ok(false));
        check("not @a", "", Ok(true));
        check("not not @a", "@a", Ok(true));
        check("not @a and @b", "@b", Ok(true));
        check("@a or @b and @c", "@a", Ok(true));
        check("(@a or @b) and @c", "@a", Ok(false));
        check("not (@a or @b) and (@c or not @d)", "@c", Ok(true));
        check("(not @foo) and not (@haha or @bar)", "@foo", Ok(false));
        check(r"@bar\(1\)", "bar(1)", Ok(true));
    }

    #[test]
    fn nonsense_is_refused_with_what_would_be_right() {
        check(
            "",
            "",
            Err("the tag expression is empty; write for example `@smoke and not @slow`"),
        );
        check(
            "smoke",
            "",
            Err("`smoke` is neither a tag (`@smoke`) nor one of `and`, `or`, `not`, `(`, `)`"),
        );
        check(
            "@a @b",
            "",
            Err("`@b` cannot stand behind a tag; write for example `@smoke and not @slow`"),
        );
        check(
            "@a not @b",
            "",
            Err("`not` cannot stand behind a tag; write for example `@smoke and not @slow`"),
        );
        check(
            "@a and",
            "",
            Err("`and` cannot stand at the end; write for example `@smoke and not @slow`"),
        );
        check(
            "and @a",
            "",
            Err("`and` cannot stand where a tag is expected; write for example `@smoke and not @slow`"),
        );
        check("(@a", "", Err("a parenthesis has no counterpart"));
        check("@a)", "", Err("a parenthesis has no counterpart"));
    }

    #[test]
    fn depth_is_not_limited_by_the_stack() {
        let deep = format!("{}@a{}", "(".repeat(200_000), ")".repeat(200_000));
        check(&deep, "@a", Ok(true));
        check(&format!("{}@a", "not ".repeat(200_000)), "@a", Ok(true));
    }
}
