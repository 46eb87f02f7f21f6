//! Label selectors as kubectl takes them: `app=web,tier in (front,back),!canary`, with the API server's error messages.
//!
//! The grammar is read byte by byte, as apimachinery's `labels.Parse` does, so that odd inputs (`!=x`, `a in (,)`) come out the
//! same. Documented under "Labels and Selectors".

use std::str::FromStr;

use smol_str::SmolStr;

use super::label::{Operator, Requirement, RequirementError, Selector};
use super::names::qualified_name_errors;
use crate::api::quote::go_quote;

/// Why a text is no label selector. The texts are Kubernetes' own.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SelectorError {
    /// The requirements are not separated as they must be.
    #[error("found '{found}', expected: {expected}")]
    Syntax {
        /// The token at fault.
        found: String,
        /// What could stand there.
        expected: &'static str,
    },
    /// A requirement is not well-formed.
    #[error("unable to parse requirement: {0}")]
    Requirement(String),
}

impl FromStr for Selector {
    type Err = SelectorError;

    /// Parses kubectl's syntax; the empty text selects everything.
    fn from_str(text: &str) -> Result<Selector, SelectorError> {
        Parser {
            tokens: scan(text),
            position: 0,
        }
        .selector()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'a> {
    End,
    /// `in` and `notin` too: whether they are operators depends on where they stand.
    Word(&'a str),
    /// `=` `==` `!=` `!` `<` `>` `(` `)` `,`
    Symbol(&'static str),
}

impl<'a> Token<'a> {
    fn text(self) -> &'a str {
        match self {
            Token::End => "",
            Token::Word(text) => text,
            Token::Symbol(text) => text,
        }
    }
}

/// The longest first, where one begins another.
const SYMBOLS: &[&str] = &["==", "=", "!=", "!", "<", ">", "(", ")", ","];

/// Tokens up to the end; a NUL ends a word or the text, as in the original.
fn scan(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches([' ', '\t', '\r', '\n']);
        if rest.is_empty() || rest.starts_with('\0') {
            return tokens;
        }
        if let Some(symbol) = SYMBOLS.iter().find(|s| rest.starts_with(**s)) {
            tokens.push(Token::Symbol(symbol));
            rest = rest.get(symbol.len()..).unwrap_or_default();
            continue;
        }
        let ends = |c| {
            matches!(
                c,
                '=' | '!' | '(' | ')' | ',' | '>' | '<' | ' ' | '\t' | '\r' | '\n' | '\0'
            )
        };
        let (word, after) = rest.split_at(rest.find(ends).unwrap_or(rest.len()));
        tokens.push(Token::Word(word));
        rest = after.strip_prefix('\0').unwrap_or(after);
    }
}

struct Parser<'a> {
    tokens: Vec<Token<'a>>,
    position: usize,
}

/// The message of a requirement at fault; [`Parser::selector`] wraps it.
type Fault = String;

