//! Documents that are read but not judged yet: what kubectl's and the API server's own decoders work on, step by step.
//!
//! kubectl splits a file at lines of `---` and reads each part by itself; a part that does not read ends the file (apimachinery
//! `util/yaml`). The server reads one document. Both say what is wrong in Go's words.

use super::check::{Checks, check_document, metadata_problem};
use super::error::Problem;
use super::go_yaml;
use super::json::{read_json_stream, read_one};
use super::node::{Content, Node, Position};
use super::yaml::read_yaml;
use crate::api::schema::TypeInfo;
use serde_json::Value;

/// A document, whatever it holds.
#[derive(Clone, Debug)]
pub struct Document {
    pub(super) node: Node,
}

/// What the server's decoder says of a document that is meant to be of a type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judgement {
    /// The first value that cannot be decoded.
    pub refusal: Option<String>,
    /// What a strict decoder complains of besides: unknown fields, fields given twice.
    pub strict: Vec<String>,
}

/// Reads a file as kubectl does: each document, up to the first that cannot be read.
pub fn read_stream(text: &str) -> Vec<Result<Document, String>> {
    if text.trim_start().starts_with('{') {
        let read = read_json_stream(text).into_iter();
        return read.map(|node| node.map(|node| Document { node })).collect();
    }
    let mut documents = Vec::new();
    for part in parts(text) {
        let document = Document::from_yaml(&part).map_err(|why| format!("error converting YAML to JSON: {why}"));
        let failed = document.is_err();
        documents.push(document);
        if failed {
            break;
        }
    }
    documents
}

/// The parts of a YAML stream. A separator on the first line of a part belongs to it.
fn parts(text: &str) -> Vec<String> {
    let (mut parts, mut part) = (Vec::new(), String::new());
    for line in text.split_inclusive('\n') {
        let separates = line.strip_prefix("---").is_some_and(|rest| rest.trim_end().is_empty());
        if separates && !part.is_empty() {
            parts.push(std::mem::take(&mut part));
        } else {
            part.push_str(line);
        }
    }
    if !part.is_empty() {
        parts.push(part);
    }
    parts
}

impl Document {
    /// Reads a text that is one JSON value.
    ///
    /// # Errors
    /// It is not, in the words of Go's `encoding/json`.
    pub fn from_json(text: &str) -> Result<Document, String> {
        let node = read_one(text).map_err(|error| error.message)?;
        Ok(Document { node })
    }

    /// Reads the first document of a YAML text; an empty text is null.
    ///
    /// # Errors
    /// What go-yaml says of it.
    pub fn from_yaml(text: &str) -> Result<Document, String> {
        if let Some(why) = go_yaml::refused_at_once(text) {
            return Err(why);
        }
        match read_yaml(text).into_iter().next() {
            Some(Ok(node)) => Ok(Document { node }),
            Some(Err(error)) => Err(go_yaml::words(text, &error)),
            None => Ok(Document {
                node: Node {
                    content: Content::Null,
                    at: Position::default(),
                },
            }),
        }
    }

    /// The value; of a key given twice the last counts.
    pub fn value(&self) -> Value {
        self.node.to_value()
    }

    /// Whether there is nothing in it.
    pub fn is_null(&self) -> bool {
        matches!(self.node.content, Content::Null)
    }

    /// The member of this name, unless null.
    pub fn member(&self, name: &str) -> Option<Value> {
        let value = self.node.entry(name)?.value.to_value();
        Some(value).filter(|value| !value.is_null())
    }

    /// The text of a member; empty if it is no text.
    pub fn text(&self, name: &str) -> &str {
        self.node.text(name).unwrap_or_default()
    }

    /// The documents in its list `items`; none if it has no such list.
    pub fn items(&self) -> Option<Vec<Document>> {
        match &self.node.entry("items")?.value.content {
            Content::List(items) => Some(items.iter().map(|node| Document { node: node.clone() }).collect()),
            _ => None,
        }
    }

    /// What Go's decoder calls the value if it is no object.
    pub fn other_than_object(&self) -> Option<&'static str> {
        match &self.node.content {
            Content::Null | Content::Map(_) => None,
            Content::Bool(_) => Some("bool"),
            Content::Number(_) => Some("number"),
            Content::String(_) => Some("string"),
            Content::List(_) => Some("array"),
        }
    }

    /// What kubectl's decoder says of the metadata and the type, which it reads before it sends an object anywhere.
    pub fn metadata_problem(&self) -> Option<String> {
        metadata_problem(&self.node)
    }

    /// What go-yaml's strict reader says of keys given twice.
    pub fn yaml_duplicates(&self) -> Option<String> {
        let mut found = Vec::new();
        self.node.duplicate_keys(&mut found);
        let lines: Vec<String> = found
            .into_iter()
            .map(|(at, key)| {
                format!(
                    "\n  line {}: key {} already set in map",
                    at.line,
                    crate::api::go_quote(&key)
                )
            })
            .collect();
        (!lines.is_empty()).then(|| format!("yaml: unmarshal errors:{}", lines.concat()))
    }

    /// What the server's decoder says of it as an object of a type. `sorted` says that maps are walked by key, as those of YAML
    /// are; the duplicates of YAML are told by [`Document::yaml_duplicates`].
    pub fn judge(&self, info: &'static TypeInfo, sorted: bool) -> Judgement {
        let checks = Checks {
            sorted,
            duplicates: !sorted,
            required: false,
        };
        let mut judgement = Judgement::default();
        for finding in check_document(&self.node, info, checks) {
            match finding.problem {
                Problem::WrongType { server: why, .. } | Problem::BadValue { message: why } => {
                    judgement.refusal.get_or_insert(why);
                }
                problem => judgement.strict.push(format!("{problem} \"{}\"", finding.path)),
            }
        }
        judgement
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_part_by_part_as_kubectl_does() {
        let check = |text: &str, expect: &[&str]| {
            let shown = read_stream(text).into_iter().map(|document| match document {
                Ok(document) => document.value().to_string(),
                Err(why) => why,
            });
            assert_eq!(shown.collect::<Vec<String>>(), expect, "{text:?}");
        };
        check("a: 1\n---\nb: 2\n", &[r#"{"a":1}"#, r#"{"b":2}"#]);
        check("---\n---\n", &["null"]);
        check("a: 1\n...\nfoo\n", &[r#"{"a":1}"#]);
        check(
            "a: 1\n---\nb: c: d\n---\ne: 1\n",
            &[
                r#"{"a":1}"#,
                "error converting YAML to JSON: yaml: mapping values are not allowed in this context",
            ],
        );
        check("{\"a\":1}{\"b\"", &[r#"{"a":1}"#, "unexpected EOF"]);
        check(
            "{\"a\":1,}",
            &["json: offset 8: invalid character '}' looking for beginning of object key string"],
        );
    }
}
