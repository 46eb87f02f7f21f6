//! A PersistentVolume as everybody reads it.

use serde_json::Value;
use smol_str::SmolStr;

use super::claim::annotation;
use super::{Claim, body, quantity, volume_mode};
use crate::api::{Labels, Node, Object, ObjectKey, Quantity, json};
use crate::scheduler::plugins::node_affinity::NodeSelectorTerm;

/// A PersistentVolume.
#[derive(Debug, Clone)]
pub struct Volume {
    /// Its labels.
    pub labels: Labels,
    /// The nodes that reach it: any of these; none if all do.
    pub affinity: Option<Vec<NodeSelectorTerm>>,
    /// Its class; empty if none.
    pub class: SmolStr,
    /// How much storage it is.
    pub capacity: Quantity,
    /// `spec.accessModes`.
    pub modes: Vec<SmolStr>,
    /// `status.phase`.
    pub phase: SmolStr,
    /// The claim that it is for: namespace, name, uid (may be empty).
    pub claim: Option<(ObjectKey, SmolStr)>,
    /// `Filesystem` or `Block`.
    pub volume_mode: SmolStr,
    /// It is being deleted.
    pub is_deleted: bool,
    /// CSI driver and handle.
    pub csi: Option<(SmolStr, SmolStr)>,
    /// `Retain`, `Delete` or `Recycle`.
    pub reclaim_policy: SmolStr,
    /// Who made it; empty if a person did.
    pub provisioned_by: SmolStr,
    /// A controller chose its claim.
    pub bound_by_controller: bool,
}

impl Volume {
    /// Reads a volume.
    pub fn of(object: &Object) -> Self {
        let (meta, body) = (object.meta(), body(object));
        let spec = body.get("spec").unwrap_or(&Value::Null);
        let csi = spec.get("csi");
        let beta = meta.annotations.get(annotation::BETA_CLASS).cloned();
        Volume {
            labels: meta.labels.clone(),
            affinity: spec.pointer("/nodeAffinity/required").map(|required| {
                let terms = json::list(required, "nodeSelectorTerms");
                terms.iter().map(NodeSelectorTerm::from_json).collect()
            }),
            class: beta.unwrap_or_else(|| json::text(spec, "storageClassName")),
            capacity: quantity(spec.pointer("/capacity/storage")),
            modes: json::texts(spec, "accessModes"),
            phase: (body.get("status"))
                .map(|status| json::text(status, "phase"))
                .unwrap_or_default(),
            claim: Volume::claim_of(object),
            volume_mode: volume_mode(spec),
            is_deleted: meta.is_deleted(),
            csi: csi.map(|csi| (json::text(csi, "driver"), json::text(csi, "volumeHandle"))),
            reclaim_policy: json::text(spec, "persistentVolumeReclaimPolicy"),
            provisioned_by: meta
                .annotations
                .get(annotation::PROVISIONED_BY)
                .cloned()
                .unwrap_or_default(),
            bound_by_controller: meta.annotations.contains_key(annotation::BOUND_BY_CONTROLLER),
        }
    }

    /// The claim that a volume is for: namespace, name, uid (may be empty). Cheaper than reading all of it.
    pub fn claim_of(object: &Object) -> Option<(ObjectKey, SmolStr)> {
        let reference = body(object)
            .pointer("/spec/claimRef")
            .filter(|reference| !reference.is_null())?;
        let key = ObjectKey::new(json::text(reference, "namespace"), json::text(reference, "name"));
        Some((key, json::text(reference, "uid")))
    }

    /// Whether it is for this very claim.
    pub fn is_for(&self, claim: &Claim) -> bool {
        let is_it = |(key, uid): &(ObjectKey, SmolStr)| *key == claim.key && (uid.is_empty() || *uid == claim.uid);
        self.claim.as_ref().is_some_and(is_it)
    }

    /// Whether a node reaches it.
    pub fn is_reached_from(&self, node: &Node) -> bool {
        (self.affinity.as_ref()).is_none_or(|terms| terms.iter().any(|term| term.matches(node)))
    }
}
