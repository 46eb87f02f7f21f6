//! PersistentVolumeClaimResize: a claim may ask for more only once it is bound, and only of a class that allows it.
//!
//! Source: `plugin/pkg/admission/storage/persistentvolume/resize`; documentation "Expanding Persistent Volumes Claims".

use serde_json::Value;

use super::Refusal;
use crate::api::{Kind, Object, ObjectKey};
use crate::storage::Claim;
use crate::store::Store;

/// Holds the new version of a claim against the old one.
pub fn validate(new: &Object, old: &Object, store: &Store) -> Result<(), Refusal> {
    let (new, old) = (Claim::of(new), Claim::of(old));
    if new.request <= old.request {
        return Ok(());
    }
    if old.phase != "Bound" {
        return Err(Refusal::because("Only bound persistent volume claims can be expanded"));
    }
    let allowed = !new.class.is_empty() && new.class == old.class && allows_expansion(&new.class, store);
    match allowed {
        true => Ok(()),
        false => Err(Refusal::because(
            "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize",
        )),
    }
}

fn allows_expansion(class: &str, store: &Store) -> bool {
    let class = store.objects().object(Kind::STORAGE_CLASS, &ObjectKey::cluster(class));
    matches!(class, Some(Object::Inert(class)) if class.body.get("allowVolumeExpansion") == Some(&Value::Bool(true)))
}
