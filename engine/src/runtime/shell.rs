//! Reading what stands behind `sh -c`: a small part of the shell's grammar.
//!
//! Read: words with quotes and backslashes, `$NAME` and `${NAME}`, `;` `&&` `||` `&` and newlines, redirections, `while`,
//! `until`, `for … in`, `if`, parentheses and braces, `trap`. A substitution (`$(…)`, backticks) is kept whole in its word.
//! Everything else (functions, `case`) reads as plain words, which is what a program that this house knows nothing of is made
//! of, too.

/// How deep compound commands may nest.
const DEPTH_MAX: usize = 32;
/// How many characters are read.
const LENGTH_MAX: usize = 64 * 1024;

/// A command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Command {
    /// A program or builtin with its words, the file that its output goes to and the one that its input comes from.
    Simple {
        words: Vec<String>,
        output: Option<Redirect>,
        input: Option<String>,
        background: bool,
    },
    /// One after the other.
    List(Vec<(Join, Command)>),
    /// `while` (or `until`) a condition holds.
    While {
        until: bool,
        condition: Box<Command>,
        body: Box<Command>,
    },
    /// `for NAME in WORDS`.
    For {
        variable: String,
        items: Vec<String>,
        body: Box<Command>,
    },
    /// `if` … `then` … `else`.
    If {
        condition: Box<Command>,
        then: Box<Command>,
        otherwise: Option<Box<Command>>,
    },
}

/// Where output goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Redirect {
    /// The file.
    pub file: String,
    /// Whether it is added to.
    pub append: bool,
}

/// When a command of a list runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Join {
    /// In any case.
    Always,
    /// If the one before succeeded.
    And,
    /// If the one before failed.
    Or,
    /// With what the one before prints as its input.
    Pipe,
}

/// A dollar that stands for itself: one in single quotes or behind a backslash.
pub(super) const PLAIN_DOLLAR: char = '\u{3}';

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Word(String),
    Operator(&'static str),
}

const OPERATORS: [&str; 12] = ["&&", "||", ">>", "2>", "&>", ";", "&", "|", ">", "<", "(", ")"];

/// Reads a script; what it cannot make sense of is `None` (a shell would say `syntax error` and exit with 2).
pub(super) fn parse(script: &str) -> Option<Command> {
    if script.len() > LENGTH_MAX {
        return None;
    }
    let tokens = tokenize(script);
    let mut parser = Parser { tokens, next: 0 };
    let command = parser.list(&[], 0)?;
    (parser.next == parser.tokens.len()).then_some(command)
}

fn tokenize(script: &str) -> Vec<Token> {
    let chars: Vec<char> = script.chars().collect();
    let (mut tokens, mut word, mut quoted) = (Vec::new(), String::new(), false);
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        let operator = OPERATORS
            .iter()
            .find(|operator| operator.chars().enumerate().all(|(i, o)| chars.get(at + i) == Some(&o)));
        let starts_word = word.is_empty() && !quoted;
        match c {
            '\'' | '"' => {
                quoted = true;
                at += 1;
                while let Some(&inner) = chars.get(at).filter(|inner| **inner != c) {
                    if let Some(end) = substitution_end(&chars, at).filter(|_| c == '"') {
                        push_substitution(&chars, at, end, &mut word);
                        at = end;
                        continue;
                    }
                    let escaped =
                        inner == '\\' && c == '"' && matches!(chars.get(at + 1), Some('"' | '\\' | '$' | '`'));
                    at += usize::from(escaped);
                    let plain = |next: char| if escaped || c == '\'' { plain(next) } else { next };
                    word.extend(chars.get(at).copied().map(plain));
                    at += 1;
                }
            }
            '\\' => {
                at += 1;
                word.extend(chars.get(at).copied().filter(|next| *next != '\n').map(plain));
            }
            '$' | '`' if substitution_end(&chars, at).is_some() => {
                let end = substitution_end(&chars, at).unwrap_or(at + 1);
                push_substitution(&chars, at, end, &mut word);
                at = end - 1;
            }
            '#' if starts_word => {
                while chars.get(at + 1).is_some_and(|next| *next != '\n') {
                    at += 1;
                }
            }
            '\n' => {
                end_word(&mut tokens, &mut word, &mut quoted);
                tokens.push(Token::Operator(";"));
            }
            c if c.is_whitespace() => end_word(&mut tokens, &mut word, &mut quoted),
            _ => match operator.filter(|operator| !operator.starts_with('2') || starts_word) {
                Some(operator) => {
                    end_word(&mut tokens, &mut word, &mut quoted);
                    tokens.push(Token::Operator(operator));
                    at += operator.len() - 1;
                }
                None => word.push(c),
            },
        }
        at += 1;
    }
    end_word(&mut tokens, &mut word, &mut quoted);
    tokens
}

fn plain(c: char) -> char {
    if c == '$' { PLAIN_DOLLAR } else { c }
}

/// Where the substitution that begins at `at` ends; none if none begins there.
fn substitution_end(chars: &[char], at: usize) -> Option<usize> {
    if chars.get(at) == Some(&'`') {
        let length = chars.get(at + 1..)?.iter().position(|c| *c == '`')?;
        return Some(at + length + 2);
    }
    if chars.get(at) != Some(&'$') || chars.get(at + 1) != Some(&'(') {
        return None;
    }
    let mut open = 0_usize;
    for (offset, c) in chars.get(at + 1..)?.iter().enumerate() {
        match c {
            '(' => open += 1,
            ')' => open -= 1,
            _ => {}
        }
        if open == 0 {
            return Some(at + offset + 2);
        }
    }
    None
}

