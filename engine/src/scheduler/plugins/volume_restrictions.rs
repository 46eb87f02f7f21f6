//! VolumeRestrictions: disks that two pods cannot share on one node, and claims that one pod in the whole cluster may use.
//!
//! Documentation: "Persistent Volumes: access modes". The disks are those that a pod mounts without a claim.

use serde_json::Value;
use smol_str::{SmolStr, format_smolstr};

use super::super::volumes::{Volumes, uses_of};
use super::super::{NodeInfo, PodInfo, Rejection};
use crate::api::{ObjectKey, json};

/// The plugin's name.
pub const NAME: &str = "VolumeRestrictions";

/// A disk that a pod mounts directly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disk {
    /// What identifies it, its kind included.
    id: SmolStr,
    /// Pods that only read may share it.
    shared: bool,
}

impl Disk {
    /// Reads one of `spec.volumes`.
    pub fn from_json(volume: &Value) -> Option<Self> {
        let disk = |kind: &str| volume.get(kind);
        let of = |id: SmolStr, shared| Some(Disk { id, shared });
        if let Some(gce) = disk("gcePersistentDisk") {
            let id = format_smolstr!("gce {}", json::text(gce, "pdName"));
            of(id, json::flag(gce, "readOnly"))
        } else if let Some(ebs) = disk("awsElasticBlockStore") {
            of(format_smolstr!("ebs {}", json::text(ebs, "volumeID")), false)
        } else if let Some(iscsi) = disk("iscsi") {
            of(
                format_smolstr!("iscsi {}", json::text(iscsi, "iqn")),
                json::flag(iscsi, "readOnly"),
            )
        } else if let Some(rbd) = disk("rbd") {
            let pool = json::text(rbd, "pool");
            let pool = if pool.is_empty() { "rbd" } else { &pool };
            let monitors = json::texts(rbd, "monitors").join(",");
            let id = format_smolstr!("rbd {pool} {} {monitors}", json::text(rbd, "image"));
            of(id, json::flag(rbd, "readOnly"))
        } else {
            None
        }
    }

    fn conflicts(&self, other: &Disk) -> bool {
        self.id == other.id && !(self.shared && other.shared)
    }
}

/// PreFilter finds a claim missing.
pub fn claim_not_found(claim: &ObjectKey, pod: &PodInfo) -> Rejection {
    if pod.claims.contains(&claim.name) {
        return Rejection::unresolvable(
            NAME,
            format_smolstr!("persistentvolumeclaim \"{}\" not found", claim.name),
        );
    }
    let reason = format_smolstr!(
        "waiting for ephemeral volume controller to create the persistentvolumeclaim \"{}\"",
        claim.name
    );
    Rejection::unresolvable(super::volume_binding::NAME, reason)
}

/// Filter.
pub fn filter(pod: &PodInfo, node: &NodeInfo, volumes: &Volumes) -> Option<Rejection> {
    let taken = |disk: &Disk| {
        let held = node.pods.iter().flat_map(|placed| &placed.info.disks);
        held.into_iter().any(|other| other.conflicts(disk))
    };
    if pod.disks.iter().any(taken) {
        return Some(Rejection::unschedulable(NAME, ["node(s) had no available disk".into()]));
    }
    // The node may be shown with other pods than it has: what preemption tries.
    let used = volumes.exclusive.iter().any(|(claim, uses)| {
        let elsewhere = uses.iter().filter(|(name, _)| *name != node.name());
        elsewhere.map(|(_, count)| count).sum::<usize>() + uses_of(claim, node) > 0
    });
    used.then(|| {
        let reason = "node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by \
                      another pod";
        Rejection::unschedulable(NAME, [reason.into()])
    })
}
