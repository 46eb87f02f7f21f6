//! Refusals as the `Status` objects that clients see.
//!
//! Source: apimachinery `metav1.Status`; API reference, "Status".

use serde_json::{Map, Value, json};

use super::super::error::{ApiError, Cause, Reason};

/// The HTTP code of a refusal.
pub(super) fn code(error: &ApiError) -> u16 {
    match error.reason {
        Reason::BadRequest => 400,
        Reason::Forbidden => 403,
        Reason::NotFound => 404,
        Reason::MethodNotAllowed => 405,
        Reason::AlreadyExists | Reason::Conflict => 409,
        Reason::UnsupportedMediaType | Reason::UnsupportedPatchType => 415,
        Reason::Invalid => 422,
        Reason::TooManyRequests => 429,
        Reason::InternalError | Reason::Unknown => 500,
    }
}

/// The `Status` object of a refusal.
pub(super) fn status(error: &ApiError) -> Value {
    let mut status = json!({
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": error.message,
        "code": code(error),
    });
    let reason = error.reason.as_str();
    if let Some(map) = status.as_object_mut() {
        if !reason.is_empty() {
            map.insert("reason".to_owned(), reason.into());
        }
        let details = details(error);
        // `NewInvalid` and `NewGenericServerResponse` always give details, be they empty.
        let always = matches!(
            error.reason,
            Reason::Invalid | Reason::UnsupportedPatchType | Reason::MethodNotAllowed | Reason::NotFound
        );
        if always || !details.is_empty() {
            map.insert("details".to_owned(), Value::Object(details));
        }
        if let (Some(seconds), Some(details)) = (error.retry_after_seconds(), map.get_mut("details")) {
            details["retryAfterSeconds"] = seconds.into();
        }
    }
    status
}

fn details(error: &ApiError) -> Map<String, Value> {
    let about = &error.about;
    let texts = [("name", &about.name), ("group", &about.group), ("kind", &about.kind)];
    let mut details: Map<String, Value> = texts
        .into_iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(key, text)| (key.to_owned(), text.as_str().into()))
        .collect();
    if !error.causes.is_empty() {
        let causes = error.causes.iter().map(cause).collect();
        details.insert("causes".to_owned(), Value::Array(causes));
    }
    details
}

fn cause(cause: &Cause) -> Value {
    let mut value = json!({ "message": cause.message });
    if let Some(map) = value.as_object_mut() {
        let message = cause.message.as_str();
        let reason = if message.starts_with("The disruption budget ") {
            "DisruptionBudget"
        } else if message.starts_with("namespace ") && message.ends_with(" is being terminated") {
            "NamespaceTerminating"
        } else {
            cause_reason(message)
        };
        for (key, text) in [("reason", reason), ("field", cause.field.as_str())] {
            if !text.is_empty() {
                map.insert(key.to_owned(), text.into());
            }
        }
    }
    value
}

/// The machine-readable reason that belongs to the words a field error begins with (apimachinery `field.ErrorType`).
fn cause_reason(message: &str) -> &'static str {
    if message.starts_with("conflict with ") {
        return "FieldManagerConflict";
    }
    let words = message.split_once(':').map_or(message, |(words, _)| words);
    match words {
        "Required value" => "FieldValueRequired",
        "Duplicate value" => "FieldValueDuplicate",
        "Invalid value" => "FieldValueInvalid",
        "Unsupported value" => "FieldValueNotSupported",
        "Forbidden" => "FieldValueForbidden",
        "Not found" => "FieldValueNotFound",
        "Too long" => "FieldValueTooLong",
        "Too many" => "FieldValueTooMany",
        "Internal error" => "InternalError",
        _ => "",
    }
}