fn fault(found: Token<'_>, expected: &str) -> Fault {
    format!("found '{}', expected: {expected}", found.text())
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Token<'a> {
        self.tokens.get(self.position).copied().unwrap_or(Token::End)
    }

    fn next(&mut self) -> Token<'a> {
        let token = self.peek();
        self.position += 1;
        token
    }

    fn selector(mut self) -> Result<Selector, SelectorError> {
        let syntax = |found: Token<'_>, expected| SelectorError::Syntax {
            found: found.text().to_owned(),
            expected,
        };
        let mut requirements = Vec::new();
        loop {
            match self.peek() {
                Token::Word(_) | Token::Symbol("!") => {
                    requirements.push(self.requirement().map_err(SelectorError::Requirement)?);
                }
                Token::End => return Ok(Selector::new(requirements)),
                other => return Err(syntax(other, "!, identifier, or 'end of string'")),
            }
            match self.next() {
                Token::End => return Ok(Selector::new(requirements)),
                Token::Symbol(",") => match self.peek() {
                    Token::Word(_) | Token::Symbol("!") => {}
                    other => return Err(syntax(other, "identifier after ','")),
                },
                other => return Err(syntax(other, "',' or 'end of string'")),
            }
        }
    }

    fn requirement(&mut self) -> Result<Requirement, Fault> {
        let mut token = self.next();
        let negated = token == Token::Symbol("!");
        if negated {
            token = self.next();
        }
        let Token::Word(key) = token else {
            return Err(fault(token, "identifier"));
        };
        let key_errors = qualified_name_errors(key);
        if !key_errors.is_empty() {
            return Err(format!(
                "<nil>: Invalid value: {}: {}",
                go_quote(key),
                key_errors.join("; ")
            ));
        }
        let (operator, values) = if negated {
            (Operator::DoesNotExist, Vec::new())
        } else if matches!(self.peek(), Token::End | Token::Symbol(",")) {
            (Operator::Exists, Vec::new())
        } else {
            let operator = self.operator()?;
            let values = match operator {
                Operator::In | Operator::NotIn => self.values()?,
                _ => vec![self.exact_value()?],
            };
            (operator, values)
        };
        Requirement::new(key.into(), operator, values).map_err(|e: RequirementError| e.to_string())
    }

    fn operator(&mut self) -> Result<Operator, Fault> {
        match self.next() {
            Token::Word("in") => Ok(Operator::In),
            Token::Word("notin") => Ok(Operator::NotIn),
            Token::Symbol("=") => Ok(Operator::Equals),
            Token::Symbol("==") => Ok(Operator::DoubleEquals),
            Token::Symbol("!=") => Ok(Operator::NotEquals),
            Token::Symbol(">") => Ok(Operator::GreaterThan),
            Token::Symbol("<") => Ok(Operator::LessThan),
            other => Err(fault(other, "in, notin, =, ==, !=, gt, lt")),
        }
    }

    /// `(a,b)`, sorted and without duplicates; `()` holds the empty value.
    fn values(&mut self) -> Result<Vec<SmolStr>, Fault> {
        let open = self.next();
        if open != Token::Symbol("(") {
            return Err(format!("found '{}' expected: '('", open.text()));
        }
        let first = self.peek();
        let mut values = match first {
            Token::Word(_) | Token::Symbol(",") => self.identifiers()?,
            Token::Symbol(")") => vec![SmolStr::default()],
            other => return Err(fault(other, "',', ')' or identifier")),
        };
        if self.next() != Token::Symbol(")") {
            // The first token, not the one at fault: the original does so too.
            return Err(fault(first, "')'"));
        }
        values.sort_unstable();
        values.dedup();
        Ok(values)
    }

    /// The identifiers up to, but without, the closing parenthesis; an empty place between commas is the empty value.
    fn identifiers(&mut self) -> Result<Vec<SmolStr>, Fault> {
        let mut values: Vec<SmolStr> = Vec::new();
        loop {
            match self.next() {
                Token::Word(word) => {
                    values.push(word.into());
                    match self.peek() {
                        Token::Symbol(",") => {}
                        Token::Symbol(")") => return Ok(values),
                        other => return Err(fault(other, "',' or ')'")),
                    }
                }
                Token::Symbol(",") => {
                    if values.is_empty() {
                        values.push(SmolStr::default());
                    }
                    match self.peek() {
                        Token::Symbol(")") => {
                            values.push(SmolStr::default());
                            return Ok(values);
                        }
                        Token::Symbol(",") => {
                            self.next();
                            values.push(SmolStr::default());
                        }
                        _ => {}
                    }
                }
                other => return Err(fault(other, "',', or identifier")),
            }
        }
    }

    fn exact_value(&mut self) -> Result<SmolStr, Fault> {
        if matches!(self.peek(), Token::End | Token::Symbol(",")) {
            return Ok(SmolStr::default());
        }
        match self.next() {
            Token::Word(word) => Ok(word.into()),
            other => Err(fault(other, "identifier")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::draws::Draws;

    #[test]
    fn parses_and_prints() {
        let check = |text: &str, expect: &str| {
            let seen = text
                .parse::<Selector>()
                .map(|s| s.to_string())
                .map_err(|e| e.to_string());
            assert_eq!(seen.as_deref(), Ok(expect), "{text}");
        };
        check("", "");
        check("  ", "");
        check("z, a=b ,!c", "a=b,!c,z");
        check("in in (in,notin)", "in in (in,notin)");
        check("a in (c,,b,c)", "a in (,b,c)");
        check("a in ()", "a in ()");
        check("a in (,)", "a in ()");
        check("a in(b)", "a in (b)");
        check("a=,b!=", "a=,b!=");
        check("a\0", "a");
        check("\0a=b=c", "");
    }

    #[test]
    fn refuses() {
        let check = |text: &str, expect: &str| {
            let seen = text
                .parse::<Selector>()
                .map(|s| s.to_string())
                .map_err(|e| e.to_string());
            assert_eq!(seen, Err(expect.to_owned()), "{text}");
        };
        check("a in", "unable to parse requirement: found '' expected: '('");
        check(
            "a in (",
            "unable to parse requirement: found '', expected: ',', ')' or identifier",
        );
        check("a in (b", "unable to parse requirement: found '', expected: ',' or ')'");
        check(
            "a in (b,",
            "unable to parse requirement: found '', expected: ',', or identifier",
        );
        check("!", "unable to parse requirement: found '', expected: identifier");
        check("!a=b", "found '=', expected: ',' or 'end of string'");
        check("a=(", "unable to parse requirement: found '(', expected: identifier");
    }

    #[test]
    fn what_parses_is_read_back_the_same_and_nothing_panics() {
        let mut draws = Draws(5);
        let pieces = [
            "a", "b-c", "x/y", "in", "notin", "=", "!", "<", ">", "(", ")", ",", " ", "1", "é", "\0",
        ];
        let mut parsed = 0;
        for _ in 0..50_000 {
            let text = draws.text(12, &pieces);
            if let Ok(selector) = text.parse::<Selector>() {
                parsed += 1;
                assert_eq!(selector.to_string().parse().as_ref(), Ok(&selector), "{text}");
            }
        }
        assert!(parsed > 1_000, "the generator must hit selectors: {parsed}");
    }
}
