//! A quiet cluster is converged: where nothing is left to do, every status says what is, and every workload has the pods it wants,
//! or says why not.
//!
//! Only meant for a cluster that has settled (no unfinished business) and whose control plane is up. A workload that is being
//! deleted is left alone; so are pods whose node nobody can reach.

use super::laws::Finding;
use crate::api::{Condition, DaemonSet, Deployment, Kind, Pod, ReplicaSet, StatefulSet, Uid};
use crate::store::Objects;

/// What in a quiet cluster is not as it ought to be: the first such object with the law it breaks.
pub fn unconverged(objects: &Objects) -> Option<String> {
    let of =
        |name: &dyn std::fmt::Display, finding: Finding| finding.map(|(law, seen)| format!("{name}: {law}: {seen}"));
    let sets = objects.all::<ReplicaSet>().filter(|set| !set.meta.is_deleted());
    let replica_sets = sets.map(|set| of(&set.meta.key(), replica_set(set, objects)));
    let workloads = objects
        .all::<Deployment>()
        .filter(|workload| !workload.meta.is_deleted());
    let deployments = workloads.map(|workload| of(&workload.meta.key(), deployment(workload, objects)));
    let sets = objects.all::<StatefulSet>().filter(|set| !set.meta.is_deleted());
    let stateful_sets = sets.map(|set| of(&set.meta.key(), stateful_set(set, objects)));
    let sets = objects.all::<DaemonSet>().filter(|set| !set.meta.is_deleted());
    let daemon_sets = sets.map(|set| {
        of(
            &set.meta.key(),
            seen(set.status.observed_generation, set.meta.generation),
        )
    });
    let mut all = replica_sets.chain(deployments).chain(stateful_sets).chain(daemon_sets);
    all.find_map(|finding| finding)
}

/// The controller has seen the newest spec.
fn seen(observed: i64, generation: i64) -> Finding {
    (observed != generation).then(|| {
        (
            "a quiet workload's spec has been seen",
            format!("generation {observed} of {generation}"),
        )
    })
}

fn counts(what: &'static str, status: i32, actual: usize) -> Finding {
    (usize::try_from(status) != Ok(actual)).then(|| (what, format!("{status}, but there are {actual}")))
}

/// The pods of an owner that live.
fn living(owner: Uid, objects: &Objects) -> impl Iterator<Item = &std::sync::Arc<Pod>> {
    let pods = objects.owned::<Pod>(owner);
    pods.filter(|pod| !pod.status.phase.is_terminal() && !pod.meta.is_deleted())
}

fn replica_set(set: &ReplicaSet, objects: &Objects) -> Finding {
    let fails = Condition::find(&set.status.conditions, "ReplicaFailure").is_some_and(Condition::is_true);
    let (pods, ready) = (
        living(set.meta.uid, objects).count(),
        living(set.meta.uid, objects).filter(|pod| pod.is_ready()).count(),
    );
    let namespace = objects.object(
        Kind::NAMESPACE,
        &crate::api::ObjectKey::cluster(set.meta.namespace.clone()),
    );
    let is_ending = namespace.is_none_or(|namespace| namespace.meta().is_deleted());
    if fails || is_ending {
        return None;
    }
    seen(set.status.observed_generation, set.meta.generation)
        .or_else(|| counts("a quiet ReplicaSet has the pods it wants", set.spec.replicas, pods))
        .or_else(|| counts("a quiet ReplicaSet counts its pods", set.status.replicas, pods))
        .or_else(|| {
            counts(
                "a quiet ReplicaSet counts its ready pods",
                set.status.ready_replicas,
                ready,
            )
        })
}

fn deployment(workload: &Deployment, objects: &Objects) -> Finding {
    let sets = objects.owned::<ReplicaSet>(workload.meta.uid);
    let replicas: i32 = sets.map(|set| set.status.replicas).sum();
    let replicas = usize::try_from(replicas).unwrap_or(0);
    seen(workload.status.observed_generation, workload.meta.generation).or_else(|| {
        counts(
            "a quiet Deployment counts the pods of its ReplicaSets",
            workload.status.replicas,
            replicas,
        )
    })
}

fn stateful_set(set: &StatefulSet, objects: &Objects) -> Finding {
    let pods = objects.owned::<Pod>(set.meta.uid);
    let ready = pods
        .filter(|pod| pod.is_ready() && !pod.status.phase.is_terminal())
        .count();
    seen(set.status.observed_generation, set.meta.generation).or_else(|| {
        counts(
            "a quiet StatefulSet counts its ready pods",
            set.status.ready_replicas,
            ready,
        )
    })
}
