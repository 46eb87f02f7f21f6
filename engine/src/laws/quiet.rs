//! A quiet cluster is converged: where nothing is left to do, every status says what is, and every workload has the pods it wants,
//! or says why not.
//!
//! Only meant for a cluster that has settled (no unfinished business) and whose control plane is up. A workload that is being
//! deleted is left alone; so are pods whose node nobody can reach.

use super::laws::Finding;
use crate::api::{
    Condition, CronJob, DaemonSet, Deployment, HorizontalPodAutoscaler, Job, Kind, ObjectKey, Pod, PodDisruptionBudget,
    ReplicaSet, StatefulSet, Uid, json as read,
};
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
    let jobs = objects.all::<Job>().filter(|job| !job.meta.is_deleted());
    let jobs = jobs.map(|job| of(&job.meta.key(), self::job(job, objects)));
    let cron_jobs = objects.all::<CronJob>().filter(|cron_job| !cron_job.meta.is_deleted());
    let cron_jobs = cron_jobs.map(|cron_job| of(&cron_job.meta.key(), self::cron_job(cron_job, objects)));
    let budgets = objects.all::<PodDisruptionBudget>();
    let budgets = budgets.map(|budget| of(&budget.meta.key(), self::budget(budget, objects)));
    let autoscalers = objects.all::<HorizontalPodAutoscaler>();
    let autoscalers = autoscalers.map(|autoscaler| of(&autoscaler.meta.key(), self::autoscaler(autoscaler, objects)));
    let mut all = (replica_sets.chain(deployments).chain(stateful_sets).chain(daemon_sets))
        .chain(jobs)
        .chain(cron_jobs)
        .chain(budgets)
        .chain(autoscalers);
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

fn job(job: &Job, objects: &Objects) -> Finding {
    // One that another controller looks after is none of ours (`spec.managedBy`).
    if !read::text(&job.spec.json, "managedBy").is_empty() {
        return None;
    }
    let active = living(job.meta.uid, objects).count();
    counts("a quiet Job counts its active pods", job.status.active, active).or_else(|| {
        let is_suspended = job.spec.suspend && active > 0;
        is_suspended.then(|| {
            (
                "a quiet Job that is suspended has no active pod",
                format!("{active} are"),
            )
        })
    })
}

fn cron_job(cron_job: &CronJob, objects: &Objects) -> Finding {
    let is_over = |job: &ObjectKey| objects.get::<Job>(job).is_none_or(|job| job.finished().is_some());
    let mut active = cron_job
        .status
        .active
        .iter()
        .map(|job| ObjectKey::new(job.namespace.clone(), job.name.clone()));
    let over = active.find(is_over)?;
    Some(("a quiet CronJob's active Jobs have not ended", over.to_string()))
}

fn budget(budget: &PodDisruptionBudget, objects: &Objects) -> Finding {
    let (status, spec) = (&budget.status, &budget.spec);
    let pods = objects.pods_selected(&budget.meta.namespace, &spec.selector, &spec.matcher);
    let is_healthy = |pod: &&&std::sync::Arc<Pod>| {
        pod.is_ready() && !pod.meta.is_deleted() && !status.disrupted_pods.contains_key(&pod.meta.name)
    };
    let healthy = pods.iter().filter(is_healthy).count();
    let spare = (status.current_healthy - status.desired_healthy).max(0);
    let allowed = usize::try_from(if status.expected_pods > 0 { spare } else { 0 }).unwrap_or(0);
    // One whose pods have no owner that can be counted allows nothing and counts nothing.
    let fails =
        Condition::find(&status.conditions, "DisruptionAllowed").is_some_and(|known| known.reason == "SyncFailed");
    seen(status.observed_generation, budget.meta.generation)
        .or_else(|| {
            counts(
                "a quiet budget counts the healthy pods",
                status.current_healthy,
                healthy,
            )
            .filter(|_| !fails)
        })
        .or_else(|| {
            let allows = "a quiet budget allows what is healthy beyond what must be";
            counts(allows, status.disruptions_allowed, allowed).filter(|_| !fails)
        })
}

/// One that cannot scale says so in its conditions, and counts nothing.
fn autoscaler(autoscaler: &HorizontalPodAutoscaler, objects: &Objects) -> Finding {
    let (status, target) = (&autoscaler.status, &autoscaler.spec.target);
    let key = ObjectKey::new(autoscaler.meta.namespace.clone(), target.name.clone());
    let target = objects.object(Kind::from_name(&target.kind)?, &key)?.to_json();
    let wanted = target.get("spec").and_then(|spec| read::int32(spec, "replicas"))?;
    let is_true = |kind| Condition::find(&status.conditions, kind).is_some_and(Condition::is_true);
    let is_other = is_true("AbleToScale") && is_true("ScalingActive") && status.desired_replicas != wanted;
    is_other.then(|| {
        let law = "a quiet autoscaler wants as many pods as its target has been told";
        (law, format!("{} and {wanted}", status.desired_replicas))
    })
}
