//! One decision, told whole: what every plugin said about every node. For people who ask why, and for the recordings.
//!
//! The scheduler itself needs less and keeps less; it asks the same [`Template`], so that the answer is the one it acts on.

use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;

use super::fit_error::{self, PostFilter};
use super::framework::{Rejection, Verdict};
use super::nodes::Nodes;
use super::plugins::default_preemption::{self, Preemption};
use super::plugins::{
    balanced_allocation, image_locality, inter_pod_affinity, node_affinity, node_resources_fit, pod_topology_spread,
    scheduling_gates, taint_toleration,
};
use super::ranking::Ranked;
use super::slots::Slots;
use super::template::Template;
use crate::api::Pod;
use crate::settings::Settings;
use crate::store::Objects;

/// What one plugin gives a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PluginScore {
    /// The plugin.
    pub plugin: &'static str,
    /// What it said, where that is normalised.
    pub raw: Option<i64>,
    /// What counts: normalised and weighted.
    pub weighted: i64,
}

/// A feasible node and its scores.
#[derive(Debug, Clone)]
pub struct NodeScores {
    /// The node.
    pub node: SmolStr,
    /// Each plugin that had something to say.
    pub plugins: Vec<PluginScore>,
    /// The sum.
    pub total: i64,
}

/// How a decision came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// At least one node is feasible.
    Scheduled,
    /// None is.
    Unschedulable,
    /// The pod has scheduling gates; nothing was looked at.
    Gated,
}

/// A decision and its reasons.
#[derive(Debug, Clone)]
pub struct Decision {
    /// How it came out.
    pub outcome: Outcome,
    /// The pod was refused before any node was looked at: by PreEnqueue (gates) or PreFilter.
    pub refused: Option<Rejection>,
    /// PreFilter narrowed the search to these nodes.
    pub narrowed: Option<BTreeSet<SmolStr>>,
    /// Nodes that were refused.
    pub rejected: BTreeMap<SmolStr, Rejection>,
    /// Nodes that were not, with their scores, by name.
    pub feasible: Vec<NodeScores>,
    /// The nodes that may be chosen: those with the highest total, or the node that the pod was nominated for.
    pub best: Vec<SmolStr>,
    /// Why the pod could not be scheduled, as event and condition say it; empty if it could.
    pub message: String,
    /// What preemption found, if it was asked.
    pub preemption: Option<Preemption>,
}

impl Decision {
    fn new(outcome: Outcome, refused: Option<Rejection>) -> Self {
        Decision {
            outcome,
            refused,
            narrowed: None,
            rejected: BTreeMap::new(),
            feasible: Vec::new(),
            best: Vec::new(),
            message: String::new(),
            preemption: None,
        }
    }

