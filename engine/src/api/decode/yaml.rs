//! YAML streams to node trees.
//!
//! The parser is granit-parser, which serde-saphyr stands on; used directly, because every node's position is wanted and because
//! it can go on with the next document after a broken one. Aliases are expanded within a budget, so that no small text becomes a
//! large tree.

use super::go_yaml;
use super::node::{Content, DEPTH_LIMIT, Entry, Node, Position};
use super::scalar::{from_base64, resolve_plain, unsupported_number};
use granit_parser::{Event, Parser, ScalarStyle, ScanError, Span, options};
use std::collections::BTreeMap;

/// How many nodes aliases may add to a stream. A manifest that shares a template a few times needs hundreds.
const ALIAS_NODE_LIMIT: usize = 100_000;

/// Why a text could not be read, and where.
#[derive(Clone, Debug)]
pub(super) struct SyntaxError {
    pub message: String,
    pub at: Position,
    /// What go-yaml says, where that does not follow from the message.
    pub go: String,
}

impl SyntaxError {
    pub fn new(message: impl Into<String>, at: Position) -> Self {
        SyntaxError {
            message: message.into(),
            at,
            go: String::new(),
        }
    }
}

/// A node with what the expansion of aliases must know of it.
#[derive(Clone)]
struct Anchored {
    node: Node,
    nodes: usize,
    depth: usize,
}

/// A collection whose end has not been read.
struct Open {
    anchor: usize,
    at: Position,
    nodes: usize,
    depth: usize,
    content: OpenContent,
}

enum OpenContent {
    List(Vec<Node>),
    Map {
        entries: Vec<Entry>,
        merges: Vec<Node>,
        key: Option<(Key, Position)>,
    },
}

enum Key {
    Plain(String),
    /// A null, which is refused once its value is known.
    Null,
    Merge,
}

/// Reads the documents of a stream; an empty document is left out. After a broken document reading goes on at the next one.
pub(super) fn read_yaml(text: &str) -> Vec<Result<Node, SyntaxError>> {
    let options = options! { block_nesting_limit: DEPTH_LIMIT, flow_nesting_limit: DEPTH_LIMIT };
    let mut parser = Parser::new_from_str_with_options(text, options);
    let mut reader = Reader {
        alias_nodes_left: ALIAS_NODE_LIMIT,
        ..Reader::default()
    };
    let mut documents = Vec::new();
    loop {
        let problem = match parser.next() {
            None => break,
            Some(Err(error)) => syntax_error(&error),
            Some(Ok((event, span))) => match reader.take(event, span) {
                Ok(None) => continue,
                Ok(Some(document)) => {
                    if !matches!(document.content, Content::Null) {
                        documents.push(Ok(document));
                    }
                    continue;
                }
                Err(problem) => problem,
            },
        };
        documents.push(Err(problem));
        reader.forget_document();
        if !matches!(parser.proceed_next_document(), Ok(true)) {
            break;
        }
    }
    documents
}

fn syntax_error(error: &ScanError) -> SyntaxError {
    let marker = error.marker();
    SyntaxError::new(error.info(), position(marker.line(), marker.col()))
}

fn position(line: usize, column_from_0: usize) -> Position {
    let clamp = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Position {
        line: clamp(line.max(1)),
        column: clamp(column_from_0.saturating_add(1)),
    }
}

#[derive(Default)]
struct Reader {
    open: Vec<Open>,
    root: Option<Node>,
    anchors: BTreeMap<usize, Anchored>,
    alias_nodes_left: usize,
}

