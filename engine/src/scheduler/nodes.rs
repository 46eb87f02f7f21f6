//! All nodes, each in a slot, kept up with every change; and what belongs to the nodes as a whole: topologies, images, nominations.
//!
//! Slots are in the order of names. A journal says which slots have changed, so that whoever keeps something per node looks
//! only at those; a new *epoch* (a node came, went, or got other labels) voids everything known by slot.

use std::collections::BTreeMap;
use std::sync::Arc;

use smol_str::SmolStr;

use super::node_info::{NodeInfo, PlacedPod};
use super::plugins::image_locality::ImageStates;
use super::shapes::{ShapeId, Shapes};
use super::topology::Topology;
use crate::api::{Node, ObjectKey, Pod};

/// All nodes.
#[derive(Debug, Default)]
pub struct Nodes {
    slots: Vec<NodeInfo>,
    shapes: Shapes,
    /// Pods whose node is not known (yet, or any more).
    homeless: BTreeMap<SmolStr, Vec<PlacedPod>>,
    /// Pods that preemption has made room for, by the node they wait for.
    nominated: BTreeMap<SmolStr, BTreeMap<ObjectKey, PlacedPod>>,
    images: Option<Arc<ImageStates>>,
    topologies: BTreeMap<SmolStr, Arc<Topology>>,
    generation: u64,
    epoch: u64,
    journal: Vec<usize>,
}

impl Nodes {
    /// The nodes by slot, that is by name.
    pub fn slots(&self) -> &[NodeInfo] {
        &self.slots
    }

    /// The node of this name.
    pub fn get(&self, name: &str) -> Option<&NodeInfo> {
        self.slots.get(self.slot(name)?)
    }

    /// The slot of the node of this name.
    pub fn slot(&self, name: &str) -> Option<usize> {
        self.slots.binary_search_by(|info| info.name().as_str().cmp(name)).ok()
    }

    /// Changes when slots get other meanings, or nodes other labels.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Slots that changed, in order; may name a slot more than once.
    pub fn journal(&self) -> &[usize] {
        &self.journal
    }

    /// The shapes of all pods seen.
    pub fn shapes(&self) -> &Shapes {
        &self.shapes
    }

    /// The shape of a pod.
    pub fn shape(&mut self, pod: &Pod) -> ShapeId {
        self.shapes.of(pod)
    }

    /// The images that nodes report.
    pub fn images(&mut self) -> Arc<ImageStates> {
        let slots = &self.slots;
        self.images
            .get_or_insert_with(|| Arc::new(ImageStates::of(slots)))
            .clone()
    }

    /// The domains of a topology key.
    pub fn topology(&mut self, key: &SmolStr) -> Arc<Topology> {
        if let Some(topology) = self.topologies.get(key) {
            return topology.clone();
        }
        let topology = Arc::new(Topology::of(key, &self.slots));
        self.topologies.insert(key.clone(), topology.clone());
        topology
    }

    /// The pods nominated for a node, by name.
    pub fn nominated(&self, node: &str) -> impl Iterator<Item = &PlacedPod> {
        self.nominated.get(node).into_iter().flat_map(BTreeMap::values)
    }

    /// The nodes that pods are nominated for.
    pub fn nominating(&self) -> impl Iterator<Item = &SmolStr> {
        self.nominated.keys()
    }

    /// A node is new or has changed.
    pub fn set_node(&mut self, node: &Arc<Node>) {
        let name = node.meta.name.clone();
        if let Some(slot) = self.slot(&name) {
            let (mut relabelled, mut images) = (false, false);
            self.change(slot, |info| {
                relabelled = info.node.meta.labels != node.meta.labels;
                images = info.node.status_json.get("images") != node.status_json.get("images");
                info.set_node(node);
            });
            if relabelled || images {
                self.begin_epoch();
            }
            return;
        }
        let mut info = NodeInfo::new(node.clone());
        for placed in self.homeless.remove(&name).unwrap_or_default() {
            info.add_pod(placed);
        }
        let slot = self.slots.partition_point(|other| *other.name() < name);
        self.slots.insert(slot, info);
        self.begin_epoch();
    }

