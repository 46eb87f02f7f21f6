//! Templates read: text and actions, blocks and pipelines.

use serde_json::Value;

use super::TemplateError;
use super::functions;
use super::lex::{Token, Word, lex};

/// How deep blocks and parentheses may be nested.
const DEPTH_MAX: usize = 64;

/// A template that has been read.
#[derive(Debug, Clone)]
pub struct GoTemplate {
    /// The template as it was written.
    pub(super) source: String,
    /// What it is made of.
    pub(super) nodes: Vec<Node>,
}

/// A part of a template.
#[derive(Debug, Clone)]
pub(super) enum Node {
    Text(String),
    Print(Pipeline),
    /// A variable gets a value; true: a new variable.
    Set(String, Pipeline, bool),
    If(Vec<(Pipeline, Vec<Node>)>, Vec<Node>),
    With(Pipeline, Vec<Node>, Vec<Node>),
    Range {
        key: Option<String>,
        value: Option<String>,
        over: Pipeline,
        body: Vec<Node>,
        otherwise: Vec<Node>,
    },
}

/// Commands, each given the result of the one before as its last argument.
pub(super) type Pipeline = Vec<Vec<Operand>>;

/// A word of a command, and the fields asked of it.
#[derive(Debug, Clone)]
pub(super) struct Operand {
    pub(super) at: usize,
    pub(super) term: Term,
    pub(super) fields: Vec<String>,
}

#[derive(Debug, Clone)]
pub(super) enum Term {
    Dot,
    Variable(String),
    Constant(Value),
    Function(String),
    Pipeline(Pipeline),
}

/// A piece of a template: text, or an action with its place.
enum Piece {
    Text(String),
    Action(usize, String),
}

impl GoTemplate {
    /// Reads a template.
    ///
    /// # Errors
    /// What is wrong with it, in Go's words.
    pub fn parse(source: &str) -> Result<GoTemplate, TemplateError> {
        let fail = |at: usize, why: String| {
            let line = source.get(..at).unwrap_or(source).matches('\n').count() + 1;
            TemplateError(format!("output:{line}: {why}"))
        };
        let pieces = pieces(source).map_err(|(at, why)| fail(at, why))?;
        let mut parser = Parser {
            pieces: pieces.into_iter(),
            variables: vec!["$".to_owned()],
            at: 0,
        };
        match parser.block(0) {
            Ok((nodes, End::OfTemplate)) => Ok(GoTemplate {
                source: source.to_owned(),
                nodes,
            }),
            Ok((_, End::Block)) => Err(fail(parser.at, "unexpected {{end}}".to_owned())),
            Ok((_, End::Else(_))) => Err(fail(parser.at, "unexpected {{else}}".to_owned())),
            Err(why) => Err(fail(parser.at, why)),
        }
    }
}

/// Text and actions; `{{-` and `-}}` eat the space around them, comments vanish.
fn pieces(source: &str) -> Result<Vec<Piece>, (usize, String)> {
    let (mut pieces, mut at, mut trim) = (Vec::new(), 0, false);
    loop {
        let rest = source.get(at..).unwrap_or_default();
        let open = rest.find("{{");
        let mut text = rest.get(..open.unwrap_or(rest.len())).unwrap_or_default();
        if trim {
            text = text.trim_start();
        }
        let action = open.map(|open| at + open + 2);
        let inside = action.and_then(|action| source.get(action..)).unwrap_or_default();
        let trims_before = inside
            .strip_prefix('-')
            .is_some_and(|rest| rest.starts_with(char::is_whitespace));
        if trims_before {
            text = text.trim_end();
        }
        if !text.is_empty() {
            pieces.push(Piece::Text(text.to_owned()));
        }
        let Some(action) = action else {
            return Ok(pieces);
        };
        let close = closing(inside).ok_or_else(|| (action, "unclosed action".to_owned()))?;
        let mut body = inside.get(usize::from(trims_before)..close).unwrap_or_default();
        trim = body.ends_with(" -") || body.ends_with("\n-");
        if trim {
            body = body.get(..body.len() - 1).unwrap_or_default();
        }
        at = action + close + 2;
        let is_comment = body.trim_start().starts_with("/*");
        if !is_comment {
            pieces.push(Piece::Action(action + usize::from(trims_before), body.to_owned()));
        }
    }
}

