//! The patches a request may bring.

use serde_json::Value;

use super::error::{ApiError, Cause, Reason, key_of};
use crate::api::decode::{DecodeOptions, Origin, Problem, decode_documents};
use crate::api::patch::{PatchError, go_text, json_merge_patch, json_patch, strategic_merge_patch};
use crate::api::schema::Schema;
use crate::api::{Kind, ObjectKey, go_quote};

/// A patch with its content type.
#[derive(Debug, Clone, PartialEq)]
pub enum Patch {
    /// `application/strategic-merge-patch+json`: lists merge by their keys.
    Strategic(Value),
    /// `application/merge-patch+json` (RFC 7386): lists are replaced.
    Merge(Value),
    /// `application/json-patch+json` (RFC 6902): operations.
    Json(Value),
}

impl Patch {
    /// Changes an object. Returns what the server warns of: fields that it does not know and leaves out.
    ///
    /// # Errors
    /// It does not apply, would rename the object, or puts a value where one of another type belongs; the object is then as it
    /// was, or may be thrown away.
    pub fn apply(&self, kind: Kind, object: &mut Value) -> Result<Vec<String>, ApiError> {
        let before = key_of(object);
        let outcome = match self {
            Patch::Strategic(patch) => match Schema::builtin().of_kind(kind) {
                Some(info) => strategic_merge_patch(info, object, patch),
                None => json_merge_patch(object, patch),
            },
            Patch::Merge(patch) => json_merge_patch(object, patch),
            Patch::Json(patch) => json_patch(object, patch),
        };
        outcome.map_err(refusal)?;
        check_identity(&before, object)?;
        self.check_types(object)
    }

    /// Holds the patched object against the schema.
    fn check_types(&self, object: &Value) -> Result<Vec<String>, ApiError> {
        let options = DecodeOptions {
            refuse_duplicates: false,
            refuse_missing: false,
        };
        let documents = decode_documents(&object.to_string(), &Origin::default(), options);
        let mut warnings = Vec::new();
        for errors in documents.into_iter().filter_map(Result::err) {
            for error in errors.errors {
                match error.problem {
                    Problem::UnknownField => warnings.push(format!("unknown field \"{}\"", error.path)),
                    Problem::WrongType { server, .. } => return Err(self.wrong_type(object, &server)),
                    Problem::BadValue { message } => return Err(self.wrong_type(object, &message)),
                    _ => {}
                }
            }
        }
        Ok(warnings)
    }

    /// The server's words for a value of a wrong type. A strategic patch is read by another decoder than the others, which
    /// knows no fields by name.
    fn wrong_type(&self, object: &Value, why: &str) -> ApiError {
        let (value, why) = match self {
            Patch::Strategic(patch) => (go_text(patch), unstructured_words(why)),
            Patch::Merge(_) | Patch::Json(_) => (object.to_string(), why.to_owned()),
        };
        let field = "patch".to_owned();
        let message = format!("Invalid value: {}: {why}", go_quote(&value));
        ApiError {
            causes: vec![Cause {
                field: field.clone(),
                message: message.clone(),
            }],
            ..ApiError::new(Reason::Invalid, format!("{field}: {message}"))
        }
    }
}

/// What `json: cannot unmarshal string into Go struct field A.b of type int32` is called by apimachinery's converter from
/// unstructured objects.
fn unstructured_words(why: &str) -> String {
    let found = why
        .strip_prefix("json: cannot unmarshal ")
        .and_then(|rest| rest.split(' ').next());
    let Some((found, wanted)) = found.zip(why.rsplit(" of type ").next()) else {
        return why.to_owned();
    };
    let found = match found {
        "object" => "map",
        "array" => "slice",
        "number" => "int64",
        other => other,
    };
    if wanted.starts_with("[]") {
        format!("cannot restore slice from {found}")
    } else if wanted.starts_with("map[") {
        format!("cannot restore map from {found}")
    } else if wanted.contains('.') {
        format!("cannot restore struct from: {found}")
    } else {
        format!("unrecognized type: {wanted}")
    }
}

/// A patch must leave an object's name and namespace alone.
fn check_identity(before: &ObjectKey, object: &Value) -> Result<(), ApiError> {
    let after = key_of(object);
    let refuse = |message: String| Err(ApiError::new(Reason::BadRequest, message));
    if after.name.is_empty() {
        return refuse(format!(
            "the name of the object ({} based on URL) was undeterminable: name must be provided",
            before.name
        ));
    }
    if after.name != before.name {
        return refuse(format!(
            "the name of the object ({}) does not match the name on the URL ({})",
            after.name, before.name
        ));
    }
    if after.namespace != before.namespace {
        return refuse(
            "the namespace of the provided object does not match the namespace sent on the request".to_owned(),
        );
    }
    Ok(())
}

fn refusal(error: PatchError) -> ApiError {
    let reason = match &error {
        PatchError::Operation { .. } => Reason::Invalid,
        PatchError::WrongShape { .. } | PatchError::RetainKeys | PatchError::ParallelList | PatchError::TooDeep(_) => {
            Reason::BadRequest
        }
        _ => Reason::Unknown,
    };
    ApiError::new(reason, error.to_string())
}
