//! From template text to steps: one pass with a cursor, as client-go's parser does it, so that odd templates fail alike.

use super::node::{Filter, Node, Slice};

/// How deep filters may stand within filters.
const DEEPEST: usize = 32;

/// Parses a whole template into texts and lists.
pub(super) fn parse(template: &str, depth: usize) -> Result<Vec<Node>, String> {
    if depth > DEEPEST {
        return Err(format!("filters nested deeper than {DEEPEST}"));
    }
    let mut parser = Parser {
        input: template,
        position: 0,
        start: 0,
        depth,
    };
    let mut nodes = Vec::new();
    loop {
        let brace = parser.rest().find('{');
        parser.position += brace.unwrap_or(parser.rest().len());
        if parser.position > parser.start {
            nodes.push(Node::Text(parser.take().to_owned()));
        }
        if brace.is_none() {
            return Ok(nodes);
        }
        parser.position += 1;
        parser.take();
        nodes.push(Node::List(parser.action()?));
    }
}

/// Parses a part of an action as an action of its own.
fn parse_part(text: &str, depth: usize) -> Result<Vec<Node>, String> {
    match parse(&format!("{{{text}}}"), depth + 1)?.into_iter().next() {
        Some(Node::List(nodes)) => Ok(nodes),
        _ => Ok(Vec::new()),
    }
}

struct Parser<'a> {
    input: &'a str,
    position: usize,
    /// Where the text that [`Parser::take`] returns begins.
    start: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        self.input.get(self.position..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.position += c.len_utf8();
        Some(c)
    }

    /// The text since the last call.
    fn take(&mut self) -> &'a str {
        let text = self.input.get(self.start..self.position).unwrap_or_default();
        self.start = self.position;
        text
    }

    /// Whether the character just read stands behind a backslash.
    fn is_escaped(&self) -> bool {
        self.position.checked_sub(2).and_then(|i| self.input.as_bytes().get(i)) == Some(&b'\\')
    }

    /// The steps up to, and past, the closing brace.
    fn action(&mut self) -> Result<Vec<Node>, String> {
        let mut nodes = Vec::new();
        loop {
            let rest = self.rest();
            if rest.starts_with('}') {
                self.position += 1;
                self.take();
                return Ok(nodes);
            }
            if rest.starts_with("[?(") {
                nodes.push(self.filter()?);
            } else if rest.starts_with("..") {
                self.recursive(&mut nodes)?;
            } else {
                self.step(&mut nodes)?;
            }
        }
    }

    fn step(&mut self, nodes: &mut Vec<Node>) -> Result<(), String> {
        match self.next() {
            None | Some('\r' | '\n') => return Err("unclosed action".to_owned()),
            // The current object: what the next step is applied to anyway.
            Some(' ' | '@' | '$') => {
                self.take();
            }
            Some('[') => self.array(nodes)?,
            Some(quote @ ('"' | '\'')) => nodes.push(self.quoted(quote)?),
            Some('.') => nodes.push(self.field()),
            Some(c) if c == '+' || c == '-' || c.is_numeric() => nodes.push(self.number()?),
            Some(c) if is_alphanumeric(c) => nodes.push(self.identifier()),
            Some(c) => {
                let code = u32::from(c);
                let shown = if c.is_control() {
                    String::new()
                } else {
                    format!(" '{c}'")
                };
                return Err(format!("unrecognized character in action: U+{code:04X}{shown}"));
            }
        }
        Ok(())
    }

    fn identifier(&mut self) -> Node {
        while self.peek().is_some_and(|c| !is_terminator(c)) {
            self.next();
        }
        match self.take() {
            "true" => Node::Bool(true),
            "false" => Node::Bool(false),
            word => Node::Identifier(word.to_owned()),
        }
    }

    fn recursive(&mut self, nodes: &mut Vec<Node>) -> Result<(), String> {
        if nodes.last() == Some(&Node::Recursive) {
            return Err("invalid multiple recursive descent".to_owned());
        }
        self.position += 2;
        self.take();
        nodes.push(Node::Recursive);
        if self.peek().is_some_and(is_alphanumeric) {
            nodes.push(self.field());
        }
        Ok(())
    }

    fn number(&mut self) -> Result<Node, String> {
        while self.peek().is_some_and(|c| c == '.' || c.is_numeric()) {
            self.next();
        }
        let text = self.take();
        let float = || text.parse().ok().filter(|f: &f64| f.is_finite()).map(Node::Float);
        text.parse()
            .ok()
            .map(Node::Int)
            .or_else(float)
            .ok_or_else(|| format!("cannot parse number {text}"))
    }

    /// A field's name, up to the next terminator without a backslash.
    fn field(&mut self) -> Node {
        self.take();
        while let Some(c) = self.peek() {
            if is_terminator(c) {
                break;
            }
            self.next();
            if c == '\\' {
                self.next();
            }
        }
        match self.take() {
            "*" => Node::Wildcard,
            name => Node::Field(name.replace('\\', "")),
        }
    }

    fn quoted(&mut self, quote: char) -> Result<Node, String> {
        loop {
            match self.next() {
                None | Some('\n') => return Err("unterminated quoted string".to_owned()),
                Some(c) if c == quote && !self.is_escaped() => break,
                Some(_) => {}
            }
        }
        let text = self.take();
        let inner = text.get(1..text.len().saturating_sub(1)).unwrap_or_default();
        match unquote(inner, quote) {
            Some(text) => Ok(Node::Text(text)),
            None => Err(format!("unquote string {text} error invalid syntax")),
        }
    }

    /// `[…]`, its opening bracket read: a union, a key in quotes, an index or a slice.
    fn array(&mut self, nodes: &mut Vec<Node>) -> Result<(), String> {
        loop {
            match self.next() {
                None | Some('\n') => return Err("unterminated array".to_owned()),
                Some(']') => break,
                Some(_) => {}
            }
        }
        let text = self.take();
        let text = match text.get(1..text.len().saturating_sub(1)).unwrap_or_default() {
            "*" => ":",
            text => text,
        };
        if text.contains(',') {
            let part = |part: &str| parse_part(&format!("[{}]", part.trim_matches(' ')), self.depth);
            nodes.push(Node::Union(text.split(',').map(part).collect::<Result<_, _>>()?));
        } else if let Some(key) = text
            .strip_prefix('\'')
            .and_then(|t| t.strip_suffix('\''))
            .filter(|k| !k.contains('\''))
        {
            nodes.extend(parse_part(&format!(".{key}"), self.depth)?);
        } else {
            nodes.push(Node::Slice(slice(text)?));
        }
        Ok(())
    }

    /// `[?(…)]`: ends at the first `)` outside the first pair of quotes.
    fn filter(&mut self) -> Result<Node, String> {
        self.position += "[?(".len();
        self.take();
        let mut opened: Option<char> = None;
        let mut closed = false;
        loop {
            match self.next() {
                None | Some('\n') => return Err("unterminated filter".to_owned()),
                Some(quote @ ('"' | '\'')) => match opened {
                    None => opened = Some(quote),
                    Some(pair) => closed |= pair == quote && !self.is_escaped(),
                },
                Some(')') if opened.is_some() == closed => break,
                Some(_) => {}
            }
        }
        if self.next() != Some(']') {
            return Err("unclosed array expect ]".to_owned());
        }
        let text = self.take();
        let text = text.get(..text.len().saturating_sub(2)).unwrap_or_default();
        match split_comparison(text) {
            None => Ok(Node::Filter(Filter {
                left: parse_part(text, self.depth)?,
                comparison: None,
            })),
            Some((left, operator, right)) => Ok(Node::Filter(Filter {
                left: parse_part(left, self.depth)?,
                comparison: Some((operator.to_owned(), parse_part(right, self.depth)?)),
            })),
        }
    }
}

