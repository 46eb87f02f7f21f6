//! The words of an action.

/// A word of an action, with its place in the template in bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    /// Where it begins.
    pub at: usize,
    /// What it is.
    pub word: Word,
}

/// A word of an action.
#[derive(Debug, Clone, PartialEq)]
pub enum Word {
    /// A name or keyword.
    Name(String),
    /// `.a.b`, the names without dots; `.` alone has none. True: it follows the word before without a space.
    Fields(Vec<String>, bool),
    /// `$x`, with its dollar sign.
    Variable(String),
    /// A quoted text.
    Text(String),
    /// A number.
    Number(String),
    /// `|`, `(`, `)`, `,`, `=` or `:=`.
    Sign(&'static str),
}

const SIGNS: [&str; 6] = [":=", "|", "(", ")", ",", "="];

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Takes an action apart; `start` is its place in the template.
///
/// # Errors
/// What Go says is wrong with it.
pub fn lex(action: &str, start: usize) -> Result<Vec<Token>, String> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut rest = action;
    while let Some(first) = rest.chars().next() {
        let at = action.len() - rest.len();
        let (word, length) = if first.is_whitespace() {
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
            continue;
        } else if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            (Word::Sign(sign), sign.len())
        } else if first == '"' || first == '`' {
            quoted(rest, first)?
        } else if first == '$' {
            let length = 1 + name_length(rest.get(1..).unwrap_or_default());
            (
                Word::Variable(rest.get(..length).unwrap_or_default().to_owned()),
                length,
            )
        } else if first == '.' {
            let follows = at > 0
                && action
                    .get(..at)
                    .is_some_and(|before| before.ends_with(|c| is_name(c) || matches!(c, ')' | '$')));
            fields(rest, follows)
        } else if first.is_ascii_digit() || first == '-' {
            let length = rest
                .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+' | '_')))
                .unwrap_or(rest.len());
            (Word::Number(rest.get(..length).unwrap_or_default().to_owned()), length)
        } else if is_name(first) {
            let length = name_length(rest);
            (Word::Name(rest.get(..length).unwrap_or_default().to_owned()), length)
        } else {
            return Err(format!("unexpected {first:?} in command"));
        };
        tokens.push(Token { at: start + at, word });
        rest = rest.get(length.max(1)..).unwrap_or_default();
    }
    Ok(tokens)
}

fn name_length(text: &str) -> usize {
    text.find(|c| !is_name(c)).unwrap_or(text.len())
}

fn fields(rest: &str, follows: bool) -> (Word, usize) {
    let (mut names, mut length) = (Vec::new(), 0);
    while let Some(after) = rest.get(length..).and_then(|rest| rest.strip_prefix('.')) {
        let name = name_length(after);
        length += 1 + name;
        if name == 0 {
            break;
        }
        names.push(after.get(..name).unwrap_or_default().to_owned());
    }
    (Word::Fields(names, follows), length)
}

/// A text in quotes, with Go's escapes, or in backquotes, as it is.
fn quoted(rest: &str, quote: char) -> Result<(Word, usize), String> {
    let (mut text, mut escaped) = (String::new(), false);
    for (at, c) in rest.char_indices().skip(1) {
        if escaped {
            escaped = false;
            text.push(match c {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                other => other,
            });
        } else if c == '\\' && quote == '"' {
            escaped = true;
        } else if c == quote {
            return Ok((Word::Text(text), at + 1));
        } else if c == '\n' && quote == '"' {
            break;
        } else {
            text.push(c);
        }
    }
    Err(match quote {
        '`' => "unterminated raw quoted string".to_owned(),
        _ => "unterminated quoted string".to_owned(),
    })
}
