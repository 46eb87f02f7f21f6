//! Pods of one template share the scheduler's work.
//!
//! Replicas of a workload ask for the same things, so a verdict on a node holds for all of them until the node changes; and a
//! binding changes one node. So a [`Template`] keeps its verdicts, keeps a number per topology domain for each thing that
//! spreading and inter-pod affinity ask about ([`Counter`]), and keeps the nodes that pass in *classes*: nodes that cannot differ
//! in what the remaining plugins say. There are few classes whatever the number of nodes (nodes are alike), so choosing costs
//! the number of classes, and a binding moves one node from one class to another. The result is that of asking all plugins
//! about all nodes for each pod; a test holds them against each other, and the recordings are replayed through this.
//!
//! In a large cluster the scheduler looks at some nodes only ([`sampling`](super::sampling)). As long as no pod anywhere counts for
//! a template, what it has not been asked about need not be known, so it looks at a node when it is first asked ([`Template::look`]):
//! 50,000 workloads of one pod each would otherwise look at every node 50,000 times.

mod judge;
mod look;
mod said;

use std::collections::BTreeMap;
use std::sync::Arc;

use self::said::Addition;
use super::PodInfo;
use super::counter::{Counter, Place, Role};
use super::framework::{CycleState, Scores, Verdict};
use super::nodes::Nodes;
use super::objects::namespace_labels;
use super::plugins::pod_topology_spread::{self, SpreadConstraint};
use super::shapes::ShapeId;
use super::slots::Slots;
use crate::api::{Labels, Pod};
use crate::settings::Settings;
use crate::store::Objects;

/// Nodes that no plugin can tell apart: what each is worth by itself, and its place for each counter.
#[derive(Debug, Default, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Class {
    /// What each node is worth by itself.
    pub scores: Scores,
    /// Its place for each counter.
    pub places: Vec<Place>,
}

/// One node as a template sees it.
#[derive(Debug, Clone)]
struct Seen {
    generation: u64,
    verdict: Verdict,
}

/// What one node adds to one counter.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Share {
    /// What the node's pods add up to.
    own: i64,
    /// Whether the node counts at all.
    counts: bool,
}

/// A template's verdicts on all nodes.
#[derive(Debug)]
pub struct Template {
    /// The pod as the plugins see it.
    pub pod: Arc<PodInfo>,
    /// What PreFilter found.
    pub state: CycleState,
    /// The constraints that score, and whether they are the cluster's defaults.
    pub scoring: (Vec<SpreadConstraint>, bool),
    must: Vec<SpreadConstraint>,
    namespace_labels: Labels,
    meets_itself: bool,
    pub(super) counters: Vec<Counter>,
    /// What pods of each shape add to counters, by shape; those that add nothing are left out.
    said: Vec<(ShapeId, Vec<Addition>)>,
    /// How many shapes have been asked.
    learned: usize,
    /// What is known of each node; none where it has not been looked at. Such a node has no pod that adds to a counter.
    seen: Vec<Option<Seen>>,
    /// How many nodes have not been looked at.
    unseen: usize,
    /// What each node adds to each counter: as many as there are counters for the first slot, then for the next …
    shares: Vec<Share>,
    classes: BTreeMap<Class, Slots>,
    epoch: Option<u64>,
    /// How much of the nodes' journal has been read.
    read: usize,
    /// Counts every change of what is known here.
    pub version: u64,
}

impl Template {
    /// A template that has seen no node yet.
    pub fn new(pod: &Pod, info: Arc<PodInfo>, objects: &Objects) -> Self {
        let namespace_labels = namespace_labels(objects, &info.namespace);
        let mut template = Template {
            meets_itself: info.pod_affinity.is_met_by(&info, &namespace_labels),
            must: info
                .spread
                .iter()
                .filter(|constraint| constraint.must)
                .cloned()
                .collect(),
            scoring: pod_topology_spread::scoring_constraints(pod, &info, objects),
            pod: info,
            state: CycleState::default(),
            namespace_labels,
            counters: Vec::new(),
            said: Vec::new(),
            learned: 0,
            seen: Vec::new(),
            unseen: 0,
            shares: Vec::new(),
            classes: BTreeMap::new(),
            epoch: None,
            read: 0,
            version: 0,
        };
        template.begin_counters();
        template
    }

    /// What is counted for the default spread may have changed: everything is looked at anew if it has.
    pub fn set_spread(&mut self, pod: &Pod, objects: &Objects) {
        let scoring = pod_topology_spread::scoring_constraints(pod, &self.pod, objects);
        if scoring != self.scoring {
            self.scoring = scoring;
            self.begin_counters();
        }
    }

    /// Labels of namespaces have changed.
    pub fn reread_namespaces(&mut self, objects: &Objects) {
        self.namespace_labels = namespace_labels(objects, &self.pod.namespace);
        self.meets_itself = self.pod.pod_affinity.is_met_by(&self.pod, &self.namespace_labels);
        self.begin_counters();
    }

    /// Gives back the room that verdicts on nodes take; they are found again when they are needed.
    pub fn forget_nodes(&mut self) {
        self.seen = Vec::new();
        self.unseen = 0;
        self.shares = Vec::new();
        self.classes.clear();
        self.epoch = None;
    }

    /// The counters that the pod itself asks for; those for what other pods say are added as they are met.
    fn begin_counters(&mut self) {
        self.counters.clear();
        self.said.clear();
        self.learned = 0;
        self.epoch = None;
        for (position, constraint) in self.must.iter().enumerate() {
            self.counters
                .push(Counter::new(Role::Must(position), constraint.key.clone(), false));
        }
        for (position, constraint) in self.scoring.0.iter().enumerate() {
            let counter = Counter::new(Role::Should(position), constraint.key.clone(), constraint.by_host());
            self.counters.push(counter);
        }
        let affinity = self.pod.pod_affinity.clone();
        for (role, terms) in [(Role::Near, &affinity.required), (Role::Away, &affinity.anti_required)] {
            for term in terms {
                self.counter(role, &term.key);
            }
        }
    }

    /// The counter of this role and topology key; a new one voids what is known of the nodes.
    fn counter(&mut self, role: Role, key: &smol_str::SmolStr) -> usize {
        let is_it = |counter: &Counter| counter.role == role && counter.key == *key;
        self.counters.iter().position(is_it).unwrap_or_else(|| {
            self.counters.push(Counter::new(role, key.clone(), false));
            self.epoch = None;
            self.counters.len() - 1
        })
    }
}

#[cfg(test)]
#[path = "template_tests.rs"]
mod tests;
