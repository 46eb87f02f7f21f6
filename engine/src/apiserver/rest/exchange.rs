//! One request and its answer.

use serde_json::{Value, json};

use super::body;
use super::delete::delete;
use super::list::list;
use super::options::Options;
use super::route::{Route, is_served};
use super::status::{code, status};
use super::subresource;
use crate::api::decode::Document;
use crate::api::{Kind, ObjectKey};
use crate::apiserver::apply::{check_type, in_namespace};
use crate::apiserver::in_release;
use crate::apiserver::{ApiError, ApplyOptions, FieldValidation, Patch, Reason, Request};

/// The media type of an apply, that is of a server-side one.
const APPLY: &str = "application/apply-patch+yaml";

/// A request as it arrives.
#[derive(Debug, Clone, Copy)]
pub struct HttpRequest<'a> {
    /// `POST`, `PUT`, `PATCH`, `DELETE` or `GET`.
    pub method: &'a str,
    /// The path, such as `/api/v1/namespaces/default/pods`.
    pub path: &'a str,
    /// What follows the question mark.
    pub query: &'a str,
    /// The media type of the body; of a patch it says which kind of patch.
    pub content_type: &'a str,
    /// The body.
    pub body: &'a str,
}

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub struct HttpResponse {
    /// The HTTP status code.
    pub code: u16,
    /// The texts of the `Warning` headers, in order.
    pub warnings: Vec<String>,
    /// The object, or a `Status`.
    pub body: Value,
}

/// Answers a request.
pub fn serve(request: &mut Request<'_, '_>, http: HttpRequest<'_>) -> HttpResponse {
    if !is_served(http.path) {
        return HttpResponse {
            code: 404,
            warnings: Vec::new(),
            body: "404 page not found\n".into(),
        };
    }
    let answered = answer(request, http);
    let warnings = std::mem::take(&mut request.warnings);
    match answered {
        Ok((code, body)) => HttpResponse { code, warnings, body },
        Err(error) => HttpResponse {
            code: code(&error),
            warnings,
            body: status(&error),
        },
    }
}

fn answer(request: &mut Request<'_, '_>, http: HttpRequest<'_>) -> Result<(u16, Value), ApiError> {
    let route = Route::parse(http.path).ok_or_else(ApiError::no_resource)?;
    let is_apply = http.method == "PATCH" && http.content_type == APPLY;
    let patch = match http.method {
        "PATCH" if !is_apply => Some(Patch::read(http.content_type, ""))
            .filter(|read| matches!(read, Err(error) if error.reason == Reason::UnsupportedPatchType)),
        _ => None,
    };
    if let Some(Err(unsupported)) = patch {
        return Err(unsupported);
    }
    let options = Options::parse(http.query, options_kind(http.method), is_apply)?;
    request.dry_run = options.dry_run;
    if !options.field_manager.is_empty() {
        request.manager = options.field_manager.as_str().into();
    }
    match (http.method, route.name, route.subresource) {
        ("POST", "", "") => {
            let object = read_object(request, http, &route, options.field_validation)?;
            Ok((201, request.create(route.kind, object)?))
        }
        ("GET", name, "") if !name.is_empty() => Ok((200, request.get(route.kind, &key(&route))?)),
        ("PUT", name, "") if !name.is_empty() => {
            let object = read_object(request, http, &route, options.field_validation)?;
            if request.is_made_by_update(route.kind, &object) {
                return Ok((201, request.create(route.kind, object)?));
            }
            Ok((200, request.replace(route.kind, object)?))
        }
        ("PUT", name, "status") if !name.is_empty() => {
            let object = read_object(request, http, &route, options.field_validation)?;
            Ok((200, request.replace_status_of(route.kind, &key(&route), object)?))
        }
        ("PATCH", name, "") if is_apply && !name.is_empty() => {
            let (config, key) = (read_config(http, &route)?, key(&route));
            let is_new = request.get(route.kind, &key).is_err();
            let apply = ApplyOptions {
                force: options.force.unwrap_or_default(),
                last_applied: None,
            };
            let applied = request.apply(route.kind, &key, config, apply)?;
            Ok((if is_new { 201 } else { 200 }, applied))
        }
        ("GET", "", "") => list(request, &route, http.query),
        ("PATCH", name, subresource @ ("" | "status")) if !name.is_empty() => {
            let (patch, strict_errors) = Patch::read(http.content_type, http.body)?;
            let validation = options.field_validation;
            let value = request.patched(route.kind, &key(&route), &patch, validation, &strict_errors)?;
            Ok((
                200,
                match subresource {
                    "" => request.replace_patched(route.kind, value)?,
                    _ => request.replace_status_of(route.kind, &key(&route), value)?,
                },
            ))
        }
        ("DELETE", name, "") if !name.is_empty() => delete(request, &route, &options, http.body),
        (_, _, "") => Err(ApiError::new(
            Reason::MethodNotAllowed,
            "the server does not allow this method on the requested resource",
        )),
        _ => answer_subresource(request, http, &route, options.field_validation),
    }
}

