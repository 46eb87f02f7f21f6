//! NodeVolumeLimits: a node takes only so many volumes of a CSI driver.
//!
//! Documentation: "Node-specific Volume Limits". The limits are those of the node's CSINode object. Not modelled: in-tree volumes
//! that are migrated to CSI drivers, and volumes attached without a pod (VolumeAttachment).

use std::collections::BTreeSet;

use super::super::volumes::{Attachment, Volumes};
use super::super::{NodeInfo, Rejection};

/// The plugin's name.
pub const NAME: &str = "NodeVolumeLimits";

/// Filter. A volume that the node uses already counts once.
pub fn filter(node: &NodeInfo, volumes: &Volumes) -> Option<Rejection> {
    if volumes.claims.is_empty() {
        return None;
    }
    let limits = volumes.limits.get(node.name())?;
    let wanted = volumes.claims.iter().filter_map(|claim| volumes.attachment(&claim.key));
    let wanted: BTreeSet<&Attachment> = wanted.collect();
    let attached = volumes.attached(node);
    let exceeded = limits.iter().any(|(driver, limit)| {
        let of_driver = |attachment: &&&Attachment| attachment.0 == *driver;
        let new = wanted.difference(&attached).filter(of_driver).count();
        let present = attached.iter().filter(of_driver).count();
        new > 0 && i64::try_from(new + present).unwrap_or(i64::MAX) > *limit
    });
    exceeded.then(|| Rejection::unschedulable(NAME, ["node(s) exceed max volume count".into()]))
}
