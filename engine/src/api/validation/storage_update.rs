//! What must not change in PersistentVolumes, their claims and StorageClasses.
//!
//! Deliberately not modelled: the diff of the two specs that the server's message ends with.

use super::fields::{Errors, Path, Shown, part, set, text};
use crate::api::quantity::Quantity;
use crate::api::quote::go_quote;
use serde_json::Value;

/// Fields of a PersistentVolume's spec that are no source of data.
const NO_SOURCES: [&str; 8] = [
    "capacity",
    "accessModes",
    "claimRef",
    "persistentVolumeReclaimPolicy",
    "storageClassName",
    "mountOptions",
    "volumeMode",
    "nodeAffinity",
];

fn shown_text(value: &Value) -> Shown {
    Shown(value.as_str().map_or_else(|| "null".to_owned(), go_quote))
}

pub(super) fn check_persistent_volume_update(new: &Value, old: &Value, errors: &mut Errors) {
    let (new, old) = (part(new, "spec"), part(old, "spec"));
    let source = |spec: &Value| {
        let mut spec = spec.clone();
        if let Some(fields) = spec.as_object_mut() {
            fields.retain(|field, _| !NO_SOURCES.contains(&field.as_str()));
        }
        spec
    };
    if source(new) != source(old) {
        let detail = "spec.persistentvolumesource is immutable after creation";
        errors.forbidden(&Path::new("spec.persistentvolumesource"), detail);
    }
    let mode_path = Path::new("volumeMode");
    errors.immutable(part(new, "volumeMode"), part(old, "volumeMode"), &mode_path, shown_text);
    if let Some(affinity) = set(old, "nodeAffinity")
        && part(new, "nodeAffinity") != affinity
    {
        let shown = Shown("core.VolumeNodeAffinity{}".to_owned());
        errors.invalid(
            &Path::new("spec.nodeAffinity"),
            shown,
            "field is immutable, except for updating from beta label to GA",
        );
    }
}

/// A claim can ask for more once it is bound, and nothing else.
pub(super) fn check_claim_update(new: &Value, old: &Value, errors: &mut Errors) {
    let is_bound = text(part(old, "status"), "phase") == "Bound";
    let (new, old) = (part(new, "spec"), part(old, "spec"));
    let fixed = |spec: &Value| {
        let mut spec = spec.clone();
        // A claim gets its volume's name when it is bound.
        if let Some(fields) = spec.as_object_mut() {
            if text(old, "volumeName").is_empty() {
                fields.remove("volumeName");
            }
            // A claim without a class can be given one later.
            if set(old, "storageClassName").is_none() && set(new, "storageClassName").is_some() {
                fields.remove("storageClassName");
            }
            if is_bound && set(part(part(old, "resources"), "requests"), "storage").is_some() {
                let requests = fields.get_mut("resources").and_then(|r| r.get_mut("requests"));
                if let Some(requests) = requests.and_then(Value::as_object_mut) {
                    requests.remove("storage");
                }
            }
        }
        spec
    };
    if fixed(new) != fixed(old) {
        let detail = "spec is immutable after creation except resources.requests for bound claims";
        errors.forbidden(&Path::new("spec"), detail);
    }
    let request = |spec: &Value| {
        let amount = set(part(part(spec, "resources"), "requests"), "storage")?;
        Quantity::from_json(amount).ok()
    };
    if let (Some(now), Some(before)) = (request(new), request(old))
        && now < before
    {
        let path = Path::new("spec.resources.requests.storage");
        errors.forbidden(&path, "field can not be less than previous value");
    }
    let mode_path = Path::new("volumeMode");
    errors.immutable(part(new, "volumeMode"), part(old, "volumeMode"), &mode_path, shown_text);
}

/// A class keeps everything but its permission to expand.
pub(super) fn check_storage_class_update(new: &Value, old: &Value, errors: &mut Errors) {
    let forbid = |errors: &mut Errors, field: &str| {
        if part(new, field) != part(old, field) {
            let detail = "updates to %s are forbidden.".replace("%s", field);
            errors.forbidden(&Path::new(field), detail);
        }
    };
    for field in ["parameters", "provisioner", "reclaimPolicy"] {
        forbid(errors, field);
    }
    let (mode, path) = (part(new, "volumeBindingMode"), Path::new("volumeBindingMode"));
    errors.immutable(mode, part(old, "volumeBindingMode"), &path, |mode| {
        Shown(mode.as_str().map_or_else(|| "null".to_owned(), go_quote))
    });
}
