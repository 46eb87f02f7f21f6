//! Laws of the status of workloads.

use super::laws::Finding;
use crate::api::Object;

/// What a workload's status counts.
struct Counts {
    replicas: i32,
    ready: i32,
    available: i32,
}

/// The counts and the generation that a status is about; none of a kind without.
fn status_of(object: &Object) -> Option<(Option<Counts>, i64)> {
    let counts = |replicas, ready, available| {
        Some(Counts {
            replicas,
            ready,
            available,
        })
    };
    match object {
        Object::Deployment(workload) => {
            let status = &workload.status;
            let counts = counts(status.replicas, status.ready_replicas, status.available_replicas);
            Some((counts, status.observed_generation))
        }
        Object::ReplicaSet(workload) => {
            let status = &workload.status;
            let counts = counts(status.replicas, status.ready_replicas, status.available_replicas);
            Some((counts, status.observed_generation))
        }
        Object::StatefulSet(workload) => {
            let status = &workload.status;
            let counts = counts(status.replicas, status.ready_replicas, status.available_replicas);
            Some((counts, status.observed_generation))
        }
        Object::DaemonSet(workload) => {
            let status = &workload.status;
            let counts = counts(
                status.current_number_scheduled,
                status.number_ready,
                status.number_available,
            );
            Some((counts, status.observed_generation))
        }
        Object::PodDisruptionBudget(budget) => Some((None, budget.status.observed_generation)),
        _ => None,
    }
}

/// A status counts what can be, and is about a generation that exists, and never about an older one than before.
pub(super) fn check(before: Option<&Object>, after: &Object) -> Finding {
    let (counts, observed) = status_of(after)?;
    if let Some(Counts {
        replicas,
        ready,
        available,
    }) = counts
        .filter(|counts| counts.available > counts.ready || counts.ready > counts.replicas || counts.available < 0)
    {
        return Some((
            "available replicas are ready, ready replicas exist",
            format!("{available} available of {ready} ready of {replicas}"),
        ));
    }
    let generation = after.meta().generation;
    if observed > generation {
        return Some((
            "a status is about a generation that exists",
            format!("observedGeneration {observed} of generation {generation}"),
        ));
    }
    let (_, was_observed) = before.and_then(status_of)?;
    (observed < was_observed).then(|| {
        (
            "observedGeneration never falls",
            format!("{observed} after {was_observed}"),
        )
    })
}
