//! VolumeBinding: a pod runs where its volumes can be reached; claims that wait for their first consumer must find a volume there,
//! or a class that makes one.
//!
//! Documentation: "Storage Classes: volume binding mode". Not modelled: storage capacity that drivers publish.

use std::collections::BTreeSet;

use smol_str::{SmolStr, format_smolstr};

use super::super::volumes::Volumes;
use super::super::{NodeInfo, Rejection};
use crate::api::{Node, ObjectKey};
use crate::storage::{Claim, NO_PROVISIONER, find_match};

/// The plugin's name.
pub const NAME: &str = "VolumeBinding";

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
            Some(volume) if !volume.is_reached_from(&node.node) => {
                conflicts.push(SmolStr::new_static(match volumes.older_words {
                    true => "node(s) had volume node affinity conflict",
                    false => "node(s) didn't match PersistentVolume's node affinity",
                }));
                break;
            }
            Some(_) => {}
        }
    }
    if plan(&node.node, volumes).is_none() {
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

/// What the claims that wait for their first consumer get on a node.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Claims, and the volumes that there are for them.
    pub bindings: Vec<(ObjectKey, SmolStr)>,
    /// Claims for which volumes are to be made.
    pub provisions: Vec<ObjectKey>,
}

/// What every claim that waits gets on a node, the smallest claims first: a volume, or a class that makes one; none if one of
/// them gets nothing. A claim whose volume is to be made for another node gets nothing here.
pub fn plan(node: &Node, volumes: &Volumes) -> Option<Plan> {
    let mut waiting: Vec<&Claim> = volumes.claims.iter().filter(|claim| !claim.is_bound).collect();
    waiting.sort_by(|a, b| a.request.cmp(&b.request));
    let mut taken: BTreeSet<SmolStr> = BTreeSet::new();
    let mut plan = Plan::default();
    for claim in waiting {
        let of_class = volumes.volumes.iter().filter(|(_, volume)| volume.class == claim.class);
        let found = match claim.selected_node.as_str() {
            "" => find_match(claim, of_class, Some(node), &taken, false),
            selected if selected != node.meta.name => return None,
            _ => None,
        };
        match found {
            Some(name) => {
                taken.insert(name.clone());
                plan.bindings.push((claim.key.clone(), name.clone()));
            }
            None if can_provision(claim, node, volumes) => plan.provisions.push(claim.key.clone()),
            None => return None,
        }
    }
    Some(plan)
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
