//! The patches a request may bring.

use serde_json::Value;

use super::error::{ApiError, Cause, Reason, key_of};
use crate::api::decode::{Problem, check_object, parse_json};
use crate::api::patch::{PatchError, go_text, json_merge_patch, json_patch, strategic_merge_patch};
use crate::api::schema::Schema;
use crate::api::{Kind, ObjectKey, go_quote};

/// What the server says before what is wrong with the body of a merge patch or a JSON patch.
const DECODING: &str = "error decoding patch: ";

/// What becomes of fields that the server does not know, and of fields given twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FieldValidation {
    /// They are dropped silently.
    Ignore,
    /// They are dropped and told of.
    #[default]
    Warn,
    /// The request is refused.
    Strict,
}

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
    /// Reads a patch from a request's body; also what a strict reader finds wrong with it, such as keys given twice.
    ///
    /// # Errors
    /// A content type that is none of a patch, or a body that is no JSON.
    pub fn read(content_type: &str, body: &str) -> Result<(Patch, Vec<String>), ApiError> {
        let (kind, prefix): (fn(Value) -> Patch, _) = match content_type {
            "application/strategic-merge-patch+json" => (Patch::Strategic, ""),
            "application/merge-patch+json" => (Patch::Merge, DECODING),
            "application/json-patch+json" => (Patch::Json, DECODING),
            _ => {
                let message = "415: Unsupported Media Type";
                return Err(ApiError::new(Reason::UnsupportedPatchType, message));
            }
        };
        let text =
            parse_json(body).map_err(|message| ApiError::new(Reason::BadRequest, format!("{prefix}{message}")))?;
        let duplicates = text.duplicates.iter().map(|path| format!("duplicate field \"{path}\""));
        Ok((kind(text.value), duplicates.collect()))
    }

    /// Changes an object as a client does that works on a copy of its own. See [`Patch::apply_validated`].
    ///
    /// # Errors
    /// It does not apply, would rename the object, or puts a value where one of another type belongs.
    pub fn apply(&self, kind: Kind, object: &mut Value) -> Result<Vec<String>, ApiError> {
        let before = key_of(object);
        let warnings = self.apply_validated(kind, object, FieldValidation::Warn, &[])?;
        check_identity(&before, object)?;
        Ok(warnings)
    }

    /// Changes an object. `strict_errors` are what a strict reader found wrong with the patch itself. Returns what the server
    /// warns of: fields that it does not know and leaves out, or that were given twice.
    ///
    /// # Errors
    /// It does not apply, puts a value where one of another type belongs, or brings unknown fields that `validation` does not allow; the object is then as it was, or may be thrown away.
    pub fn apply_validated(
        &self,
        kind: Kind,
        object: &mut Value,
        validation: FieldValidation,
        strict_errors: &[String],
    ) -> Result<Vec<String>, ApiError> {
        let outcome = match self {
            // Go reads a null as no changes.
            Patch::Strategic(Value::Null) | Patch::Json(Value::Null) => Ok(()),
            Patch::Merge(Value::Null) => Err(PatchError::NullMerge),
            Patch::Strategic(patch) => match Schema::builtin().of_kind(kind) {
                Some(info) => strategic_merge_patch(info, object, patch),
                None => json_merge_patch(object, patch),
            },
            Patch::Merge(patch) => json_merge_patch(object, patch),
            Patch::Json(patch) => json_patch(object, patch),
        };
        outcome.map_err(|error| self.refusal(error))?;
        let mut strict_errors = strict_errors.to_vec();
        strict_errors.extend(self.check_types(kind, object)?);
        let warnings = match validation {
            FieldValidation::Ignore => Vec::new(),
            FieldValidation::Warn => strict_errors,
            FieldValidation::Strict if strict_errors.is_empty() => strict_errors,
            FieldValidation::Strict => {
                let why = format!("strict decoding error: {}", strict_errors.join(", "));
                return Err(self.invalid(object, &why));
            }
        };
        Ok(warnings)
    }

    /// Holds the patched object against the schema; returns what a strict reader complains of.
    fn check_types(&self, kind: Kind, object: &Value) -> Result<Vec<String>, ApiError> {
        let mut unknown = Vec::new();
        for error in check_object(kind, object) {
            match error.problem {
                Problem::UnknownField => unknown.push(format!("unknown field \"{}\"", error.path)),
                Problem::WrongType { server, converter, .. } => {
                    let is_strategic = matches!(self, Patch::Strategic(_));
                    return Err(self.invalid(object, if is_strategic { &converter } else { &server }));
                }
                Problem::BadValue { message } => {
                    let is_base64 = message.starts_with("illegal base64");
                    let message = match self {
                        Patch::Strategic(_) if is_base64 => format!("error decoding from json: {message}"),
                        _ => message,
                    };
                    return Err(self.invalid(object, &message));
                }
                _ => {}
            }
        }
        Ok(unknown)
    }

    /// The refusal of what a patch makes of an object. Of a strategic patch the server shows the patch, else the object.
    pub(super) fn invalid(&self, object: &Value, why: &str) -> ApiError {
        let value = match self {
            Patch::Strategic(patch) => go_text(patch),
            Patch::Merge(_) | Patch::Json(_) => object.to_string(),
        };
        let cause = Cause {
            field: "patch".to_owned(),
            message: format!("Invalid value: {}: {why}", go_quote(&value)),
        };
        ApiError {
            causes: vec![cause.clone()],
            ..ApiError::new(Reason::Invalid, format!(" \"\" is invalid: {cause}"))
        }
    }

    fn refusal(&self, error: PatchError) -> ApiError {
        let reason = match &error {
            PatchError::Operation { .. } => Reason::Invalid,
            PatchError::WrongShape { .. }
            | PatchError::NullMerge
            | PatchError::RetainKeys
            | PatchError::ParallelList
            | PatchError::TooDeep(_) => Reason::BadRequest,
            _ => Reason::Unknown,
        };
        let prefix = match (&error, self) {
            (PatchError::WrongShape { .. }, Patch::Merge(_) | Patch::Json(_)) => DECODING,
            _ => "",
        };
        ApiError::new(reason, format!("{prefix}{error}"))
    }
}

/// A patch must leave an object's name and namespace alone.
///
/// # Errors
/// It does not.
pub fn check_identity(before: &ObjectKey, object: &Value) -> Result<(), ApiError> {
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
