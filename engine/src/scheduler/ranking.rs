//! PreScore, Score, NormalizeScore: what each class of feasible nodes is worth.

use std::collections::BTreeSet;

use super::counter::{Place, Role};
use super::plugins::{inter_pod_affinity, node_affinity, pod_topology_spread, taint_toleration};
use super::slots::Slots;
use super::template::{Class, Template};

/// A score before and after normalisation, unweighted.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Score {
    /// What the plugin says.
    pub raw: i64,
    /// 0 to 100.
    pub normal: i64,
}

/// A class of feasible nodes and what each of them is worth.
#[derive(Debug)]
pub struct Ranked<'a> {
    /// What the nodes have in common.
    pub class: &'a Class,
    /// The nodes.
    pub slots: Slots,
    /// TaintToleration.
    pub taints: Score,
    /// NodeAffinity.
    pub affinity: Score,
    /// PodTopologySpread; no raw score for nodes that lack a key.
    pub spread: Score,
    /// InterPodAffinity.
    pub near: Score,
    /// The weighted sum.
    pub total: i64,
}

impl Template {
    /// What the feasible nodes are worth, among the slots allowed (all, if none are named).
    pub fn ranking(&self, allowed: Option<&Slots>) -> Vec<Ranked<'_>> {
        let feasible = self.feasible(allowed);
        let most = |of: fn(&Class) -> i64| feasible.iter().map(|(class, _)| of(class)).max().unwrap_or_default();
        let most_taints = most(|class| class.scores.taints);
        let most_affinity = most(|class| class.scores.affinity);
        let (spread, near) = (self.spread_scores(&feasible), self.near_scores(&feasible));
        let ranked = feasible.into_iter().zip(spread).zip(near);
        ranked
            .map(|(((class, slots), spread), near)| {
                let scores = class.scores;
                let taints = Score {
                    raw: scores.taints,
                    normal: taint_toleration::normalize(scores.taints, most_taints),
                };
                let affinity = Score {
                    raw: scores.affinity,
                    normal: node_affinity::normalize(scores.affinity, most_affinity),
                };
                let total = scores.fit
                    + scores.balance
                    + scores.images
                    + taint_toleration::WEIGHT * taints.normal
                    + node_affinity::WEIGHT * affinity.normal
                    + pod_topology_spread::WEIGHT * spread.normal
                    + inter_pod_affinity::WEIGHT * near.normal;
                Ranked {
                    class,
                    slots,
                    taints,
                    affinity,
                    spread,
                    near,
                    total,
                }
            })
            .collect()
    }

    /// The nodes that pass every filter.
    pub fn feasible_slots(&self) -> Slots {
        let mut all = Slots::default();
        for (_, slots) in self.feasible(None) {
            all.unite(&slots);
        }
        all
    }

    /// The nodes with the highest total.
    pub fn best(&self, allowed: Option<&Slots>) -> Slots {
        let ranking = self.ranking(allowed);
        let mut best = Slots::default();
        let highest = ranking.iter().map(|ranked| ranked.total).max();
        for ranked in ranking.iter().filter(|ranked| Some(ranked.total) == highest) {
            best.unite(&ranked.slots);
        }
        best
    }

    /// Spreading: less is better. Where a pod names constraints, nodes that lack one of the keys are worth nothing; under the
    /// defaults they are scored by the keys they have.
    fn spread_scores(&self, feasible: &[(&Class, Slots)]) -> Vec<Score> {
        let (constraints, are_defaults) = (&self.scoring.0, self.scoring.1);
        if constraints.is_empty() {
            return vec![Score::default(); feasible.len()];
        }
        let first = self
            .counters
            .iter()
            .position(|counter| matches!(counter.role, Role::Should(_)));
        let first = first.unwrap_or_default();
        let place = |class: &Class, of: usize| class.places.get(first + of).copied().unwrap_or(Place::Missing);
        let ignored =
            |class: &Class| !are_defaults && (0..constraints.len()).any(|of| place(class, of) == Place::Missing);
        let considered = || feasible.iter().filter(|(class, _)| !ignored(class));
        let hosts: usize = considered().map(|(_, slots)| slots.len()).sum();
        let domains: Vec<usize> = (constraints.iter().enumerate())
            .map(|(of, constraint)| {
                if constraint.by_host() {
                    hosts
                } else {
                    considered()
                        .map(|(class, _)| place(class, of))
                        .collect::<BTreeSet<_>>()
                        .len()
                }
            })
            .collect();
        let raw = |class: &Class| {
            let mut sum = 0.0;
            for (of, (constraint, domains)) in constraints.iter().zip(&domains).enumerate() {
                let counter = self.counters.get(first + of);
                if let Some(count) = counter.and_then(|counter| counter.value(place(class, of))) {
                    sum += pod_topology_spread::part_of_score(count, *domains, constraint.max_skew);
                }
            }
            sum.round() as i64
        };
        let raws: Vec<Option<i64>> = (feasible.iter())
            .map(|(class, _)| (!ignored(class)).then(|| raw(class)))
            .collect();
        let (lowest, highest) = (raws.iter().flatten().min(), raws.iter().flatten().max());
        let (lowest, highest) = (
            lowest.copied().unwrap_or_default(),
            highest.copied().unwrap_or_default(),
        );
        let score = |raw: &Option<i64>| match raw {
            Some(raw) => Score {
                raw: *raw,
                normal: pod_topology_spread::normalize(*raw, lowest, highest),
            },
            None => Score::default(),
        };
        raws.iter().map(score).collect()
    }

    /// Preferences of inter-pod affinity.
    fn near_scores(&self, feasible: &[(&Class, Slots)]) -> Vec<Score> {
        let worth = |class: &Class| -> i64 {
            let counters = self.counters.iter().zip(&class.places);
            let worths = counters.filter(|(counter, _)| counter.role == Role::Worth);
            worths.filter_map(|(counter, place)| counter.value(*place)).sum()
        };
        let raws: Vec<i64> = feasible.iter().map(|(class, _)| worth(class)).collect();
        let (lowest, highest) = (raws.iter().min(), raws.iter().max());
        let (lowest, highest) = (
            lowest.copied().unwrap_or_default(),
            highest.copied().unwrap_or_default(),
        );
        let score = |raw: i64| Score {
            raw,
            normal: inter_pod_affinity::normalize(raw, lowest, highest),
        };
        raws.into_iter().map(score).collect()
    }
}
