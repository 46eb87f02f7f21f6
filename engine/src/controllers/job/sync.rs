//! One reconcile: count the pods that have ended, decide whether the Job has, and make or delete pods.
//!
//! Source: `job_controller.go` (`syncJob`, `manageJob`, `trackJobStatusAndRemoveFinalizers`) and `backoff_utils.go`.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use smol_str::{ToSmolStr, format_smolstr};

use super::controller::{COMPONENT, CONTROL, Memory, release};
use super::indexes;
use super::policy::{self, Verdict};
use super::tally::{self, FINALIZER, INDEX_ANNOTATION, Tally};
use crate::api::{Condition, Job, JobStatus, ObjectMeta, Pod, PodSpec, Resource, Timestamp};
use crate::component::Context;
use crate::controllers::{controller_reference, generate_name_prefix};
use crate::events::Report;

/// How long the first new pod waits after a failure; doubled with every failure in a row (`DefaultJobPodFailureBackOff`).
const BACK_OFF_INITIAL: Duration = Duration::from_secs(10);
/// How long at most (`MaxJobPodFailureBackOff`).
const BACK_OFF_MAX: Duration = Duration::from_secs(600);
/// How many pods one sync creates or deletes at most (`MaxPodCreateDeletePerSync`).
const PODS_PER_SYNC: usize = 500;
/// Which of a pod's predecessors at its index failed.
const INDEX_FAILURES: &str = "batch.kubernetes.io/job-index-failure-count";

/// How long new pods wait after failures.
#[derive(Debug, Default)]
pub struct BackOff {
    /// Failures since the last success.
    failures: u32,
    last_failure: Option<Timestamp>,
}

impl BackOff {
    fn note(&mut self, tally: &Tally, now: Timestamp) {
        let successes = tally.succeeded.iter().map(|pod| tally::finished_at(pod, now));
        let last_success = successes.max();
        if last_success.is_some() {
            *self = BackOff::default();
        }
        let counted = tally.failed.iter().filter(|(_, verdict)| *verdict != Verdict::Ignore);
        for end in counted.map(|(pod, _)| tally::finished_at(pod, now)) {
            if last_success.is_none_or(|success| end > success) {
                self.failures = self.failures.saturating_add(1);
                self.last_failure = self.last_failure.max(Some(end));
            }
        }
    }

    /// How long new pods still wait.
    fn remaining(&self, context: &Context<'_>) -> Option<Duration> {
        let doubled = 2_u32.saturating_pow(self.failures.checked_sub(1)?);
        let wait = BACK_OFF_INITIAL.saturating_mul(doubled).min(BACK_OFF_MAX);
        let until = context.store.epoch().instant(self.last_failure?.plus(wait));
        (until > context.now).then(|| until.since(context.now))
    }
}

/// How a Job ends.
struct End {
    kind: &'static str,
    reason: &'static str,
    message: String,
}

impl End {
    fn failed(reason: &'static str, message: impl Into<String>) -> Option<Self> {
        Some(End {
            kind: "Failed",
            reason,
            message: message.into(),
        })
    }
}

/// One reconcile; returns when to look again though nothing happens.
pub fn sync(job: &Job, memory: &mut Memory, context: &mut Context<'_>) -> Option<Duration> {
    let now = context.store.timestamp();
    let mut tally = Tally::of(job, context);
    let mut status = job.status.clone();
    if job.finished().is_some() || job.meta.is_deleted() {
        let tracked = context
            .store
            .objects()
            .owned::<Pod>(job.meta.uid)
            .filter(|pod| tally::is_tracked(pod));
        let tracked: Vec<_> = tracked.map(|pod| pod.meta.key()).collect();
        tracked.iter().for_each(|pod| release(pod, context));
        return None;
    }
    status.is_tracked = true;
    let mut wait = None;
    if status.start_time.is_none() && !job.spec.suspend {
        status.start_time = Some(now);
    }
    memory.back_off.note(&tally, now);
    let failed = status.failed + tally.counted_failures();
    let succeeded = match job.spec.indexed {
        true => i32::try_from(tally.succeeded_indexes.len()).unwrap_or(i32::MAX),
        false => status.succeeded + i32::try_from(tally.succeeded.len()).unwrap_or(i32::MAX),
    };
    let end = end(job, &tally, &status, failed, succeeded, context);
    let mut counted: Vec<Arc<Pod>> = tally
        .succeeded
        .iter()
        .chain(tally.failed.iter().map(|(pod, _)| pod))
        .cloned()
        .collect();
    status.failed = failed;
    status.succeeded = succeeded;
    if let Some(end) = &end {
        for pod in std::mem::take(&mut tally.active) {
            CONTROL.delete(job, &pod.meta, context);
            status.failed += i32::from(end.kind == "Failed");
            counted.push(pod);
        }
        finish(job, end, &mut status, now, context);
    } else {
        wait = manage(job, memory, &mut tally, &mut status, now, context);
    }
    status.active = i32::try_from(tally.active.len()).unwrap_or(i32::MAX);
    status.ready = tally.ready;
    status.terminating = context.settings.since(1, 29).then_some(tally.terminating);
    if job.spec.indexed {
        status.completed_indexes = indexes::format(&tally.succeeded_indexes);
        status.failed_indexes = job
            .spec
            .backoff_limit_per_index
            .map(|_| indexes::format(&tally.failed_indexes));
    }
    let start = status.start_time;
    context
        .store
        .modify::<Job>(&job.meta.key(), |stored| stored.status = status);
    counted.iter().for_each(|pod| release(&pod.meta.key(), context));
    let deadline = start
        .zip(job.spec.active_deadline_seconds)
        .filter(|_| end.is_none() && !job.spec.suspend);
    let deadline = deadline.map(|(start, seconds)| {
        let at = start.plus(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)));
        context.store.epoch().instant(at).since(context.now)
    });
    wait.into_iter().chain(deadline).min()
}

