//! Pods of one template share the scheduler's work.
//!
//! Replicas of a workload ask for the same things, so a verdict on a node holds for all of them until the node changes; and a
//! binding changes one node. So a [`Template`] keeps its verdicts, keeps a number per topology domain for each thing that
//! spreading and inter-pod affinity ask about ([`Counter`]), and keeps the nodes that pass in *classes*: nodes that cannot differ
//! in what the remaining plugins say. There are few classes whatever the number of nodes (nodes are alike), so choosing costs
//! the number of classes, and a binding moves one node from one class to another. The result is that of asking all plugins
//! about all nodes for each pod; a test holds them against each other, and the recordings are replayed through this.

mod said;

use std::collections::BTreeMap;
use std::sync::Arc;

use self::said::{Addition, Standing};
use super::counter::{Counter, Place, Role};
use super::framework::{CycleState, Rejection, Scores, Verdict, evaluate};
use super::nodes::Nodes;
use super::objects::namespace_labels;
use super::plugins::inter_pod_affinity::{self, Around};
use super::plugins::node_affinity;
use super::plugins::pod_topology_spread::{self, Skew, SpreadConstraint};
use super::shapes::ShapeId;
use super::slots::Slots;
use super::volumes::Volumes;
use super::{NodeInfo, PodInfo};
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
    seen: Vec<Seen>,
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

    /// Looks at the nodes that have changed since the last time.
    pub fn refresh(&mut self, pod: &Pod, nodes: &mut Nodes, objects: &Objects, settings: &Settings) {
        self.learn(nodes, objects);
        let anew = self.epoch != Some(nodes.epoch());
        if anew || Volumes::concern(&self.pod) {
            self.begin_cycle(pod, nodes, objects, settings);
            self.rebuild(nodes);
            return;
        }
        for &slot in nodes.journal().get(self.read..).unwrap_or_default() {
            if let (Some(seen), Some(node)) = (self.seen.get(slot), nodes.slots().get(slot))
                && seen.generation != node.generation
            {
                self.update(slot, node);
            }
        }
        self.read = nodes.journal().len();
    }

    /// PreFilter.
    fn begin_cycle(&mut self, pod: &Pod, nodes: &mut Nodes, objects: &Objects, settings: &Settings) {
        let mut state = CycleState {
            images: nodes.images(),
            capacity_known: settings.since(1, 34),
            ..CycleState::default()
        };
        match node_affinity::narrowed(&self.pod) {
            Ok(narrowed) => state.narrowed = narrowed,
            Err(rejection) => state.rejection = Some(rejection),
        }
        match Volumes::of(pod, &self.pod, nodes.slots(), objects) {
            Ok(volumes) => state.volumes = volumes,
            Err(rejection) => state.rejection = state.rejection.or(Some(rejection)),
        }
        state.volumes.older_words = !settings.since(1, 34);
        self.state = state;
    }

    fn rebuild(&mut self, nodes: &mut Nodes) {
        self.classes.clear();
        for counter in &mut self.counters {
            counter.reset(nodes.topology(&counter.key));
        }
        self.seen = match &self.state.narrowed {
            // Pods of a DaemonSet name their node: the others need no look.
            Some(names) => {
                let excluded = Seen {
                    generation: 0,
                    verdict: Verdict::Excluded,
                };
                let mut seen = vec![excluded; nodes.slots().len()];
                for slot in names.iter().filter_map(|name| nodes.slot(name)) {
                    if let (Some(seen), Some(node)) = (seen.get_mut(slot), nodes.slots().get(slot)) {
                        seen.verdict = evaluate(&self.pod, node, &self.state);
                    }
                }
                seen
            }
            None => (nodes.slots().iter())
                .map(|node| Seen {
                    generation: node.generation,
                    verdict: evaluate(&self.pod, node, &self.state),
                })
                .collect(),
        };
        self.shares = Vec::with_capacity(self.counters.len() * self.seen.len());
        let mut shares = vec![Share::default(); self.counters.len()];
        let somebody_said = self.said.iter().any(|(shape, _)| nodes.shapes().was_placed(*shape));
        for (slot, node) in nodes.slots().iter().enumerate() {
            self.share(slot, node, somebody_said, &mut shares);
            self.count(slot, &shares, 1);
            self.shares.extend_from_slice(&shares);
        }
        let mut class = Class::default();
        for slot in 0..self.seen.len() {
            if self.read_class(slot, &mut class) {
                match self.classes.get_mut(&class) {
                    Some(slots) => slots.insert(slot),
                    None => self.classes.entry(class.clone()).or_default().insert(slot),
                }
            }
        }
        self.epoch = Some(nodes.epoch());
        self.read = nodes.journal().len();
        self.version += 1;
    }

    /// A node has changed.
    fn update(&mut self, slot: usize, node: &NodeInfo) {
        let before = self.shares_of(slot).to_vec();
        let mut after = before.clone();
        self.share(slot, node, !self.said.is_empty(), &mut after);
        let moved = before != after;
        let mut affected = vec![slot];
        if moved {
            for counter in &self.counters {
                affected.extend(counter.neighbours(slot));
            }
            affected.sort_unstable();
            affected.dedup();
        }
        for slot in &affected {
            self.leave_class(*slot);
        }
        if moved {
            self.count(slot, &before, -1);
            self.count(slot, &after, 1);
            let start = slot * self.counters.len();
            for (share, after) in self.shares.iter_mut().skip(start).zip(after) {
                *share = after;
            }
        }
        if let Some(seen) = self.seen.get_mut(slot) {
            seen.generation = node.generation;
            seen.verdict = evaluate(&self.pod, node, &self.state);
        }
        for slot in affected {
            self.enter_class(slot);
        }
        self.version += 1;
    }

    /// What a slot adds to each counter.
    fn shares_of(&self, slot: usize) -> &[Share] {
        let len = self.counters.len();
        self.shares.get(slot * len..(slot + 1) * len).unwrap_or_default()
    }

    /// Works out what a node adds to each counter. `has_pods`: it may have pods that add something.
    fn share(&self, slot: usize, node: &NodeInfo, has_pods: bool, shares: &mut [Share]) {
        for (share, counter) in shares.iter_mut().zip(&self.counters) {
            *share = Share {
                own: 0,
                counts: self.node_counts(counter.role, slot, node),
            };
        }
        if has_pods && !shares.is_empty() {
            self.add_up(node, Standing::Still, |counter, amount| {
                if let Some(share) = shares.get_mut(counter) {
                    share.own += amount;
                }
            });
        }
    }

    /// Whether a node counts for a counter. For spreading it must have all keys (the defaults do not ask for that) and pass the
    /// constraint's policies.
    fn node_counts(&self, role: Role, slot: usize, node: &NodeInfo) -> bool {
        let (constraint, all_keys) = match role {
            Role::Must(position) => (self.must.get(position), true),
            Role::Should(position) => (self.scoring.0.get(position), !self.scoring.1),
            _ => return true,
        };
        let alike = |other: &Role| std::mem::discriminant(other) == std::mem::discriminant(&role);
        let mut counters = self.counters.iter().filter(|counter| alike(&counter.role));
        (!all_keys || counters.all(|counter| counter.knows(slot)))
            && constraint.is_some_and(|constraint| constraint.includes(&self.pod, &node.node))
    }

    fn count(&mut self, slot: usize, shares: &[Share], sign: i64) {
        for (counter, share) in self.counters.iter_mut().zip(shares) {
            if share.counts {
                counter.add(slot, share.own, sign);
            }
        }
    }

    /// Reads the class of a slot into `class`; false if the node is not feasible.
    fn read_class(&self, slot: usize, class: &mut Class) -> bool {
        let Some(Verdict::Feasible(scores)) = self.seen.get(slot).map(|seen| &seen.verdict) else {
            return false;
        };
        class.scores = *scores;
        class.places.clear();
        class.places.extend(self.places(slot));
        true
    }

    fn class_of(&self, slot: usize) -> Option<Class> {
        let mut class = Class::default();
        self.read_class(slot, &mut class).then_some(class)
    }

    fn places(&self, slot: usize) -> impl Iterator<Item = Place> {
        let shares = self.counters.iter().zip(self.shares_of(slot));
        shares.map(move |(counter, share)| counter.place(slot, share.own))
    }

    fn enter_class(&mut self, slot: usize) {
        if let Some(class) = self.class_of(slot) {
            self.classes.entry(class).or_default().insert(slot);
        }
    }

    fn leave_class(&mut self, slot: usize) {
        let Some(class) = self.class_of(slot) else { return };
        if let Some(slots) = self.classes.get_mut(&class) {
            slots.remove(slot);
            if slots.is_empty() {
                self.classes.remove(&class);
            }
        }
    }

    /// The classes of nodes that pass every filter, among the slots allowed (all, if none are named).
    pub(super) fn feasible(&self, allowed: Option<&Slots>) -> Vec<(&Class, Slots)> {
        let least = self.least(0, &[]);
        let passing = self
            .classes
            .iter()
            .filter(|(class, _)| self.counters.is_empty() || self.refuses(&class.places, &least, &[]).is_none());
        let allowed = passing.map(|(class, slots)| match allowed {
            Some(allowed) => (class, slots.intersection(allowed)),
            None => (class, slots.clone()),
        });
        allowed.filter(|(_, slots)| !slots.is_empty()).collect()
    }

    /// The least count of the domains of each constraint that must hold.
    fn least(&self, slot: usize, deltas: &[i64]) -> Vec<i64> {
        let least = |(position, counter): (usize, &Counter)| match counter.role {
            Role::Must(of) => {
                let min_domains = self.must.get(of).map_or(1, |constraint| constraint.min_domains);
                counter.least(min_domains, slot, deltas.get(position).copied().unwrap_or_default())
            }
            _ => 0,
        };
        let musts = self.counters.iter().enumerate().take(self.must.len());
        musts.map(least).collect()
    }

    /// Whether spreading or inter-pod affinity refuses a node in these places, where the counters of its domains differ by
    /// `deltas` (nothing if empty).
    fn refuses(&self, places: &[Place], least: &[i64], deltas: &[i64]) -> Option<Rejection> {
        let value = |position: usize| {
            let counter = self.counters.get(position)?;
            let place = places.get(position).copied().unwrap_or(Place::Missing);
            Some(counter.value(place)? + deltas.get(position).copied().unwrap_or_default())
        };
        let skews = self.must.iter().zip(least).enumerate();
        let skews = skews.map(|(position, (constraint, least))| Skew {
            count: value(position),
            own: i64::from(constraint.selects(&self.pod.labels)),
            least: *least,
            max_skew: constraint.max_skew,
        });
        if let Some(rejection) = pod_topology_spread::filter(skews) {
            return Some(rejection);
        }
        let mut around = Around {
            has_keys: true,
            near_met: true,
            nobody_near: true,
            meets_itself: self.meets_itself,
            away_violated: false,
            kept_away: false,
        };
        for (position, counter) in self.counters.iter().enumerate() {
            let value = value(position);
            match counter.role {
                Role::Near => {
                    let delta = deltas
                        .get(position)
                        .filter(|_| value.is_some())
                        .copied()
                        .unwrap_or_default();
                    around.has_keys &= value.is_some();
                    around.near_met &= value.is_some_and(|value| value > 0);
                    around.nobody_near &= counter.total() + delta == 0;
                }
                Role::Away => around.away_violated |= value.is_some_and(|value| value > 0),
                Role::KeepsAway => around.kept_away |= value.is_some_and(|value| value > 0),
                Role::Must(_) | Role::Should(_) | Role::Worth => {}
            }
        }
        inter_pod_affinity::filter(around)
    }

    /// Why a node is refused, if it is; [`Verdict::Excluded`] if it was not looked at.
    pub fn verdict(&self, slot: usize) -> Verdict {
        self.verdict_with(slot, &self.least(0, &[]))
    }

    fn verdict_with(&self, slot: usize, least: &[i64]) -> Verdict {
        let Some(seen) = self.seen.get(slot) else {
            return Verdict::Excluded;
        };
        match &seen.verdict {
            Verdict::Feasible(_) if !self.counters.is_empty() => {
                match self.refuses(&self.places(slot).collect::<Vec<_>>(), least, &[]) {
                    Some(rejection) => Verdict::Rejected(Box::new(rejection)),
                    None => seen.verdict.clone(),
                }
            }
            verdict => verdict.clone(),
        }
    }

    /// The verdicts on all nodes, by slot.
    pub fn verdicts(&self) -> Vec<Verdict> {
        let least = self.least(0, &[]);
        (0..self.seen.len())
            .map(|slot| self.verdict_with(slot, &least))
            .collect()
    }

    /// Why a node would refuse the pod if it had other pods than it has.
    pub fn refusal_with(&self, slot: usize, node: &NodeInfo, changed: &NodeInfo) -> Option<Rejection> {
        match evaluate(&self.pod, changed, &self.state) {
            Verdict::Rejected(rejection) => return Some(*rejection),
            Verdict::Excluded => return Some(Rejection::unresolvable("", "")),
            Verdict::Feasible(_) => {}
        }
        if self.counters.is_empty() {
            return None;
        }
        let (new, old) = (self.moving(changed), self.moving(node));
        let deltas: Vec<i64> = (new.iter().zip(&old).zip(self.shares_of(slot)))
            .map(|((new, old), share)| if share.counts { new - old } else { 0 })
            .collect();
        self.refuses(
            &self.places(slot).collect::<Vec<_>>(),
            &self.least(slot, &deltas),
            &deltas,
        )
    }

    /// Whether the plugins that look at one node alone would let the pod run there.
    pub fn fits_alone(&self, node: &NodeInfo) -> bool {
        matches!(evaluate(&self.pod, node, &self.state), Verdict::Feasible(_))
    }
}

#[cfg(test)]
#[path = "template_tests.rs"]
mod tests;
