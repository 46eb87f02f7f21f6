//! Manifest files as kubectl reads them: document by document, validated as far as kubectl does that itself, decoded as far as it
//! must to know where an object belongs.
//!
//! What is wrong with an object's own fields is the API server's business, which hears of them when the object is sent
//! ([`Session::decode`](super::session::Session::decode)). Source: cli-runtime `resource/visitor.go` and `mapper.go`, kubectl
//! `validation/schema.go`.

use serde_json::Value;

use super::error::CommandError;
use super::openapi;
use super::output::compact_json;
use crate::api::Kind;
use crate::api::decode::{Document, Manifest, Origin, read_stream};
use crate::apiserver::{ApiError, FieldValidation};

/// What kubectl says of a document with which it cannot go on.
type Problem = String;

/// The objects of a file's text, and what could not be read. `validation` is what `--validate` says; none for commands without it.
pub fn read_manifests(
    text: &str,
    file: &str,
    validation: Option<FieldValidation>,
) -> (Vec<Manifest>, Vec<CommandError>) {
    let source = if file == "-" { "STDIN" } else { file };
    let reader = Reader {
        source,
        origin: Origin::file(file),
    };
    let (mut manifests, mut errors) = (Vec::new(), Vec::new());
    for document in read_stream(text.strip_prefix('\u{feff}').unwrap_or(text)) {
        let document = match document {
            Ok(document) if document.is_null() => continue,
            Ok(document) => document,
            Err(why) => {
                errors.push(CommandError::message(format!("error parsing {source}: {why}")));
                break;
            }
        };
        let invalid = validation
            .filter(|validation| *validation != FieldValidation::Ignore)
            .and_then(|validation| invalid(&document, validation));
        if let Some(why) = invalid {
            errors.push(CommandError::message(format!(
                "error validating \"{source}\": error validating data: {why}; if you choose to ignore these errors, turn validation \
                 off with --validate=false"
            )));
            break;
        }
        for read in reader.objects(document) {
            match read {
                Ok(manifest) => manifests.push(manifest),
                Err(error) => errors.push(error),
            }
        }
    }
    (manifests, errors)
}

/// What kubectl's own validation says. Of kinds that the server validates it looks at the type alone; a `List` it must look
/// through itself.
fn invalid(document: &Document, validation: FieldValidation) -> Option<Problem> {
    let value = document.value();
    let problems = match type_problems(&value) {
        problems if !problems.is_empty() => problems,
        _ if validation == FieldValidation::Strict && document.text("kind") == "List" => {
            if document.text("apiVersion") != "v1" {
                return None;
            }
            match value.get("items").and_then(Value::as_array) {
                None => vec!["invalid object to validate".to_owned()],
                Some(items) => items.iter().flat_map(item_problems).collect(),
            }
        }
        _ => return None,
    };
    match problems.as_slice() {
        [] => None,
        [one] => Some(one.clone()),
        all => Some(format!("[{}]", all.join(", "))),
    }
}

fn item_problems(item: &Value) -> Vec<Problem> {
    match type_problems(item) {
        problems if problems.is_empty() => openapi::problems(item),
        problems => problems,
    }
}

fn type_problems(value: &Value) -> Vec<Problem> {
    let Some(fields) = value.as_object() else {
        return vec!["invalid object to validate".to_owned()];
    };
    let mut problems = Vec::new();
    for name in ["apiVersion", "kind"] {
        match fields.get(name) {
            None | Some(Value::Null) => problems.push(format!("{name} not set")),
            Some(Value::String(text)) if name == "apiVersion" && text.matches('/').count() > 1 => {
                problems.push(format!("unexpected GroupVersion string: {text}"));
            }
            Some(Value::String(_)) => {}
            Some(_) => problems.push(format!("{name} isn't string type")),
        }
    }
    problems
}

struct Reader<'a> {
    source: &'a str,
    origin: Origin,
}

impl Reader<'_> {
    /// The object of a document, or those of a list.
    fn objects(&self, document: Document) -> Vec<Result<Manifest, CommandError>> {
        // A list in a list is expanded too; the depth is limited by the document's.
        let (mut read, mut pending) = (Vec::new(), vec![document]);
        while let Some(document) = pending.pop() {
            match document.items().filter(|_| document.text("kind").ends_with("List")) {
                Some(items) => pending.extend(items.into_iter().rev()),
                None => read.push(self.object(document)),
            }
        }
        read
    }

    fn object(&self, document: Document) -> Result<Manifest, CommandError> {
        let refuse = |why: String| Err(CommandError::message(why));
        let undecodable = |why: String| refuse(format!("unable to decode \"{}\": {why}", self.source));
        if let Some(found) = document.other_than_object() {
            return undecodable(format!(
                "json: cannot unmarshal {found} into Go value of type unstructured.detector"
            ));
        }
        let (api_version, kind) = (document.text("apiVersion"), document.text("kind"));
        if kind.is_empty() || api_version.matches('/').count() > 1 {
            let object = compact_json(&document.value());
            return undecodable(format!("Object 'Kind' is missing in '{object}'"));
        }
        if let Some(why) = document.metadata_problem() {
            return undecodable(why);
        }
        match kind_of(api_version, kind) {
            Some(kind) => Ok(Manifest::of_document(kind, document, &self.origin)),
            // Every version has lists, but nothing is kept as one.
            None if (api_version, kind) == ("v1", "List") => Err(ApiError::no_resource().into()),
            None => {
                let metadata = document.member("metadata").unwrap_or_default();
                let text = |key| crate::api::json::text(&metadata, key);
                refuse(format!(
                    "resource mapping not found for name: \"{}\" namespace: \"{}\" from \"{}\": no matches for kind \"{kind}\" in \
                     version \"{api_version}\"\nensure CRDs are installed first",
                    text("name"),
                    text("namespace"),
                    self.source
                ))
            }
        }
    }
}

/// The kind of this name; kubectl takes it in small letters too.
fn kind_of(api_version: &str, name: &str) -> Option<Kind> {
    let lower = |kind: &Kind| kind.name().to_ascii_lowercase() == name;
    let small = || {
        Kind::all()
            .find(lower)
            .and_then(|kind| Kind::from_gvk(api_version, kind.name()))
    };
    Kind::from_gvk(api_version, name).or_else(small)
}
