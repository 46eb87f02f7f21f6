//! The law of evictions: the API evicts no pod that a budget protects.
//!
//! Judged by the budgets as the API server last saw them, since that is all it goes by: a pod that has just fallen ill, and that
//! the disruption controller has not counted yet, is beyond it. Documentation "Disruptions", "API-initiated Eviction".

use std::collections::BTreeMap;
use std::sync::Arc;

use super::laws::Finding;
use crate::api::{Condition, Object, ObjectKey, Pod, PodDisruptionBudget, PodPhase};
use crate::store::Change;

/// The budgets, as last written.
#[derive(Debug, Default)]
pub(super) struct Eviction {
    budgets: BTreeMap<ObjectKey, Arc<PodDisruptionBudget>>,
}

impl Eviction {
    /// Takes note of a change that has been judged.
    pub(super) fn follow(&mut self, change: &Change) {
        if let Object::PodDisruptionBudget(budget) = change.object() {
            match change.after {
                Some(_) => drop(self.budgets.insert(budget.meta.key(), Arc::clone(budget))),
                None => drop(self.budgets.remove(&budget.meta.key())),
            }
        }
    }

    /// Whether a pod is being evicted that must not be.
    pub(super) fn check(&self, before: Option<&Pod>, after: &Pod) -> Finding {
        let before = before.filter(|before| !is_evicted(before) && is_evicted(after))?;
        // What does not run costs no budget.
        if before.status.phase != PodPhase::Running || before.meta.is_deleted() {
            return None;
        }
        let forbids = |budget: &&Arc<PodDisruptionBudget>| {
            let status = &budget.status;
            let is_kept = status.current_healthy >= status.desired_healthy && status.desired_healthy > 0;
            let is_free = !before.is_ready() && (budget.spec.always_allow_unhealthy || is_kept);
            let is_paid = status.disrupted_pods.contains_key(&before.meta.name) && status.disruptions_allowed >= 0;
            !is_free && !is_paid
        };
        let mut budgets = self.budgets.values().filter(|budget| {
            budget.meta.namespace == before.meta.namespace && budget.spec.matcher.matches(&before.meta.labels)
        });
        let budget = budgets.find(forbids)?;
        Some((
            "no pod is evicted that a budget protects",
            format!(
                "budget {} allows {} more",
                budget.meta.name, budget.status.disruptions_allowed
            ),
        ))
    }
}

fn is_evicted(pod: &Pod) -> bool {
    let target = Condition::find(&pod.status.conditions, "DisruptionTarget");
    target.is_some_and(|target| target.is_true() && target.reason == "EvictionByEvictionAPI")
}
