//! Listing a collection, by labels and fields.
//!
//! Source: apiserver `endpoints/handlers/get.go`; the fields that can be selected by are in each kind's conversion functions.
//! Deliberately not modelled: paging, and resource versions other than the newest.

use serde_json::{Value, json};

use super::options::unescaped;
use super::route::Route;
use crate::api::selector::{field_text, is_selectable};
use crate::api::{FieldSelector, Kind, Selector};
use crate::apiserver::{ApiError, Reason, Request};

pub(super) fn list(request: &Request<'_, '_>, route: &Route<'_>, query: &str) -> Result<(u16, Value), ApiError> {
    let option = |name: &str| {
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let found = pairs.into_iter().find(|(key, _)| *key == name);
        found.map(|(_, value)| unescaped(value)).unwrap_or_default()
    };
    let refuse = |message: String| ApiError::new(Reason::BadRequest, message);
    let labels: Selector = option("labelSelector")
        .parse()
        .map_err(|error| refuse(format!("{error}")))?;
    let fields: FieldSelector = option("fieldSelector")
        .parse()
        .map_err(|error| refuse(format!("{error}")))?;
    for term in fields.terms() {
        let name = term.field.as_str();
        if !is_selectable(route.kind, name) {
            return Err(refuse(unknown_field(name, route.kind)));
        }
    }
    let store = &request.context.store;
    let objects: Vec<Value> = store
        .objects()
        .of_kind(route.kind)
        .filter(|object| route.namespace.is_empty() || object.meta().namespace == route.namespace)
        .filter(|object| labels.matches(&object.meta().labels))
        .filter_map(|object| request.get(route.kind, &object.key()).ok())
        .filter(|object| fields.matches(|field| field_text(object, field)))
        .map(without_type)
        .collect();
    let list = json!({
        "kind": route.kind.info().list_kind(),
        "apiVersion": route.api_version,
        "metadata": { "resourceVersion": store.log().len().to_string() },
        "items": objects,
    });
    Ok((200, list))
}

fn unknown_field(name: &str, kind: Kind) -> String {
    match kind {
        Kind::POD | Kind::NODE | Kind::EVENT | Kind::NAMESPACE | Kind::SECRET | Kind::SERVICE => {
            format!("field label not supported: {name}")
        }
        Kind::JOB | Kind::REPLICA_SET | Kind::REPLICATION_CONTROLLER => {
            format!("field label \"{name}\" not supported for {}", kind.name())
        }
        _ => format!("\"{name}\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\""),
    }
}

/// An object in a list has no type of its own.
fn without_type(mut object: Value) -> Value {
    if let Some(fields) = object.as_object_mut() {
        fields.remove("kind");
        fields.remove("apiVersion");
    }
    object
}
