//! PersistentVolume, PersistentVolumeClaim, StorageClass.

use serde_json::Value;

use super::printer::{Cells, Column, Printer, cells};
use crate::api::Kind;
use crate::kubectl::{field, text};

/// The annotation that named a class before `storageClassName` did; it still wins. It has dots, so it is no path.
const CLASS_ANNOTATION: &str = "volume.beta.kubernetes.io/storage-class";
/// The annotations that mark the default class.
const DEFAULT_CLASS_ANNOTATIONS: [&str; 2] = [
    "storageclass.kubernetes.io/is-default-class",
    "storageclass.beta.kubernetes.io/is-default-class",
];
/// Access modes and their short names, in the order they are listed.
const ACCESS_MODES: [(&str, &str); 4] = [
    ("ReadWriteOnce", "RWO"),
    ("ReadOnlyMany", "ROX"),
    ("ReadWriteMany", "RWX"),
    ("ReadWriteOncePod", "RWOP"),
];

/// The printer of persistent volumes.
pub const PERSISTENT_VOLUME: Printer = Printer {
    kind: Kind::PERSISTENT_VOLUME,
    columns: &[
        Column::NAME,
        Column::text("Capacity"),
        Column::text("Access Modes"),
        Column::text("Reclaim Policy"),
        Column::text("Status"),
        Column::text("Claim"),
        Column::text("StorageClass"),
        Column::text("VolumeAttributesClass"),
        Column::text("Reason"),
        Column::AGE,
        Column::text("VolumeMode").wide(),
    ],
    cells: persistent_volume,
};

fn persistent_volume(object: &Value, now_ns: i64) -> Cells {
    let claim = field::at(object, "spec.claimRef")
        .map(|claim| format!("{}/{}", field::text(claim, "namespace"), field::text(claim, "name")));
    Ok(cells![
        field::text(object, "metadata.name"),
        capacity(object, "spec.capacity"),
        access_modes(object, "spec.accessModes"),
        field::text(object, "spec.persistentVolumeReclaimPolicy"),
        phase(object),
        claim.unwrap_or_default(),
        class(object),
        field::optional_text(object, "spec.volumeAttributesClassName").unwrap_or("<unset>"),
        field::text(object, "status.reason"),
        text::age(object, now_ns),
        field::optional_text(object, "spec.volumeMode").unwrap_or("<unset>"),
    ])
}

/// The printer of persistent volume claims.
pub const PERSISTENT_VOLUME_CLAIM: Printer = Printer {
    kind: Kind::PERSISTENT_VOLUME_CLAIM,
    columns: &[
        Column::NAME,
        Column::text("Status"),
        Column::text("Volume"),
        Column::text("Capacity"),
        Column::text("Access Modes"),
        Column::text("StorageClass"),
        Column::text("VolumeAttributesClass"),
        Column::AGE,
        Column::text("VolumeMode").wide(),
    ],
    cells: persistent_volume_claim,
};

/// Capacity and access modes are those of the volume, so they show once there is one.
fn persistent_volume_claim(object: &Value, now_ns: i64) -> Cells {
    let volume = field::text(object, "spec.volumeName");
    let (capacity, access_modes) = match volume {
        "" => (String::new(), String::new()),
        _ => (
            capacity(object, "status.capacity"),
            access_modes(object, "status.accessModes"),
        ),
    };
    Ok(cells![
        field::text(object, "metadata.name"),
        phase(object),
        volume,
        capacity,
        access_modes,
        class(object),
        field::optional_text(object, "spec.volumeAttributesClassName").unwrap_or("<unset>"),
        text::age(object, now_ns),
        field::optional_text(object, "spec.volumeMode").unwrap_or("<unset>"),
    ])
}

/// The phase; a deleted volume or claim waits for whoever still uses it.
pub(in crate::kubectl) fn phase(object: &Value) -> &str {
    match field::at(object, "metadata.deletionTimestamp") {
        Some(_) => "Terminating",
        None => field::text(object, "status.phase"),
    }
}

fn capacity(object: &Value, path: &str) -> String {
    text::quantity(field::map(object, path).and_then(|resources| resources.get("storage")))
}

pub(in crate::kubectl) fn access_modes(object: &Value, path: &str) -> String {
    let modes = field::items(object, path);
    let is_listed = |mode: &&(&str, &str)| modes.iter().any(|listed| listed.as_str() == Some(mode.0));
    ACCESS_MODES
        .iter()
        .filter(is_listed)
        .map(|(_, short)| *short)
        .collect::<Vec<_>>()
        .join(",")
}

pub(in crate::kubectl) fn class(object: &Value) -> &str {
    annotation(object, CLASS_ANNOTATION).unwrap_or_else(|| field::text(object, "spec.storageClassName"))
}

fn annotation<'v>(object: &'v Value, key: &str) -> Option<&'v str> {
    field::map(object, "metadata.annotations")?.get(key)?.as_str()
}

/// The printer of storage classes.
pub const STORAGE_CLASS: Printer = Printer {
    kind: Kind::STORAGE_CLASS,
    columns: &[
        Column::NAME,
        Column::text("Provisioner"),
        Column::text("ReclaimPolicy"),
        Column::text("VolumeBindingMode"),
        Column::text("AllowVolumeExpansion"),
        Column::AGE,
    ],
    cells: storage_class,
};

fn storage_class(object: &Value, now_ns: i64) -> Cells {
    let is_default = DEFAULT_CLASS_ANNOTATIONS
        .iter()
        .any(|key| annotation(object, key) == Some("true"));
    let suffix = if is_default { " (default)" } else { "" };
    Ok(cells![
        format!("{}{suffix}", field::text(object, "metadata.name")),
        field::text(object, "provisioner"),
        field::optional_text(object, "reclaimPolicy").unwrap_or("Delete"),
        field::optional_text(object, "volumeBindingMode").unwrap_or("Immediate"),
        field::boolean(object, "allowVolumeExpansion"),
        text::age(object, now_ns),
    ])
}