impl Reader {
    /// Takes one event; gives the document when it ends.
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<Option<Node>, SyntaxError> {
        let at = position(span.start.line(), span.start.col());
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let is_merge_key = style == ScalarStyle::Plain && tag.is_none() && text == "<<";
                let tag = tag.as_ref().map(|t| t.suffix().to_string());
                let content = scalar(&text, style, tag.as_deref()).map_err(|message| SyntaxError {
                    go: unsupported_number(&text),
                    ..SyntaxError::new(message, at)
                })?;
                self.add(
                    Anchored {
                        node: Node { content, at },
                        nodes: 1,
                        depth: 0,
                    },
                    anchor,
                    is_merge_key,
                )?;
            }
            Event::Alias(id) => {
                let Some(target) = self.anchors.get(&id).cloned() else {
                    return Err(SyntaxError::new("an alias refers to the node it stands in", at));
                };
                self.alias_nodes_left = self.alias_nodes_left.checked_sub(target.nodes).ok_or_else(|| {
                    SyntaxError::new(format!("aliases expand to more than {ALIAS_NODE_LIMIT} values"), at)
                })?;
                self.add(target, 0, false)?;
            }
            Event::SequenceStart(_, anchor, _) => self.open(anchor, at, OpenContent::List(Vec::new()))?,
            Event::MappingStart(_, anchor, _) => {
                self.open(
                    anchor,
                    at,
                    OpenContent::Map {
                        entries: Vec::new(),
                        merges: Vec::new(),
                        key: None,
                    },
                )?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.close()?,
            Event::DocumentEnd => {
                let document = self.root.take();
                self.forget_document();
                return Ok(document);
            }
            _ => {}
        }
        Ok(None)
    }

    fn forget_document(&mut self) {
        self.open.clear();
        self.anchors.clear();
        self.root = None;
    }

    fn open(&mut self, anchor: usize, at: Position, content: OpenContent) -> Result<(), SyntaxError> {
        if self.open.len() >= DEPTH_LIMIT {
            return Err(SyntaxError::new(format!("nested more than {DEPTH_LIMIT} deep"), at));
        }
        self.open.push(Open {
            anchor,
            at,
            nodes: 1,
            depth: 0,
            content,
        });
        Ok(())
    }

    fn close(&mut self) -> Result<(), SyntaxError> {
        let Some(open) = self.open.pop() else { return Ok(()) };
        let content = match open.content {
            OpenContent::List(items) => Content::List(items),
            OpenContent::Map {
                mut entries, merges, ..
            } => {
                for merge in merges {
                    merge_into(&mut entries, merge)?;
                }
                Content::Map(entries)
            }
        };
        let node = Node { content, at: open.at };
        self.add(
            Anchored {
                node,
                nodes: open.nodes,
                depth: open.depth,
            },
            open.anchor,
            false,
        )
    }

    /// Puts a finished node where it belongs: under its anchor, and into the collection around it or the document.
    fn add(&mut self, done: Anchored, anchor: usize, is_merge_key: bool) -> Result<(), SyntaxError> {
        if anchor != 0 {
            self.anchors.insert(anchor, done.clone());
        }
        let depth_here = self.open.len();
        let Some(parent) = self.open.last_mut() else {
            self.root = Some(done.node);
            return Ok(());
        };
        parent.nodes = parent.nodes.saturating_add(done.nodes);
        parent.depth = parent.depth.max(done.depth + 1);
        if depth_here + done.depth > DEPTH_LIMIT {
            return Err(SyntaxError::new(
                format!("nested more than {DEPTH_LIMIT} deep"),
                done.node.at,
            ));
        }
        match &mut parent.content {
            OpenContent::List(items) => items.push(done.node),
            OpenContent::Map { entries, merges, key } => match key.take() {
                None => {
                    let at = done.node.at;
                    let name = match &done.node.content {
                        _ if is_merge_key => Key::Merge,
                        Content::Null => Key::Null,
                        _ => Key::Plain(key_text(&done.node)?),
                    };
                    *key = Some((name, at));
                }
                Some((Key::Merge, _)) => merges.push(done.node),
                Some((Key::Null, key_at)) => {
                    return Err(SyntaxError {
                        go: go_yaml::null_key(&done.node),
                        ..SyntaxError::new("a key must be text", key_at)
                    });
                }
                Some((Key::Plain(name), key_at)) => entries.push(Entry {
                    key: name,
                    key_at,
                    value: done.node,
                }),
            },
        }
        Ok(())
    }
}

