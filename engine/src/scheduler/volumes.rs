//! What the volume plugins know of a pod's claims, and of the volumes, classes and drivers behind them.
//!
//! Read anew for every pod that has claims or disks; all others have none of this and pay nothing.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use smol_str::{SmolStr, format_smolstr};

use super::node_info::PlacedPod;
use super::objects::{part, text};
use super::plugins::node_affinity::NodeSelectorTerm;
use super::plugins::{volume_binding, volume_restrictions, volume_zone};
use super::pod_info::selector_of;
use super::{NodeInfo, PodInfo, Rejection};
use crate::api::{Kind, Labels, Object, ObjectKey, Pod, Quantity, Selector, json};
use crate::store::Objects;

/// The annotation of a claim whose binding is complete.
const BIND_COMPLETED: &str = "pv.kubernetes.io/bind-completed";
/// The older way to name a class.
const BETA_CLASS: &str = "volume.beta.kubernetes.io/storage-class";

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
}

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
    csi: Option<(SmolStr, SmolStr)>,
}

/// A StorageClass.
#[derive(Debug, Clone)]
pub struct Class {
    /// Who makes volumes.
    pub provisioner: SmolStr,
    /// Volumes are bound when a pod needs them (`WaitForFirstConsumer`).
    pub waits: bool,
    /// Where volumes can be made: any of these, each a list of labels and their values; everywhere if there are none.
    pub topologies: Vec<Vec<(SmolStr, Vec<SmolStr>)>>,
}

/// A volume as its driver knows it: driver and unique name.
pub type Attachment = (SmolStr, SmolStr);

/// Everything about one pod's volumes.
#[derive(Debug, Default)]
pub struct Volumes {
    /// The pod's claims.
    pub claims: Vec<Claim>,
    /// All volumes, by name.
    pub volumes: BTreeMap<SmolStr, Volume>,
    /// All classes, by name.
    pub classes: BTreeMap<SmolStr, Class>,
    /// How many volumes of a driver a node takes.
    pub limits: BTreeMap<SmolStr, BTreeMap<SmolStr, i64>>,
    /// What each claim in the cluster is to its driver.
    attachments: BTreeMap<ObjectKey, Attachment>,
    /// Claims of the pod that only one pod may use, and how many pods use them per node.
    pub exclusive: BTreeMap<ObjectKey, BTreeMap<SmolStr, usize>>,
}

impl Volumes {
    /// Whether a pod has volumes that the plugins look at.
    pub fn concern(pod: &PodInfo) -> bool {
        !pod.claims.is_empty() || !pod.ephemeral_claims.is_empty() || !pod.disks.is_empty()
    }

    /// Reads all that matters to a pod.
    ///
    /// # Errors
    /// A volume plugin's PreFilter refuses the pod for all nodes.
    pub fn of(pod: &Pod, info: &PodInfo, nodes: &[NodeInfo], objects: &Objects) -> Result<Self, Rejection> {
        if !Volumes::concern(info) {
            return Ok(Volumes::default());
        }
        let mut volumes = Volumes::default();
        for key in claims(pod, info) {
            match objects.object(Kind::PERSISTENT_VOLUME_CLAIM, &key) {
                Some(object) => volumes.claims.push(Claim::of(object)),
                None => return Err(volume_restrictions::claim_not_found(&key, info)),
            }
        }
        let named = |kind| objects.of_kind(kind).map(|object| (object.meta().name.clone(), object));
        volumes.volumes = named(Kind::PERSISTENT_VOLUME)
            .map(|(name, object)| (name, Volume::of(object)))
            .collect();
        volumes.classes = named(Kind::STORAGE_CLASS)
            .map(|(name, object)| (name, Class::of(object)))
            .collect();
        volumes.limits = named(Kind::CSI_NODE)
            .map(|(name, object)| (name, limits(object)))
            .collect();
        for object in objects.of_kind(Kind::PERSISTENT_VOLUME_CLAIM) {
            if let Some(attachment) = volumes.attachment_of(&Claim::of(object)) {
                volumes.attachments.insert(object.key(), attachment);
            }
        }
        volumes.count_exclusive(nodes);
        volume_binding::pre_filter(&volumes)?;
        volume_zone::pre_filter(&volumes)?;
        Ok(volumes)
    }

    fn count_exclusive(&mut self, nodes: &[NodeInfo]) {
        let exclusive = self
            .claims
            .iter()
            .filter(|claim| claim.modes.iter().any(|mode| mode == "ReadWriteOncePod"));
        self.exclusive = exclusive.map(|claim| (claim.key.clone(), BTreeMap::new())).collect();
        for (key, uses) in &mut self.exclusive {
            for node in nodes {
                let count = uses_of(key, node);
                if count > 0 {
                    uses.insert(node.name().clone(), count);
                }
            }
        }
    }

    fn attachment_of(&self, claim: &Claim) -> Option<Attachment> {
        if let Some((driver, handle)) = self
            .volumes
            .get(&claim.volume_name)
            .and_then(|volume| volume.csi.clone())
        {
            return Some((driver, handle));
        }
        let class = self
            .classes
            .get(&claim.class)
            .filter(|_| !self.volumes.contains_key(&claim.volume_name))?;
        let handle = format_smolstr!("{}/{}", claim.key.namespace, claim.key.name);
        Some((class.provisioner.clone(), handle))
    }

