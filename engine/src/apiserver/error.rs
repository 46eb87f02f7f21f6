//! Why the API server refuses a request: a `Status` object, in its words.
//!
//! Source: apimachinery `pkg/api/errors`; what kubectl makes of them is in `kubectl::error`.

use std::fmt;

use smol_str::SmolStr;

use crate::api::{Kind, ObjectKey};
use crate::store::StoreError;

/// The reasons of refusals (`metav1.StatusReason`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// There is no such object, or no such resource.
    NotFound,
    /// There is one of that name.
    AlreadyExists,
    /// It was changed in the meantime.
    Conflict,
    /// Admission refuses it.
    Forbidden,
    /// Validation refuses it.
    Invalid,
    /// It cannot be decoded.
    BadRequest,
    /// The resource has no such verb.
    MethodNotAllowed,
    /// 415: the body's media type.
    UnsupportedMediaType,
    /// 415 too: the body of a patch, which the server words differently.
    UnsupportedPatchType,
    /// 429: not now, a budget forbids it.
    TooManyRequests,
    /// The server's own fault, or a limit of the simulation.
    InternalError,
    /// The server names none.
    Unknown,
}

impl Reason {
    /// The word in `Status.reason`.
    pub fn as_str(self) -> &'static str {
        match self {
            Reason::NotFound => "NotFound",
            Reason::AlreadyExists => "AlreadyExists",
            Reason::Conflict => "Conflict",
            Reason::Forbidden => "Forbidden",
            Reason::Invalid => "Invalid",
            Reason::BadRequest => "BadRequest",
            Reason::MethodNotAllowed => "MethodNotAllowed",
            Reason::UnsupportedMediaType | Reason::UnsupportedPatchType => "UnsupportedMediaType",
            Reason::TooManyRequests => "TooManyRequests",
            Reason::InternalError => "InternalError",
            Reason::Unknown => "",
        }
    }
}

/// One thing that validation found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// The field's path, such as `spec.containers[0].image`.
    pub field: String,
    /// What is wrong with it, such as `Required value`.
    pub message: String,
}

impl Cause {
    /// Reads what [`Display`](fmt::Display) writes.
    fn read(text: &str) -> Option<Self> {
        let (field, message) = text.split_once(": ")?;
        Some(Cause {
            field: field.to_owned(),
            message: message.to_owned(),
        })
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.message)
    }
}

/// What a refusal is about, as far as it says so.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct About {
    /// The API group; empty for the core group.
    pub group: SmolStr,
    /// The kind where validation refused, else the resource.
    pub kind: SmolStr,
    /// The object's name.
    pub name: SmolStr,
}

/// A refused request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ApiError {
    /// `Status.reason`.
    pub reason: Reason,
    /// `Status.message`.
    pub message: String,
    /// `Status.details`: group, kind and name.
    pub about: Box<About>,
    /// `Status.details.causes`: what validation found.
    pub causes: Vec<Cause>,
}

impl ApiError {
    /// A refusal without details.
    pub fn new(reason: Reason, message: impl Into<String>) -> Self {
        ApiError {
            reason,
            message: message.into(),
            about: Box::default(),
            causes: Vec::new(),
        }
    }

    /// There is no such object.
    pub fn not_found(kind: Kind, name: &str) -> Self {
        let message = format!("{} \"{name}\" not found", kind.info().group_resource());
        ApiError::new(Reason::NotFound, message).concerning(kind, name)
    }

    /// The kind has no such subresource, or the path names no resource at all.
    pub fn no_resource() -> Self {
        ApiError::new(Reason::NotFound, "the server could not find the requested resource")
    }

    /// Somebody else has written the object since it was read.
    pub fn conflict(kind: Kind, name: &str) -> Self {
        let resource = kind.info().group_resource();
        let message = format!(
            "Operation cannot be fulfilled on {resource} \"{name}\": the object has been modified; please apply your \
             changes to the latest version and try again"
        );
        ApiError::new(Reason::Conflict, message).concerning(kind, name)
    }

