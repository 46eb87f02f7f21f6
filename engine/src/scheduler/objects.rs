//! Reading objects of kinds that the scheduler asks little of: claims, volumes, classes, budgets, namespaces.

use std::borrow::Cow;

use serde_json::Value;

use crate::api::{Kind, Labels, Object, ObjectKey};
use crate::store::Objects;

/// A part of an object by JSON pointer (below its top level), without copying it where the object is kept as JSON.
pub fn part<'a>(object: &'a Object, pointer: &str) -> Option<Cow<'a, Value>> {
    match object {
        Object::Inert(inert) => inert.body.pointer(pointer).map(Cow::Borrowed),
        object => object.to_json().pointer(pointer).cloned().map(Cow::Owned),
    }
}

/// The labels of a namespace; none if it does not exist.
pub fn namespace_labels(objects: &Objects, namespace: &str) -> Labels {
    let object = objects.object(Kind::NAMESPACE, &ObjectKey::cluster(namespace));
    object.map(|object| object.meta().labels.clone()).unwrap_or_default()
}
