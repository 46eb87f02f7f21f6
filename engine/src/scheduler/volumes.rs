//! What the volume plugins know of a pod's claims, and of the volumes, classes and drivers behind them.
//!
//! Read anew for every pod that has claims or disks; all others have none of this and pay nothing.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use smol_str::{SmolStr, format_smolstr};

use super::node_info::PlacedPod;
use super::objects::part;
use super::plugins::{volume_binding, volume_restrictions, volume_zone};
use super::{NodeInfo, PodInfo, Rejection};
use crate::api::{Kind, Object, ObjectKey, Pod, json};
use crate::storage::{Claim, Class, Volume};
use crate::store::Objects;

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
    /// The scheduler says in older words that a node does not reach a volume.
    pub older_words: bool,
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
        volumes.limits = named(Kind::CSI_NODE)
            .map(|(name, object)| (name, limits(object)))
            .filter(|(_, limits)| !limits.is_empty())
            .collect();
        volumes.classes = named(Kind::STORAGE_CLASS)
            .map(|(name, object)| (name, Class::of(object)))
            .collect();
        volumes.read_volumes(objects);
        volumes.read_attachments(objects);
        volumes.count_exclusive(nodes);
        volume_binding::pre_filter(&volumes)?;
        volume_zone::pre_filter(&volumes)?;
        Ok(volumes)
    }

    /// Reads the volumes that the pod's claims are bound to, and those they could be bound to: not those of all other claims,
    /// unless a limit on attached volumes asks for them.
    fn read_volumes(&mut self, objects: &Objects) {
        let read = |object: &Object| (object.meta().name.clone(), Volume::of(object));
        let named = self
            .claims
            .iter()
            .map(|claim| ObjectKey::cluster(claim.volume_name.clone()));
        let named = named.filter_map(|key| objects.object(Kind::PERSISTENT_VOLUME, &key));
        self.volumes = named.map(read).collect();
        let is_searched = self.claims.iter().any(|claim| !claim.is_bound);
        if !is_searched && self.limits.is_empty() {
            return;
        }
        let may_do = |object: &&Object| match Volume::claim_of(object) {
            Some((key, _)) => !self.limits.is_empty() || self.claims.iter().any(|claim| claim.key == key),
            None => true,
        };
        let found: Vec<_> = objects
            .of_kind(Kind::PERSISTENT_VOLUME)
            .filter(may_do)
            .map(read)
            .collect();
        self.volumes.extend(found);
    }

    /// What each claim in the cluster is to its driver: only limits on attached volumes ask for that.
    fn read_attachments(&mut self, objects: &Objects) {
        if self.limits.is_empty() {
            return;
        }
        for object in objects.of_kind(Kind::PERSISTENT_VOLUME_CLAIM) {
            if let Some(attachment) = self.attachment_of(&Claim::of(object)) {
                self.attachments.insert(object.key(), attachment);
            }
        }
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