    /// Validation refuses the object.
    pub fn invalid(kind: Kind, name: &str, causes: Vec<Cause>) -> Self {
        let info = kind.info();
        let qualified = match info.group {
            "" => info.kind.to_owned(),
            group => format!("{}.{group}", info.kind),
        };
        // The message says everything once; the causes are all there.
        let mut texts: Vec<String> = Vec::new();
        for text in causes.iter().map(Cause::to_string) {
            if !texts.contains(&text) {
                texts.push(text);
            }
        }
        let list = match texts.as_slice() {
            [one] => one.clone(),
            all => format!("[{}]", all.join(", ")),
        };
        ApiError {
            reason: Reason::Invalid,
            message: format!("{qualified} \"{name}\" is invalid: {list}"),
            about: Box::new(About {
                group: info.group.into(),
                kind: info.kind.into(),
                name: name.into(),
            }),
            causes,
        }
    }

    /// The same refusal, about the object of this kind and name; it is named by its resource.
    #[must_use]
    pub fn concerning(mut self, kind: Kind, name: &str) -> Self {
        let info = kind.info();
        self.about = Box::new(About {
            group: info.group.into(),
            kind: info.plural.into(),
            name: name.into(),
        });
        self
    }

    /// After how long it is worth to try again, if the server says so: a budget's controller has not seen it yet.
    pub fn retry_after_seconds(&self) -> Option<u32> {
        const SECONDS: u32 = 10;
        let is_unseen = |cause: &Cause| cause.message.ends_with("is still being processed by the server.");
        (self.reason == Reason::TooManyRequests && self.causes.iter().any(is_unseen)).then_some(SECONDS)
    }

    /// The same refusal with words before its message, as kubectl adds where an object came from.
    #[must_use]
    pub fn with_context(mut self, context: &str) -> Self {
        self.message = format!("{context}: {}", self.message);
        self
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        let reason = match &error {
            StoreError::NotFound(..) | StoreError::NoNamespace(_) => Reason::NotFound,
            StoreError::AlreadyExists(..) => Reason::AlreadyExists,
            StoreError::NamespaceTerminating(..) | StoreError::Forbidden(..) | StoreError::Denied(_) => {
                Reason::Forbidden
            }
            StoreError::Invalid(..) => Reason::Invalid,
            StoreError::UidMismatch(..) => Reason::Conflict,
            StoreError::TooManyObjects(_) | StoreError::Crashed | StoreError::Internal(_) | StoreError::Hangs(_) => {
                Reason::InternalError
            }
        };
        let refusal = ApiError::new(reason, error.to_string());
        match &error {
            StoreError::NotFound(kind, key) | StoreError::AlreadyExists(kind, key) => {
                refusal.concerning(*kind, &key.name)
            }
            StoreError::UidMismatch(kind, key) => refusal.concerning(*kind, &key.name),
            StoreError::Forbidden(kind, name, _) => refusal.concerning(*kind, name),
            StoreError::Invalid(kind, name, errors) => ApiError::invalid(
                *kind,
                name,
                errors.iter().filter_map(|error| Cause::read(error)).collect(),
            ),
            StoreError::NoNamespace(namespace) => refusal.concerning(Kind::NAMESPACE, namespace),
            StoreError::NamespaceTerminating(kind, key) => ApiError {
                causes: vec![Cause {
                    field: "metadata.namespace".to_owned(),
                    message: format!("namespace {} is being terminated", key.namespace),
                }],
                ..refusal.concerning(*kind, &key.name)
            },
            StoreError::TooManyObjects(_)
            | StoreError::Crashed
            | StoreError::Denied(_)
            | StoreError::Internal(_)
            | StoreError::Hangs(_) => refusal,
        }
    }
}

/// `namespace/name` of an object, read from its external form.
pub(crate) fn key_of(value: &serde_json::Value) -> ObjectKey {
    let metadata = value.get("metadata").unwrap_or(&serde_json::Value::Null);
    let text = |key| crate::api::json::text(metadata, key);
    ObjectKey::new(text("namespace"), text("name"))
}
