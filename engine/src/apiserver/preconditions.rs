//! What a write presupposes: the object's identity and version.
//!
//! Source: apiserver `registry/generic/registry/store.go` (`Update`, `AllowUnconditionalUpdate`) and `storage/etcd3`.

use serde_json::Value;

use super::error::{ApiError, Cause, Reason};
use crate::api::{Kind, ObjectKey, go_quote, json};

fn field(object: &Value, name: &str) -> smol_str::SmolStr {
    json::text(object.get("metadata").unwrap_or(&Value::Null), name)
}

/// Refuses a request made of an older version than the stored one, or of another object of the name. `live` is none where
/// nothing of the name is stored.
pub(super) fn check(kind: Kind, key: &ObjectKey, value: &Value, live: Option<&Value>) -> Result<(), ApiError> {
    check_version_text(value)?;
    check_identity(kind, key, value, live)?;
    check_version(kind, key, value, live)
}

fn check_identity(kind: Kind, key: &ObjectKey, value: &Value, live: Option<&Value>) -> Result<(), ApiError> {
    let (given, stored) = (
        field(value, "uid"),
        live.map(|live| field(live, "uid")).unwrap_or_default(),
    );
    if !given.is_empty() && given != stored {
        return Err(other_object(kind, key, &given, &stored));
    }
    Ok(())
}

/// The same but for the identity: a patch that changes it is invalid.
pub(super) fn check_version(kind: Kind, key: &ObjectKey, value: &Value, live: Option<&Value>) -> Result<(), ApiError> {
    check_version_text(value)?;
    let Some(live) = live else {
        return Err(ApiError::not_found(kind, &key.name));
    };
    let (given, stored) = (field(value, "resourceVersion"), field(live, "resourceVersion"));
    let is_unconditional = given.is_empty() || given == "0";
    if is_unconditional && needs_version(kind) {
        return Err(without_version(kind, key));
    }
    if !is_unconditional && given != stored {
        return Err(ApiError::conflict(kind, &key.name));
    }
    Ok(())
}

fn check_version_text(value: &Value) -> Result<(), ApiError> {
    let given = field(value, "resourceVersion");
    if given.is_empty() || given.parse::<u64>().is_ok() {
        return Ok(());
    }
    let message = format!("strconv.ParseUint: parsing {}: invalid syntax", go_quote(&given));
    Err(ApiError::new(Reason::Unknown, message))
}

/// Kinds that are changed only by those who say which version they have seen.
fn needs_version(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::POD_DISRUPTION_BUDGET | Kind::LEASE | Kind::CUSTOM_RESOURCE_DEFINITION
    )
}

/// Kinds that a PUT makes where they are not there yet (`AllowCreateOnUpdate`).
pub(super) fn is_made_by_update(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::SERVICE
            | Kind::ENDPOINTS
            | Kind::EVENT
            | Kind::LEASE
            | Kind::LIMIT_RANGE
            | Kind::ROLE
            | Kind::ROLE_BINDING
            | Kind::CLUSTER_ROLE
            | Kind::CLUSTER_ROLE_BINDING
    )
}

fn without_version(kind: Kind, key: &ObjectKey) -> ApiError {
    let (path, message) = (
        "metadata.resourceVersion",
        "Invalid value: 0x0: must be specified for an update",
    );
    let resource = kind.info().group_resource();
    let text = format!("{resource} \"{}\" is invalid: {path}: {message}", key.name);
    let mut error = ApiError::new(Reason::Invalid, text).concerning(kind, &key.name);
    error.causes.push(Cause {
        field: path.to_owned(),
        message: message.to_owned(),
    });
    error
}

fn other_object(kind: Kind, key: &ObjectKey, given: &str, stored: &str) -> ApiError {
    let info = kind.info();
    let place = match info.kind {
        "Service" => "services/specs",
        "Endpoints" => "services/endpoints",
        "Node" => "minions",
        "Ingress" => "ingress",
        "ReplicationController" => "controllers",
        _ => info.plural,
    };
    let namespace = match key.namespace.as_str() {
        "" => String::new(),
        namespace => format!("{namespace}/"),
    };
    let (resource, name) = (info.group_resource(), &key.name);
    let message = format!(
        "Operation cannot be fulfilled on {resource} \"{name}\": StorageError: invalid object, Code: 4, Key: \
         /registry/{place}/{namespace}{name}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: \
         {given}, UID in object meta: {stored}"
    );
    ApiError::new(Reason::Conflict, message).concerning(kind, name)
}

/// What a deletion presupposes.
///
/// # Errors
/// The object is another one, or another version, than the client has seen.
pub(super) fn check_delete(kind: Kind, key: &ObjectKey, preconditions: &Value, live: &Value) -> Result<(), ApiError> {
    for (name, words) in [("uid", "UID"), ("resourceVersion", "ResourceVersion")] {
        let (given, stored) = (json::text(preconditions, name), field(live, name));
        if given.is_empty() || given == stored {
            continue;
        }
        let info = kind.info();
        let qualified = match info.group {
            "" => info.kind.to_owned(),
            group => format!("{}.{group}", info.kind),
        };
        let after = match name {
            "uid" => "been deleted and then recreated",
            _ => "been modified",
        };
        let message = format!(
            "Operation cannot be fulfilled on {qualified} \"{}\": the {words} in the precondition ({given}) does not match the \
             {words} in record ({stored}). The object might have {after}",
            key.name
        );
        let mut error = ApiError::new(Reason::Conflict, message).concerning(kind, &key.name);
        error.about.kind = info.kind.into();
        return Err(error);
    }
    Ok(())
}
