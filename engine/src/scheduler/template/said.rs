//! What existing pods mean to a template: which of its counters they add to, asked once for each shape of pod.
//!
//! In a cluster of many small workloads nearly all shapes are none of a template's business, so it asks only those that the index of
//! labels names, and those that say something about pods around them.

use super::super::objects::namespace_labels;
use super::super::plugins::inter_pod_affinity::{self, Say};
use super::super::shapes::{ShapeId, Shapes};
use super::super::{NodeInfo, PodInfo};
use super::{Nodes, Objects, Role, Template};

/// What each pod of a shape adds to a counter.
#[derive(Debug, Clone, Copy)]
pub(super) struct Addition {
    /// The counter's position.
    counter: usize,
    amount: i64,
    /// It counts only when the pod comes or goes, not where it stands: see [`Standing`].
    moving_only: bool,
}

/// Which pods of a node count for spreading. kube-scheduler leaves out pods that are being deleted, and all pods where the selector
/// selects everything, when it counts a node; but not when preemption tries the node with and without its pods.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// As counted on a node.
    Still,
    /// As counted when pods come and go.
    Moving,
}

impl Template {
    /// Takes in what shapes that are new say about the pod.
    pub(super) fn learn(&mut self, nodes: &Nodes, objects: &Objects) {
        for shape in self.candidates(nodes.shapes()) {
            let Some(existing) = nodes.shapes().get(shape).cloned() else {
                continue;
            };
            let mut said = self.spread_over(&existing);
            if !(self.pod.pod_affinity.is_empty() && existing.pod_affinity.is_empty()) {
                self.hear(&existing, objects, &mut said);
            }
            if !said.is_empty() {
                self.said.push((shape, said));
            }
        }
        self.learned = nodes.shapes().len();
    }

    /// The new shapes that may have something to say, in order.
    fn candidates(&self, shapes: &Shapes) -> Vec<ShapeId> {
        let everyone = || (self.learned..shapes.len()).collect();
        if !self.pod.pod_affinity.is_empty() {
            return everyone();
        }
        let mut candidates = shapes.with_affinity(self.learned).to_vec();
        let spread = self.must.iter().chain(&self.scoring.0);
        for constraint in spread {
            match shapes.candidates(&self.pod.namespace, constraint.selector(), self.learned) {
                Some(selected) => candidates.extend(selected),
                None => return everyone(),
            }
        }
        candidates.sort_unstable();
        candidates.dedup();
        candidates
    }

    /// What pods of a shape add to the counters of spreading.
    fn spread_over(&self, existing: &PodInfo) -> Vec<Addition> {
        let mut said = Vec::new();
        // The cluster's defaults are two constraints with one selector.
        let mut by_defaults = None;
        for (position, counter) in self.counters.iter().enumerate() {
            let (constraint, is_default) = match counter.role {
                Role::Must(of) => (self.must.get(of), false),
                Role::Should(of) => (self.scoring.0.get(of), self.scoring.1),
                _ => break,
            };
            let Some(constraint) = constraint else { continue };
            let counts = match by_defaults.filter(|_| is_default) {
                Some(counts) => counts,
                None => constraint.counts(&self.pod.namespace, existing),
            };
            by_defaults = Some(counts).filter(|_| is_default);
            if counts {
                said.push(Addition {
                    counter: position,
                    amount: 1,
                    moving_only: constraint.selects_everything(),
                });
            }
        }
        said
    }

    /// What pods of a shape and the pod say about each other.
    fn hear(&mut self, existing: &PodInfo, objects: &Objects, said: &mut Vec<Addition>) {
        let theirs = namespace_labels(objects, &existing.namespace);
        for (key, say) in inter_pod_affinity::says(&self.pod, &self.namespace_labels, existing, &theirs) {
            let (role, amount) = match say {
                Say::Near => (Role::Near, 1),
                Say::Away => (Role::Away, 1),
                Say::KeepsAway => (Role::KeepsAway, 1),
                Say::Worth(weight) => (Role::Worth, weight),
            };
            said.push(Addition {
                counter: self.counter(role, &key),
                amount,
                moving_only: false,
            });
        }
    }

    /// What pods of a shape add to counters.
    fn said_by(&self, shape: ShapeId) -> &[Addition] {
        let position = self.said.binary_search_by_key(&shape, |(shape, _)| *shape).ok();
        let said = position.and_then(|position| self.said.get(position));
        said.map_or(&[], |(_, said)| said)
    }

    /// Says, for each pod of a node, what it adds to which counter.
    pub(super) fn add_up(&self, node: &NodeInfo, standing: Standing, mut add: impl FnMut(usize, i64)) {
        for placed in &node.pods {
            for addition in self.said_by(placed.shape) {
                let counter = self.counters.get(addition.counter);
                let is_spread = counter.is_some_and(|counter| counter.role.is_spread());
                let left_out = addition.moving_only || (is_spread && placed.pod.meta.is_deleted());
                if standing == Standing::Moving || !left_out {
                    add(addition.counter, addition.amount);
                }
            }
        }
    }

    /// What a node's pods add to each counter as they come and go.
    pub(super) fn moving(&self, node: &NodeInfo) -> Vec<i64> {
        let mut own = vec![0; self.counters.len()];
        self.add_up(node, Standing::Moving, |counter, amount| {
            if let Some(own) = own.get_mut(counter) {
                *own += amount;
            }
        });
        own
    }

    /// Whether spreading or inter-pod affinity ask about pods of a shape.
    pub fn concerns(&self, shape: ShapeId) -> bool {
        shape >= self.learned || !self.said_by(shape).is_empty()
    }

    /// Whether some preference of inter-pod affinity concerns the pod anywhere.
    pub(in crate::scheduler) fn has_preferences(&self, nodes: &Nodes) -> bool {
        let worth = |slot: usize, shape: usize| {
            let said = self.said_by(shape).iter();
            said.filter_map(|addition| self.counters.get(addition.counter))
                .any(|counter| counter.role == Role::Worth && counter.knows(slot))
        };
        let mut slots = nodes.slots().iter().enumerate();
        slots.any(|(slot, node)| node.pods.iter().any(|placed| worth(slot, placed.shape)))
    }
}
