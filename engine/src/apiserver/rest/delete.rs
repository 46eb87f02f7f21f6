//! Deleting over HTTP: options in the query or in the body, preconditions, and what is answered.
//!
//! Source: apiserver `endpoints/handlers/delete.go`, apimachinery `ValidateDeleteOptions`.

use serde_json::{Value, json};

use super::options::{Options, refusal};
use super::route::Route;
use crate::api::{Kind, ObjectKey, json as read};
use crate::apiserver::{ApiError, Cause, Request};
use crate::store::{DeleteOptions, Propagation};

/// Deletes; the answer is the object while it is still there, else a `Status`.
pub(super) fn delete(
    request: &mut Request<'_, '_>,
    route: &Route<'_>,
    options: &Options,
    body: &str,
) -> Result<(u16, Value), ApiError> {
    let key = ObjectKey::new(route.namespace, route.name);
    // A body takes the query's place.
    let given: Value = serde_json::from_str(body).unwrap_or_default();
    let delete = match given.is_object() {
        true => from_body(&given)?,
        false => DeleteOptions {
            grace_seconds: options.grace_seconds,
            propagation: options.propagation.unwrap_or_default(),
            uid: None,
        },
    };
    let dry_runs = read::texts(&given, "dryRun");
    request.dry_run |= dry_runs.iter().any(|run| run == "All");
    let delete = DeleteOptions {
        // A negative period counts as one second.
        grace_seconds: delete
            .grace_seconds
            .map(|seconds| if seconds < 0 { 1 } else { seconds }),
        ..delete
    };
    let live = request.get(route.kind, &key)?;
    let preconditions = given.get("preconditions").unwrap_or(&Value::Null);
    request.check_delete(route.kind, &key, preconditions)?;
    let gone = request.delete(route.kind, &key, delete)?;
    if !gone {
        return Ok((200, request.get(route.kind, &key)?));
    }
    if route.kind == Kind::POD {
        return Ok((200, gone_pod(live, request)));
    }
    let info = route.kind.info();
    let mut details = json!({ "name": route.name, "kind": info.plural, "uid": live["metadata"]["uid"] });
    if let Some(details) = details.as_object_mut().filter(|_| !info.group.is_empty()) {
        details.insert("group".to_owned(), info.group.into());
    }
    let status = json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details
    });
    Ok((200, status))
}

/// A pod that is gone at once is shown as it was in its last moment.
fn gone_pod(mut pod: Value, request: &Request<'_, '_>) -> Value {
    if let Some(metadata) = pod.get_mut("metadata").and_then(Value::as_object_mut) {
        let now = request.context.store.timestamp().to_string();
        metadata.insert("deletionTimestamp".to_owned(), now.into());
        metadata.insert("deletionGracePeriodSeconds".to_owned(), 0.into());
    }
    pod
}

fn from_body(given: &Value) -> Result<DeleteOptions, ApiError> {
    let mut causes = Vec::new();
    let mut refuse = |field: &str, message: String| {
        let field = field.to_owned();
        causes.push(Cause { field, message });
    };
    let policy = read::text(given, "propagationPolicy");
    let orphan = given.get("orphanDependents").and_then(Value::as_bool);
    if !policy.is_empty() && orphan.is_some() {
        let words = "orphanDependents and deletionPropagation cannot be both set";
        refuse("propagationPolicy", format!("Invalid value: {policy:?}: {words}"));
    }
    let propagation = match policy.as_str() {
        "Foreground" => Propagation::Foreground,
        "Orphan" => Propagation::Orphan,
        "" if orphan == Some(true) => Propagation::Orphan,
        "Background" | "" => Propagation::Background,
        other => {
            let known = r#""Foreground", "Background", "Orphan", "nil""#;
            refuse(
                "propagationPolicy",
                format!("Unsupported value: {other:?}: supported values: {known}"),
            );
            Propagation::Background
        }
    };
    let dry_runs = read::texts(given, "dryRun");
    if dry_runs.iter().any(|run| run != "All") {
        let message = format!(
            "Unsupported value: []string{{{:?}}}: supported values: \"All\"",
            dry_runs.join("\", \"")
        );
        refuse("dryRun", message);
    }
    if !causes.is_empty() {
        return Err(refusal("DeleteOptions", causes));
    }
    Ok(DeleteOptions {
        grace_seconds: read::int(given, "gracePeriodSeconds"),
        propagation,
        uid: None,
    })
}
