//! Pods that are the same to the scheduler: same namespace, labels and spec. Each such *shape* has a number and is read once.
//!
//! Replicas of a workload share spec and labels, so an address usually settles it; pods made one by one are compared by
//! content.

use std::collections::BTreeMap;
use std::sync::Arc;

use smol_str::SmolStr;

use super::PodInfo;
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
    by_address: BTreeMap<Address, (ShapeId, Arc<PodSpec>, Labels)>,
    by_content: BTreeMap<u64, Vec<ShapeId>>,
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
        self.infos.push(Arc::new(info));
        shape
    }

    /// A shape.
    pub fn get(&self, shape: ShapeId) -> Option<&Arc<PodInfo>> {
        self.infos.get(shape)
    }

    /// How many there are; their numbers are smaller.
    pub fn len(&self) -> usize {
        self.infos.len()
    }
}
