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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, json};

    use super::*;
    use crate::api::{Kind, Object, ObjectMeta};

    /// Volumes in the short form `NAME SIZE MODES CLASS`, and what is different about them.
    fn volumes(short: &[(&str, Value)]) -> BTreeMap<SmolStr, Volume> {
        let volume = |(text, more): &(&str, Value)| {
            let mut words = text.split(' ');
            let mut next = || words.next().unwrap_or_default();
            let (name, size, modes, class) = (next(), next(), next(), next());
            let modes: Vec<&str> = modes.split(',').collect();
            let mut object = json!({
                "metadata": { "name": name, "labels": { "disk": name } },
                "spec": { "capacity": { "storage": size }, "accessModes": modes, "storageClassName": class },
                "status": { "phase": "Available" },
            });
            for (field, value) in more.as_object().into_iter().flatten() {
                object["spec"][field.as_str()] = value.clone();
            }
            (
                SmolStr::from(name),
                Volume::of(&Object::from_json(Kind::PERSISTENT_VOLUME, object)),
            )
        };
        short.iter().map(volume).collect()
    }

    fn claim(more: Value) -> Claim {
        let mut object = json!({
            "metadata": { "name": "data", "namespace": "shop" },
            "spec": { "accessModes": ["ReadWriteOnce"], "resources": { "requests": { "storage": "2Gi" } } },
        });
        for (field, value) in more.as_object().into_iter().flatten() {
            object["spec"][field.as_str()] = value.clone();
        }
        Claim::of(&Object::from_json(Kind::PERSISTENT_VOLUME_CLAIM, object))
    }

    fn found(claim: &Claim, volumes: &BTreeMap<SmolStr, Volume>, node: Option<&Node>, waits: bool) -> Option<String> {
        find_match(claim, volumes.iter(), node, &BTreeSet::new(), waits).map(ToString::to_string)
    }

    #[test]
    fn the_smallest_volume_that_suits_is_taken() {
        let none = json!({});
        let all = volumes(&[
            ("a 10Gi ReadWriteOnce", none.clone()),
            ("b 3Gi ReadWriteOnce,ReadWriteMany", none.clone()),
            ("c 5Gi ReadWriteOnce", none.clone()),
            ("d 1Gi ReadWriteOnce", none.clone()),
            ("e 2Gi ReadWriteOnce fast", none.clone()),
            ("f 2Gi ReadOnlyMany", none.clone()),
            ("g 2Gi ReadWriteOnce", json!({ "volumeMode": "Block" })),
            (
                "h 2Gi ReadWriteOnce",
                json!({ "claimRef": { "namespace": "shop", "name": "other" } }),
            ),
        ]);
        let check =
            |more: Value, expect: &str| assert_eq!(found(&claim(more), &all, None, false).as_deref(), Some(expect));
        check(none, "c");
        check(json!({ "accessModes": ["ReadWriteMany"] }), "b");
        check(json!({ "storageClassName": "fast" }), "e");
        check(json!({ "selector": { "matchLabels": { "disk": "a" } } }), "a");
        check(json!({ "volumeMode": "Block" }), "g");
        let node = Node {
            meta: ObjectMeta::named("", "node-1"),
            ..Node::default()
        };
        assert_eq!(
            found(&claim(json!({})), &all, Some(&node), false).as_deref(),
            Some("b"),
            "the scheduler asks for size alone"
        );
        assert_eq!(
            found(&claim(json!({})), &all, None, true),
            None,
            "the first consumer has not come"
        );
    }

    #[test]
    fn what_is_reserved_comes_first() {
        let reference = json!({ "claimRef": { "namespace": "shop", "name": "data" } });
        let all = volumes(&[("a 2Gi ReadWriteOnce", json!({})), ("b 20Gi ReadWriteOnce", reference)]);
        assert_eq!(found(&claim(json!({})), &all, None, true).as_deref(), Some("b"));
    }

    #[test]
    fn a_volume_asked_for_by_name_is_told_why_it_does_not_do() {
        let check = |more: Value, expect: Option<&str>| {
            let all = volumes(&[("a 2Gi ReadWriteOnce", json!({}))]);
            let volume = all.get("a").expect("it was just made");
            assert_eq!(mismatch(volume, &claim(more)), expect);
        };
        check(json!({}), None);
        check(
            json!({ "resources": { "requests": { "storage": "3Gi" } } }),
            Some("requested PV is too small"),
        );
        check(
            json!({ "storageClassName": "fast" }),
            Some("storageClassName does not match"),
        );
        check(json!({ "volumeMode": "Block" }), Some("incompatible volumeMode"));
        check(
            json!({ "accessModes": ["ReadWriteMany"] }),
            Some("incompatible accessMode"),
        );
    }
}
