//! Why a plugin refuses an object, in the API server's words.

use crate::api::{Kind, ObjectMeta};
use crate::store::StoreError;

/// A refusal, before it says whom it is about.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// `pods "web" is forbidden: …`: what follows the colon.
    #[error("{0}")]
    Forbidden(String),
    /// `Pod "web" is invalid: …`: what is wrong, field by field.
    #[error("{}", .0.join(", "))]
    Invalid(Vec<String>),
    /// A webhook says no, in these words.
    #[error("{0}")]
    Denied(String),
    /// Nothing is known yet: the request still hangs, so much longer.
    #[error("the request hangs")]
    Hangs(std::time::Duration),
    /// `Internal error occurred: …`: what follows the colon.
    #[error("{0}")]
    Internal(String),
}

impl Refusal {
    /// Forbidden for this reason.
    pub fn because(why: impl Into<String>) -> Self {
        Refusal::Forbidden(why.into())
    }

    /// The refusal of one object. Before an object has its generated name, what it will begin with stands for it.
    pub fn of(self, kind: Kind, meta: &ObjectMeta) -> StoreError {
        let name = match meta.name.is_empty() {
            true => &meta.generate_name,
            false => &meta.name,
        };
        match self {
            Refusal::Forbidden(why) => StoreError::Forbidden(kind, name.to_string(), why),
            Refusal::Invalid(errors) => StoreError::Invalid(kind, name.to_string(), errors),
            Refusal::Denied(message) => StoreError::Denied(message),
            Refusal::Internal(message) => StoreError::Internal(message),
            Refusal::Hangs(left) => StoreError::Hangs(left),
        }
    }
}
