//! VolumeZone: a volume that carries zone or region labels is reached from nodes there only.
//!
//! Documentation: "Well-Known Labels: topology.kubernetes.io/zone". A volume may name several zones, joined by `__`.

use super::super::volumes::Volumes;
use super::super::{NodeInfo, Rejection};

/// The plugin's name.
pub const NAME: &str = "VolumeZone";

/// The labels that say where something is, each with its older name.
const LABELS: [(&str, &str); 2] = [
    ("topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone"),
    (
        "topology.kubernetes.io/region",
        "failure-domain.beta.kubernetes.io/region",
    ),
];

/// PreFilter.
///
/// # Errors
/// A bound claim's volume does not exist.
pub fn pre_filter(volumes: &Volumes) -> Result<(), Rejection> {
    let missing = volumes
        .claims
        .iter()
        .find(|claim| !claim.volume_name.is_empty() && !volumes.volumes.contains_key(&claim.volume_name));
    match missing {
        Some(claim) => {
            let reason = smol_str::format_smolstr!("persistentvolume \"{}\" not found", claim.volume_name);
            Err(Rejection::unresolvable(NAME, reason))
        }
        None => Ok(()),
    }
}

/// Filter. Nodes without any such label reach everything.
pub fn filter(node: &NodeInfo, volumes: &Volumes) -> Option<Rejection> {
    let of_node = &node.node.meta.labels;
    let label = |(name, older): (&str, &str)| of_node.get(name).or_else(|| of_node.get(older));
    if volumes.claims.is_empty() || LABELS.iter().all(|names| label(*names).is_none()) {
        return None;
    }
    let elsewhere = volumes.claims.iter().any(|claim| {
        let Some(volume) = volumes.volumes.get(&claim.volume_name) else {
            return false;
        };
        LABELS.iter().any(|(name, older)| {
            [name, older]
                .into_iter()
                .filter_map(|key| volume.labels.get(*key))
                .any(|zones| !label((name, older)).is_some_and(|zone| zones.split("__").any(|allowed| allowed == zone)))
        })
    });
    elsewhere.then(|| Rejection::unresolvable(NAME, "node(s) had no available volume zone"))
}
