//! One reconcile: count the pods that have ended, decide whether the Job has, and make or delete pods.
//!
//! Source: `job_controller.go` (`syncJob`, `manageJob`, `trackJobStatusAndRemoveFinalizers`).

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::controller::{COMPONENT, CONTROL, Memory, release};
use super::end::End;
use super::indexes;
use super::pods;
use super::tally::{self, Tally};
use crate::api::{Condition, Job, JobStatus, ObjectKey, Pod, Timestamp};
use crate::component::Context;
use crate::events::Report;

/// Who looks after Jobs that do not name another (`spec.managedBy`).
const MANAGER: &str = "kubernetes.io/job-controller";
/// How many pods one sync creates or deletes at most (`MaxPodCreateDeletePerSync`).
const PODS_PER_SYNC: usize = 500;

/// One reconcile; returns when to look again though nothing happens.
pub fn sync(job: &Job, memory: &mut Memory, context: &mut Context<'_>) -> Option<Duration> {
    if job.finished().is_some() || job.meta.is_deleted() {
        let tracked = (context.store.objects().owned::<Pod>(job.meta.uid)).filter(|pod| tally::is_tracked(pod));
        let tracked: Vec<ObjectKey> = tracked.map(|pod| pod.meta.key()).collect();
        tracked.iter().for_each(|pod| release(pod, context));
        return None;
    }
    let manager = job.spec.json.get("managedBy").and_then(serde_json::Value::as_str);
    if manager.is_some_and(|manager| manager != MANAGER) {
        return None;
    }
    let now = context.store.timestamp();
    let mut tally = Tally::of(job, context);
    let mut status = job.status.clone();
    status.is_tracked = true;
    if status.start_time.is_none() && !job.spec.suspend {
        status.start_time = Some(now);
    }
    memory.back_off.note(&tally, now);
    let failed = status.failed + tally.counted_failures();
    status.succeeded = match job.spec.indexed {
        true => i32::try_from(tally.succeeded_indexes.len()).unwrap_or(i32::MAX),
        false => status.succeeded + i32::try_from(tally.succeeded.len()).unwrap_or(i32::MAX),
    };
    let mut wait = None;
    let mut end = End::decided(&status).or_else(|| End::of(job, &tally, &status, failed, now));
    let counted = count(&tally, end.as_ref(), &mut status);
    if end.is_some() {
        for pod in std::mem::take(&mut tally.active) {
            tally.note_deleted(&pod, context.settings);
            CONTROL.delete(job, &pod.meta, context);
        }
    } else {
        wait = manage(job, memory, &mut tally, &status, context);
        if is_complete(job, status.succeeded, tally.active.len()) {
            end = Some(End::reached());
        } else {
            note_suspension(job, &mut status, now, context);
        }
    }
    write_counts(job, &tally, &mut status, context);
    if let Some(end) = &end {
        end.write(job, &mut status, tally.terminating, context);
    }
    let start = status.start_time;
    context
        .store
        .modify::<Job>(&job.meta.key(), |stored| stored.status = status);
    counted.iter().for_each(|pod| release(pod, context));
    let deadline = start
        .zip(job.spec.active_deadline_seconds)
        .filter(|_| end.is_none() && !job.spec.suspend);
    let deadline = deadline.map(|(start, seconds)| {
        let at = start.plus(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)));
        context.store.epoch().instant(at).since(context.now)
    });
    wait.into_iter().chain(deadline).min()
}

/// Counts the failures and returns the pods that are done with. When the Job fails, what has not ended counts as failed; a pod
/// whose successor will need to know how often its index has failed is kept.
fn count(tally: &Tally, end: Option<&End>, status: &mut JobStatus) -> Vec<ObjectKey> {
    let is_kept = |pod: &Arc<Pod>| end.is_none() && tally.predecessors.values().any(|kept| Arc::ptr_eq(kept, pod));
    let failed: Vec<_> = tally.failed.iter().filter(|(pod, _)| !is_kept(pod)).collect();
    let failures = failed.iter().filter(|(_, verdict)| verdict.counts()).count();
    let mut done: Vec<&Arc<Pod>> = tally.succeeded.iter().collect();
    done.extend(failed.iter().map(|(pod, _)| pod));
    let mut unfinished = 0;
    if let Some(end) = end {
        let counted = tally
            .failed
            .iter()
            .map(|(pod, _)| pod.meta.uid)
            .collect::<BTreeSet<_>>();
        let rest = (tally.active.iter().chain(&tally.ending))
            .filter(|pod| tally::is_tracked(pod) && !counted.contains(&pod.meta.uid));
        let rest: Vec<&Arc<Pod>> = rest.collect();
        unfinished = if end.is_success { 0 } else { rest.len() };
        done.extend(rest);
    }
    status.failed += i32::try_from(failures + unfinished).unwrap_or(i32::MAX);
    done.into_iter().map(|pod| pod.meta.key()).collect()
}

