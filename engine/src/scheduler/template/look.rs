//! Looking at nodes: all of them when nothing is known, those that have changed afterwards; in large clusters those that are asked about.

use super::super::framework::{CycleState, Verdict, evaluate};
use super::super::nodes::Nodes;
use super::super::plugins::node_affinity;
use super::super::volumes::Volumes;
use super::super::{NodeInfo, sampling};
use super::said::Standing;
use super::{Class, Counter, Objects, Place, Pod, Role, Seen, Settings, Share, Template};

impl Template {
    /// Looks at the nodes that have changed since the last time.
    pub fn refresh(&mut self, pod: &Pod, nodes: &mut Nodes, objects: &Objects, settings: &Settings) {
        self.learn(nodes, objects);
        let anew = self.epoch != Some(nodes.epoch());
        if anew || Volumes::concern(&self.pod) {
            self.begin_cycle(pod, nodes, objects, settings);
            self.rebuild(nodes, settings);
            return;
        }
        for &slot in nodes.journal().get(self.read..).unwrap_or_default() {
            let Some(node) = nodes.slots().get(slot) else { continue };
            match self.seen.get(slot) {
                Some(Some(seen)) if seen.generation != node.generation => self.update(slot, node),
                Some(None) => {
                    self.look_first(slot, node, true);
                    self.version += 1;
                }
                _ => {}
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

    fn rebuild(&mut self, nodes: &mut Nodes, settings: &Settings) {
        self.classes.clear();
        for counter in &mut self.counters {
            counter.reset(nodes.topology(&counter.key));
        }
        let len = nodes.slots().len();
        self.seen = vec![None; len];
        self.unseen = len;
        self.shares = vec![Share::default(); self.counters.len() * len];
        if !self.can_wait(nodes, settings) {
            self.look_at_all(nodes);
        }
        self.epoch = Some(nodes.epoch());
        self.read = nodes.journal().len();
        self.version += 1;
    }

    /// Whether nodes need not be looked at before somebody asks: the scheduler will ask about some of them only, and what the
    /// others have does not count.
    fn can_wait(&self, nodes: &Nodes, settings: &Settings) -> bool {
        let only_scores = |counter: &Counter| matches!(counter.role, Role::Should(_));
        sampling::looks_at_some(nodes.slots().len(), settings)
            && self.state.narrowed.is_none()
            && self.counters.iter().all(only_scores)
            && !self.somebody_said(nodes)
    }

    /// Whether pods that add to a counter have ever been on a node.
    fn somebody_said(&self, nodes: &Nodes) -> bool {
        self.said.iter().any(|(shape, _)| nodes.shapes().was_placed(*shape))
    }

    /// Whether every node has been looked at.
    pub fn is_whole(&self) -> bool {
        self.unseen == 0
    }

    /// Looks at a node unless that has been done; true if the plugins that look at one node alone let the pod run there.
    pub fn look(&mut self, slot: usize, nodes: &Nodes) -> bool {
        if let (Some(None), Some(node)) = (self.seen.get(slot), nodes.slots().get(slot)) {
            self.look_first(slot, node, false);
        }
        matches!(self.seen.get(slot), Some(Some(seen)) if matches!(seen.verdict, Verdict::Feasible(_)))
    }

    fn look_first(&mut self, slot: usize, node: &NodeInfo, has_pods: bool) {
        let mut shares = vec![Share::default(); self.counters.len()];
        self.count_in(slot, node, has_pods, &mut shares);
        self.enter_class(slot, &mut Class::default());
    }

    /// Looks at all nodes that have not been looked at.
    pub fn look_at_all(&mut self, nodes: &Nodes) {
        if self.is_whole() {
            return;
        }
        let unseen: Vec<usize> = (0..self.seen.len())
            .filter(|slot| matches!(self.seen.get(*slot), Some(None)))
            .collect();
        let has_pods = self.somebody_said(nodes);
        let mut shares = vec![Share::default(); self.counters.len()];
        for &slot in &unseen {
            if let Some(node) = nodes.slots().get(slot) {
                self.count_in(slot, node, has_pods, &mut shares);
            }
        }
        // Only now are the numbers complete that tell nodes apart.
        let mut class = Class::default();
        for slot in unseen {
            self.enter_class(slot, &mut class);
        }
    }

    /// Asks about a node for the first time, and adds what it has to the counters. `shares` is room to work in.
    fn count_in(&mut self, slot: usize, node: &NodeInfo, has_pods: bool, shares: &mut [Share]) {
        // Pods of a DaemonSet name their node: the others need no look.
        let verdict = match &self.state.narrowed {
            Some(names) if !names.contains(node.name()) => Verdict::Excluded,
            _ => evaluate(&self.pod, node, &self.state),
        };
        self.share(slot, node, has_pods, shares);
        self.count(slot, shares, 1);
        let start = slot * shares.len();
        for (share, new) in self.shares.iter_mut().skip(start).zip(shares.iter()) {
            *share = *new;
        }
        if let Some(seen) = self.seen.get_mut(slot) {
            *seen = Some(Seen {
                generation: node.generation,
                verdict,
            });
            self.unseen -= 1;
        }
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
        if let Some(Some(seen)) = self.seen.get_mut(slot) {
            seen.generation = node.generation;
            seen.verdict = evaluate(&self.pod, node, &self.state);
        }
        let mut class = Class::default();
        for slot in affected {
            self.enter_class(slot, &mut class);
        }
        self.version += 1;
    }

    /// What a slot adds to each counter.
    pub(super) fn shares_of(&self, slot: usize) -> &[Share] {
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
        let Some(Some(Seen {
            verdict: Verdict::Feasible(scores),
            ..
        })) = self.seen.get(slot)
        else {
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

    pub(super) fn places(&self, slot: usize) -> impl Iterator<Item = Place> {
        let shares = self.counters.iter().zip(self.shares_of(slot));
        shares.map(move |(counter, share)| counter.place(slot, share.own))
    }

    /// Puts a slot into its class. `class` is room to work in.
    fn enter_class(&mut self, slot: usize, class: &mut Class) {
        if !self.read_class(slot, class) {
            return;
        }
        match self.classes.get_mut(class) {
            Some(slots) => slots.insert(slot),
            None => self.classes.entry(class.clone()).or_default().insert(slot),
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
}