    /// A node is gone; its pods, which may still exist, are kept in case it comes back.
    pub fn remove_node(&mut self, name: &str) {
        let Some(slot) = self.slot(name) else { return };
        let info = self.slots.remove(slot);
        if !info.pods.is_empty() {
            self.homeless.insert(name.into(), info.pods);
        }
        self.begin_epoch();
    }

    /// Everything known by slot is void.
    fn begin_epoch(&mut self) {
        self.images = None;
        self.topologies.clear();
        self.epoch += 1;
        self.journal.clear();
    }

    /// A pod has changed from one version to another.
    pub fn pod_changed(&mut self, before: Option<&Arc<Pod>>, after: Option<&Arc<Pod>>) {
        self.nominate(before, after);
        let (before, after) = (before.filter(|pod| counts(pod)), after.filter(|pod| counts(pod)));
        if let (Some(before), Some(after)) = (before, after)
            && before.node_name == after.node_name
            && Arc::ptr_eq(&before.spec, &after.spec)
            && Arc::ptr_eq(&before.meta.labels, &after.meta.labels)
            && before.meta.deletion == after.meta.deletion
        {
            if before.status.start_time != after.status.start_time
                && let Some(slot) = self.slot(&after.node_name)
                && let Some(info) = self.slots.get_mut(slot)
            {
                info.replace_pod(after);
            }
            return;
        }
        if let Some(pod) = before {
            match self.slot(&pod.node_name) {
                Some(slot) => self.change(slot, |info| {
                    info.remove_pod(pod);
                }),
                None => {
                    if let Some(pods) = self.homeless.get_mut(&pod.node_name) {
                        pods.retain(|placed| placed.pod.meta.uid != pod.meta.uid);
                    }
                }
            }
        }
        let Some(placed) = after.and_then(|pod| self.placed(pod)) else {
            return;
        };
        match self.slot(&placed.pod.node_name) {
            Some(slot) => self.change(slot, |info| info.add_pod(placed)),
            None => {
                let pods = self.homeless.entry(placed.pod.node_name.clone()).or_default();
                pods.push(placed);
            }
        }
    }

    fn placed(&mut self, pod: &Arc<Pod>) -> Option<PlacedPod> {
        let shape = self.shapes.of(pod);
        self.shapes.note_placed(shape);
        Some(PlacedPod {
            pod: pod.clone(),
            shape,
            info: self.shapes.get(shape)?.clone(),
        })
    }

    /// Keeps up who is nominated for which node: pods without a node that name one in `status.nominatedNodeName`.
    fn nominate(&mut self, before: Option<&Arc<Pod>>, after: Option<&Arc<Pod>>) {
        let nominated = |pod: &&Arc<Pod>| !pod.status.nominated_node_name.is_empty() && pod.node_name.is_empty();
        if let Some(pod) = before.filter(nominated)
            && let Some(pods) = self.nominated.get_mut(&pod.status.nominated_node_name)
        {
            pods.remove(&pod.meta.key());
            if pods.is_empty() {
                self.nominated.remove(&pod.status.nominated_node_name);
            }
        }
        if let Some(placed) = after.filter(nominated).and_then(|pod| self.placed(pod)) {
            let node = placed.pod.status.nominated_node_name.clone();
            let key = placed.pod.meta.key();
            self.nominated.entry(node).or_default().insert(key, placed);
        }
    }

    fn change(&mut self, slot: usize, change: impl FnOnce(&mut NodeInfo)) {
        let Some(info) = self.slots.get_mut(slot) else { return };
        self.generation += 1;
        info.generation = self.generation;
        change(info);
        if self.journal.len() > 8 * self.slots.len() + 1024 {
            self.journal.clear();
            self.epoch += 1;
        }
        self.journal.push(slot);
    }
}

/// Whether a pod takes room on a node.
fn counts(pod: &Pod) -> bool {
    !pod.node_name.is_empty() && !pod.status.phase.is_terminal()
}