/// Enough pods have succeeded, and none is active any more.
fn is_complete(job: &Job, succeeded: i32, active: usize) -> bool {
    active == 0
        && match job.spec.completions {
            Some(wanted) => succeeded >= wanted,
            None => succeeded > 0,
        }
}

fn write_counts(job: &Job, tally: &Tally, status: &mut JobStatus, context: &Context<'_>) {
    status.active = i32::try_from(tally.active.len()).unwrap_or(i32::MAX);
    status.ready = tally.ready;
    status.terminating = (context.settings.is_on("JobPodReplacementPolicy", 29)).then_some(tally.terminating);
    if job.spec.indexed {
        status.completed_indexes = indexes::format(&tally.succeeded_indexes);
        let limit = job.spec.backoff_limit_per_index;
        status.failed_indexes = limit.map(|_| indexes::format(&tally.failed_indexes));
    }
}

/// Makes or deletes pods; returns how long new ones still wait.
fn manage(
    job: &Job,
    memory: &mut Memory,
    tally: &mut Tally,
    status: &JobStatus,
    context: &mut Context<'_>,
) -> Option<Duration> {
    let spec = &job.spec;
    let active = i32::try_from(tally.active.len()).unwrap_or(i32::MAX);
    let wanted = match spec.completions {
        _ if spec.suspend => 0,
        Some(completions) => spec.parallelism.min(completions - status.succeeded),
        None if status.succeeded > 0 => active,
        None => spec.parallelism,
    };
    let wanted = usize::try_from(wanted).unwrap_or(0);
    let surplus = surplus(job, tally, wanted);
    if !surplus.is_empty() {
        for pod in surplus.iter().take(PODS_PER_SYNC) {
            // What the controller takes away is not counted as a failure.
            tally.active.retain(|active| !Arc::ptr_eq(active, pod));
            tally.note_deleted(pod, context.settings);
            release(&pod.meta.key(), context);
            CONTROL.delete(job, &pod.meta, context);
        }
        return None;
    }
    let held = if spec.replaces_only_ended() {
        tally.terminating
    } else {
        0
    };
    let missing = wanted.saturating_sub(tally.active.len() + usize::try_from(held).unwrap_or(0));
    if missing == 0 {
        memory.back_off.accepted();
        return None;
    }
    if spec.backoff_limit_per_index.is_none()
        && let Some(wait) = memory.back_off.remaining(context)
    {
        return Some(wait);
    }
    pods::create(job, memory, tally, missing.min(PODS_PER_SYNC), context)
}

/// The active pods that are too many: those whose index is taken or does not exist, then those that have come least far.
fn surplus(job: &Job, tally: &Tally, wanted: usize) -> Vec<Arc<Pod>> {
    let progress = |pod: &Pod| (pod.is_ready(), pod.status.phase, pod.meta.creation);
    let mut ranked = tally.active.clone();
    // The furthest first; of equals, by name.
    ranked.sort_by(|a, b| {
        progress(b)
            .cmp(&progress(a))
            .then_with(|| a.meta.name.cmp(&b.meta.name))
    });
    let completions = job.spec.completions.filter(|_| job.spec.indexed);
    let mut taken = BTreeSet::new();
    let (mut kept, mut surplus): (Vec<_>, Vec<_>) = ranked.into_iter().partition(|pod| {
        completions.is_none_or(|completions| {
            tally::index_of(pod).is_some_and(|index| index < completions && taken.insert(index))
        })
    });
    surplus.extend(kept.split_off(wanted.min(kept.len())));
    surplus
}

/// Says when a Job is suspended or resumed. Its time begins anew when it is resumed.
fn note_suspension(job: &Job, status: &mut JobStatus, now: Timestamp, context: &mut Context<'_>) {
    let suspended = Condition::find(&status.conditions, "Suspended").map(Condition::is_true);
    let (reason, event, message) = match (job.spec.suspend, suspended) {
        (true, None | Some(false)) => ("JobSuspended", "Suspended", "Job suspended"),
        (false, Some(true)) => ("JobResumed", "Resumed", "Job resumed"),
        _ => return,
    };
    let mut condition = Condition::new("Suspended", job.spec.suspend, reason, message, now);
    condition.last_update = Some(now);
    Condition::set(&mut status.conditions, condition);
    if !job.spec.suspend {
        status.start_time = Some(now);
    }
    CONTROL.report(job, Report::normal(COMPONENT, event, message), context);
}
