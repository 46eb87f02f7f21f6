//! What must not change in PersistentVolumes, their claims and StorageClasses.

use super::fields::{Errors, Path, Shown, part, set, text};
use super::go_diff::go_diff;
use super::go_value::Go;
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
        let source = |spec: &Value| Go::of("core.PersistentVolumeSource", Some(spec));
        let difference = go_diff(&source(old), &source(new));
        let detail = format!("spec.persistentvolumesource is immutable after creation\n{difference}");
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
    let allowed = with_changeable(new, old, is_bound);
    if allowed != *old {
        let spec = |spec: &Value| Go::of("core.PersistentVolumeClaimSpec", Some(spec));
        let difference = go_diff(&spec(old), &spec(&allowed));
        let detail =
            format!("spec is immutable after creation except resources.requests for bound claims\n{difference}");
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

/// The new spec of a claim with what may change as it was.
fn with_changeable(new: &Value, old: &Value, is_bound: bool) -> Value {
    let mut spec = new.clone();
    let Some(fields) = spec.as_object_mut() else {
        return spec;
    };
    // A claim gets its volume's name when it is bound, and can be given a class later.
    for field in ["volumeName", "storageClassName"] {
        let is_given_later = set(old, field).is_none() || text(old, "volumeName").is_empty() && field == "volumeName";
        if is_given_later && set(new, field).is_some() {
            match old.get(field) {
                Some(before) => fields.insert(field.to_owned(), before.clone()),
                None => fields.remove(field),
            };
        }
    }
    let before = set(part(part(old, "resources"), "requests"), "storage");
    let requests = fields.get_mut("resources").and_then(|r| r.get_mut("requests"));
    if let (true, Some(before), Some(requests)) = (is_bound, before, requests.and_then(Value::as_object_mut)) {
        requests.insert("storage".to_owned(), before.clone());
    }
    spec
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