/// A map key as JSON has it: kubectl turns numbers and booleans into text.
fn key_text(node: &Node) -> Result<String, SyntaxError> {
    match &node.content {
        Content::String(text) => Ok(text.clone()),
        Content::Number(number) => Ok(number.to_string()),
        Content::Bool(b) => Ok(b.to_string()),
        _ => Err(SyntaxError {
            go: go_yaml::invalid_key(node),
            ..SyntaxError::new("a key must be text", node.at)
        }),
    }
}

/// Adds what `<<` brings: keys already there win, and earlier merged maps win over later ones.
fn merge_into(entries: &mut Vec<Entry>, merge: Node) -> Result<(), SyntaxError> {
    let at = merge.at;
    let maps = match merge.content {
        Content::List(items) => items.into_iter().map(|item| item.content).collect(),
        content => vec![content],
    };
    for map in maps {
        let Content::Map(merged) = map else {
            return Err(SyntaxError::new("<< merges maps only", at));
        };
        for entry in merged {
            if !entries.iter().any(|e| e.key == entry.key) {
                entries.push(entry);
            }
        }
    }
    Ok(())
}

fn scalar(text: &str, style: ScalarStyle, tag: Option<&str>) -> Result<Content, String> {
    match tag {
        Some("binary") => return Ok(Content::String(from_base64(text).unwrap_or_else(|| text.to_owned()))),
        Some("str" | "timestamp") => return Ok(Content::String(text.to_owned())),
        Some("null") => return Ok(Content::Null),
        Some("int" | "float" | "bool") => return resolve_plain(text),
        _ => {}
    }
    if style == ScalarStyle::Plain {
        resolve_plain(text)
    } else {
        Ok(Content::String(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn check(text: &str, expect: &[Value]) {
        let documents: Vec<Value> = read_yaml(text)
            .into_iter()
            .map(|d| d.map_or_else(|e| json!(format!("{}:{}", e.at.line, e.at.column)), |n| n.to_value()))
            .collect();
        assert_eq!(documents, expect, "{text}");
    }

    #[test]
    fn streams_read_document_by_document() {
        check(
            "a: 1\n---\n---\n# nothing\n---\nb: [x, 'y', \"z\"]\n",
            &[json!({"a": 1}), json!({"b": ["x", "y", "z"]})],
        );
        check("", &[]);
        check("a: b: c\n---\nd: 1\n", &[json!("1:5"), json!({"d": 1})]);
        check("on: y\n5: 'on'\n", &[json!({"true": true, "5": "on"})]);
    }

    #[test]
    fn anchors_and_merges() {
        check(
            "a: &x {p: 1, q: 2}\nb: {<<: *x, q: 3}\nc: *x\n",
            &[json!({"a": {"p": 1, "q": 2}, "b": {"p": 1, "q": 3}, "c": {"p": 1, "q": 2}})],
        );
        check("a: &x [*x]\n", &[json!("1:8")]);
    }

    #[test]
    fn alias_bombs_are_refused() {
        let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for i in 1..30 {
            let before = vec![format!("*a{}", i - 1); 10].join(", ");
            bomb.push_str(&format!("a{i}: &a{i} [{before}]\n"));
        }
        assert!(read_yaml(&bomb).iter().all(Result::is_err));
    }

    #[test]
    fn deep_nesting_is_refused() {
        for deep in [
            "[".repeat(100_000),
            "{a: ".repeat(100_000),
            "- ".repeat(100_000),
            "? ".repeat(5_000),
        ] {
            assert!(read_yaml(&deep).iter().any(Result::is_err));
        }
    }
}
