//! The eviction API: deleting a pod, as far as PodDisruptionBudgets allow it.
//!
//! Source: registry `pod/storage/eviction.go`; documentation "API-initiated Eviction".

use std::sync::Arc;

use super::error::{ApiError, Cause, Reason};
use super::request::Request;
use crate::api::{Condition, Kind, ObjectKey, Pod, PodDisruptionBudget, PodPhase};
use crate::store::DeleteOptions;

/// How many evictions one budget waits for at most (`MaxDisruptedPodSize`).
const DISRUPTED_MAX: usize = 2000;

impl Request<'_, '_> {
    /// Evicts a pod.
    ///
    /// # Errors
    /// There is no such pod, or a budget does not allow it now (`TooManyRequests`).
    pub fn evict(&mut self, key: &ObjectKey, options: DeleteOptions) -> Result<(), ApiError> {
        let pod = self.context.store.get::<Pod>(key).cloned();
        let pod = pod.ok_or_else(|| ApiError::not_found(Kind::POD, &key.name))?;
        let phases = [PodPhase::Succeeded, PodPhase::Failed, PodPhase::Pending];
        let is_free = phases.contains(&pod.status.phase) || pod.meta.is_deleted();
        if !is_free && let Some(budget) = self.budget_of(&pod)? {
            self.spend(&budget, &pod)?;
        }
        if self.dry_run {
            return Ok(());
        }
        let now = self.context.store.timestamp();
        if !pod.meta.is_deleted() {
            self.context.store.modify::<Pod>(key, |pod| {
                let (reason, message) = ("EvictionByEvictionAPI", "Eviction API: evicting");
                pod.status
                    .set_condition(Condition::new("DisruptionTarget", true, reason, message, now));
            });
        }
        self.context.store.delete(Kind::POD, key, options)?;
        Ok(())
    }

    /// The budget that a pod falls under.
    fn budget_of(&self, pod: &Pod) -> Result<Option<Arc<PodDisruptionBudget>>, ApiError> {
        let budgets = self
            .context
            .store
            .objects()
            .all_in::<PodDisruptionBudget>(&pod.meta.namespace);
        let mut budgets = budgets.filter(|budget| budget.spec.matcher.matches(&pod.meta.labels));
        let first = budgets.next().cloned();
        if budgets.next().is_some() {
            let message =
                "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.";
            return Err(ApiError::new(Reason::Unknown, message));
        }
        Ok(first)
    }

    /// Takes one eviction off a budget, unless the pod is not healthy and the budget does not care.
    fn spend(&mut self, budget: &PodDisruptionBudget, pod: &Pod) -> Result<(), ApiError> {
        let status = &budget.status;
        let is_kept = status.current_healthy >= status.desired_healthy && status.desired_healthy > 0;
        if !pod.is_ready() && (budget.spec.always_allow_unhealthy || is_kept) {
            return Ok(());
        }
        let name = &budget.meta.name;
        if status.observed_generation < budget.meta.generation {
            return Err(refusal(format!(
                "The disruption budget {name} is still being processed by the server."
            )));
        }
        if status.disrupted_pods.len() > DISRUPTED_MAX {
            let message = "DisruptedPods map too big - too many evictions not confirmed by PDB controller";
            return Err(ApiError::new(Reason::Forbidden, message).concerning(Kind::POD_DISRUPTION_BUDGET, name));
        }
        if status.disruptions_allowed <= 0 {
            let (needs, has) = (status.desired_healthy, status.current_healthy);
            return Err(refusal(format!(
                "The disruption budget {name} needs {needs} healthy pods and has {has} currently"
            )));
        }
        if !self.dry_run {
            let now = self.context.store.timestamp();
            self.context
                .store
                .modify::<PodDisruptionBudget>(&budget.meta.key(), |budget| {
                    budget.status.disruptions_allowed -= 1;
                    budget.status.note_allowed(now);
                    budget.status.disrupted_pods.insert(pod.meta.name.clone(), now);
                });
        }
        Ok(())
    }
}

fn refusal(cause: String) -> ApiError {
    let message = "Cannot evict pod as it would violate the pod's disruption budget.";
    let mut error = ApiError::new(Reason::TooManyRequests, message);
    error.causes.push(Cause {
        field: String::new(),
        message: cause,
    });
    error
}