    /// What a claim is to its driver.
    pub fn attachment(&self, claim: &ObjectKey) -> Option<&Attachment> {
        self.attachments.get(claim)
    }

    /// The volumes that a node's pods use.
    pub fn attached(&self, node: &NodeInfo) -> BTreeSet<&Attachment> {
        let keys = node.pods.iter().flat_map(|placed| claims(&placed.pod, &placed.info));
        keys.filter_map(|key| self.attachments.get(&key)).collect()
    }
}

/// How many pods of a node use a claim.
pub fn uses_of(claim: &ObjectKey, node: &NodeInfo) -> usize {
    let uses = |placed: &&PlacedPod| claims(&placed.pod, &placed.info).any(|key| key == *claim);
    node.pods.iter().filter(uses).count()
}

/// The claims of a pod: those it names, and those made for its ephemeral volumes.
fn claims<'a>(pod: &'a Pod, info: &'a PodInfo) -> impl Iterator<Item = ObjectKey> + 'a {
    let ephemeral = info.ephemeral_claims.iter();
    let ephemeral = ephemeral.map(move |volume| format_smolstr!("{}-{volume}", pod.meta.name));
    let names = info.claims.iter().cloned().chain(ephemeral);
    names.map(move |name| ObjectKey::new(pod.meta.namespace.clone(), name))
}

impl Claim {
    fn of(object: &Object) -> Self {
        let meta = object.meta();
        let spec = part(object, "/spec").unwrap_or_default();
        let beta = meta.annotations.get(BETA_CLASS).cloned();
        let volume_name = json::text(&spec, "volumeName");
        Claim {
            key: object.key(),
            uid: format_smolstr!("{}", meta.uid),
            is_bound: !volume_name.is_empty() && meta.annotations.contains_key(BIND_COMPLETED),
            volume_name,
            class: beta.unwrap_or_else(|| json::text(&spec, "storageClassName")),
            phase: text(object, "/status/phase").into(),
            is_deleted: meta.is_deleted(),
            modes: json::texts(&spec, "accessModes"),
            request: quantity(spec.pointer("/resources/requests/storage")),
            selector: spec.get("selector").map(|selector| selector_of(Some(selector))),
            volume_mode: volume_mode(&spec),
        }
    }
}

impl Volume {
    fn of(object: &Object) -> Self {
        let spec = part(object, "/spec").unwrap_or_default();
        let affinity = spec.pointer("/nodeAffinity/required");
        let reference = spec.get("claimRef").map(|reference| {
            let key = ObjectKey::new(json::text(reference, "namespace"), json::text(reference, "name"));
            (key, json::text(reference, "uid"))
        });
        let csi = spec.get("csi");
        Volume {
            labels: object.meta().labels.clone(),
            affinity: affinity.map(|required| {
                let terms = json::list(required, "nodeSelectorTerms");
                terms.iter().map(NodeSelectorTerm::from_json).collect()
            }),
            class: json::text(&spec, "storageClassName"),
            capacity: quantity(spec.pointer("/capacity/storage")),
            modes: json::texts(&spec, "accessModes"),
            phase: text(object, "/status/phase").into(),
            claim: reference,
            volume_mode: volume_mode(&spec),
            is_deleted: object.meta().is_deleted(),
            csi: csi.map(|csi| (json::text(csi, "driver"), json::text(csi, "volumeHandle"))),
        }
    }
}

impl Class {
    fn of(object: &Object) -> Self {
        let topologies = part(object, "/allowedTopologies").unwrap_or_default();
        let term = |term: &Value| {
            let expressions = json::list(term, "matchLabelExpressions").iter();
            expressions
                .map(|expression| (json::text(expression, "key"), json::texts(expression, "values")))
                .collect()
        };
        Class {
            provisioner: text(object, "/provisioner").into(),
            waits: text(object, "/volumeBindingMode") == "WaitForFirstConsumer",
            topologies: topologies.as_array().into_iter().flatten().map(term).collect(),
        }
    }
}

/// How many volumes of each driver a CSINode allows.
fn limits(object: &Object) -> BTreeMap<SmolStr, i64> {
    let drivers = part(object, "/spec/drivers").unwrap_or_default();
    let drivers = drivers.as_array().into_iter().flatten();
    drivers
        .filter_map(|driver| {
            let count = driver.pointer("/allocatable/count").and_then(Value::as_i64)?;
            Some((json::text(driver, "name"), count))
        })
        .collect()
}

fn quantity(value: Option<&Value>) -> Quantity {
    let text = value.and_then(Value::as_str);
    text.and_then(|text| Quantity::parse(text).ok())
        .unwrap_or_else(Quantity::zero)
}

fn volume_mode(spec: &Value) -> SmolStr {
    let mode = json::text(spec, "volumeMode");
    if mode.is_empty() {
        SmolStr::new_static("Filesystem")
    } else {
        mode
    }
}
