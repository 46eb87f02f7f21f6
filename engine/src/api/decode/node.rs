//! A node tree with positions: what YAML and JSON are read into before anything is known of kinds.

use serde_json::{Map, Number, Value};

/// A place in a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
}

/// The deepest nesting read; manifests of real life stay under 30. Beyond it a text is refused, so that walking a tree may recurse.
pub(super) const DEPTH_LIMIT: usize = 200;

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub content: Content,
    pub at: Position,
}

/// What a node holds.
#[derive(Clone, Debug)]
pub(super) enum Content {
    Null,
    Bool(bool),
    Number(Number),
    String(String),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// One entry of a map; a key may occur twice, which the check refuses.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub key: String,
    pub key_at: Position,
    pub value: Node,
}

impl Node {
    /// A tree without positions; what is nested deeper than the limit is left out.
    pub fn from_value(value: &Value, depth: usize) -> Node {
        let content = match value {
            _ if depth > DEPTH_LIMIT => Content::Null,
            Value::Null => Content::Null,
            Value::Bool(b) => Content::Bool(*b),
            Value::Number(n) => Content::Number(n.clone()),
            Value::String(s) => Content::String(s.clone()),
            Value::Array(items) => Content::List(items.iter().map(|item| Node::from_value(item, depth + 1)).collect()),
            Value::Object(fields) => {
                let entry = |(key, value): (&String, &Value)| Entry {
                    key: key.clone(),
                    key_at: Position::default(),
                    value: Node::from_value(value, depth + 1),
                };
                Content::Map(fields.iter().map(entry).collect())
            }
        };
        let at = Position::default();
        Node { content, at }
    }

    /// The value without positions; of a key given twice the last counts.
    pub fn to_value(&self) -> Value {
        match &self.content {
            Content::Null => Value::Null,
            Content::Bool(b) => Value::Bool(*b),
            Content::Number(n) => Value::Number(n.clone()),
            Content::String(s) => Value::String(s.clone()),
            Content::List(items) => Value::Array(items.iter().map(Node::to_value).collect()),
            Content::Map(entries) => Value::Object(
                entries
                    .iter()
                    .map(|e| (e.key.clone(), e.value.to_value()))
                    .collect::<Map<_, _>>(),
            ),
        }
    }

    /// Collects the paths of keys given twice; `path` is this node's own.
    pub fn duplicates(&self, path: &mut String, found: &mut Vec<String>) {
        let length = path.len();
        match &self.content {
            Content::Map(entries) => {
                for (i, entry) in entries.iter().enumerate() {
                    if !path.is_empty() {
                        path.push('.');
                    }
                    path.push_str(&entry.key);
                    if entries.iter().take(i).any(|earlier| earlier.key == entry.key) {
                        found.push(path.clone());
                    }
                    entry.value.duplicates(path, found);
                    path.truncate(length);
                }
            }
            Content::List(items) => {
                for (i, item) in items.iter().enumerate() {
                    path.push_str(&format!("[{i}]"));
                    item.duplicates(path, found);
                    path.truncate(length);
                }
            }
            _ => {}
        }
    }

    /// Collects the keys given twice and where, in the order of the text.
    pub fn duplicate_keys(&self, found: &mut Vec<(Position, String)>) {
        match &self.content {
            Content::Map(entries) => {
                for (i, entry) in entries.iter().enumerate() {
                    if entries.iter().take(i).any(|earlier| earlier.key == entry.key) {
                        found.push((entry.key_at, entry.key.clone()));
                    }
                    entry.value.duplicate_keys(found);
                }
            }
            Content::List(items) => items.iter().for_each(|item| item.duplicate_keys(found)),
            _ => {}
        }
    }

    /// The entry of this key, the last if it is given twice.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        match &self.content {
            Content::Map(entries) => entries.iter().rev().find(|e| e.key == key),
            _ => None,
        }
    }

    /// The text under this key.
    pub fn text(&self, key: &str) -> Option<&str> {
        match &self.entry(key)?.value.content {
            Content::String(text) => Some(text),
            _ => None,
        }
    }

    /// The place of a field path such as `spec.containers[0].image`, or of the nearest thing around it that is there.
    pub fn locate(&self, path: &str) -> Position {
        let (mut node, mut at) = (self, self.at);
        for step in path
            .split(['.', '['])
            .map(|step| step.trim_end_matches(']'))
            .filter(|step| !step.is_empty())
        {
            match &node.content {
                Content::Map(_) => {
                    let Some(entry) = node.entry(step) else { break };
                    (node, at) = (&entry.value, entry.key_at);
                }
                Content::List(items) => {
                    let Some(item) = step.parse().ok().and_then(|i: usize| items.get(i)) else {
                        break;
                    };
                    (node, at) = (item, item.at);
                }
                _ => break,
            }
        }
        at
    }
}
