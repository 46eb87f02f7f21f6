//! Subresources: `/scale`, `/binding`, `/eviction`, `/ephemeralcontainers`, `/finalize`.
//!
//! Source: registry `apps/*/storage`, `core/pod/storage`, `core/namespace/storage`.

use serde_json::{Value, json};

use super::route::Route;
use crate::api::decode::Document;
use crate::api::patch::{json_merge_patch, json_patch};
use crate::api::schema::{Schema, TypeInfo};
use crate::api::{Condition, Kind, ObjectKey, Pod, json as read};
use crate::apiserver::{ApiError, Cause, Patch, Reason, Request};
use crate::store::DeleteOptions;

/// Kinds with a number of replicas that can be read and set by itself.
pub(super) fn is_scalable(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::DEPLOYMENT | Kind::REPLICA_SET | Kind::STATEFUL_SET | Kind::REPLICATION_CONTROLLER
    )
}

fn object(body: &str) -> Result<Value, ApiError> {
    serde_json::from_str(body).map_err(|error| ApiError::new(Reason::BadRequest, error.to_string()))
}

fn key(route: &Route<'_>) -> ObjectKey {
    ObjectKey::new(route.namespace, route.name)
}

/// The answer to a request that makes nothing to be shown.
fn success() -> (u16, Value) {
    let status = json!({ "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201 });
    (201, status)
}

/// The scale of an object.
pub(super) fn get_scale(request: &Request<'_, '_>, route: &Route<'_>) -> Result<(u16, Value), ApiError> {
    let live = request
        .get(route.kind, &key(route))
        .map_err(|error| match error.reason {
            Reason::NotFound => scale_not_found(route),
            _ => error,
        })?;
    Ok((200, scale_of(&live)))
}

fn scale_not_found(route: &Route<'_>) -> ApiError {
    let info = route.kind.info();
    let resource = format!("{}/scale", info.plural);
    let qualified = match info.group {
        "" => resource.clone(),
        group => format!("{resource}.{group}"),
    };
    let message = format!("{qualified} \"{}\" not found", route.name);
    let mut error = ApiError::new(Reason::NotFound, message).concerning(route.kind, route.name);
    error.about.kind = resource.into();
    error
}

fn scale_of(live: &Value) -> Value {
    let metadata: serde_json::Map<String, Value> = ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"]
        .into_iter()
        .filter_map(|field| Some((field.to_owned(), live["metadata"].get(field)?.clone())))
        .collect();
    let replicas = read::int(&live["spec"], "replicas").unwrap_or_default();
    let spec = if replicas == 0 {
        json!({})
    } else {
        json!({ "replicas": replicas })
    };
    let selector = match live["spec"]["selector"]
        .get("matchLabels")
        .or(live["spec"]["selector"].get("matchExpressions"))
    {
        Some(_) => read::label_selector(live["spec"].get("selector")),
        None => read::label_selector(Some(&json!({ "matchLabels": live["spec"]["selector"] }))),
    };
    let selector = selector
        .to_selector()
        .map(|selector| selector.to_string())
        .unwrap_or_default();
    json!({
        "kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": metadata, "spec": spec,
        "status": { "replicas": read::int(&live["status"], "replicas").unwrap_or_default(), "selector": selector },
    })
}

pub(super) fn put_scale(
    request: &mut Request<'_, '_>,
    route: &Route<'_>,
    body: &str,
) -> Result<(u16, Value), ApiError> {
    set_scale(request, route, &read_scale(body)?)
}

pub(super) fn patch_scale(
    request: &mut Request<'_, '_>,
    route: &Route<'_>,
    patch: &Patch,
) -> Result<(u16, Value), ApiError> {
    let (_, mut scale) = get_scale(request, route)?;
    let applied = match patch {
        Patch::Strategic(patch) | Patch::Merge(patch) => json_merge_patch(&mut scale, patch),
        Patch::Json(patch) => json_patch(&mut scale, patch),
    };
    applied.map_err(|error| ApiError::new(Reason::BadRequest, error.to_string()))?;
    let judgement = Document::from_json(&scale.to_string()).ok().zip(scale_type());
    let refusal = judgement.and_then(|(document, info)| document.judge(info, false).refusal);
    if let Some(why) = refusal {
        return Err(patch.invalid(&scale, &why));
    }
    set_scale(request, route, &scale)
}

fn scale_type() -> Option<&'static TypeInfo> {
    Schema::builtin().of("autoscaling/v1", "Scale")
}

/// A body as a scale.
fn read_scale(body: &str) -> Result<Value, ApiError> {
    let refuse = |why: String| ApiError::new(Reason::BadRequest, why);
    let document = Document::from_json(body).map_err(refuse)?;
    let refusal = scale_type().and_then(|info| document.judge(info, false).refusal);
    match refusal {
        None => Ok(document.value()),
        Some(why) => Err(refuse(format!(
            "Scale in version \"v1\" cannot be handled as a Scale: {why}"
        ))),
    }
}

fn set_scale(request: &mut Request<'_, '_>, route: &Route<'_>, scale: &Value) -> Result<(u16, Value), ApiError> {
    let metadata = &scale["metadata"];
    let name = read::text(metadata, "name");
    if name != route.name {
        let message = format!(
            "the name of the object ({name}) does not match the name on the URL ({})",
            route.name
        );
        return Err(ApiError::new(Reason::BadRequest, message));
    }
    let replicas = read::int(&scale["spec"], "replicas").unwrap_or_default();
    if replicas < 0 {
        return Err(negative_scale(route.name, replicas));
    }
    let mut value = request.get(route.kind, &key(route))?;
    // What the scale says of the object's identity and version holds for the object.
    for field in ["uid", "resourceVersion"] {
        match metadata.get(field) {
            Some(given) => value["metadata"][field] = given.clone(),
            None => {
                value["metadata"].as_object_mut().map(|metadata| metadata.remove(field));
            }
        }
    }
    value["spec"]["replicas"] = replicas.into();
    let stored = request.replace(route.kind, value)?;
    Ok((200, scale_of(&stored)))
}

fn negative_scale(name: &str, replicas: i64) -> ApiError {
    let message = format!("Invalid value: {replicas}: must be greater than or equal to 0");
    let text = format!("Scale.autoscaling \"{name}\" is invalid: spec.replicas: {message}");
    let mut error = ApiError::new(Reason::Invalid, text);
    error.about.group = "autoscaling".into();
    error.about.kind = "Scale".into();
    error.about.name = name.into();
    error.causes.push(Cause {
        field: "spec.replicas".to_owned(),
        message,
    });
    error
}

/// Binds a pod to a node, as a scheduler does.
pub(super) fn post_binding(
    request: &mut Request<'_, '_>,
    route: &Route<'_>,
    body: &str,
) -> Result<(u16, Value), ApiError> {
    let binding = object(body)?;
    let (kind, node) = (
        read::text(&binding["target"], "kind"),
        read::text(&binding["target"], "name"),
    );
    let mut wrong = Vec::new();
    if !matches!(kind.as_str(), "" | "Node") {
        wrong.push(format!(
            "target.kind: Unsupported value: {kind:?}: supported values: \"Node\", \"<empty>\""
        ));
    }
    if node.is_empty() {
        wrong.push("target.name: Required value".to_owned());
    }
    if !wrong.is_empty() {
        let list = if wrong.len() > 1 {
            format!("[{}]", wrong.join(", "))
        } else {
            wrong.join("")
        };
        return Err(ApiError::new(Reason::Unknown, list));
    }
    let key = key(route);
    let pod = request.context.store.get::<Pod>(&key).cloned();
    let pod = pod.ok_or_else(|| ApiError::not_found(Kind::POD, route.name))?;
    let why = if pod.meta.is_deleted() {
        Some(format!(
            "pod {} is being deleted, cannot be assigned to a host",
            route.name
        ))
    } else if !pod.node_name.is_empty() {
        Some(format!(
            "pod {} is already assigned to node {:?}",
            route.name, pod.node_name
        ))
    } else {
        None
    };
    if let Some(why) = why {
        let message = format!(
            "Operation cannot be fulfilled on pods/binding \"{}\": {why}",
            route.name
        );
        let mut error = ApiError::new(Reason::Conflict, message).concerning(Kind::POD, route.name);
        error.about.kind = "pods/binding".into();
        return Err(error);
    }
    if !request.dry_run {
        let now = request.context.store.timestamp();
        request.context.store.modify::<Pod>(&key, |pod| {
            pod.node_name = node.clone();
            let condition = Condition::new("PodScheduled", true, "", "", now);
            pod.status.set_condition(condition);
        });
    }
    Ok(success())
}

/// Evicts a pod.
pub(super) fn post_eviction(
    request: &mut Request<'_, '_>,
    route: &Route<'_>,
    body: &str,
) -> Result<(u16, Value), ApiError> {
    let eviction = object(body)?;
    let options = DeleteOptions {
        grace_seconds: read::int(&eviction["deleteOptions"], "gracePeriodSeconds"),
        ..DeleteOptions::default()
    };
    request.evict(&key(route), options)?;
    Ok(success())
}

/// Adds containers to a pod that is there.
pub(super) fn put_ephemeral_containers(
    request: &mut Request<'_, '_>,
    route: &Route<'_>,
    given: &Value,
) -> Result<(u16, Value), ApiError> {
    let mut value = request.get(route.kind, &key(route))?;
    for field in ["uid", "resourceVersion"] {
        if let Some(given) = given["metadata"].get(field) {
            value["metadata"][field] = given.clone();
        }
    }
    value["spec"]["ephemeralContainers"] = given["spec"]
        .get("ephemeralContainers")
        .cloned()
        .unwrap_or_else(|| json!([]));
    Ok((200, request.replace_ephemeral_containers(&key(route), value)?))
}

/// Sets the finalizers of a namespace's content; one that is being deleted and has none left is gone.
pub(super) fn put_finalize(
    request: &mut Request<'_, '_>,
    route: &Route<'_>,
    given: &Value,
) -> Result<(u16, Value), ApiError> {
    let finalizers = given["spec"].get("finalizers").cloned().unwrap_or_else(|| json!([]));
    Ok((200, request.finalize_namespace(&key(route), given, finalizers)?))
}
