//! Documents to manifests: which kind, lists expanded, checked.

use super::check::{Checks, Finding, check_document};
use super::document::Document;
use super::error::{DecodeError, DecodeErrors, Problem};
use super::json::read_json;
use super::node::{Content, Node, Position};
use super::suggest::did_you_mean;
use super::yaml::read_yaml;
use crate::api::kind::Kind;
use crate::api::schema::Schema;
use serde_json::Value;

/// Where a text comes from, so that errors can name a place its author can go to.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// The file's name, as messages show it.
    pub file: String,
    /// How many lines of the file stand before the text (0 for a whole file; more for a doc string in a feature file).
    pub lines_before: u32,
    /// How many columns every line of the text was indented by.
    pub indent: u32,
}

impl Origin {
    /// A whole file.
    pub fn file(file: impl Into<String>) -> Origin {
        Origin {
            file: file.into(),
            ..Origin::default()
        }
    }

    fn place(&self, at: Position) -> Position {
        Position {
            line: at.line.saturating_add(self.lines_before),
            column: at.column.saturating_add(self.indent),
        }
    }
}

/// How strict decoding is.
#[derive(Clone, Copy, Debug)]
pub struct DecodeOptions {
    /// Whether a key given twice in YAML is refused. kubectl takes the last one.
    pub refuse_duplicates: bool,
    /// Whether missing required fields are refused here, with their place, rather than by validation in the API server's words.
    pub refuse_missing: bool,
}

impl Default for DecodeOptions {
    fn default() -> Self {
        DecodeOptions {
            refuse_duplicates: true,
            refuse_missing: true,
        }
    }
}

/// A document that decoded: an object of a built-in kind, as given (no defaults set, nulls kept).
#[derive(Clone, Debug)]
pub struct Manifest {
    /// The kind.
    pub kind: Kind,
    /// The `apiVersion` as given; it may be an older version than the kind is stored in.
    pub api_version: String,
    /// The object.
    pub value: Value,
    /// Where it begins.
    pub at: Position,
    origin: Origin,
    node: Node,
}

impl Manifest {
    /// The place of a field path such as `spec.containers[0].image`, or of the nearest thing around it that the manifest has:
    /// where to point when the API server refuses the object because of that field.
    pub fn locate(&self, path: &str) -> Position {
        self.origin.place(self.node.locate(path))
    }

    /// A document that is of this kind, as far as it says.
    pub fn of_document(kind: Kind, document: Document, origin: &Origin) -> Manifest {
        let node = document.node;
        Manifest {
            kind,
            api_version: node.text("apiVersion").unwrap_or_default().to_owned(),
            value: node.to_value(),
            at: origin.place(node.at),
            origin: origin.clone(),
            node,
        }
    }

    /// The file it came from.
    pub fn file(&self) -> &str {
        &self.origin.file
    }
}

/// Reads all documents of a text, or says everything that is wrong with the first bad one.
///
/// # Errors
/// The errors of the first document that does not decode.
pub fn decode_manifests(text: &str, origin: &Origin) -> Result<Vec<Manifest>, DecodeErrors> {
    decode_documents(text, origin, DecodeOptions::default())
        .into_iter()
        .collect()
}

/// Reads all documents of a text, each judged by itself. Empty documents are skipped; lists (`kind: List`, `PodList`, …) are
/// expanded into their items.
pub fn decode_documents(text: &str, origin: &Origin, options: DecodeOptions) -> Vec<Result<Manifest, DecodeErrors>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let is_json = text.trim_start().starts_with('{');
    let nodes = if is_json { read_json(text) } else { read_yaml(text) };
    let decoder = Decoder {
        origin,
        options,
        sorted: !is_json,
    };
    let mut documents = Vec::new();
    for node in nodes {
        match node {
            Ok(node) => decoder.document(node, &mut documents),
            Err(error) => documents.push(Err(decoder.one(
                &Node {
                    content: Content::Null,
                    at: error.at,
                },
                Problem::Syntax(error.message),
                "",
            ))),
        }
    }
    documents
}

/// What the server's decoder finds wrong with an object that is meant to be of a kind, whatever its `apiVersion` and `kind` say.
pub fn check_object(kind: Kind, object: &Value) -> Vec<DecodeError> {
    let api_version = object.get("apiVersion").and_then(Value::as_str).unwrap_or_default();
    let schema = Schema::builtin();
    let Some(info) = schema.of(api_version, kind.name()).or_else(|| schema.of_kind(kind)) else {
        return Vec::new();
    };
    let checks = Checks {
        sorted: true,
        duplicates: false,
        required: false,
    };
    let node = Node::from_value(object, 0);
    let findings = check_document(&node, info, checks).into_iter();
    let error = |finding: Finding| DecodeError {
        file: String::new(),
        at: finding.at,
        path: finding.path,
        problem: finding.problem,
        suggestion: finding.suggestion,
    };
    findings.map(error).collect()
}

struct Decoder<'a> {
    origin: &'a Origin,
    options: DecodeOptions,
    sorted: bool,
}

