//! VolumeAttachments: that a volume of a CSI driver is attached to a node.
//!
//! Source: API reference of CSIDriver (`attachRequired`) and VolumeAttachment. Names are a hash, as those of the attach-detach
//! controller.

use serde_json::{Value, json as tree};
use smol_str::{SmolStr, format_smolstr};

use super::{Volume, body};
use crate::api::{Inert, Kind, Object, ObjectKey, json};
use crate::sim::{Random, StableHasher};
use crate::store::Objects;

/// Whether a volume must be attached to a node before it can be mounted there: those of CSI drivers, unless the CSIDriver object
/// says otherwise.
pub fn needs_attachment(volume: &Volume, objects: &Objects) -> bool {
    let Some((driver, _)) = &volume.csi else { return false };
    let object = objects.object(Kind::CSI_DRIVER, &ObjectKey::cluster(driver.clone()));
    let required = object.and_then(|driver| body(driver).pointer("/spec/attachRequired"));
    required != Some(&Value::Bool(false))
}

/// The key of the VolumeAttachment that says that a volume is attached to a node.
pub fn attachment_key(volume: &str, node: &str) -> ObjectKey {
    let mut hasher = StableHasher::default();
    hasher.write_str(volume);
    hasher.write_str(node);
    let mut hash = Random::new(hasher.finish());
    let digits: String = (0..4).map(|_| format!("{:016x}", hash.next_u64())).collect();
    ObjectKey::cluster(format_smolstr!("csi-{digits}"))
}

/// The VolumeAttachment of a volume that is attached to a node.
pub fn attachment(name: &str, volume: &Volume, node: &str) -> Inert {
    let driver = volume
        .csi
        .as_ref()
        .map(|(driver, _)| driver.as_str())
        .unwrap_or_default();
    let object = tree!({
        "metadata": { "name": attachment_key(name, node).name.as_str() },
        "spec": { "attacher": driver, "nodeName": node, "source": { "persistentVolumeName": name } },
        "status": { "attached": true },
    });
    Inert::from_json(Kind::VOLUME_ATTACHMENT, object)
}

/// The volume and the node of a VolumeAttachment.
pub fn attached(object: &Object) -> Option<(SmolStr, SmolStr)> {
    let spec = body(object).get("spec")?;
    let volume = spec.pointer("/source/persistentVolumeName")?.as_str()?;
    Some((volume.into(), json::text(spec, "nodeName")))
}