/// Whether the Job has ended, and how.
fn end(
    job: &Job,
    tally: &Tally,
    status: &JobStatus,
    failed: i32,
    succeeded: i32,
    context: &Context<'_>,
) -> Option<End> {
    let spec = &job.spec;
    let fatal = tally.failed.iter().find_map(|(_, verdict)| match verdict {
        Verdict::FailJob(message) => Some(message.clone()),
        _ => None,
    });
    if let Some(message) = fatal {
        return End::failed("PodFailurePolicy", message);
    }
    if failed > spec.backoff_limit || tally.has_restarted_too_often(job) {
        return End::failed("BackoffLimitExceeded", "Job has reached the specified backoff limit");
    }
    let lasted = status.start_time.map(|start| context.store.timestamp().0 - start.0);
    if let (Some(lasted), Some(limit)) = (lasted, spec.active_deadline_seconds)
        && lasted >= limit
        && !spec.suspend
    {
        return End::failed("DeadlineExceeded", "Job was active longer than specified deadline");
    }
    if let Some(message) = policy::fulfilled(job, &tally.succeeded_indexes).filter(|_| spec.indexed) {
        return Some(End {
            kind: "Complete",
            reason: "SuccessPolicy",
            message,
        });
    }
    let failed_indexes = i32::try_from(tally.failed_indexes.len()).unwrap_or(i32::MAX);
    if spec.max_failed_indexes.is_some_and(|limit| failed_indexes > limit) {
        return End::failed(
            "MaxFailedIndexesExceeded",
            "Job has exceeded the specified maximal number of failed indexes",
        );
    }
    let none_left = tally.active.is_empty();
    if spec
        .completions
        .is_some_and(|wanted| succeeded + failed_indexes >= wanted)
        && failed_indexes > 0
        && none_left
    {
        return End::failed("FailedIndexes", "Job has failed indexes");
    }
    let is_complete = match spec.completions {
        Some(wanted) => succeeded >= wanted && none_left,
        None => succeeded > 0 && none_left,
    };
    is_complete.then(|| End {
        kind: "Complete",
        reason: "CompletionsReached",
        message: "Reached expected number of succeeded pods".to_owned(),
    })
}

/// Writes the conditions of the end and the event about it.
fn finish(job: &Job, end: &End, status: &mut JobStatus, now: Timestamp, context: &mut Context<'_>) {
    let is_complete = end.kind == "Complete";
    // Since 1.31 a condition says what the Job is heading for before it is there.
    let is_new = context.settings.since(1, 31);
    let named = is_new || !is_complete;
    let (reason, message) = if named {
        (end.reason, end.message.as_str())
    } else {
        ("", "")
    };
    let mut kinds = vec![end.kind];
    if is_new {
        kinds.insert(
            0,
            if is_complete {
                "SuccessCriteriaMet"
            } else {
                "FailureTarget"
            },
        );
    }
    for kind in kinds {
        let mut condition = Condition::new(kind, true, reason, message, now);
        condition.last_update = Some(now);
        Condition::set(&mut status.conditions, condition);
    }
    let report = if is_complete {
        status.completion_time = Some(now);
        Report::normal(COMPONENT, "Completed", "Job completed")
    } else {
        Report::warning(COMPONENT, end.reason, end.message.clone())
    };
    CONTROL.report(job, report, context);
}

