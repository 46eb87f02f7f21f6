//! A PersistentVolumeClaim as everybody reads it, and the claims of a pod.

use serde_json::Value;
use smol_str::{SmolStr, format_smolstr};

use super::{body, quantity, volume_mode};
use crate::api::{Object, ObjectKey, Pod, Quantity, Selector, json};

/// The annotations by which those who bind and provision speak to each other (documentation "Well-Known Labels, Annotations and
/// Taints").
pub mod annotation {
    /// On a claim: its binding is complete.
    pub const BIND_COMPLETED: &str = "pv.kubernetes.io/bind-completed";
    /// On claim or volume: the other side was chosen by a controller, not by a person.
    pub const BOUND_BY_CONTROLLER: &str = "pv.kubernetes.io/bound-by-controller";
    /// On a volume: who made it.
    pub const PROVISIONED_BY: &str = "pv.kubernetes.io/provisioned-by";
    /// On a claim: who is to make its volume.
    pub const PROVISIONER: &str = "volume.kubernetes.io/storage-provisioner";
    /// The older name of [`PROVISIONER`], written as well.
    pub const BETA_PROVISIONER: &str = "volume.beta.kubernetes.io/storage-provisioner";
    /// On a claim: the node that the scheduler has chosen for the pod that waits for it.
    pub const SELECTED_NODE: &str = "volume.kubernetes.io/selected-node";
    /// The older way to name a class.
    pub const BETA_CLASS: &str = "volume.beta.kubernetes.io/storage-class";
}

/// A PersistentVolumeClaim.
#[derive(Debug, Clone)]
pub struct Claim {
    /// Namespace and name.
    pub key: ObjectKey,
    /// `metadata.uid`.
    pub uid: SmolStr,
    /// The volume it names; empty if none.
    pub volume_name: SmolStr,
    /// Its class; empty if none.
    pub class: SmolStr,
    /// It says which class it wants, be it none (`storageClassName: ""`).
    pub names_class: bool,
    /// The binding was complete once.
    pub bind_completed: bool,
    /// Bound, and both sides know.
    pub is_bound: bool,
    /// `status.phase`.
    pub phase: SmolStr,
    /// It is being deleted.
    pub is_deleted: bool,
    /// `spec.accessModes`.
    pub modes: Vec<SmolStr>,
    /// How much storage it asks for.
    pub request: Quantity,
    /// Which volumes it accepts.
    pub selector: Option<Selector>,
    /// `Filesystem` or `Block`.
    pub volume_mode: SmolStr,
    /// The node that the scheduler has chosen for its first consumer; empty if none.
    pub selected_node: SmolStr,
    /// Who is asked to make its volume; empty if nobody.
    pub provisioner: SmolStr,
}

impl Claim {
    /// Reads a claim.
    pub fn of(object: &Object) -> Self {
        let (meta, body) = (object.meta(), body(object));
        let spec = body.get("spec").unwrap_or(&Value::Null);
        let note = |name: &str| meta.annotations.get(name).cloned().unwrap_or_default();
        let beta = meta.annotations.get(annotation::BETA_CLASS).cloned();
        let volume_name = json::text(spec, "volumeName");
        let bind_completed = meta.annotations.contains_key(annotation::BIND_COMPLETED);
        let selector = spec.get("selector").filter(|selector| !selector.is_null());
        let selector = selector.map(|selector| {
            let selector = json::label_selector(Some(selector)).to_selector();
            selector.unwrap_or_else(|_| Selector::nothing())
        });
        Claim {
            key: object.key(),
            uid: format_smolstr!("{}", meta.uid),
            is_bound: !volume_name.is_empty() && bind_completed,
            bind_completed,
            volume_name,
            names_class: beta.is_some() || spec.get("storageClassName").is_some_and(|class| !class.is_null()),
            class: beta.unwrap_or_else(|| json::text(spec, "storageClassName")),
            phase: (body.get("status"))
                .map(|status| json::text(status, "phase"))
                .unwrap_or_default(),
            is_deleted: meta.is_deleted(),
            modes: json::texts(spec, "accessModes"),
            request: quantity(spec.pointer("/resources/requests/storage")),
            selector,
            volume_mode: volume_mode(spec),
            selected_node: note(annotation::SELECTED_NODE),
            provisioner: note(annotation::PROVISIONER),
        }
    }
}

/// The claims of a pod: those it names, and those made for its ephemeral volumes, each with the name of its volume in the pod.
pub fn pod_claims(pod: &Pod) -> impl Iterator<Item = (SmolStr, ObjectKey)> + '_ {
    json::list(&pod.spec.json, "volumes").iter().filter_map(|volume| {
        let volume_name = json::text(volume, "name");
        let claim = match volume.get("persistentVolumeClaim") {
            Some(claim) => json::text(claim, "claimName"),
            None => {
                volume.get("ephemeral")?;
                format_smolstr!("{}-{volume_name}", pod.meta.name)
            }
        };
        Some((volume_name, ObjectKey::new(pod.meta.namespace.clone(), claim)))
    })
}
