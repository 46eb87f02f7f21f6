//! The walk of a document along the schema table: unknown, duplicate, missing fields and values of a wrong type.
//!
//! A value of a wrong type is described twice: in words, and as Go's `encoding/json` does, because that is what the API server
//! answers (`json: cannot unmarshal string into Go struct field PodSpec.spec.containers of type []v1.Container`: the struct that
//! has the field, the path without indexes, Go's type).

use super::error::Problem;
use super::node::{Content, Entry, Node, Position};
use super::suggest::did_you_mean;
use super::value::{base64_problem, converter_words, go_number, is_integer, quantity_problem, time_problem};
use crate::api::schema::{Field, FieldType, Schema, TypeInfo};

/// Something found at a place.
pub(super) struct Finding {
    pub at: Position,
    pub path: String,
    pub problem: Problem,
    pub suggestion: Option<String>,
}

/// What the walk looks at.
#[derive(Clone, Copy)]
pub(super) struct Checks {
    /// Whether maps are walked by sorted key, as kubectl's conversion of YAML leaves them, or as they stand.
    pub sorted: bool,
    /// Whether a key given twice is an error.
    pub duplicates: bool,
    /// Whether required fields must be there.
    pub required: bool,
}

/// Walks a whole document.
pub(super) fn check_document(root: &Node, info: &'static TypeInfo, checks: Checks) -> Vec<Finding> {
    let mut walk = Walk {
        schema: Schema::builtin(),
        checks,
        path: Vec::new(),
        findings: Vec::new(),
    };
    walk.object(root, info);
    if checks.required {
        walk.name(root);
    }
    walk.findings
}

/// What a decoder that reads only type and metadata says of an object: kubectl's, of whatever it reads.
pub(super) fn metadata_problem(root: &Node) -> Option<String> {
    let schema = Schema::builtin();
    let info = schema.type_named("core.v1.ConfigMap")?;
    let checks = Checks {
        sorted: true,
        duplicates: false,
        required: false,
    };
    for name in ["apiVersion", "kind", "metadata"] {
        let mut walk = Walk {
            schema,
            checks,
            path: vec![Step::Key(name)],
            findings: Vec::new(),
        };
        let (Some(field), Some(entry)) = (info.field(name), root.entry(name)) else {
            continue;
        };
        let owner = Owner {
            struct_name: "metadataOnlyObject",
            package: "v1",
            field,
        };
        walk.value(&entry.value, &field.field_type, owner);
        let refusal = walk.findings.into_iter().find_map(|finding| match finding.problem {
            Problem::WrongType { server: why, .. } | Problem::BadValue { message: why } => Some(why),
            _ => None,
        });
        if refusal.is_some() {
            return refusal;
        }
    }
    None
}

enum Step<'a> {
    Key(&'a str),
    Index(usize),
}

struct Walk<'a> {
    schema: &'static Schema,
    checks: Checks,
    path: Vec<Step<'a>>,
    findings: Vec<Finding>,
}

/// The field a value stands in, which type errors name.
#[derive(Clone, Copy)]
struct Owner<'s> {
    struct_name: &'s str,
    package: &'s str,
    field: &'s Field,
}

impl<'a> Walk<'a> {
    /// The path as the API server writes it: `spec.containers[0].image`; map keys that are no identifiers stand as they are.
    fn path_text(&self) -> String {
        let mut text = String::new();
        for step in &self.path {
            match step {
                Step::Key(key) if text.is_empty() => text.push_str(key),
                Step::Key(key) => text.extend([".", key]),
                Step::Index(index) => text.push_str(&format!("[{index}]")),
            }
        }
        text
    }

    fn go_path(&self) -> String {
        let keys: Vec<&str> = self
            .path
            .iter()
            .filter_map(|s| if let Step::Key(key) = s { Some(*key) } else { None })
            .collect();
        keys.join(".")
    }

    fn report(&mut self, at: Position, problem: Problem, suggestion: Option<String>) {
        let path = self.path_text();
        self.findings.push(Finding {
            at,
            path,
            problem,
            suggestion,
        });
    }