/// Makes or deletes pods; returns how long new ones still wait.
fn manage(
    job: &Job,
    memory: &mut Memory,
    tally: &mut Tally,
    status: &mut JobStatus,
    now: Timestamp,
    context: &mut Context<'_>,
) -> Option<Duration> {
    note_suspension(job, status, now, context);
    let spec = &job.spec;
    let wanted = if spec.suspend {
        0
    } else {
        match spec.completions {
            Some(completions) => {
                let failed = i32::try_from(tally.failed_indexes.len()).unwrap_or(0);
                spec.parallelism.min(completions - status.succeeded - failed)
            }
            None if status.succeeded > 0 => i32::try_from(tally.active.len()).unwrap_or(0).min(spec.parallelism),
            None => spec.parallelism,
        }
    };
    let wanted = usize::try_from(wanted).unwrap_or(0);
    if tally.active.len() > wanted {
        // Those that have come least far go first.
        let progress = |pod: &Pod| (pod.is_ready(), pod.status.phase, pod.meta.creation);
        tally.active.sort_by(|a, b| {
            progress(b)
                .cmp(&progress(a))
                .then_with(|| a.meta.name.cmp(&b.meta.name))
        });
        let surplus = tally.active.split_off(wanted);
        for pod in surplus.iter().take(PODS_PER_SYNC) {
            // What the controller takes away is not counted as a failure.
            release(&pod.meta.key(), context);
            CONTROL.delete(job, &pod.meta, context);
        }
        return None;
    }
    let held = if spec.replace_only_failed { tally.terminating } else { 0 };
    let missing = (wanted - tally.active.len()).saturating_sub(usize::try_from(held).unwrap_or(0));
    if missing == 0 {
        return None;
    }
    if let Some(wait) = memory.back_off.remaining(context) {
        return Some(wait);
    }
    create(job, memory, tally, missing.min(PODS_PER_SYNC), context)
}

fn create(
    job: &Job,
    memory: &mut Memory,
    tally: &mut Tally,
    missing: usize,
    context: &mut Context<'_>,
) -> Option<Duration> {
    let taken: BTreeSet<i32> = tally.active.iter().filter_map(|pod| tally::index_of(pod)).collect();
    let completions = job.spec.completions.unwrap_or(0);
    let is_open = |index: &i32| {
        !taken.contains(index) && !tally.succeeded_indexes.contains(index) && !tally.failed_indexes.contains(index)
    };
    let open: Vec<i32> = match job.spec.indexed {
        true => (0..completions).filter(is_open).take(missing).collect(),
        false => Vec::new(),
    };
    for position in 0..missing {
        let index = open.get(position).copied();
        if job.spec.indexed && index.is_none() {
            break;
        }
        let failures = index.map(|index| failures_at(index, tally));
        let pod = new_pod(job, index.zip(failures));
        match CONTROL.create(job, pod, &mut memory.admitted, context) {
            Ok(pod) => tally.active.push(pod),
            // It is tried again with the next failure's wait.
            Err(_) => return Some(BACK_OFF_INITIAL),
        }
    }
    None
}

/// How often the pods of an index have failed.
fn failures_at(index: i32, tally: &Tally) -> i32 {
    let failed = tally
        .failed
        .iter()
        .filter(|(pod, _)| tally::index_of(pod) == Some(index));
    let counts = failed.map(|(pod, verdict)| tally::failures_of(pod) + i32::from(*verdict != Verdict::Ignore));
    counts.max().unwrap_or(0)
}

/// A pod of a Job's template; with an index and how often it failed, if completions are told apart.
fn new_pod(job: &Job, index: Option<(i32, i32)>) -> Pod {
    let template = &job.spec.template;
    let mut pod = Pod {
        meta: ObjectMeta {
            generate_name: generate_name_prefix(&job.meta.name),
            namespace: job.meta.namespace.clone(),
            labels: template.labels.clone(),
            annotations: template.annotations.clone(),
            owners: vec![controller_reference(Job::KIND, &job.meta)],
            finalizers: vec![FINALIZER.into()],
            ..ObjectMeta::default()
        },
        spec: template.spec.clone(),
        ..Pod::default()
    };
    let Some((index, failures)) = index else { return pod };
    pod.meta.generate_name = generate_name_prefix(&format_smolstr!("{}-{index}", job.meta.name));
    pod.meta.annotate(INDEX_ANNOTATION, index.to_smolstr());
    Arc::make_mut(&mut pod.meta.labels).insert(INDEX_ANNOTATION.into(), index.to_smolstr());
    if job.spec.backoff_limit_per_index.is_some() {
        pod.meta.annotate(INDEX_FAILURES, failures.to_smolstr());
    }
    let mut tree = template.spec.json.clone();
    tree["hostname"] = format!("{}-{index}", job.meta.name).into();
    let path = format!("metadata.annotations['{INDEX_ANNOTATION}']");
    for list in ["initContainers", "containers"] {
        for container in tree
            .get_mut(list)
            .and_then(|list| list.as_array_mut())
            .into_iter()
            .flatten()
        {
            let variable = json!({ "name": "JOB_COMPLETION_INDEX",
                "valueFrom": { "fieldRef": { "apiVersion": "v1", "fieldPath": path } } });
            if let Some(container) = container.as_object_mut() {
                let env = container.entry("env").or_insert_with(|| json!([]));
                env.as_array_mut()
                    .into_iter()
                    .for_each(|env| env.push(variable.clone()));
            }
        }
    }
    pod.spec = Arc::new(PodSpec::from_json(tree));
    pod
}

/// Says when a Job is suspended or resumed.
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
    status.start_time = (!job.spec.suspend).then_some(now);
    CONTROL.report(job, Report::normal(COMPONENT, event, message), context);
}
