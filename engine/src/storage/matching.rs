//! Which volume suits a claim.
//!
//! Source: `component-helpers/storage/volume` (`FindMatchingVolume`), which the PersistentVolume controller and the scheduler
//! share, and the controller's index of volumes by access modes.

use std::collections::BTreeSet;

use smol_str::SmolStr;

use super::{Claim, Volume};
use crate::api::Node;

/// The smallest volume that suits a claim; one reserved for the claim comes before all others.
///
/// With a node (the scheduler asks) it must be reached from there. Without one (the controller asks) those with the fewest access
/// modes are tried first, and a claim that waits for its first consumer (`waits`) gets only what is reserved for it. Of equals
/// the first by name is taken.
pub fn find_match<'a>(
    claim: &Claim,
    volumes: impl Iterator<Item = (&'a SmolStr, &'a Volume)>,
    node: Option<&Node>,
    taken: &BTreeSet<SmolStr>,
    waits: bool,
) -> Option<&'a SmolStr> {
    let mut best: Option<(usize, &SmolStr, &Volume)> = None;
    for (name, volume) in volumes {
        let is_reserved = volume.is_for(claim);
        if taken.contains(name)
            || volume.is_deleted
            || (volume.claim.is_some() && !is_reserved)
            || volume.capacity < claim.request
            || volume.volume_mode != claim.volume_mode
            || node.is_some_and(|node| !volume.is_reached_from(node))
            || (node.is_none() && !has_modes(volume, claim))
        {
            continue;
        }
        if is_reserved {
            return Some(name);
        }
        let suits = !waits
            && volume.phase == "Available"
            && volume.class == claim.class
            && (claim.selector.as_ref()).is_none_or(|selector| selector.matches(&volume.labels))
            && has_modes(volume, claim);
        let modes = if node.is_none() { volume.modes.len() } else { 0 };
        let is_better = |(other_modes, _, other): &(usize, &SmolStr, &Volume)| {
            (modes, &volume.capacity) < (*other_modes, &other.capacity)
        };
        if suits && best.as_ref().is_none_or(is_better) {
            best = Some((modes, name, volume));
        }
    }
    best.map(|(_, name, _)| name)
}

fn has_modes(volume: &Volume, claim: &Claim) -> bool {
    claim.modes.iter().all(|mode| volume.modes.contains(mode))
}

/// Why a volume that a claim asks for by name does not do, in the controller's words.
pub fn mismatch(volume: &Volume, claim: &Claim) -> Option<&'static str> {
    if volume.capacity < claim.request {
        Some("requested PV is too small")
    } else if volume.class != claim.class {
        Some("storageClassName does not match")
    } else if volume.volume_mode != claim.volume_mode {
        Some("incompatible volumeMode")
    } else if !has_modes(volume, claim) {
        Some("incompatible accessMode")
    } else {
        None
    }
}