/// `^([^!<>=]+)([!<>=]+)(.+?)$`
fn split_comparison(text: &str) -> Option<(&str, &str, &str)> {
    let is_operator = |c| matches!(c, '!' | '<' | '>' | '=');
    let (left, rest) = text.split_at(text.find(is_operator)?);
    let run = rest.len() - rest.trim_start_matches(is_operator).len();
    // The right side takes one character of the run where nothing else is left for it.
    let run = if run == rest.len() { run - 1 } else { run };
    let (operator, right) = rest.split_at(run);
    (!left.is_empty() && !operator.is_empty()).then_some((left, operator, right))
}

/// `^(-?[\d]*)(:-?[\d]*)?(:-?[\d]*)?$`
fn slice(text: &str) -> Result<Slice, String> {
    let is_number = |part: &&str| {
        part.strip_prefix('-')
            .unwrap_or(part)
            .bytes()
            .all(|b| b.is_ascii_digit())
    };
    let parts: Vec<&str> = text.split(':').collect();
    if parts.len() > 3 || !parts.iter().all(is_number) {
        return Err(format!("invalid array index {text}"));
    }
    let number = |i: usize| match parts.get(i) {
        None | Some(&"") => Ok(None),
        Some(part) => part
            .parse::<i64>()
            .map(Some)
            .map_err(|_| format!("array index {part} is not a number")),
    };
    let (start, end, step) = (number(0)?, number(1)?, number(2)?);
    let single = parts.len() == 1;
    let end = if single {
        Some(start.unwrap_or_default().wrapping_add(1))
    } else {
        end
    };
    Ok(Slice {
        start,
        end,
        single,
        step,
    })
}

/// The text between quotes, with Go's escapes resolved.
fn unquote(text: &str, quote: char) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c == quote {
            return None;
        }
        if c != '\\' {
            bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            continue;
        }
        let escape = chars.next()?;
        let mut code = |digits: usize, radix: u32, first: u32| {
            (0..digits).try_fold(first, |n, _| {
                n.checked_mul(radix)?.checked_add(chars.next()?.to_digit(radix)?)
            })
        };
        match escape {
            'a' => bytes.push(7),
            'b' => bytes.push(8),
            'f' => bytes.push(12),
            'n' => bytes.push(b'\n'),
            'r' => bytes.push(b'\r'),
            't' => bytes.push(b'\t'),
            'v' => bytes.push(11),
            '\\' => bytes.push(b'\\'),
            'x' => bytes.push(u8::try_from(code(2, 16, 0)?).ok()?),
            'u' => push_char(&mut bytes, code(4, 16, 0)?)?,
            'U' => push_char(&mut bytes, code(8, 16, 0)?)?,
            digit @ '0'..='7' => bytes.push(u8::try_from(code(2, 8, digit.to_digit(8)?)?).ok()?),
            c if c == quote => bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            _ => return None,
        }
    }
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

fn push_char(bytes: &mut Vec<u8>, code: u32) -> Option<()> {
    bytes.extend_from_slice(char::from_u32(code)?.encode_utf8(&mut [0; 4]).as_bytes());
    Some(())
}

fn is_alphanumeric(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

/// What ends a name.
fn is_terminator(c: char) -> bool {
    matches!(
        c,
        ' ' | '\t' | '\r' | '\n' | '.' | ',' | '[' | ']' | '$' | '@' | '{' | '}'
    )
}
