//! Why the store refuses a write, in the API server's words.

use crate::api::{Kind, ObjectKey};

/// A refused write. The texts are those of apimachinery's `errors.New…` constructors, which kubectl shows after
/// `Error from server (Reason): `.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// No such object.
    #[error("{} \"{}\" not found", .0.info().group_resource(), .1.name)]
    NotFound(Kind, ObjectKey),
    /// There is one of that name.
    #[error("{} \"{}\" already exists", .0.info().group_resource(), .1.name)]
    AlreadyExists(Kind, ObjectKey),
    /// The object's namespace does not exist.
    #[error("namespaces \"{0}\" not found")]
    NoNamespace(String),
    /// The object's namespace is being deleted.
    #[error("{} \"{}\" is forbidden: unable to create new content in namespace {} because it is being terminated",
        .0.info().group_resource(), .1.name, .1.namespace)]
    NamespaceTerminating(Kind, ObjectKey),
    /// The object is another one of that name (its UID differs from the one asked for).
    #[error("Operation cannot be fulfilled on {} \"{}\": the UID in the precondition does not match the UID in record",
        .0.info().group_resource(), .1.name)]
    UidMismatch(Kind, ObjectKey),
    /// Admission forbids the object.
    #[error("{} \"{}\" is forbidden: {}", .0.info().group_resource(), .1, .2)]
    Forbidden(Kind, String, String),
    /// The object is invalid, field by field.
    #[error("{} \"{}\" is invalid: {}", .0.name(), .1, list(.2))]
    Invalid(Kind, String, Vec<String>),
    /// Who writes has crashed.
    #[error("the process that writes has crashed")]
    Crashed,
    /// An admission webhook says no.
    #[error("{0}")]
    Denied(String),
    /// The API server could not find out whether it may.
    #[error("Internal error occurred: {0}")]
    Internal(String),
    /// The API server has not answered yet; it will after so long. Only controllers see this, and wait.
    #[error("the request hangs")]
    Hangs(std::time::Duration),
    /// More objects than the limit allows.
    #[error("limit objects-max reached: {0} objects are stored")]
    TooManyObjects(usize),
}

impl StoreError {
    /// The `reason` of the API's `Status`, as kubectl prints it in parentheses.
    pub fn reason(&self) -> &'static str {
        match self {
            StoreError::NotFound(..) | StoreError::NoNamespace(_) => "NotFound",
            StoreError::AlreadyExists(..) => "AlreadyExists",
            StoreError::NamespaceTerminating(..) | StoreError::Forbidden(..) | StoreError::Denied(_) => "Forbidden",
            StoreError::Invalid(..) => "Invalid",
            StoreError::UidMismatch(..) => "Conflict",
            StoreError::TooManyObjects(_) | StoreError::Crashed | StoreError::Internal(_) | StoreError::Hangs(_) => {
                "InternalError"
            }
        }
    }
}

/// One text as it is, several in brackets (apimachinery `Aggregate`).
fn list(texts: &[String]) -> String {
    match texts {
        [one] => one.clone(),
        all => format!("[{}]", all.join(", ")),
    }
}