fn answer_subresource(
    request: &mut Request<'_, '_>,
    http: HttpRequest<'_>,
    route: &Route<'_>,
    validation: FieldValidation,
) -> Result<(u16, Value), ApiError> {
    match (http.method, route.kind, route.subresource) {
        ("GET", _, "status") => Ok((200, request.get(route.kind, &key(route))?)),
        ("GET", kind, "scale") if subresource::is_scalable(kind) => subresource::get_scale(request, route),
        ("PUT", kind, "scale") if subresource::is_scalable(kind) => subresource::put_scale(request, route, http.body),
        ("PATCH", kind, "scale") if subresource::is_scalable(kind) => {
            let (patch, _) = Patch::read(http.content_type, http.body)?;
            subresource::patch_scale(request, route, &patch)
        }
        ("POST", Kind::POD, "binding") => subresource::post_binding(request, route, http.body),
        ("POST", Kind::POD, "eviction") => subresource::post_eviction(request, route, http.body),
        ("PUT", Kind::POD, "ephemeralcontainers") => {
            let object = read_object(request, http, route, validation)?;
            subresource::put_ephemeral_containers(request, route, &object)
        }
        ("PUT", Kind::NAMESPACE, "finalize") => {
            let object = read_object(request, http, route, validation)?;
            subresource::put_finalize(request, route, &object)
        }
        // There is no kubelet to ask for a log.
        ("GET", Kind::POD, "log") => request.get(route.kind, &key(route)).map(|pod| (200, pod)),
        _ => Err(ApiError::no_resource()),
    }
}

fn options_kind(method: &str) -> &'static str {
    match method {
        "POST" => "CreateOptions",
        "DELETE" => "DeleteOptions",
        "PATCH" => "PatchOptions",
        _ => "UpdateOptions",
    }
}

fn key(route: &Route<'_>) -> ObjectKey {
    ObjectKey::new(route.namespace, route.name)
}

/// The body as an object of the route's kind, in its namespace.
fn read_object(
    request: &mut Request<'_, '_>,
    http: HttpRequest<'_>,
    route: &Route<'_>,
    validation: FieldValidation,
) -> Result<Value, ApiError> {
    let warnings = &mut request.warnings;
    let read = body::read(http.content_type, http.body, route, validation, warnings);
    let mut object = read.map_err(|error| ApiError {
        message: in_release(error.message.clone(), request.context.settings),
        ..error
    })?;
    place(&mut object, route)?;
    Ok(object)
}

/// The body of an apply, in its namespace.
fn read_config(http: HttpRequest<'_>, route: &Route<'_>) -> Result<Value, ApiError> {
    let document = Document::from_yaml(http.body)
        .map_err(|why| ApiError::new(Reason::BadRequest, format!("error decoding YAML: {why}")))?;
    let config = document.value();
    check_type(route.kind, &config)?;
    Ok(in_namespace(config, &key(route)))
}

/// Takes from the path what the object leaves open, and refuses what contradicts it.
fn place(object: &mut Value, route: &Route<'_>) -> Result<(), ApiError> {
    let refuse = |message: String| Err(ApiError::new(Reason::BadRequest, message));
    let Some(map) = object.as_object_mut() else {
        return Ok(());
    };
    let metadata = map.entry("metadata").or_insert(Value::Null);
    if metadata.is_null() {
        *metadata = json!({});
    }
    let Some(metadata) = metadata.as_object_mut() else {
        return Ok(());
    };
    let text = |metadata: &serde_json::Map<String, Value>, key: &str| {
        metadata.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let namespace = text(metadata, "namespace");
    if namespace.is_empty() && !route.namespace.is_empty() {
        metadata.insert("namespace".to_owned(), route.namespace.into());
    } else if namespace != route.namespace && route.kind.is_namespaced() {
        let message = "the namespace of the provided object does not match the namespace sent on the request";
        return refuse(message.to_owned());
    }
    let name = text(metadata, "name");
    if !route.name.is_empty() && name != route.name {
        return refuse(format!(
            "the name of the object ({name}) does not match the name on the URL ({})",
            route.name
        ));
    }
    Ok(())
}
