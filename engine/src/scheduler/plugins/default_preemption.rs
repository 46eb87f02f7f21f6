//! DefaultPreemption: a pod that fits nowhere may push pods of lower priority aside.
//!
//! Documentation: "Pod Priority and Preemption". Nodes are tried without their less important pods; those that then still fit are
//! put back, the most important first and those that a PodDisruptionBudget protects before the others. Among the nodes where it
//! works the one is chosen where least is lost. Not modelled: extenders.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;
use smol_str::SmolStr;

use super::super::framework::{Rejection, Verdict};
use super::super::node_info::{NodeInfo, PlacedPod};
use super::super::nodes::Nodes;
use super::super::objects::part;
use super::super::pod_info::selector_of;
use super::super::template::Template;
use crate::api::{Condition, Kind, Pod, Selector, Timestamp, json};
use crate::store::Objects;

/// The plugin's name.
pub const NAME: &str = "DefaultPreemption";
/// What a node's status says that has nobody to push aside.
pub const NO_VICTIMS: &str = "No preemption victims found for incoming pod";
/// What is said of nodes that were not tried.
pub const NOT_HELPFUL: &str = "Preemption is not helpful for scheduling";
/// A pod that may not preempt.
const NEVER: &str = "not eligible due to preemptionPolicy=Never.";
/// A pod whose victims are still ending.
const VICTIM_TERMINATING: &str = "not eligible due to a terminating pod on the nominated node.";
/// The reason in the condition `DisruptionTarget` of a victim.
pub const REASON: &str = "PreemptionByScheduler";
/// So many nodes are tried at least, and this share of all (`minCandidateNodesAbsolute`, `minCandidateNodesPercentage`).
const CANDIDATES_MIN: usize = 100;
const CANDIDATES_PERCENT: usize = 10;

/// A node where preemption would work.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The node.
    pub node: SmolStr,
    /// Who would have to go, the most important first.
    pub victims: Vec<Arc<Pod>>,
    /// How many of them a PodDisruptionBudget protects.
    pub budgets_violated: usize,
}

/// What preemption found.
#[derive(Debug, Clone, Default)]
pub struct Preemption {
    /// Why the pod may not preempt, if it may not.
    pub not_eligible: Option<&'static str>,
    /// The nodes that were tried.
    pub potential: Vec<SmolStr>,
    /// Where it would work.
    pub candidates: Vec<Candidate>,
    /// Why not, on the other nodes that were tried.
    pub statuses: BTreeMap<SmolStr, Rejection>,
    /// The best candidates by name; all are equally good.
    pub nominated: Vec<SmolStr>,
}

impl Preemption {
    /// Whether a nomination that the pod had is void: it may preempt, and nowhere would that help.
    pub fn clears_nomination(&self) -> bool {
        self.not_eligible.is_none() && self.candidates.is_empty()
    }

    /// The candidate on this node.
    pub fn candidate(&self, node: &str) -> Option<&Candidate> {
        self.candidates.iter().find(|candidate| candidate.node == node)
    }
}

/// PostFilter. `start` is where among the nodes the search begins: it ends early in large clusters.
pub fn post_filter(
    template: &Template,
    pod: &Pod,
    verdicts: &[Verdict],
    nodes: &Nodes,
    objects: &Objects,
    start: usize,
) -> Preemption {
    let mut found = Preemption {
        not_eligible: not_eligible(template, pod, verdicts, nodes),
        ..Preemption::default()
    };
    if found.not_eligible.is_some() {
        return found;
    }
    let helps = |verdict: &Verdict| matches!(verdict, Verdict::Rejected(rejection) if rejection.resolvable);
    let mut potential: Vec<(usize, &NodeInfo)> = (nodes.slots().iter().enumerate())
        .filter(|(slot, _)| verdicts.get(*slot).is_some_and(helps))
        .collect();
    found.potential = potential.iter().map(|(_, node)| node.name().clone()).collect();
    let enough = CANDIDATES_MIN.max(potential.len() * CANDIDATES_PERCENT / 100);
    if !potential.is_empty() {
        let middle = start % potential.len();
        potential.rotate_left(middle);
    }
    let budgets: Vec<Budget> = objects
        .of_kind(Kind::POD_DISRUPTION_BUDGET)
        .filter_map(Budget::of)
        .collect();
    for (slot, node) in potential {
        match try_node(template, pod, slot, node, nodes, &budgets) {
            Ok(candidate) => found.candidates.push(candidate),
            Err(rejection) => {
                found.statuses.insert(node.name().clone(), rejection);
            }
        }
        if found.candidates.len() >= enough {
            break;
        }
    }
    found.candidates.sort_by(|a, b| a.node.cmp(&b.node));
    found.nominated = best(&found.candidates);
    found
}

