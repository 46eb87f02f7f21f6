//! JSON texts to node trees, with positions and Go's words for what is wrong.
//!
//! kubectl takes a text whose first character is `{` as JSON; several values may follow one another.

use super::node::{Content, DEPTH_LIMIT, Entry, Node, Position};
use super::yaml::SyntaxError;
use crate::api::go_quote;
use serde_json::{Number, Value};

/// Why a text is no JSON value, in Go's words; nothing if it is one.
pub(crate) fn json_problem(text: &str) -> Option<String> {
    let first = read_json(text).into_iter().next();
    match first {
        Some(Ok(_)) => None,
        Some(Err(error)) => Some(error.message),
        None => Some("unexpected end of JSON input".to_owned()),
    }
}

/// Reads JSON values up to the end of the text or the first error.
pub(super) fn read_json(text: &str) -> Vec<Result<Node, SyntaxError>> {
    let mut reader = Reader::new(text);
    let mut documents = Vec::new();
    loop {
        reader.skip_space();
        if reader.peek().is_none() {
            return documents;
        }
        let value = reader.value(0);
        let failed = value.is_err();
        documents.push(value);
        if failed {
            return documents;
        }
    }
}

/// One JSON value as Go's decoder reads it.
#[derive(Clone, Debug, PartialEq)]
pub struct JsonText {
    /// The value; of a key given twice the last counts.
    pub value: Value,
    /// The paths of keys given twice, such as `spec.replicas`.
    pub duplicates: Vec<String>,
}

/// Reads a text that is one JSON value.
///
/// # Errors
/// What is wrong with it, in the words of Go's `encoding/json`.
pub fn parse_json(text: &str) -> Result<JsonText, String> {
    let node = read_one(text).map_err(|error| error.message)?;
    let mut duplicates = Vec::new();
    node.duplicates(&mut String::new(), &mut duplicates);
    Ok(JsonText {
        value: node.to_value(),
        duplicates,
    })
}

/// Reads a text that is one JSON value, as a tree.
pub(super) fn read_one(text: &str) -> Result<Node, SyntaxError> {
    let mut reader = Reader::new(text);
    let node = reader.value(0)?;
    reader.skip_space();
    match reader.peek() {
        None => Ok(node),
        Some(_) => reader.unexpected("after top-level value"),
    }
}

/// A character as Go quotes it in messages; beyond ASCII, Go sees the first byte of it.
fn quoted(c: char) -> String {
    match c {
        '\'' => r"'\''".to_owned(),
        '"' => "'\"'".to_owned(),
        c if c.is_ascii() => {
            let text = go_quote(&c.to_string());
            format!("'{}'", text.trim_start_matches('"').trim_end_matches('"'))
        }
        c => {
            let mut bytes = [0; 4];
            let first = c.encode_utf8(&mut bytes).bytes().next().unwrap_or_default();
            let text = go_quote(&char::from(first).to_string());
            format!("'{}'", text.trim_matches('"'))
        }
    }
}

/// Reads the values of a text as Go's stream decoder does, which counts bytes and takes an end too early for one of the stream.
pub(super) fn read_json_stream(text: &str) -> Vec<Result<Node, String>> {
    let mut reader = Reader::new(text);
    let mut documents = Vec::new();
    loop {
        reader.skip_space();
        if reader.peek().is_none() {
            return documents;
        }
        match reader.value(0) {
            Ok(node) => documents.push(Ok(node)),
            Err(error) => {
                let left = reader.rest.as_str();
                documents.push(Err(match left.is_empty() {
                    true => "unexpected EOF".to_owned(),
                    false => format!("json: offset {}: {}", text.len() - left.len() + 1, error.message),
                }));
                return documents;
            }
        }
    }
}

