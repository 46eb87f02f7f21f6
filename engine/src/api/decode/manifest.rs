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

#[cfg(test)]
mod tests {
    use super::*;

    /// What decoding says of a text: `kind name` of each good document, the errors of each bad one.
    fn outcome(text: &str) -> Vec<String> {
        let origin = Origin::file("m.yaml");
        decode_documents(text, &origin, DecodeOptions::default())
            .into_iter()
            .map(|d| match d {
                Ok(m) => format!("{} {}", m.kind, m.value["metadata"]["name"].as_str().unwrap_or("-")),
                Err(e) => e.to_string(),
            })
            .collect()
    }

    fn check(text: &str, expect: &[&str]) {
        assert_eq!(outcome(text), expect, "{text}");
    }

    #[test]
    fn mistakes_are_named_with_place_and_hint() {
        let pod = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n  - name: app\n";
        check(
            &format!("{pod}    imagePulPolicy: Always\n"),
            &["m.yaml:8:5: spec.containers[0].imagePulPolicy: unknown field; did you mean \"imagePullPolicy\"?"],
        );
        check(
            &format!("{pod}    ports:\n    - containerPort: http\n"),
            &["m.yaml:9:22: spec.containers[0].ports[0].containerPort: must be a whole number, not the text \"http\""],
        );
        check(
            &format!("{pod}  restartPolicy: Never\n  restartPolicy: Always\n"),
            &["m.yaml:9:3: spec.restartPolicy: duplicate field"],
        );
        check(
            &format!("{pod}    resources: {{limits: {{cpu: banana}}}}\n"),
            &[
                "m.yaml:8:31: spec.containers[0].resources.limits.cpu: quantities must match the regular expression \
             '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
            ],
        );
        check(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, labels: {tier: 1}}\n",
            &["m.yaml:3:36: metadata.labels.tier: must be text (quote it), not the number 1"],
        );
    }

    #[test]
    fn missing_fields_and_unknown_kinds() {
        check(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec: {}\n",
            &[
                "m.yaml:4:7: spec.selector: required field is missing\nm.yaml:4:7: spec.template: required field is missing",
            ],
        );
        check(
            "apiVersion: v1\nkind: ConfigMap\n",
            &["m.yaml:1:1: metadata.name: required field is missing"],
        );
        check(
            "apiVersion: v1\nkind: Deployment\n",
            &[
                "m.yaml:1:1: apiVersion: no matches for kind \"Deployment\" in version \"v1\"; did you mean \"apps/v1\"?",
            ],
        );
        check(
            "apiVersion: apps/v1\nkind: Deploymnet\n",
            &[
                "m.yaml:2:1: kind: no matches for kind \"Deploymnet\" in version \"apps/v1\"; did you mean \"Deployment\"?",
            ],
        );
        check("kind: Pod\n", &["m.yaml:1:1: apiVersion: apiVersion not set"]);
        check(
            "just text\n",
            &["m.yaml:1:1: a document must be an object with apiVersion, kind and metadata, not text"],
        );
    }

    #[test]
    fn documents_are_judged_one_by_one_and_lists_expanded() {
        let map = |name: &str| format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\n");
        check(
            &format!("{}---\n{}foo: 1\n---\n---\n{}", map("a"), map("b"), map("c")),
            &["ConfigMap a", "m.yaml:8:1: foo: unknown field", "ConfigMap c"],
        );
        check(
            "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Secret, metadata: {name: s}}\n- {apiVersion: v1, kind: \
             ServiceAccountList, items: [{metadata: {name: p}}, {metadata: {name: q}}]}\n",
            &["Secret s", "ServiceAccount p", "ServiceAccount q"],
        );
        check(
            "{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":{\"name\":\"n\"}}{",
            &["Namespace n", "m.yaml:1:64: unexpected end of JSON input"],
        );
    }

    #[test]
    fn origins_shift_places() {
        let origin = Origin {
            file: "a.feature".to_owned(),
            lines_before: 10,
            indent: 4,
        };
        let error = decode_manifests("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nsepc: {}\n", &origin)
            .expect_err("misspelt");
        assert!(
            error.to_string().starts_with("a.feature:14:5: sepc: unknown field"),
            "{error}"
        );
    }

    #[test]
    fn refusals_read_as_the_servers() {
        let text =
            "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  foo: 1\n  containers: [{name: a, bar: 1}]\n";
        let error = decode_manifests(text, &Origin::file("m")).expect_err("unknown fields");
        assert_eq!(
            error.server_message(),
            "Pod in version \"v1\" cannot be handled as a Pod: strict decoding error: unknown field \
             \"spec.containers[0].bar\", unknown field \"spec.foo\""
        );
        let text =
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {containers: 5}}}\n";
        let error = decode_manifests(text, &Origin::file("m")).expect_err("wrong type");
        assert!(
            error.server_message().ends_with(
                "json: cannot unmarshal number into Go struct field PodSpec.spec.template.spec.containers of type []v1.Container"
            ),
            "{}",
            error.server_message()
        );
    }

    #[test]
    fn fields_are_found_again() {
        let text =
            "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n  - name: a\n    image: i\n";
        let manifests = decode_manifests(text, &Origin::file("m")).expect("a good pod");
        let at = manifests[0].locate("spec.containers[0].image");
        assert_eq!((at.line, at.column), (8, 5));
        assert_eq!(manifests[0].locate("spec.containers[0].ports[1].name").line, 7);
    }

    #[test]
    fn no_bytes_make_it_panic_or_hang() {
        let whole = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: &n \"we\\tb\"\n  labels: {app: *n, 5: 'x'}\nspec:\n  containers:\n  \
                     - name: app\n    command: [sh, -c, |\n      x]\n    args: >-\n      folded\n---\n{\"kind\": [1.5e3, \"\\ud83d\"]}\n";
        let junk = [
            '\0', '\t', '{', '}', '[', ']', ':', '-', '&', '*', '!', '|', '"', '\'', '%', '#', '\u{feff}', '😀', '\r',
            '?', ',',
        ];
        let mut count = 0;
        for (cut, _) in whole.char_indices() {
            count += decode_documents(&whole[..cut], &Origin::default(), DecodeOptions::default()).len();
            for c in junk {
                let mutated = format!("{}{c}{}", &whole[..cut], &whole[cut..]);
                count += decode_documents(&mutated, &Origin::default(), DecodeOptions::default()).len();
            }
        }
        assert!(count > 1000, "only {count} documents came out");
    }
}