/// A pod must not preempt if it says so, or while those it has pushed aside are still ending.
fn not_eligible(template: &Template, pod: &Pod, verdicts: &[Verdict], nodes: &Nodes) -> Option<&'static str> {
    if template.pod.never_preempts {
        return Some(NEVER);
    }
    let slot = nodes.slot(&pod.status.nominated_node_name)?;
    if matches!(verdicts.get(slot), Some(Verdict::Rejected(rejection)) if !rejection.resolvable) {
        return None;
    }
    let ends = |placed: &PlacedPod| {
        let target = Condition::find(&placed.pod.status.conditions, "DisruptionTarget");
        placed.info.priority < template.pod.priority
            && placed.pod.meta.is_deleted()
            && target.is_some_and(|target| target.is_true() && target.reason == REASON)
    };
    (nodes.slots().get(slot)?.pods.iter().any(ends)).then_some(VICTIM_TERMINATING)
}

/// Why a pod does not fit on a node that has the pods `info` says. Pods of its priority or higher that are nominated for the
/// node count as if they were there already, and the pod must fit with and without them.
pub fn refusal(template: &Template, pod: &Pod, slot: usize, info: &NodeInfo, nodes: &Nodes) -> Option<Rejection> {
    let counts = |placed: &&PlacedPod| placed.info.priority >= template.pod.priority && !is_same(&placed.pod, pod);
    let nominated: Vec<&PlacedPod> = nodes.nominated(info.name()).filter(counts).collect();
    let node = nodes.slots().get(slot).unwrap_or(info);
    if !nominated.is_empty() {
        let mut crowded = info.clone();
        nominated.into_iter().for_each(|placed| crowded.add_pod(placed.clone()));
        if let Some(rejection) = template.refusal_with(slot, node, &crowded) {
            return Some(rejection);
        }
    }
    template.refusal_with(slot, node, info)
}

fn is_same(a: &Pod, b: &Pod) -> bool {
    a.meta.name == b.meta.name && a.meta.namespace == b.meta.namespace
}

fn try_node(
    template: &Template,
    pod: &Pod,
    slot: usize,
    node: &NodeInfo,
    nodes: &Nodes,
    budgets: &[Budget],
) -> Result<Candidate, Rejection> {
    let lower = |placed: &&PlacedPod| placed.info.priority < template.pod.priority;
    let mut victims: Vec<PlacedPod> = node.pods.iter().filter(lower).cloned().collect();
    if victims.is_empty() {
        return Err(Rejection::unresolvable("", NO_VICTIMS));
    }
    let mut info = node.clone();
    for placed in &victims {
        info.remove_pod(&placed.pod);
    }
    if let Some(rejection) = refusal(template, pod, slot, &info, nodes) {
        return Err(rejection);
    }
    sort_by_importance(&mut victims);
    let mut candidate = Candidate {
        node: node.name().clone(),
        victims: Vec::new(),
        budgets_violated: 0,
    };
    let (protected, others) = split_by_budgets(victims, budgets);
    let protected_len = protected.len();
    for (position, placed) in protected.into_iter().chain(others).enumerate() {
        info.add_pod(placed.clone());
        if refusal(template, pod, slot, &info, nodes).is_some() {
            info.remove_pod(&placed.pod);
            candidate.budgets_violated += usize::from(position < protected_len);
            candidate.victims.push(placed.pod);
        }
    }
    candidate
        .victims
        .sort_by_key(|victim| (Reverse(victim.spec.priority), start_time(victim)));
    Ok(candidate)
}

