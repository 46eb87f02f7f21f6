//! Defaults of persistent volumes, claims and storage classes.

use super::edit::{Object, default, default_zero, ensure, field};
use super::volume::default_source;
use serde_json::Value;

/// Defaults of a claim.
pub(super) fn default_claim(claim: &mut Object) {
    if let Some(status) = ensure(claim, "status") {
        default_zero(status, "phase", "Pending");
    }
    if let Some(spec) = field(claim, "spec") {
        default_claim_spec(spec);
    }
}

/// Defaults of a claim's spec, also in templates; the two names of the data source follow one another.
pub(super) fn default_claim_spec(spec: &mut Object) {
    default(spec, "volumeMode", "Filesystem");
    let names_namespace = spec
        .get("dataSourceRef")
        .and_then(|reference| reference.get("namespace"))
        .is_some();
    for (given, other) in [("dataSource", "dataSourceRef"), ("dataSourceRef", "dataSource")] {
        if let Some(source) = spec.get(given).cloned().filter(|_| !names_namespace) {
            default(spec, other, source);
        }
    }
}

/// Defaults of a volume.
pub(super) fn default_persistent_volume(volume: &mut Object) {
    if let Some(status) = ensure(volume, "status") {
        default_zero(status, "phase", "Pending");
    }
    if let Some(spec) = field(volume, "spec") {
        default_zero(spec, "persistentVolumeReclaimPolicy", "Retain");
        default(spec, "volumeMode", "Filesystem");
        default_source(spec);
    }
}

/// Defaults of a storage class.
pub(super) fn default_storage_class(class: &mut Object) {
    default(class, "reclaimPolicy", "Delete");
    default(class, "volumeBindingMode", "Immediate");
}

/// Defaults of a CSI driver.
pub(super) fn default_csi_driver(driver: &mut Object) {
    let Some(spec) = field(driver, "spec") else { return };
    default(spec, "attachRequired", true);
    default(spec, "podInfoOnMount", false);
    default(spec, "storageCapacity", false);
    default(spec, "fsGroupPolicy", "ReadWriteOnceWithFSType");
    default(spec, "requiresRepublish", false);
    default(spec, "seLinuxMount", false);
    default(spec, "volumeLifecycleModes", Value::from(vec!["Persistent"]));
}
