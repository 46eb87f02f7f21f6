//! Pods of one template share the scheduler's work.
//!
//! Replicas of a workload ask for the same things, so a verdict on a node holds for all of them until the node changes; and a
//! binding changes one node. So a [`Template`] keeps its verdicts, and keeps the feasible nodes in *classes*: nodes whose
//! scores cannot differ. There are few classes whatever the number of nodes (nodes are alike), so choosing costs the number
//! of classes, and a binding moves one node from one class to another. The result is that of asking all plugins about all
//! nodes for each pod; a test holds them against each other.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use smol_str::SmolStr;

use super::framework::{Rejection, Scores, Verdict, evaluate};
use super::node_info::{NodeInfo, Nodes};
use super::plugins::pod_topology_spread::{self, DefaultSpread, Weights, ZONE_LABEL};
use super::plugins::{node_affinity, taint_toleration};
use super::pod_info::PodInfo;
use crate::api::{Labels, Pod, PodSpec, Uid};
use crate::settings::Settings;

/// What makes two pods the same to the scheduler. Addresses stand for contents: the template holds both, so neither can come
/// to mean something else; nothing is ever ordered by them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TemplateKey {
    namespace: SmolStr,
    owner: Uid,
    spec: usize,
    labels: usize,
}

impl TemplateKey {
    /// The key of a pod's template.
    pub fn of(pod: &Pod) -> Self {
        TemplateKey {
            namespace: pod.meta.namespace.clone(),
            owner: pod.meta.controller().map(|owner| owner.uid).unwrap_or_default(),
            spec: Arc::as_ptr(&pod.spec).addr(),
            labels: Arc::as_ptr(&pod.meta.labels).addr(),
        }
    }
}

/// A set of node slots that can be counted through: the order of slots is the order of node names.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct Slots {
    words: Vec<u64>,
    len: usize,
}

impl Slots {
    fn insert(&mut self, slot: usize) {
        if self.words.len() <= slot / 64 {
            self.words.resize(slot / 64 + 1, 0);
        }
        self.words[slot / 64] |= 1 << (slot % 64);
        self.len += 1;
    }

    fn remove(&mut self, slot: usize) {
        if let Some(word) = self.words.get_mut(slot / 64) {
            *word &= !(1 << (slot % 64));
            self.len -= 1;
        }
    }

    fn unite(&mut self, other: &Slots) {
        if self.words.len() < other.words.len() {
            self.words.resize(other.words.len(), 0);
        }
        for (word, more) in self.words.iter_mut().zip(&other.words) {
            *word |= more;
        }
        self.len += other.len;
    }

    /// The slot with `index` smaller ones in the set.
    fn nth(&self, mut index: usize) -> Option<usize> {
        for (position, word) in self.words.iter().enumerate() {
            let count = word.count_ones() as usize;
            if index < count {
                let mut rest = *word;
                for _ in 0..index {
                    rest &= rest - 1;
                }
                return Some(position * 64 + rest.trailing_zeros() as usize);
            }
            index -= count;
        }
        None
    }
}

/// Nodes whose total score is the same, whatever the other nodes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Class {
    scores: Scores,
    /// How many pods the default spread counts on the node.
    host_count: i64,
    /// The node's zone, by number; none for nodes without one.
    zone: Option<usize>,
}

/// One node as a template sees it.
#[derive(Debug, Clone)]
struct Seen {
    generation: u64,
    verdict: Verdict,
    host_count: i64,
    zone: Option<usize>,
    /// It counts for its zone: it fulfils what the pod requires of nodes.
    in_zone: bool,
}

/// A template's verdicts on all nodes.
#[derive(Debug)]
pub struct Template {
    /// The pod as the plugins see it.
    pub pod: PodInfo,
    namespace: SmolStr,
    spread: Option<DefaultSpread>,
    seen: Vec<Seen>,
    classes: BTreeMap<Class, Slots>,
    feasible: usize,
    zones: BTreeMap<SmolStr, usize>,
    zone_counts: Vec<i64>,
    epoch: Option<u64>,
    /// How much of the nodes' journal has been read.
    read: usize,
    /// Counts every change of what is known here.
    pub version: u64,
    _spec: Arc<PodSpec>,
    _labels: Labels,
}

impl Template {
    /// A template that has seen no node yet. `spread` says what the default spread counts.
    pub fn new(pod: &Pod, spread: Option<DefaultSpread>) -> Self {
        let info = PodInfo::new(pod);
        Template {
            spread: spread.filter(|_| !info.has_spread_constraints),
            pod: info,
            namespace: pod.meta.namespace.clone(),
            seen: Vec::new(),
            classes: BTreeMap::new(),
            feasible: 0,
            zones: BTreeMap::new(),
            zone_counts: Vec::new(),
            epoch: None,
            read: 0,
            version: 0,
            _spec: pod.spec.clone(),
            _labels: pod.meta.labels.clone(),
        }
    }

    /// What is counted for the default spread has changed: everything is looked at anew if it has.
    pub fn set_spread(&mut self, spread: Option<DefaultSpread>) {
        let spread = spread.filter(|_| !self.pod.has_spread_constraints);
        if spread != self.spread {
            self.spread = spread;
            self.epoch = None;
        }
    }

    /// Looks at the nodes that have changed since the last time.
    pub fn refresh(&mut self, nodes: &Nodes, settings: &Settings) {
        if self.epoch != Some(nodes.epoch()) {
            self.rebuild(nodes, settings);
            return;
        }
        for &slot in nodes.journal().get(self.read..).unwrap_or_default() {
            if let (Some(seen), Some(node)) = (self.seen.get(slot), nodes.slots().get(slot))
                && seen.generation != node.generation
            {
                self.forget(slot);
                self.look(slot, node, settings);
            }
        }
        self.read = nodes.journal().len();
    }