/// The more important first: higher priority, then longer running. kube-scheduler takes "now" for the start of a pod that no
/// kubelet has accepted, asked anew for each comparison, so that of two such pods the second always sorts before the first.
fn sort_by_importance(victims: &mut [PlacedPod]) {
    victims.reverse();
    victims.sort_by_key(|placed| (Reverse(placed.info.priority), start_time(&placed.pod)));
    // Where start times are known, the order of equals stays that of the names.
    for equals in victims.chunk_by_mut(|a, b| {
        let key = |placed: &PlacedPod| (placed.info.priority, placed.pod.status.start_time);
        key(a) == key(b)
    }) {
        if equals
            .first()
            .is_some_and(|placed| placed.pod.status.start_time.is_some())
        {
            equals.reverse();
        }
    }
}

/// Pods that no kubelet has accepted yet count as started now.
fn start_time(pod: &Pod) -> Timestamp {
    pod.status.start_time.unwrap_or(Timestamp::from_secs(i64::MAX))
}

/// A PodDisruptionBudget.
struct Budget {
    namespace: SmolStr,
    selector: Selector,
    allowed: i64,
    /// Pods whose eviction has been allowed already.
    disrupted: Vec<SmolStr>,
}

impl Budget {
    /// Reads one; an empty selector protects nobody.
    fn of(object: &crate::api::Object) -> Option<Self> {
        let selector = selector_of(part(object, "/spec/selector").as_deref());
        let status = part(object, "/status");
        let status = status.as_deref().unwrap_or(&Value::Null);
        let disrupted = status.get("disruptedPods").and_then(Value::as_object);
        (!selector.requirements().is_empty()).then(|| Budget {
            namespace: object.meta().namespace.clone(),
            selector,
            allowed: json::int(status, "disruptionsAllowed").unwrap_or_default(),
            disrupted: disrupted.into_iter().flatten().map(|(name, _)| name.into()).collect(),
        })
    }

    fn protects(&self, pod: &Pod) -> bool {
        self.namespace == pod.meta.namespace
            && self.selector.matches(&pod.meta.labels)
            && !self.disrupted.contains(&pod.meta.name)
    }
}

/// The pods, in order, whose loss would violate a budget, and the others.
fn split_by_budgets(victims: Vec<PlacedPod>, budgets: &[Budget]) -> (Vec<PlacedPod>, Vec<PlacedPod>) {
    let mut left: Vec<i64> = budgets.iter().map(|budget| budget.allowed).collect();
    victims.into_iter().partition(|placed| {
        let mut violates = false;
        for (budget, left) in budgets.iter().zip(&mut left) {
            if !placed.pod.meta.labels.is_empty() && budget.protects(&placed.pod) {
                *left -= 1;
                violates |= *left < 0;
            }
        }
        violates
    })
}

/// The candidates where least is lost, by name: fewest budgets violated, then the lowest of the highest priorities, then the lowest
/// sum of priorities, then fewest victims, then the latest start of the most important victims.
fn best(candidates: &[Candidate]) -> Vec<SmolStr> {
    let loss = |candidate: &Candidate| {
        let highest = candidate
            .victims
            .first()
            .map_or(i32::MIN, |victim| victim.spec.priority);
        let priorities = candidate
            .victims
            .iter()
            .map(|victim| i64::from(victim.spec.priority) + (1_i64 << 31));
        let highest_victims = candidate
            .victims
            .iter()
            .filter(|victim| victim.spec.priority == highest);
        let earliest = highest_victims.map(|victim| start_time(victim)).min();
        (
            candidate.budgets_violated,
            highest,
            priorities.sum::<i64>(),
            candidate.victims.len(),
            Reverse(earliest),
        )
    };
    let least = candidates.iter().map(loss).min();
    let best = candidates.iter().filter(|candidate| Some(loss(candidate)) == least);
    best.map(|candidate| candidate.node.clone()).collect()
}