/// Where the action ends: at `}}` outside quotes.
fn closing(text: &str) -> Option<usize> {
    let (mut quote, mut escaped) = (None, false);
    for (at, c) in text.char_indices() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some('"') if c == '\\' => escaped = true,
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if c == '"' || c == '`' => quote = Some(c),
            None if text.get(at..).is_some_and(|rest| rest.starts_with("}}")) => return Some(at),
            None => {}
        }
    }
    // An unclosed quote is told as such, if there is an end at all.
    quote.and_then(|_| text.find("}}"))
}

/// What ended a block.
enum End {
    OfTemplate,
    Block,
    /// `else`, with what follows it.
    Else(Vec<Token>),
}

struct Parser {
    pieces: std::vec::IntoIter<Piece>,
    variables: Vec<String>,
    at: usize,
}

type Parsed<T> = Result<T, String>;

impl Parser {
    fn block(&mut self, depth: usize) -> Parsed<(Vec<Node>, End)> {
        if depth > DEPTH_MAX {
            return Err("blocks are nested too deeply".to_owned());
        }
        let known = self.variables.len();
        let mut nodes = Vec::new();
        while let Some(piece) = self.pieces.next() {
            let (at, text) = match piece {
                Piece::Text(text) => {
                    nodes.push(Node::Text(text));
                    continue;
                }
                Piece::Action(at, text) => (at, text),
            };
            self.at = at;
            let tokens = lex(&text, at)?;
            let keyword = match tokens.first().map(|token| &token.word) {
                Some(Word::Name(name)) => name.as_str(),
                None => return Err("missing value for command".to_owned()),
                _ => "",
            };
            let after = || tokens.get(1..).unwrap_or_default().to_vec();
            match keyword {
                "end" | "else" => {
                    self.variables.truncate(known);
                    let end = if keyword == "end" {
                        End::Block
                    } else {
                        End::Else(after())
                    };
                    return Ok((nodes, end));
                }
                "if" => nodes.push(self.branches(after(), depth)?),
                "with" => {
                    let value = self.pipeline(&after(), depth)?;
                    let (body, otherwise) = self.body(depth)?;
                    nodes.push(Node::With(value, body, otherwise));
                }
                "range" => nodes.push(self.range(&after(), depth)?),
                "define" | "template" | "block" | "break" | "continue" => {
                    return Err(format!("{{{{{keyword}}}}} is not modelled"));
                }
                _ => nodes.push(self.action(&tokens, depth)?),
            }
        }
        self.variables.truncate(known);
        Ok((nodes, End::OfTemplate))
    }

    fn body(&mut self, depth: usize) -> Parsed<(Vec<Node>, Vec<Node>)> {
        let eof = || "unexpected EOF".to_owned();
        match self.block(depth + 1)? {
            (body, End::Block) => Ok((body, Vec::new())),
            (body, End::Else(_)) => match self.block(depth + 1)? {
                (otherwise, End::Block) => Ok((body, otherwise)),
                (_, End::Else(_)) => Err("unexpected {{else}}".to_owned()),
                (_, End::OfTemplate) => Err(eof()),
            },
            (_, End::OfTemplate) => Err(eof()),
        }
    }

    fn branches(&mut self, first: Vec<Token>, depth: usize) -> Parsed<Node> {
        let mut branches = Vec::new();
        let mut tokens = first;
        loop {
            let condition = self.pipeline(&tokens, depth)?;
            let (body, end) = self.block(depth + 1)?;
            branches.push((condition, body));
            match end {
                End::Block => return Ok(Node::If(branches, Vec::new())),
                End::OfTemplate => return Err("unexpected EOF".to_owned()),
                End::Else(rest) => match rest.split_first() {
                    Some((token, rest)) if token.word == Word::Name("if".to_owned()) => tokens = rest.to_vec(),
                    _ => {
                        return match self.block(depth + 1)? {
                            (otherwise, End::Block) => Ok(Node::If(branches, otherwise)),
                            (_, End::Else(_)) => Err("unexpected {{else}}".to_owned()),
                            (_, End::OfTemplate) => Err("unexpected EOF".to_owned()),
                        };
                    }
                },
            }
        }
    }