    fn rebuild(&mut self, nodes: &Nodes, settings: &Settings) {
        self.classes.clear();
        self.zones.clear();
        self.zone_counts.clear();
        self.seen.clear();
        self.feasible = 0;
        for (slot, node) in nodes.slots().iter().enumerate() {
            self.look(slot, node, settings);
        }
        self.epoch = Some(nodes.epoch());
        self.read = nodes.journal().len();
        self.version += 1;
    }

    /// Takes a node in. Slots come in order the first time.
    fn look(&mut self, slot: usize, node: &NodeInfo, settings: &Settings) {
        let mut seen = Seen {
            generation: node.generation,
            verdict: evaluate(&self.pod, node, settings),
            host_count: 0,
            zone: None,
            in_zone: false,
        };
        if let Some(spread) = &self.spread {
            let counted = node.pods.iter().filter(|pod| spread.counts(&self.namespace, pod));
            seen.host_count = i64::try_from(counted.count()).unwrap_or(i64::MAX);
            seen.zone = node
                .node
                .meta
                .labels
                .get(ZONE_LABEL)
                .map(|zone| match self.zones.get(zone) {
                    Some(number) => *number,
                    None => {
                        self.zones.insert(zone.clone(), self.zone_counts.len());
                        self.zone_counts.push(0);
                        self.zone_counts.len() - 1
                    }
                });
            seen.in_zone = node_affinity::matches(&self.pod, &node.node);
        }
        self.count_zone(&seen, 1);
        if let Some(class) = class_of(&seen) {
            self.classes.entry(class).or_default().insert(slot);
            self.feasible += 1;
        }
        match self.seen.get_mut(slot) {
            Some(place) => *place = seen,
            None => self.seen.push(seen),
        }
        self.version += 1;
    }

    fn forget(&mut self, slot: usize) {
        let Some(seen) = self.seen.get(slot).cloned() else {
            return;
        };
        self.count_zone(&seen, -1);
        let Some(class) = class_of(&seen) else { return };
        if let Some(slots) = self.classes.get_mut(&class) {
            slots.remove(slot);
            if slots.len == 0 {
                self.classes.remove(&class);
            }
        }
        self.feasible -= 1;
    }

    fn count_zone(&mut self, seen: &Seen, sign: i64) {
        if let Some(count) = seen
            .zone
            .filter(|_| seen.in_zone)
            .and_then(|zone| self.zone_counts.get_mut(zone))
        {
            *count += sign * seen.host_count;
        }
    }

    /// The best node's slot; `pick` chooses among so many equally good ones, which it is shown in the order of their names.
    /// None if no node is feasible.
    pub fn choose(&self, pick: impl FnOnce(usize) -> usize) -> Option<usize> {
        let classes: Vec<&Class> = self.classes.keys().collect();
        let totals = self.totals(&classes);
        let best = totals.iter().copied().max()?;
        let mut slots = Slots::default();
        for (class, _) in classes.iter().zip(&totals).filter(|(_, total)| **total == best) {
            if let Some(more) = self.classes.get(class) {
                slots.unite(more);
            }
        }
        let index = if slots.len == 1 { 0 } else { pick(slots.len) };
        slots.nth(index)
    }

    /// The total score of each class.
    fn totals(&self, classes: &[&Class]) -> Vec<i64> {
        let most = |of: fn(&Scores) -> i64| classes.iter().map(|class| of(&class.scores)).max().unwrap_or_default();
        let (most_taints, most_affinity) = (most(|scores| scores.taints), most(|scores| scores.affinity));
        let spread = self.spread_scores(classes);
        let totals = classes.iter().zip(spread).map(|(class, spread)| {
            class.scores.own
                + taint_toleration::WEIGHT * taint_toleration::normalize(class.scores.taints, most_taints)
                + node_affinity::WEIGHT * node_affinity::normalize(class.scores.affinity, most_affinity)
                + pod_topology_spread::WEIGHT * spread
        });
        totals.collect()
    }

    /// The normalised default spread of each class; all equal where it has no say.
    fn spread_scores(&self, classes: &[&Class]) -> Vec<i64> {
        if self.spread.is_none() {
            return vec![0; classes.len()];
        }
        let zones: BTreeSet<Option<usize>> = classes.iter().map(|class| class.zone).collect();
        let weights = Weights::new(self.feasible, zones.len());
        let zone_count = |zone: Option<usize>| zone.and_then(|zone| self.zone_counts.get(zone).copied());
        let raw = classes
            .iter()
            .map(|class| weights.score(class.host_count, zone_count(class.zone)));
        let raw: Vec<i64> = raw.collect();
        let (lowest, highest) = (raw.iter().min(), raw.iter().max());
        let (lowest, highest) = (
            lowest.copied().unwrap_or_default(),
            highest.copied().unwrap_or_default(),
        );
        raw.into_iter()
            .map(|raw| pod_topology_spread::normalize(raw, lowest, highest))
            .collect()
    }

    /// Why the nodes were refused, by slot.
    pub fn rejections(&self) -> impl Iterator<Item = (usize, &Rejection)> {
        self.seen
            .iter()
            .enumerate()
            .filter_map(|(slot, seen)| match &seen.verdict {
                Verdict::Rejected(rejection) => Some((slot, rejection)),
                Verdict::Feasible(_) => None,
            })
    }
}

fn class_of(seen: &Seen) -> Option<Class> {
    match seen.verdict {
        Verdict::Feasible(scores) => Some(Class {
            scores,
            host_count: seen.host_count,
            zone: seen.zone,
        }),
        Verdict::Rejected(_) => None,
    }
}

#[cfg(test)]
#[path = "equivalence_tests.rs"]
mod tests;
