//! The patches a request may bring.

use serde_json::Value;

use super::error::{ApiError, Reason};
use crate::api::Kind;
use crate::api::patch::{PatchError, json_merge_patch, json_patch, strategic_merge_patch};
use crate::api::schema::Schema;

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
    /// Changes an object.
    ///
    /// # Errors
    /// It does not apply.
    pub fn apply(&self, kind: Kind, object: &mut Value) -> Result<(), ApiError> {
        let outcome = match self {
            Patch::Strategic(patch) => match Schema::builtin().of_kind(kind) {
                Some(info) => strategic_merge_patch(info, object, patch),
                None => json_merge_patch(object, patch),
            },
            Patch::Merge(patch) => json_merge_patch(object, patch),
            Patch::Json(patch) => json_patch(object, patch),
        };
        outcome.map_err(|error| match error {
            PatchError::Operation { .. } => ApiError::new(Reason::Invalid, error.to_string()),
            other => ApiError::new(Reason::BadRequest, other.to_string()),
        })
    }
}