impl Decoder<'_> {
    /// Decodes a document; a list gives one result an item.
    fn document(&self, node: Node, documents: &mut Vec<Result<Manifest, DecodeErrors>>) {
        // A list in a list is expanded too; the depth is limited by the node tree's.
        let mut pending = vec![node];
        while let Some(mut node) = pending.pop() {
            if !is_list(&node) {
                documents.push(self.object(node));
                continue;
            }
            let items = match take_items(&mut node) {
                Ok(items) => items,
                Err(at) => {
                    let list = Node { at, ..node };
                    let problem = Problem::WrongType {
                        expected: "a list".to_owned(),
                        found: "something else".to_owned(),
                        server: "items must be a list".to_owned(),
                        converter: String::new(),
                    };
                    documents.push(Err(self.one(&list, problem, "items")));
                    continue;
                }
            };
            // An item may leave out what the list's own kind says.
            pending.extend(items.into_iter().rev());
        }
    }

    fn object(&self, node: Node) -> Result<Manifest, DecodeErrors> {
        let found = match &node.content {
            Content::Map(_) => None,
            Content::List(_) => Some("a list"),
            Content::String(_) => Some("text"),
            Content::Number(_) => Some("a number"),
            Content::Bool(_) => Some("a boolean"),
            Content::Null => Some("nothing"),
        };
        if let Some(found) = found {
            return Err(self.one(&node, Problem::NotAnObject(found), ""));
        }
        for key in ["apiVersion", "kind"] {
            if node.text(key).is_none_or(str::is_empty) {
                return Err(self.one(&node, Problem::TypeNotSet(key), key));
            }
        }
        let (api_version, kind) = (
            node.text("apiVersion").unwrap_or_default(),
            node.text("kind").unwrap_or_default(),
        );
        let known = Kind::from_gvk(api_version, kind).zip(Schema::builtin().of(api_version, kind));
        let Some((kind, info)) = known else {
            return Err(self.unknown_kind(&node, api_version, kind));
        };
        let checks = Checks {
            sorted: self.sorted,
            duplicates: self.options.refuse_duplicates,
            required: self.options.refuse_missing,
        };
        let findings = check_document(&node, info, checks);
        if findings.is_empty() {
            return Ok(Manifest {
                kind,
                api_version: api_version.to_owned(),
                value: node.to_value(),
                at: self.origin.place(node.at),
                origin: self.origin.clone(),
                node,
            });
        }
        let errors = findings
            .into_iter()
            .map(|f| self.error(f.at, f.path, f.problem, f.suggestion))
            .collect();
        Err(self.errors(&node, errors))
    }

    fn unknown_kind(&self, node: &Node, api_version: &str, kind: &str) -> DecodeErrors {
        let (path, suggestion) = match Kind::from_name(kind) {
            // The kind is right, so the version is not.
            Some(known) => ("apiVersion", Some(known.info().api_version())),
            None => (
                "kind",
                did_you_mean(kind, Kind::all().map(Kind::name)).map(str::to_owned),
            ),
        };
        let problem = Problem::UnknownKind {
            kind: kind.to_owned(),
            api_version: api_version.to_owned(),
        };
        let error = self.error(node.locate(path), path.to_owned(), problem, suggestion);
        self.errors(node, vec![error])
    }

    fn error(&self, at: Position, path: String, problem: Problem, suggestion: Option<String>) -> DecodeError {
        DecodeError {
            file: self.origin.file.clone(),
            at: self.origin.place(at),
            path,
            problem,
            suggestion,
        }
    }

    fn one(&self, node: &Node, problem: Problem, path: &str) -> DecodeErrors {
        let error = self.error(node.locate(path), path.to_owned(), problem, None);
        self.errors(node, vec![error])
    }

    fn errors(&self, node: &Node, errors: Vec<DecodeError>) -> DecodeErrors {
        let text = |node: Option<&Node>, key: &str| node.and_then(|n| n.text(key)).unwrap_or_default().to_owned();
        let metadata = node.entry("metadata").map(|e| &e.value);
        DecodeErrors {
            api_version: text(Some(node), "apiVersion"),
            kind: text(Some(node), "kind"),
            name: text(metadata, "name"),
            namespace: text(metadata, "namespace"),
            errors,
        }
    }
}

/// Whether a document is `v1 List`, or the list of a built-in kind.
fn is_list(node: &Node) -> bool {
    let (Some(api_version), Some(kind)) = (node.text("apiVersion"), node.text("kind")) else {
        return false;
    };
    match kind.strip_suffix("List") {
        Some("") => api_version == "v1",
        Some(item) => Kind::from_gvk(api_version, item).is_some(),
        None => false,
    }
}

/// The items of a list; where they are no list, their place. The items of a typed list may leave out `apiVersion` and `kind`.
fn take_items(list: &mut Node) -> Result<Vec<Node>, Position> {
    let at = list.locate("items");
    let item_type = list
        .text("apiVersion")
        .zip(list.text("kind").and_then(|kind| kind.strip_suffix("List")));
    let item_type = item_type
        .filter(|(_, kind)| !kind.is_empty())
        .map(|(v, k)| [("apiVersion", v.to_owned()), ("kind", k.to_owned())]);
    let Content::Map(entries) = &mut list.content else {
        return Ok(Vec::new());
    };
    let Some(items) = entries.iter_mut().find(|e| e.key == "items") else {
        return Ok(Vec::new());
    };
    let mut items = match std::mem::replace(&mut items.value.content, Content::Null) {
        Content::List(items) => items,
        Content::Null => Vec::new(),
        _ => return Err(at),
    };
    for item in &mut items {
        let item_at = item.at;
        for (key, value) in item_type.iter().flatten() {
            if item.entry(key).is_none()
                && let Content::Map(fields) = &mut item.content
            {
                let value = Node {
                    content: Content::String(value.clone()),
                    at: item_at,
                };
                fields.push(super::node::Entry {
                    key: (*key).to_owned(),
                    key_at: item_at,
                    value,
                });
            }
        }
    }
    Ok(items)
}