/// Puts a substitution into a word as `$(…)`, however it was written.
fn push_substitution(chars: &[char], at: usize, end: usize, word: &mut String) {
    let (from, to) = if chars.get(at) == Some(&'`') {
        (at + 1, end - 1)
    } else {
        (at + 2, end - 1)
    };
    word.push_str("$(");
    word.extend(chars.get(from..to).unwrap_or_default());
    word.push(')');
}

fn end_word(tokens: &mut Vec<Token>, word: &mut String, quoted: &mut bool) {
    if !word.is_empty() || *quoted {
        tokens.push(Token::Word(std::mem::take(word)));
    }
    *quoted = false;
}

struct Parser {
    tokens: Vec<Token>,
    next: usize,
}

impl Parser {
    fn word(&self) -> Option<&str> {
        match self.tokens.get(self.next) {
            Some(Token::Word(word)) => Some(word),
            _ => None,
        }
    }

    fn operator(&self) -> Option<&'static str> {
        match self.tokens.get(self.next) {
            Some(Token::Operator(operator)) => Some(operator),
            _ => None,
        }
    }

    fn take_operator(&mut self, wanted: &str) -> bool {
        let found = self.operator() == Some(wanted);
        self.next += usize::from(found);
        found
    }

    fn take_word(&mut self, wanted: &str) -> Option<()> {
        (self.word() == Some(wanted)).then(|| self.next += 1)
    }

    /// Commands up to one of the words in `ends` or the end.
    fn list(&mut self, ends: &[&str], depth: usize) -> Option<Command> {
        if depth > DEPTH_MAX {
            return None;
        }
        let mut commands = Vec::new();
        let mut join = Join::Always;
        loop {
            while self.take_operator(";") {}
            let ended = self.word().is_some_and(|word| ends.contains(&word));
            if ended || self.tokens.get(self.next).is_none() || self.operator() == Some(")") {
                break;
            }
            let command = self.command(depth)?;
            commands.push((join, command));
            join = match self.operator() {
                Some("&&") => Join::And,
                Some("||") => Join::Or,
                Some(";" | "&") => Join::Always,
                Some("|") => Join::Pipe,
                _ => continue,
            };
            self.next += 1;
        }
        Some(Command::List(commands))
    }

    fn command(&mut self, depth: usize) -> Option<Command> {
        if self.take_operator("(") {
            let list = self.list(&[], depth + 1)?;
            return self.take_operator(")").then_some(list);
        }
        match self.word() {
            Some("{") => {
                self.next += 1;
                let list = self.list(&["}"], depth + 1)?;
                self.take_word("}")?;
                Some(list)
            }
            Some(keyword @ ("while" | "until")) => {
                let until = keyword == "until";
                self.next += 1;
                let condition = Box::new(self.list(&["do"], depth + 1)?);
                let body = self.body(depth)?;
                Some(Command::While { until, condition, body })
            }
            Some("for") => self.for_loop(depth),
            Some("if") => {
                self.next += 1;
                self.branches(depth)
            }
            _ => self.simple(),
        }
    }

    fn body(&mut self, depth: usize) -> Option<Box<Command>> {
        self.take_word("do")?;
        let body = self.list(&["done"], depth + 1)?;
        self.take_word("done")?;
        Some(Box::new(body))
    }

    fn for_loop(&mut self, depth: usize) -> Option<Command> {
        self.next += 1;
        let variable = self.word()?.to_owned();
        self.next += 1;
        self.take_word("in")?;
        let mut items = Vec::new();
        while let Some(item) = self.word() {
            items.push(item.to_owned());
            self.next += 1;
        }
        while self.take_operator(";") {}
        let body = self.body(depth)?;
        Some(Command::For { variable, items, body })
    }

    /// What follows `if` or `elif`.
    fn branches(&mut self, depth: usize) -> Option<Command> {
        if depth > DEPTH_MAX {
            return None;
        }
        let condition = Box::new(self.list(&["then"], depth + 1)?);
        self.take_word("then")?;
        let then = Box::new(self.list(&["elif", "else", "fi"], depth + 1)?);
        let keyword = self.word()?.to_owned();
        self.next += 1;
        let otherwise = match keyword.as_str() {
            "elif" => Some(Box::new(self.branches(depth + 1)?)),
            "else" => {
                let otherwise = self.list(&["fi"], depth + 1)?;
                self.take_word("fi")?;
                Some(Box::new(otherwise))
            }
            _ => None,
        };
        Some(Command::If {
            condition,
            then,
            otherwise,
        })
    }

    fn simple(&mut self) -> Option<Command> {
        let (mut words, mut output, mut input) = (Vec::new(), None, None);
        loop {
            if let Some(word) = self.word() {
                words.push(word.to_owned());
                self.next += 1;
                continue;
            }
            match self.operator() {
                Some(redirect @ (">" | ">>" | "2>" | "&>" | "<")) => {
                    self.next += 1;
                    // `2>&1` and the like: no file.
                    let duplicate = self.take_operator("&");
                    let file = self.word()?.to_owned();
                    self.next += 1;
                    match redirect {
                        _ if duplicate => {}
                        ">" | ">>" | "&>" => {
                            let append = redirect == ">>";
                            output = Some(Redirect { file, append });
                        }
                        "<" => input = Some(file),
                        _ => {}
                    }
                }
                _ => break,
            }
        }
        let background = self.operator() == Some("&");
        (!words.is_empty() || output.is_some()).then_some(Command::Simple {
            words,
            output,
            input,
            background,
        })
    }
}
