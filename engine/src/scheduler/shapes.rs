//! Pods that are the same to the scheduler: same namespace, labels and spec. Each such *shape* has a number and is read once.
//!
//! Replicas of a workload share spec and labels, so an address usually settles it; pods made one by one are compared by
//! content. Who asks about pods with certain labels finds their shapes by an index: in a cluster of many small workloads nearly all
//! shapes are none of a template's business.

use std::collections::BTreeMap;
use std::sync::Arc;

use smol_str::SmolStr;

use super::PodInfo;
use crate::api::selector::{Operator, Selector};
use crate::api::{Labels, Pod, PodSpec};
use crate::sim::StableHasher;

/// The number of a shape.
pub type ShapeId = usize;

/// Addresses stand for contents: whoever holds the key holds both, so neither can come to mean something else, and nothing is
/// ever ordered by them.
type Address = (SmolStr, usize, usize);

/// All shapes seen so far.
#[derive(Debug, Default)]
pub struct Shapes {
    infos: Vec<Arc<PodInfo>>,
    /// Whether a pod of the shape has ever been on a node.
    placed: Vec<bool>,
    by_address: BTreeMap<Address, (ShapeId, Arc<PodSpec>, Labels)>,
    by_content: BTreeMap<u64, Vec<ShapeId>>,
    /// By namespace, key and value of a label; in order.
    by_label: BTreeMap<(SmolStr, SmolStr, SmolStr), Vec<ShapeId>>,
    /// Those that say something about pods around them; in order.
    with_affinity: Vec<ShapeId>,
}

impl Shapes {
    /// The shape of a pod; new ones are taken in.
    pub fn of(&mut self, pod: &Pod) -> ShapeId {
        let address = (
            pod.meta.namespace.clone(),
            Arc::as_ptr(&pod.spec).addr(),
            Arc::as_ptr(&pod.meta.labels).addr(),
        );
        if let Some((shape, ..)) = self.by_address.get(&address) {
            return *shape;
        }
        let shape = self.by_content(pod);
        self.by_address
            .insert(address, (shape, pod.spec.clone(), pod.meta.labels.clone()));
        shape
    }

    fn by_content(&mut self, pod: &Pod) -> ShapeId {
        let mut hash = StableHasher::default();
        hash.write_str(&pod.meta.namespace);
        for (key, value) in pod.meta.labels.iter() {
            hash.write_str(key);
            hash.write_str(value);
        }
        hash.write_str(&pod.spec.json.to_string());
        let candidates = self.by_content.entry(hash.finish()).or_default();
        let same = |shape: &&ShapeId| {
            self.infos.get(**shape).is_some_and(|info| {
                info.namespace == pod.meta.namespace
                    && info.labels == pod.meta.labels
                    && info.spec.json == pod.spec.json
            })
        };
        if let Some(shape) = candidates.iter().find(same) {
            return *shape;
        }
        let shape = self.infos.len();
        candidates.push(shape);
        let mut info = PodInfo::new(pod);
        info.node_name = SmolStr::default();
        for (key, value) in info.labels.iter() {
            let label = (info.namespace.clone(), key.clone(), value.clone());
            self.by_label.entry(label).or_default().push(shape);
        }
        if !info.pod_affinity.is_empty() {
            self.with_affinity.push(shape);
        }
        self.infos.push(Arc::new(info));
        self.placed.push(false);
        shape
    }

    /// A pod of this shape is on a node.
    pub fn note_placed(&mut self, shape: ShapeId) {
        if let Some(placed) = self.placed.get_mut(shape) {
            *placed = true;
        }
    }

    /// Whether a pod of this shape has ever been on a node: no node needs to be searched for others.
    pub fn was_placed(&self, shape: ShapeId) -> bool {
        self.placed.get(shape).copied().unwrap_or(true)
    }

    /// A shape.
    pub fn get(&self, shape: ShapeId) -> Option<&Arc<PodInfo>> {
        self.infos.get(shape)
    }

    /// The shapes from `first` on that say something about pods around them.
    pub fn with_affinity(&self, first: ShapeId) -> &[ShapeId] {
        from(&self.with_affinity, first)
    }

    /// The shapes in a namespace, from `first` on, that a selector may match: all that do, and perhaps some that do not. None if the
    /// selector names no value of a label, so that it may match any.
    pub fn candidates(&self, namespace: &SmolStr, selector: &Selector, first: ShapeId) -> Option<Vec<ShapeId>> {
        let by_values = selector.requirements().iter().filter_map(|requirement| {
            let names_values = matches!(
                requirement.operator(),
                Operator::In | Operator::Equals | Operator::DoubleEquals
            );
            names_values.then(|| {
                let labels = requirement.values().iter();
                let labels = labels.map(|value| (namespace.clone(), requirement.key().clone(), value.clone()));
                labels
                    .filter_map(|label| self.by_label.get(&label))
                    .map(|shapes| from(shapes, first))
                    .collect::<Vec<_>>()
            })
        });
        let fewest = by_values.min_by_key(|lists| lists.iter().map(|shapes| shapes.len()).sum::<usize>())?;
        Some(fewest.concat())
    }

    /// How many there are; their numbers are smaller.
    pub fn len(&self) -> usize {
        self.infos.len()
    }
}

fn from(shapes: &[ShapeId], first: ShapeId) -> &[ShapeId] {
    let start = shapes.partition_point(|shape| *shape < first);
    shapes.get(start..).unwrap_or_default()
}
