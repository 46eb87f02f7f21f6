//! `percentageOfNodesToScore`: in large clusters the scheduler stops looking once it has found enough feasible nodes.
//!
//! Documentation: "Scheduler Performance Tuning". Nodes are looked at in turn, one of each zone after the other, and each pod
//! begins where the one before has stopped. Here all verdicts are known beforehand; what is found is the same.

use std::collections::BTreeMap;

use super::nodes::Nodes;
use super::slots::Slots;
use crate::settings::Settings;

/// Clusters with fewer nodes are always looked at whole, and at least so many feasible nodes are wanted.
const NODES_MIN: usize = 100;
/// The least share of nodes that the adaptive formula asks for, in hundredths.
const PERCENT_MIN: usize = 5;

/// Where the search for feasible nodes stands.
#[derive(Debug, Default)]
pub struct Sampling {
    start: usize,
    order: Vec<usize>,
    epoch: Option<u64>,
}

impl Sampling {
    /// Of the feasible nodes those that the search finds; none where it finds all of them. `is_feasible` is asked about one node after
    /// the other, and about no more than the search looks at.
    pub fn sample(
        &mut self,
        nodes: &Nodes,
        settings: &Settings,
        mut is_feasible: impl FnMut(usize) -> bool,
    ) -> Option<Slots> {
        let all = nodes.slots().len();
        if !looks_at_some(all, settings) {
            return None;
        }
        let wanted = wanted(all, settings.scheduler_percentage_of_nodes_to_score as usize);
        if self.epoch != Some(nodes.epoch()) {
            self.order = by_zone(nodes);
            self.epoch = Some(nodes.epoch());
        }
        let mut found = Slots::default();
        let (before, after) = self.order.split_at(self.start.min(self.order.len()));
        for (looked_at, slot) in after.iter().chain(before).copied().enumerate() {
            if !is_feasible(slot) {
                continue;
            }
            // One more than wanted: only this says that there are others, and ends the search.
            if found.len() == wanted {
                self.start = (self.start + looked_at) % all.max(1);
                return Some(found);
            }
            found.insert(slot);
        }
        None
    }
}

/// Whether the search for feasible nodes may end before it has looked at every node.
pub fn looks_at_some(nodes: usize, settings: &Settings) -> bool {
    wanted(nodes, settings.scheduler_percentage_of_nodes_to_score as usize) < nodes
}

/// How many feasible nodes are wanted.
fn wanted(nodes: usize, percent: usize) -> usize {
    if nodes < NODES_MIN || percent >= 100 {
        return nodes;
    }
    let percent = match percent {
        0 => 50_usize.saturating_sub(nodes / 125).max(PERCENT_MIN),
        percent => percent,
    };
    (nodes * percent / 100).max(NODES_MIN)
}

/// The slots, one of each zone after the other.
fn by_zone(nodes: &Nodes) -> Vec<usize> {
    let mut zones: BTreeMap<(Option<&str>, Option<&str>), Vec<usize>> = BTreeMap::new();
    for (slot, node) in nodes.slots().iter().enumerate() {
        let label = |key: &str| node.node.meta.labels.get(key).map(|value| value.as_str());
        let zone = (
            label("topology.kubernetes.io/region"),
            label("topology.kubernetes.io/zone"),
        );
        zones.entry(zone).or_default().push(slot);
    }
    let longest = zones.values().map(Vec::len).max().unwrap_or_default();
    let rounds = (0..longest).flat_map(|round| zones.values().filter_map(move |slots| slots.get(round).copied()));
    rounds.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_adaptive_formula_is_that_of_the_documentation() {
        let check = |nodes, percent, expect| assert_eq!(wanted(nodes, percent), expect, "{nodes} nodes, {percent}%");
        check(99, 0, 99);
        check(100, 0, 100);
        check(1_000, 0, 420);
        check(5_000, 0, 500);
        check(6_000, 0, 300);
        check(5_000, 100, 5_000);
        check(5_000, 1, 100);
        check(5_000, 30, 1_500);
    }
}