    /// The plugins that refused something.
    pub fn refusing_plugins(&self) -> BTreeSet<&'static str> {
        if self.outcome != Outcome::Unschedulable {
            return BTreeSet::new();
        }
        let mut plugins: BTreeSet<_> = self.rejected.values().map(|rejection| rejection.plugin).collect();
        plugins.extend(self.refused.iter().map(|rejection| rejection.plugin));
        if self.narrowed.is_some() {
            plugins.insert(node_affinity::NAME);
        }
        plugins
    }

    /// The decision about a pod. `start` is where preemption begins its search.
    pub fn of(
        template: &Template,
        pod: &Pod,
        nodes: &Nodes,
        objects: &Objects,
        settings: &Settings,
        start: usize,
    ) -> Self {
        if let Some(rejection) = scheduling_gates::pre_enqueue(&template.pod) {
            return Decision::new(Outcome::Gated, Some(rejection));
        }
        if nodes.slots().is_empty() {
            let mut decision = Decision::new(Outcome::Unschedulable, None);
            decision.message = fit_error::NO_NODES.to_owned();
            return decision;
        }
        if let Some(rejection) = &template.state.rejection {
            let mut decision = Decision::new(Outcome::Unschedulable, Some(rejection.clone()));
            decision.message = fit_error::refused(nodes.slots().len(), rejection, settings);
            return decision;
        }
        let verdicts = verdicts(template, pod, nodes);
        let mut decision = Decision::new(Outcome::Scheduled, None);
        decision.narrowed = template.state.narrowed.clone();
        let mut allowed = Slots::default();
        for (slot, (node, verdict)) in nodes.slots().iter().zip(&verdicts).enumerate() {
            match verdict {
                Verdict::Feasible(_) => allowed.insert(slot),
                Verdict::Rejected(rejection) => {
                    decision
                        .rejected
                        .insert(node.name().clone(), rejection.as_ref().clone());
                }
                Verdict::Excluded => {}
            }
        }
        decision.score(template, pod, nodes, &allowed);
        if decision.feasible.is_empty() {
            decision.fail(template, pod, nodes, objects, settings, &verdicts, start);
        }
        decision
    }

    fn score(&mut self, template: &Template, pod: &Pod, nodes: &Nodes, allowed: &Slots) {
        let with_preferences = template.has_preferences(nodes);
        for ranked in template.ranking(Some(allowed)) {
            let plugins = plugin_scores(template, &ranked, with_preferences);
            for slot in ranked.slots.iter() {
                let Some(node) = nodes.slots().get(slot) else { continue };
                self.feasible.push(NodeScores {
                    node: node.name().clone(),
                    plugins: plugins.clone(),
                    total: ranked.total,
                });
            }
        }
        self.feasible.sort_by(|a, b| a.node.cmp(&b.node));
        let nominated = &pod.status.nominated_node_name;
        if self.feasible.iter().any(|scores| scores.node == *nominated) {
            self.best = vec![nominated.clone()];
            return;
        }
        let highest = self.feasible.iter().map(|scores| scores.total).max();
        let best = self.feasible.iter().filter(|scores| Some(scores.total) == highest);
        self.best = best.map(|scores| scores.node.clone()).collect();
    }

    #[expect(clippy::too_many_arguments, reason = "the same as `of`, with the verdicts")]
    fn fail(
        &mut self,
        template: &Template,
        pod: &Pod,
        nodes: &Nodes,
        objects: &Objects,
        settings: &Settings,
        verdicts: &[Verdict],
        start: usize,
    ) {
        self.outcome = Outcome::Unschedulable;
        let all = nodes.slots().len();
        let reasons = fit_error::histogram(self.rejected.values(), all, fit_error::EXCLUDED_BY_NODE_AFFINITY);
        let post = if pod.node_name.is_empty() {
            let found = default_preemption::post_filter(template, pod, verdicts, nodes, objects, start);
            let post = match found.not_eligible {
                Some(why) => PostFilter::NotEligible(why),
                None if found.candidates.is_empty() => {
                    let statuses = found.statuses.values();
                    PostFilter::NoCandidate(fit_error::histogram(statuses, all, default_preemption::NOT_HELPFUL))
                }
                None => PostFilter::Success,
            };
            self.preemption = Some(found);
            post
        } else {
            PostFilter::Success
        };
        self.message = fit_error::message(all, &reasons, &post, settings);
    }
}

/// The verdicts on all nodes, pods nominated for them counted in.
pub(super) fn verdicts(template: &Template, pod: &Pod, nodes: &Nodes) -> Vec<Verdict> {
    let mut verdicts = template.verdicts();
    for name in nodes.nominating() {
        let Some(slot) = nodes.slot(name) else { continue };
        if let (Some(verdict), Some(info)) = (verdicts.get_mut(slot), nodes.slots().get(slot))
            && *verdict != Verdict::Excluded
            && let Some(rejection) = default_preemption::refusal(template, pod, slot, info, nodes)
        {
            *verdict = Verdict::Rejected(Box::new(rejection));
        }
    }
    verdicts
}

/// The scores of a class, plugin by plugin; those whose PreScore skips them are left out.
fn plugin_scores(template: &Template, ranked: &Ranked<'_>, with_preferences: bool) -> Vec<PluginScore> {
    let scores = ranked.class.scores;
    let own = |plugin, weighted| PluginScore {
        plugin,
        raw: None,
        weighted,
    };
    let normalised = |plugin, weight: i64, score: super::ranking::Score| PluginScore {
        plugin,
        raw: Some(score.raw),
        weighted: weight * score.normal,
    };
    let mut plugins = vec![normalised(
        taint_toleration::NAME,
        taint_toleration::WEIGHT,
        ranked.taints,
    )];
    if !template.pod.preferred_affinity.is_empty() {
        plugins.push(normalised(node_affinity::NAME, node_affinity::WEIGHT, ranked.affinity));
    }
    plugins.push(own(node_resources_fit::NAME, scores.fit));
    if !template.scoring.0.is_empty() {
        let (name, weight) = (pod_topology_spread::NAME, pod_topology_spread::WEIGHT);
        plugins.push(normalised(name, weight, ranked.spread));
    }
    if with_preferences {
        let (name, weight) = (inter_pod_affinity::NAME, inter_pod_affinity::WEIGHT);
        plugins.push(normalised(name, weight, ranked.near));
    }
    if balanced_allocation::applies(&template.pod) {
        plugins.push(own(balanced_allocation::NAME, scores.balance));
    }
    plugins.push(own(image_locality::NAME, scores.images));
    plugins
}
