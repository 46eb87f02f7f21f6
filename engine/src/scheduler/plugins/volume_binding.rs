//! VolumeBinding: a pod runs where its volumes can be reached; claims that wait for their first consumer must find a volume there,
//! or a class that makes one.
//!
//! Documentation: "Storage Classes: volume binding mode". Not modelled: storage capacity that drivers publish.

use std::collections::BTreeSet;

use smol_str::{SmolStr, format_smolstr};

use super::super::volumes::{Claim, Volume, Volumes};
use super::super::{NodeInfo, Rejection};
use crate::api::Node;

/// The plugin's name.
pub const NAME: &str = "VolumeBinding";

/// The provisioner of classes whose volumes are made by hand.
const NO_PROVISIONER: &str = "kubernetes.io/no-provisioner";

/// PreFilter.
///
/// # Errors
/// A claim is lost or going, or should have been bound before.
pub fn pre_filter(volumes: &Volumes) -> Result<(), Rejection> {
    for claim in &volumes.claims {
        let name = &claim.key.name;
        if claim.phase == "Lost" {
            let volume = &claim.volume_name;
            let reason =
                format_smolstr!("persistentvolumeclaim \"{name}\" bound to non-existent persistentvolume \"{volume}\"");
            return Err(Rejection::unresolvable(NAME, reason));
        }
        if claim.is_deleted {
            let reason = format_smolstr!("persistentvolumeclaim \"{name}\" is being deleted");
            return Err(Rejection::unresolvable(NAME, reason));
        }
    }
    if volumes
        .claims
        .iter()
        .any(|claim| !claim.is_bound && !waits(claim, volumes))
    {
        let reason = "pod has unbound immediate PersistentVolumeClaims";
        return Err(Rejection::unresolvable(NAME, reason));
    }
    Ok(())
}

/// Whether a claim waits for its first consumer.
fn waits(claim: &Claim, volumes: &Volumes) -> bool {
    claim.volume_name.is_empty() && volumes.classes.get(&claim.class).is_some_and(|class| class.waits)
}

/// Filter.
pub fn filter(node: &NodeInfo, volumes: &Volumes) -> Option<Rejection> {
    if volumes.claims.is_empty() {
        return None;
    }
    let mut conflicts = Vec::new();
    for claim in volumes.claims.iter().filter(|claim| claim.is_bound) {
        match volumes.volumes.get(&claim.volume_name) {
            None => {
                let reason = "node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)";
                return Some(Rejection::unresolvable(NAME, reason));
            }
            Some(volume) if !reaches(volume, &node.node) => {
                conflicts.push(SmolStr::new_static(
                    "node(s) didn't match PersistentVolume's node affinity",
                ));
                break;
            }
            Some(_) => {}
        }
    }
    if !can_bind(&node.node, volumes) {
        conflicts.push(SmolStr::new_static(
            "node(s) didn't find available persistent volumes to bind",
        ));
    }
    (!conflicts.is_empty()).then_some(Rejection {
        plugin: NAME,
        resolvable: false,
        reasons: conflicts,
    })
}

/// Whether a node reaches a volume.
fn reaches(volume: &Volume, node: &Node) -> bool {
    (volume.affinity.as_ref()).is_none_or(|terms| terms.iter().any(|term| term.matches(node)))
}

/// Whether every claim that waits finds a volume, the smallest claims first, or a class that makes one.
fn can_bind(node: &Node, volumes: &Volumes) -> bool {
    let mut waiting: Vec<&Claim> = volumes.claims.iter().filter(|claim| !claim.is_bound).collect();
    waiting.sort_by(|a, b| a.request.cmp(&b.request));
    let mut taken: BTreeSet<&SmolStr> = BTreeSet::new();
    for claim in waiting {
        match find_volume(claim, node, volumes, &taken) {
            Some(name) => {
                taken.insert(name);
            }
            None if !can_provision(claim, node, volumes) => return false,
            None => {}
        }
    }
    true
}

/// The smallest volume that suits a claim and that the node reaches; one reserved for the claim comes first.
fn find_volume<'a>(
    claim: &Claim,
    node: &Node,
    volumes: &'a Volumes,
    taken: &BTreeSet<&SmolStr>,
) -> Option<&'a SmolStr> {
    let mut smallest: Option<(&SmolStr, &Volume)> = None;
    for (name, volume) in &volumes.volumes {
        let is_ours =
            |(key, uid): &(crate::api::ObjectKey, SmolStr)| *key == claim.key && (uid.is_empty() || *uid == claim.uid);
        let reserved = volume.claim.as_ref().is_some_and(is_ours);
        if taken.contains(name)
            || volume.is_deleted
            || volume.class != claim.class
            || (volume.claim.is_some() && !reserved)
            || volume.capacity < claim.request
            || volume.volume_mode != claim.volume_mode
            || !reaches(volume, node)
        {
            continue;
        }
        if reserved {
            return Some(name);
        }
        let suits = volume.phase == "Available"
            && claim
                .selector
                .as_ref()
                .is_none_or(|selector| selector.matches(&volume.labels))
            && claim.modes.iter().all(|mode| volume.modes.contains(mode));
        if suits && smallest.is_none_or(|(_, other)| volume.capacity < other.capacity) {
            smallest = Some((name, volume));
        }
    }
    smallest.map(|(name, _)| name)
}

/// Whether the claim's class makes volumes that the node reaches.
fn can_provision(claim: &Claim, node: &Node, volumes: &Volumes) -> bool {
    let Some(class) = volumes.classes.get(&claim.class) else {
        return false;
    };
    let holds =
        |(key, values): &(SmolStr, Vec<SmolStr>)| node.meta.labels.get(key).is_some_and(|value| values.contains(value));
    !class.provisioner.is_empty()
        && class.provisioner != NO_PROVISIONER
        && (class.topologies.is_empty() || class.topologies.iter().any(|term| term.iter().all(holds)))
}
