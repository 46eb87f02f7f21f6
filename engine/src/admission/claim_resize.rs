//! PersistentVolumeClaimResize: a claim may grow only once it is bound, and only if its class lets volumes grow.
//!
//! Source: `plugin/pkg/admission/storage/persistentvolume/resize`; documentation "Expanding Persistent Volumes Claims".

use serde_json::Value;

use super::Refusal;
use crate::api::{Inert, Kind, Object, ObjectKey, Quantity, resource_list};
use crate::store::Store;

/// Looks at a claim that is to be stored in the place of `live`.
///
/// # Errors
/// It grows, and may not.
pub fn validate(claim: &Inert, live: &Object, store: &Store) -> Result<(), Refusal> {
    let Object::Inert(before) = live else { return Ok(()) };
    if asked(&claim.body) <= asked(&before.body) {
        return Ok(());
    }
    let phase = before.body.pointer("/status/phase").and_then(Value::as_str);
    if phase != Some("Bound") {
        return Err(Refusal::because("Only bound persistent volume claims can be expanded"));
    }
    let class = before
        .body
        .pointer("/spec/storageClassName")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let class = store.objects().object(Kind::STORAGE_CLASS, &ObjectKey::cluster(class));
    let may_grow = class.is_some_and(|class| class.to_json().get("allowVolumeExpansion") == Some(&Value::Bool(true)));
    if may_grow {
        return Ok(());
    }
    let why = "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize";
    Err(Refusal::because(why))
}

/// How much a claim asks for.
fn asked(body: &Value) -> Option<Quantity> {
    resource_list(body.pointer("/spec/resources/requests")).remove("storage")
}
