//! Changing claims and volumes, which are kept as JSON.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Claim, Volume, annotation};
use crate::api::{Inert, Kind, Labels, ObjectKey};
use crate::store::Store;

/// Reads, changes and writes back an object, if it is there.
pub fn modify(kind: Kind, key: &ObjectKey, store: &mut Store, change: impl FnOnce(&mut Inert)) {
    let Some(present) = store.objects().inert(kind, key) else {
        return;
    };
    let mut object = Arc::unwrap_or_clone(Arc::clone(present));
    change(&mut object);
    // It was read at this very instant.
    let _ = store.update_object(object.into());
}

/// Sets a field below `part` (`spec` or `status`).
pub fn set(object: &mut Inert, part: &str, field: &str, value: Value) {
    if let Some(body) = object.body.as_object_mut() {
        let part = body.entry(part).or_insert_with(|| json!({}));
        if let Some(part) = part.as_object_mut() {
            part.insert(field.to_owned(), value);
        }
    }
}

/// Takes fields below `part` away.
pub fn unset(object: &mut Inert, part: &str, fields: &[&str]) {
    let part = object.body.get_mut(part).and_then(Value::as_object_mut);
    if let Some(part) = part {
        part.retain(|name, _| !fields.contains(&name.as_str()));
    }
}

/// Sets annotations.
pub fn annotate(object: &mut Inert, annotations: &[(&str, &str)]) {
    let mut all = object.meta.annotations.as_ref().clone();
    all.extend(
        annotations
            .iter()
            .map(|(name, value)| ((*name).into(), (*value).into())),
    );
    object.meta.annotations = Labels::new(all);
}

/// Takes annotations away.
pub fn strip(object: &mut Inert, annotations: &[&str]) {
    let mut all = object.meta.annotations.as_ref().clone();
    all.retain(|name, _| !annotations.contains(&name.as_str()));
    object.meta.annotations = Labels::new(all);
}

/// Lets a volume name a claim: nobody else gets it then. The scheduler does no more than that, and leaves the rest of the binding
/// to the controller.
pub fn reserve(volume: &str, claim: &Claim, store: &mut Store) {
    let key = ObjectKey::cluster(volume);
    let Some(present) = store
        .objects()
        .object(Kind::PERSISTENT_VOLUME, &key)
        .map(Volume::claim_of)
    else {
        return;
    };
    if present
        .as_ref()
        .is_some_and(|(key, uid)| *key == claim.key && *uid == claim.uid)
    {
        return;
    }
    let reference = json!({
        "apiVersion": "v1", "kind": "PersistentVolumeClaim", "name": claim.key.name.as_str(),
        "namespace": claim.key.namespace.as_str(), "uid": claim.uid.as_str(),
    });
    modify(Kind::PERSISTENT_VOLUME, &key, store, |object| {
        set(object, "spec", "claimRef", reference);
        if present.is_none() {
            annotate(object, &[(annotation::BOUND_BY_CONTROLLER, "yes")]);
        }
    });
}
