//! Revisions: annotations that number the ReplicaSets, the hash that names them, and which old ones are dropped.

use std::sync::Arc;

use smol_str::{SmolStr, ToSmolStr, format_smolstr};

use super::replica_sets::ReplicaSets;
use crate::api::{Deployment, Kind, ObjectMeta, PodTemplate, ReplicaSet};
use crate::component::Context;
use crate::store::DeleteOptions;

/// The annotation that numbers a ReplicaSet, and says at which number its Deployment is.
pub const REVISION_ANNOTATION: &str = "deployment.kubernetes.io/revision";
/// Earlier numbers of a ReplicaSet that was rolled back to.
const HISTORY_ANNOTATION: &str = "deployment.kubernetes.io/revision-history";
/// The Deployment's size when the ReplicaSet was scaled last.
pub const DESIRED_ANNOTATION: &str = "deployment.kubernetes.io/desired-replicas";
/// The same with the surge.
pub const MAX_ANNOTATION: &str = "deployment.kubernetes.io/max-replicas";
/// The label that tells the pods of a Deployment's ReplicaSets apart.
pub const HASH_LABEL: &str = "pod-template-hash";

/// Annotations that are a Deployment's own and not copied to its ReplicaSets.
const NOT_COPIED: [&str; 6] = [
    "kubectl.kubernetes.io/last-applied-configuration",
    REVISION_ANNOTATION,
    HISTORY_ANNOTATION,
    DESIRED_ANNOTATION,
    MAX_ANNOTATION,
    "deprecated.deployment.rollback.to",
];

/// A ReplicaSet's number; 0 if it has none.
pub fn of(meta: &ObjectMeta) -> i64 {
    meta.annotations
        .get(REVISION_ANNOTATION)
        .and_then(|revision| revision.parse().ok())
        .unwrap_or_default()
}

/// Copies a Deployment's annotations to a ReplicaSet.
pub fn copy_annotations(deployment: &Deployment, meta: &mut ObjectMeta) {
    for (key, value) in deployment.meta.annotations.iter() {
        if !NOT_COPIED.contains(&key.as_str()) && meta.annotations.get(key) != Some(value) {
            meta.annotate(key, value.clone());
        }
    }
}

/// Raises a ReplicaSet's number to `next`; the number it had goes into its history.
pub fn advance(meta: &mut ObjectMeta, next: i64) {
    let present = meta.annotations.get(REVISION_ANNOTATION).cloned();
    if of(meta) >= next {
        return;
    }
    meta.annotate(REVISION_ANNOTATION, next.to_smolstr());
    if let Some(present) = present {
        let history = match meta.annotations.get(HISTORY_ANNOTATION) {
            Some(history) if !history.is_empty() => format_smolstr!("{history},{present}"),
            _ => present,
        };
        meta.annotate(HISTORY_ANNOTATION, history);
    }
}

/// The hash in a ReplicaSet's name: FNV-1a of the template, written in the alphabet of generated names.
///
/// Source: `controller.ComputeHash` and `rand.SafeEncodeString`. The real hash runs over a Go-specific print of the template, so
/// its values differ from these; what matters is that the same template gives the same name.
pub fn template_hash(template: &PodTemplate, collisions: i32) -> SmolStr {
    const ALPHABET: &[u8; 27] = b"bcdfghjklmnpqrstvwxz2456789";
    let mut hash: u32 = 0x811c_9dc5;
    let mut mix = |bytes: &[u8]| {
        for byte in bytes {
            hash = (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
        }
    };
    mix(template.to_json().to_string().as_bytes());
    if collisions > 0 {
        mix(&collisions.to_le_bytes());
    }
    let digits = hash.to_string();
    digits
        .bytes()
        .map(|digit| char::from(ALPHABET[usize::from(digit) % ALPHABET.len()]))
        .collect()
}

/// Deletes the oldest ReplicaSets that have no pods, as far as they exceed the history limit (`cleanupDeployment`).
pub fn drop_history(deployment: &Deployment, sets: &ReplicaSets, context: &mut Context<'_>) {
    let limit = usize::try_from(deployment.spec.revision_history_limit).unwrap_or(0);
    let mut kept: Vec<&Arc<ReplicaSet>> = sets.old.iter().filter(|set| !set.meta.is_deleted()).collect();
    let Some(surplus) = kept.len().checked_sub(limit).filter(|surplus| *surplus > 0) else {
        return;
    };
    kept.sort_by_key(|set| of(&set.meta));
    for set in kept.into_iter().take(surplus) {
        let in_use =
            set.status.replicas != 0 || set.spec.replicas != 0 || set.meta.generation > set.status.observed_generation;
        if !in_use {
            // It may be gone already.
            let _ = context
                .store
                .delete(Kind::REPLICA_SET, &set.meta.key(), DeleteOptions::default());
        }
    }
}
