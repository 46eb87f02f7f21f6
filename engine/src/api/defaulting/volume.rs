//! Defaults of a volume's source, in pods and in persistent volumes.

use super::edit::{Object, at, default, default_zero, each, field};
use super::storage::default_claim_spec;
use serde_json::json;

/// 0644 in octal: the mode of files projected into a volume.
const FILE_MODE: i32 = 420;

/// Defaults of a volume in a pod: one without a source is an empty directory.
pub(super) fn default_volume(volume: &mut Object) {
    if volume.keys().all(|key| key == "name") {
        volume.insert("emptyDir".to_owned(), json!({}));
    }
    for source in ["secret", "configMap", "downwardAPI", "projected"] {
        if let Some(source) = field(volume, source) {
            default(source, "defaultMode", FILE_MODE);
        }
    }
    if let Some(source) = field(volume, "downwardAPI") {
        default_downward(source);
    }
    if let Some(projected) = field(volume, "projected") {
        for source in each(projected, "sources") {
            if let Some(downward) = field(source, "downwardAPI") {
                default_downward(downward);
            }
            if let Some(token) = field(source, "serviceAccountToken") {
                default(token, "expirationSeconds", 3600);
            }
        }
    }
    if let Some(spec) = at(volume, &["ephemeral", "volumeClaimTemplate", "spec"]) {
        default_claim_spec(spec);
    }
    default_source(volume);
}

/// Defaults of the sources that pods and persistent volumes share.
pub(super) fn default_source(volume: &mut Object) {
    if let Some(path) = field(volume, "hostPath") {
        default(path, "type", "");
    }
    if let Some(disk) = field(volume, "azureDisk") {
        default(disk, "cachingMode", "ReadWrite");
        default(disk, "kind", "Shared");
        default(disk, "fsType", "ext4");
        default(disk, "readOnly", false);
    }
    if let Some(iscsi) = field(volume, "iscsi") {
        default_zero(iscsi, "iscsiInterface", "default");
    }
    if let Some(rbd) = field(volume, "rbd") {
        default_zero(rbd, "pool", "rbd");
        default_zero(rbd, "user", "admin");
        default_zero(rbd, "keyring", "/etc/ceph/keyring");
    }
    if let Some(scale_io) = field(volume, "scaleIO") {
        default_zero(scale_io, "storageMode", "ThinProvisioned");
        default_zero(scale_io, "fsType", "xfs");
    }
}

fn default_downward(source: &mut Object) {
    for item in each(source, "items") {
        if let Some(reference) = field(item, "fieldRef") {
            default_zero(reference, "apiVersion", "v1");
        }
    }
}
