//! The domains of a topology key: which nodes share a value of one label.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use super::NodeInfo;

/// The domains of one key.
#[derive(Debug, Default)]
pub struct Topology {
    /// The domain of each slot; none where the node lacks the label.
    domain_of: Vec<Option<u32>>,
    /// The slots of each domain.
    slots_of: Vec<Vec<usize>>,
}

impl Topology {
    /// Reads the labels of all nodes.
    pub fn of(key: &str, slots: &[NodeInfo]) -> Self {
        let mut numbers: BTreeMap<&SmolStr, u32> = BTreeMap::new();
        let mut topology = Topology::default();
        for (slot, info) in slots.iter().enumerate() {
            let domain = info.node.meta.labels.get(key).map(|value| {
                *numbers.entry(value).or_insert_with(|| {
                    topology.slots_of.push(Vec::new());
                    u32::try_from(topology.slots_of.len() - 1).unwrap_or(u32::MAX)
                })
            });
            if let Some(slots) = domain.and_then(|domain| topology.slots_of.get_mut(domain as usize)) {
                slots.push(slot);
            }
            topology.domain_of.push(domain);
        }
        topology
    }

    /// How many domains there are.
    pub fn len(&self) -> usize {
        self.slots_of.len()
    }

    /// The domain that a slot is in.
    pub fn domain(&self, slot: usize) -> Option<u32> {
        self.domain_of.get(slot).copied().flatten()
    }

    /// The slots in a domain.
    pub fn slots(&self, domain: u32) -> &[usize] {
        self.slots_of.get(domain as usize).map_or(&[], Vec::as_slice)
    }
}