    fn range(&mut self, tokens: &[Token], depth: usize) -> Parsed<Node> {
        let declared = tokens.iter().position(|token| token.word == Word::Sign(":="));
        let (names, over) = match declared {
            Some(at) => (
                tokens.get(..at).unwrap_or_default(),
                tokens.get(at + 1..).unwrap_or_default(),
            ),
            None => (&[][..], tokens),
        };
        let over = self.pipeline(over, depth)?;
        let names: Vec<String> = names
            .iter()
            .filter_map(|token| match &token.word {
                Word::Variable(name) => Some(name.clone()),
                _ => None,
            })
            .collect();
        let known = self.variables.len();
        self.variables.extend(names.iter().cloned());
        let (body, otherwise) = self.body(depth)?;
        self.variables.truncate(known);
        let (key, value) = match names.as_slice() {
            [key, value] => (Some(key.clone()), Some(value.clone())),
            [value] => (None, Some(value.clone())),
            _ => (None, None),
        };
        Ok(Node::Range {
            key,
            value,
            over,
            body,
            otherwise,
        })
    }

    /// A pipeline, or a variable that gets its value.
    fn action(&mut self, tokens: &[Token], depth: usize) -> Parsed<Node> {
        if let [first, sign, rest @ ..] = tokens
            && let Word::Variable(name) = &first.word
            && let Word::Sign(sign @ (":=" | "=")) = sign.word
        {
            let value = self.pipeline(rest, depth)?;
            if sign == ":=" {
                self.variables.push(name.clone());
            } else if !self.variables.contains(name) {
                return Err(format!("undefined variable \"{name}\""));
            }
            return Ok(Node::Set(name.clone(), value, sign == ":="));
        }
        Ok(Node::Print(self.pipeline(tokens, depth)?))
    }

    fn pipeline(&self, tokens: &[Token], depth: usize) -> Parsed<Pipeline> {
        if depth > DEPTH_MAX {
            return Err("parentheses are nested too deeply".to_owned());
        }
        let mut commands: Pipeline = vec![Vec::new()];
        let mut rest = tokens;
        while let Some((token, after)) = rest.split_first() {
            rest = after;
            let mut fields = Vec::new();
            let term = match &token.word {
                Word::Sign("|") => {
                    commands.push(Vec::new());
                    continue;
                }
                Word::Sign("(") => {
                    let length = parenthesis(after).ok_or("unclosed left paren")?;
                    let inside = self.pipeline(after.get(..length).unwrap_or_default(), depth + 1)?;
                    rest = after.get(length + 1..).unwrap_or_default();
                    Term::Pipeline(inside)
                }
                Word::Sign(sign) => return Err(format!("unexpected {sign:?} in operand")),
                Word::Fields(names, _) => {
                    fields.clone_from(names);
                    Term::Dot
                }
                Word::Variable(name) if self.variables.contains(name) => Term::Variable(name.clone()),
                Word::Variable(name) => return Err(format!("undefined variable \"{name}\"")),
                Word::Text(text) => Term::Constant(text.as_str().into()),
                Word::Number(text) => Term::Constant(number(text)?),
                Word::Name(name) => match name.as_str() {
                    "true" => Term::Constant(true.into()),
                    "false" => Term::Constant(false.into()),
                    "nil" => Term::Constant(Value::Null),
                    name if functions::is_known(name) => Term::Function(name.to_owned()),
                    name => return Err(format!("function \"{name}\" not defined")),
                },
            };
            if let Some((token, after)) = rest.split_first()
                && let Word::Fields(names, true) = &token.word
                && !matches!(term, Term::Dot)
            {
                fields.extend(names.iter().cloned());
                rest = after;
            }
            let at = token.at;
            if let Some(command) = commands.last_mut() {
                command.push(Operand { at, term, fields });
            }
        }
        match commands.iter().any(Vec::is_empty) {
            true => Err("missing value for command".to_owned()),
            false => Ok(commands),
        }
    }
}

/// How many tokens stand before the parenthesis that closes the present one.
fn parenthesis(tokens: &[Token]) -> Option<usize> {
    let mut depth = 0_usize;
    for (index, token) in tokens.iter().enumerate() {
        match token.word {
            Word::Sign("(") => depth += 1,
            Word::Sign(")") if depth == 0 => return Some(index),
            Word::Sign(")") => depth -= 1,
            _ => {}
        }
    }
    None
}

fn number(text: &str) -> Parsed<Value> {
    if let Ok(whole) = text.parse::<i64>() {
        return Ok(whole.into());
    }
    let float = text.parse::<f64>().ok().and_then(serde_json::Number::from_f64);
    float
        .map(Value::Number)
        .ok_or_else(|| format!("bad number syntax: {text:?}"))
}