struct Reader<'a> {
    rest: std::str::Chars<'a>,
    at: Position,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Self {
        Reader {
            rest: text.chars(),
            at: Position { line: 1, column: 1 },
        }
    }

    fn peek(&self) -> Option<char> {
        self.rest.clone().next()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.rest.next()?;
        if c == '\n' {
            self.at = Position {
                line: self.at.line.saturating_add(1),
                column: 1,
            };
        } else {
            self.at.column = self.at.column.saturating_add(1);
        }
        Some(c)
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(' ' | '\t' | '\n' | '\r')) {
            self.next();
        }
    }

    /// The error of a character that does not belong here.
    fn unexpected<T>(&self, place: &str) -> Result<T, SyntaxError> {
        let message = match self.peek() {
            None => "unexpected end of JSON input".to_owned(),
            Some(c) => format!("invalid character {} {place}", quoted(c)),
        };
        Err(SyntaxError::new(message, self.at))
    }

    fn value(&mut self, depth: usize) -> Result<Node, SyntaxError> {
        self.skip_space();
        let at = self.at;
        if depth > DEPTH_LIMIT {
            return Err(SyntaxError::new(format!("nested more than {DEPTH_LIMIT} deep"), at));
        }
        let content = match self.peek() {
            Some('{') => self.map(depth)?,
            Some('[') => self.list(depth)?,
            Some('"') => Content::String(self.string()?),
            Some('t') => self.literal("true", Content::Bool(true))?,
            Some('f') => self.literal("false", Content::Bool(false))?,
            Some('n') => self.literal("null", Content::Null)?,
            Some('-' | '0'..='9') => self.number()?,
            _ => return self.unexpected("looking for beginning of value"),
        };
        Ok(Node { content, at })
    }

    fn literal(&mut self, word: &str, content: Content) -> Result<Content, SyntaxError> {
        for expect in word.chars() {
            if self.peek() != Some(expect) {
                return self.unexpected(&format!("in literal {word} (expecting '{expect}')"));
            }
            self.next();
        }
        Ok(content)
    }

    fn map(&mut self, depth: usize) -> Result<Content, SyntaxError> {
        self.next();
        let mut entries = Vec::new();
        loop {
            self.skip_space();
            match self.peek() {
                Some('}') if entries.is_empty() => break,
                Some('"') => {}
                _ => return self.unexpected("looking for beginning of object key string"),
            }
            let key_at = self.at;
            let key = self.string()?;
            self.skip_space();
            if self.peek() != Some(':') {
                return self.unexpected("after object key");
            }
            self.next();
            let value = self.value(depth + 1)?;
            entries.push(Entry { key, key_at, value });
            self.skip_space();
            match self.peek() {
                Some(',') => self.next(),
                Some('}') => break,
                _ => return self.unexpected("after object key:value pair"),
            };
        }
        self.next();
        Ok(Content::Map(entries))
    }

    fn list(&mut self, depth: usize) -> Result<Content, SyntaxError> {
        self.next();
        let mut items = Vec::new();
        self.skip_space();
        if self.peek() == Some(']') {
            self.next();
            return Ok(Content::List(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            self.skip_space();
            match self.peek() {
                Some(',') => self.next(),
                Some(']') => break,
                _ => return self.unexpected("after array element"),
            };
        }
        self.next();
        Ok(Content::List(items))
    }

    fn string(&mut self) -> Result<String, SyntaxError> {
        self.next();
        let mut text = String::new();
        loop {
            match self.peek() {
                Some('"') => {
                    self.next();
                    return Ok(text);
                }
                Some('\\') => {
                    self.next();
                    text.push(self.escape()?);
                }
                Some(c) if c >= ' ' => {
                    text.push(c);
                    self.next();
                }
                _ => return self.unexpected("in string literal"),
            }
        }
    }

    fn escape(&mut self) -> Result<char, SyntaxError> {
        let escaped = match self.peek() {
            Some(c @ ('"' | '\\' | '/')) => c,
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('u') => {
                self.next();
                return self.unicode_escape();
            }
            _ => return self.unexpected("in string escape code"),
        };
        self.next();
        Ok(escaped)
    }

    /// The character of `XXXX`, or of two such escapes that form a surrogate pair; a lone half becomes U+FFFD, as in Go.
    fn unicode_escape(&mut self) -> Result<char, SyntaxError> {
        let high = self.four_digits()?;
        if !(0xD800..0xDC00).contains(&high) {
            return Ok(char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        let (rest, at) = (self.rest.clone(), self.at);
        if self.next() == Some('\\') && self.next() == Some('u') {
            let low = self.four_digits()?;
            if (0xDC00..0xE000).contains(&low) {
                let code = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
                return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
        }
        (self.rest, self.at) = (rest, at);
        Ok(char::REPLACEMENT_CHARACTER)
    }

    fn four_digits(&mut self) -> Result<u32, SyntaxError> {
        let mut code = 0;
        for _ in 0..4 {
            let Some(digit) = self.peek().and_then(|c| c.to_digit(16)) else {
                return self.unexpected(r"in \u hexadecimal character escape");
            };
            code = code * 16 + digit;
            self.next();
        }
        Ok(code)
    }

    fn number(&mut self) -> Result<Content, SyntaxError> {
        let at = self.at;
        let mut text = String::new();
        while let Some(c) = self
            .peek()
            .filter(|c| c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | 'e' | 'E'))
        {
            text.push(c);
            self.next();
        }
        match text.parse::<Number>() {
            Ok(number) => Ok(Content::Number(number)),
            Err(_) => Err(SyntaxError::new(format!("invalid number {text}"), at)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn check(text: &str, expect: &[Value]) {
        let documents: Vec<Value> = read_json(text)
            .into_iter()
            .map(|d| {
                d.map_or_else(
                    |e| json!(format!("{}:{} {}", e.at.line, e.at.column, e.message)),
                    |n| n.to_value(),
                )
            })
            .collect();
        assert_eq!(documents, expect, "{text}");
    }

    #[test]
    fn values_follow_one_another() {
        check(
            r#"{"a": [1, -2.5e3, true, null, "x\né\ud83d\ude00"]} {}"#,
            &[json!({"a": [1, -2500.0, true, null, "x\né😀"]}), json!({})],
        );
        check(r#""\ud800x""#, &[json!("\u{fffd}x")]);
    }

    #[test]
    fn errors_are_gos() {
        check(
            r#"{"a":1,}"#,
            &[json!(
                "1:8 invalid character '}' looking for beginning of object key string"
            )],
        );
        check(
            "{'a':1}",
            &[json!(
                r"1:2 invalid character '\'' looking for beginning of object key string"
            )],
        );
        check("{\n\"a\"", &[json!("2:4 unexpected end of JSON input")]);
        check("[1 2]", &[json!("1:4 invalid character '2' after array element")]);
        check(&"[".repeat(100_000), &[json!("1:202 nested more than 200 deep")]);
    }
}