    fn entries(&self, entries: &'a [Entry]) -> Vec<&'a Entry> {
        let mut ordered: Vec<&Entry> = entries.iter().collect();
        if self.checks.sorted {
            ordered.sort_by(|a, b| a.key.cmp(&b.key));
        }
        ordered
    }

    /// The fields of an object.
    fn object(&mut self, node: &'a Node, info: &'static TypeInfo) {
        let Content::Map(entries) = &node.content else { return };
        let ordered = self.entries(entries);
        for (i, entry) in ordered.iter().enumerate() {
            self.path.push(Step::Key(&entry.key));
            let repeated = ordered.iter().take(i).any(|earlier| earlier.key == entry.key);
            match info.field(&entry.key) {
                _ if repeated && self.checks.duplicates => self.report(entry.key_at, Problem::DuplicateField, None),
                None => {
                    let near = did_you_mean(&entry.key, info.fields().iter().map(|f| f.name));
                    self.report(entry.key_at, Problem::UnknownField, near.map(str::to_owned));
                }
                Some(field) => {
                    let owner = Owner {
                        struct_name: info.go_name(),
                        package: info.go_package(),
                        field,
                    };
                    self.value(&entry.value, &field.field_type, owner);
                }
            }
            self.path.pop();
        }
        // A status is the server's business; what is missing there is ignored with the rest of it.
        let in_status = matches!(self.path.first(), Some(Step::Key("status")));
        if self.checks.required && !in_status {
            self.required(node, info);
        }
    }

    fn required(&mut self, node: &Node, info: &TypeInfo) {
        for field in info.fields().iter().filter(|f| f.required && f.name != "status") {
            if node
                .entry(field.name)
                .is_none_or(|e| matches!(e.value.content, Content::Null))
            {
                self.path.push(Step::Key(field.name));
                self.report(node.at, Problem::MissingField, None);
                self.path.pop();
            }
        }
    }

    /// Every object needs a name, or a prefix for one.
    fn name(&mut self, root: &Node) {
        let has = |key: &str| {
            root.entry("metadata")
                .and_then(|m| m.value.entry(key))
                .is_some_and(|e| match &e.value.content {
                    Content::String(text) => !text.is_empty(),
                    Content::Null => false,
                    _ => true,
                })
        };
        let has_metadata = root
            .entry("metadata")
            .is_none_or(|m| matches!(m.value.content, Content::Map(_) | Content::Null));
        if has_metadata && !has("name") && !has("generateName") {
            self.path.extend([Step::Key("metadata"), Step::Key("name")]);
            self.report(root.locate("metadata"), Problem::MissingField, None);
            self.path.clear();
        }
    }

    fn value(&mut self, node: &'a Node, field_type: &FieldType, owner: Owner<'_>) {
        match (&node.content, field_type) {
            (Content::Null, _) | (_, FieldType::Any) => {}
            (Content::Map(_), FieldType::Object(id)) => {
                if let Some(info) = self.schema.type_info(*id) {
                    self.object(node, info);
                }
            }
            (Content::Map(entries), FieldType::Map(value_type)) => self.map(entries, value_type, owner),
            (Content::List(items), FieldType::List(item_type)) => {
                for (index, item) in items.iter().enumerate() {
                    self.path.push(Step::Index(index));
                    self.value(item, item_type, owner);
                    self.path.pop();
                }
            }
            // Bytes may be given one by one.
            (Content::List(items), FieldType::Bytes) => {
                let is_byte =
                    |item: &&Node| matches!(&item.content, Content::Number(n) if n.as_u64().is_some_and(|n| n < 256));
                if let Some(odd) = items.iter().find(|item| !is_byte(item)) {
                    let mut problem = self.wrong_type(&odd.content, &FieldType::Bytes, owner);
                    if let Problem::WrongType { server, .. } = &mut problem {
                        *server = server.replace("of type []uint8", "of type uint8");
                    }
                    self.report(odd.at, problem, None);
                }
            }
            (content, scalar) => self.scalar(node, content, scalar, owner),
        }
    }

    fn map(&mut self, entries: &'a [Entry], value_type: &FieldType, owner: Owner<'_>) {
        let ordered = self.entries(entries);
        for (i, entry) in ordered.iter().enumerate() {
            if self.checks.duplicates && ordered.iter().take(i).any(|earlier| earlier.key == entry.key) {
                self.path.push(Step::Key(&entry.key));
                self.report(entry.key_at, Problem::DuplicateField, None);
                self.path.pop();
                continue;
            }
            let before = self.findings.len();
            self.path.push(Step::Key(&entry.key));
            self.value(&entry.value, value_type, owner);
            self.path.pop();
            // Go's decoder names the map, not the key, in a map's type errors.
            let suffix = format!(".{}", entry.key);
            for finding in self.findings.iter_mut().skip(before) {
                if let Problem::WrongType { server, .. } = &mut finding.problem {
                    *server = server.replacen(&format!("{suffix} of type"), " of type", 1);
                }
            }
        }
    }

    fn scalar(&mut self, node: &Node, content: &Content, field_type: &FieldType, owner: Owner<'_>) {
        let fits = match (content, field_type) {
            (Content::String(_), FieldType::String | FieldType::IntOrString) | (Content::Bool(_), FieldType::Bool) => {
                true
            }
            (Content::Number(n), FieldType::Int32 | FieldType::IntOrString) => {
                n.as_i64().is_some_and(|n| i32::try_from(n).is_ok())
            }
            (Content::Number(n), FieldType::Int64) => n.as_i64().is_some(),
            (Content::Number(_), FieldType::Double) => true,
            (_, FieldType::Quantity) => return self.text_value(node, quantity_problem(&node.to_value())),
            (Content::String(text), FieldType::Time | FieldType::MicroTime) => {
                return self.text_value(node, time_problem(text));
            }
            (Content::String(text), FieldType::Bytes) => return self.text_value(node, base64_problem(text)),
            _ => false,
        };
        if !fits {
            let problem = self.wrong_type(content, field_type, owner);
            self.report(node.at, problem, None);
        }
    }

    fn text_value(&mut self, node: &Node, problem: Option<String>) {
        if let Some(message) = problem {
            self.report(node.at, Problem::BadValue { message }, None);
        }
    }

    fn wrong_type(&self, content: &Content, field_type: &FieldType, owner: Owner<'_>) -> Problem {
        let (found, go_found) = match content {
            Content::Null => ("null".to_owned(), "null".to_owned()),
            Content::Bool(b) => (format!("the boolean {b}"), "bool".to_owned()),
            // Go names the number when it is of the right sort but does not fit.
            Content::Number(n) if is_integer(field_type) => {
                (format!("the number {n}"), format!("number {}", go_number(n)))
            }
            Content::Number(n) => (format!("the number {n}"), "number".to_owned()),
            Content::String(s) => (format!("the text \"{s}\""), "string".to_owned()),
            Content::List(_) => ("a list".to_owned(), "array".to_owned()),
            Content::Map(_) => ("a map".to_owned(), "object".to_owned()),
        };
        let go_type = self.go_type(field_type, owner, matches!(self.path.last(), Some(Step::Index(_))));
        let place = format!("{}.{}", owner.struct_name, self.go_path());
        let server = format!("json: cannot unmarshal {go_found} into Go struct field {place} of type {go_type}");
        Problem::WrongType {
            expected: self.words(field_type),
            found,
            server,
            converter: converter_words(content, field_type),
        }
    }

    /// What a field holds, in words.
    fn words(&self, field_type: &FieldType) -> String {
        match field_type {
            FieldType::String => "text (quote it)".to_owned(),
            FieldType::Bool => "true or false".to_owned(),
            FieldType::Int32 | FieldType::Int64 => "a whole number".to_owned(),
            FieldType::Double => "a number".to_owned(),
            FieldType::Quantity => "a quantity such as 500m or 1Gi".to_owned(),
            FieldType::IntOrString => "a whole number or text".to_owned(),
            FieldType::Time | FieldType::MicroTime => "a time such as 2025-01-31T12:00:00Z".to_owned(),
            FieldType::Bytes => "base64 text".to_owned(),
            FieldType::Any => "anything".to_owned(),
            FieldType::Object(id) => {
                let name = self.schema.type_info(*id).map(TypeInfo::go_name).unwrap_or_default();
                format!("a map with the fields of {name}")
            }
            FieldType::List(_) => "a list".to_owned(),
            FieldType::Map(_) => "a map".to_owned(),
        }
    }

    /// Go's name of a field's type, or of its elements' type.
    fn go_type(&self, field_type: &FieldType, owner: Owner<'_>, element: bool) -> String {
        let named = owner.field.go_type.map(|name| format!("{}.{name}", owner.package));
        let in_list = matches!(owner.field.field_type, FieldType::List(_));
        let in_map = matches!(owner.field.field_type, FieldType::Map(_));
        match field_type {
            FieldType::List(item) => format!("[]{}", self.go_type(item, owner, true)),
            FieldType::Map(_) if named.is_some() && in_map => named.unwrap_or_default(),
            FieldType::Map(value) => format!("map[string]{}", self.go_type(value, owner, false)),
            FieldType::Object(id) => match self.schema.type_info(*id) {
                Some(info) => format!("{}.{}", info.go_package(), info.go_name()),
                None => "object".to_owned(),
            },
            FieldType::String if !in_map && in_list == element => named.unwrap_or_else(|| "string".to_owned()),
            FieldType::String => "string".to_owned(),
            FieldType::Bool => "bool".to_owned(),
            FieldType::Int32 | FieldType::IntOrString => "int32".to_owned(),
            FieldType::Int64 => "int64".to_owned(),
            FieldType::Double => "float64".to_owned(),
            FieldType::Bytes => "[]uint8".to_owned(),
            FieldType::Quantity => "resource.Quantity".to_owned(),
            FieldType::Time | FieldType::MicroTime => "string".to_owned(),
            FieldType::Any => "interface {}".to_owned(),
        }
    }
}
