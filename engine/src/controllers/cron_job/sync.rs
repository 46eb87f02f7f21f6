//! One reconcile: note which Jobs have ended, trim the history, and start what is due.
//!
//! Source: `cronjob_controllerv2.go` (`syncCronJob`); documentation "CronJob".

use std::sync::Arc;

use serde_json::{Value, json};
use smol_str::{SmolStr, format_smolstr};

use super::controller::{COMPONENT, CONTROL};
use super::due::Timetable;
use super::history;
use crate::api::{
    ConcurrencyPolicy, CronJob, CronJobStatus, CronSchedule, Job, JobReference, Kind, ObjectKey, ObjectMeta, TimeZone,
    Timestamp, json as read,
};
use crate::apiserver::{ApiError, Reason, Request};
use crate::component::Context;
use crate::controllers::controller_reference;
use crate::events::Report;

/// Says for which start a Job was made.
const SCHEDULED_ANNOTATION: &str = "batch.kubernetes.io/cronjob-scheduled-timestamp";

/// When to look at a CronJob again though nothing happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// Not at all.
    Never,
    /// At its next start.
    At(Timestamp),
    /// Soon: something was refused.
    AfterFailure,
}

/// One reconcile.
pub fn sync(cron_job: &CronJob, context: &mut Context<'_>) -> Again {
    let mut status = cron_job.status.clone();
    let jobs: Vec<Arc<Job>> = (context.store.objects().owned::<Job>(cron_job.meta.uid))
        .filter(|job| (job.meta.controller()).is_some_and(|owner| owner.uid == cron_job.meta.uid))
        .cloned()
        .collect();
    history::trim(cron_job, &jobs, &mut status, context);
    note_jobs(cron_job, &jobs, &mut status, context);
    let again = start_due(cron_job, &mut status, context);
    context
        .store
        .modify::<CronJob>(&cron_job.meta.key(), |stored| stored.status = status);
    again
}

/// The next start of a CronJob, if its schedule can be read.
pub fn next(cron_job: &CronJob, now: Timestamp) -> Option<Timestamp> {
    timetable(cron_job).ok()?.next(cron_job, now)
}

/// Notes which Jobs have ended or gone.
fn note_jobs(cron_job: &CronJob, jobs: &[Arc<Job>], status: &mut CronJobStatus, context: &mut Context<'_>) {
    for job in jobs {
        let name = &job.meta.name;
        let is_active = status.active.iter().any(|active| active.uid == job.meta.uid);
        match job.finished() {
            None if !is_active => {
                let message = format!("Saw a job that the controller did not create or forgot: {name}");
                CONTROL.report(cron_job, Report::warning(COMPONENT, "UnexpectedJob", message), context);
            }
            None => {}
            Some(condition) => {
                if is_active {
                    status.active.retain(|active| active.uid != job.meta.uid);
                    let word = if context.settings.since(1, 31) {
                        "condition"
                    } else {
                        "status"
                    };
                    let message = format!("Saw completed job: {name}, {word}: {}", condition.kind);
                    CONTROL.report(cron_job, Report::normal(COMPONENT, "SawCompletedJob", message), context);
                }
                if condition.kind == "Complete" {
                    status.last_successful_time = status.last_successful_time.max(job.status.completion_time);
                }
            }
        }
    }
    let is_gone = |active: &JobReference| {
        let key = ObjectKey::new(active.namespace.clone(), active.name.clone());
        context.store.get::<Job>(&key).is_none()
    };
    let (gone, active) = std::mem::take(&mut status.active).into_iter().partition(is_gone);
    status.active = active;
    let gone: Vec<JobReference> = gone;
    for job in gone {
        let message = format!("Active job went missing: {}", job.name);
        CONTROL.report(cron_job, Report::normal(COMPONENT, "MissingJob", message), context);
    }
}

/// Why a schedule cannot be followed.
struct Unreadable {
    reason: &'static str,
    message: String,
}

/// The zone before a schedule, which is neither supported nor, in what is there already, refused.
fn split_zone(schedule: &str) -> (Option<&str>, &str) {
    let marked = schedule
        .strip_prefix("CRON_TZ=")
        .or_else(|| schedule.strip_prefix("TZ="));
    match marked.and_then(|rest| rest.split_once(' ')) {
        Some((zone, fields)) => (Some(zone), fields.trim()),
        None => (None, schedule),
    }
}

fn timetable(cron_job: &CronJob) -> Result<Timetable, Unreadable> {
    let spec = &cron_job.spec;
    let (zone_in_schedule, schedule) = split_zone(&spec.schedule);
    let name = spec.time_zone.as_deref().or(zone_in_schedule).unwrap_or_default();
    let zone = TimeZone::named(name).ok_or_else(|| Unreadable {
        reason: "UnknownTimeZone",
        message: format!("invalid timeZone: \"{name}\": unknown time zone {name}"),
    })?;
    let schedule = CronSchedule::parse(schedule).map_err(|error| Unreadable {
        reason: "UnparseableSchedule",
        message: format!("unparseable schedule: \"{}\" : {error}", spec.schedule),
    })?;
    Ok(Timetable { schedule, zone })
}

/// Starts the Job that is due, if one is and nothing speaks against it.
fn start_due(cron_job: &CronJob, status: &mut CronJobStatus, context: &mut Context<'_>) -> Again {
    let spec = &cron_job.spec;
    if cron_job.meta.is_deleted() {
        return Again::Never;
    }
    let warn = |reason, message: String, context: &mut Context<'_>| {
        CONTROL.report(cron_job, Report::warning(COMPONENT, reason, message), context);
    };
    let table = match timetable(cron_job) {
        // Nobody asks for the schedule of one that is suspended, but for its zone.
        Err(unreadable) if !spec.suspend || unreadable.reason == "UnknownTimeZone" => {
            warn(unreadable.reason, unreadable.message, context);
            return Again::Never;
        }
        Err(_) => return Again::Never,
        Ok(_) if spec.suspend => return Again::Never,
        Ok(table) => table,
    };
    if spec.schedule.contains("TZ") {
        let message = format!(
            "CRON_TZ or TZ used in schedule {:?} is not officially supported, see \
             https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details",
            spec.schedule
        );
        warn("UnsupportedSchedule", message, context);
    }
    let now = context.store.timestamp();
    let due = match table.due(cron_job, now) {
        Ok(due) => due,
        Err(error) => {
            let message = format!("invalid schedule: {} : {error}", spec.schedule);
            warn("InvalidSchedule", message, context);
            return Again::Never;
        }
    };
    let again = table.next(cron_job, now).map_or(Again::Never, Again::At);
    let Some(at) = due.at else { return again };
    if due.too_many_missed {
        let message = "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew";
        warn("TooManyMissedTimes", message.to_owned(), context);
    }
    let deadline = spec.starting_deadline_seconds;
    if deadline.is_some_and(|seconds| at.secs().saturating_add(seconds) < now.secs()) {
        let message = format!("Missed scheduled time to start a job: {}", rfc1123(at));
        warn("MissSchedule", message, context);
        return again;
    }
    let name = job_name(cron_job, at);
    if status.active.iter().any(|job| job.name == name) || status.last_schedule_time == Some(at) {
        return again;
    }
    match spec.concurrency_policy {
        ConcurrencyPolicy::Forbid if !status.active.is_empty() => {
            let message = "Not starting job because prior execution is running and concurrency policy is Forbid";
            CONTROL.report(
                cron_job,
                Report::normal(COMPONENT, "JobAlreadyActive", message),
                context,
            );
            return again;
        }
        ConcurrencyPolicy::Replace => {
            for active in status.active.clone() {
                let key = ObjectKey::new(active.namespace, active.name);
                if let Some(job) = context.store.get::<Job>(&key).cloned() {
                    history::delete(cron_job, &job, status, context);
                }
            }
        }
        ConcurrencyPolicy::Allow | ConcurrencyPolicy::Forbid => {}
    }
    if !start(cron_job, name, at, &table.zone, status, context) {
        return Again::AfterFailure;
    }
    // The start that has just been made is behind it.
    let next = table.schedule.next(at.max(now), &table.zone);
    next.map_or(Again::Never, Again::At)
}

/// Creates the Job of a start and notes it; false if that was refused.
fn start(
    cron_job: &CronJob,
    name: SmolStr,
    at: Timestamp,
    zone: &TimeZone,
    status: &mut CronJobStatus,
    context: &mut Context<'_>,
) -> bool {
    let key = ObjectKey::new(cron_job.meta.namespace.clone(), name);
    let mut request = Request {
        context,
        dry_run: false,
        manager: Default::default(),
        warnings: Vec::new(),
    };
    let created = request.create(Kind::JOB, job_of(cron_job, &key, at, zone));
    let refused = |error: &ApiError| error.reason != Reason::AlreadyExists;
    match &created {
        Err(error) if is_namespace_terminating(error) => return true,
        Err(error) if refused(error) => {
            let message = format!("Error creating job: {}", error.message);
            CONTROL.report(cron_job, Report::warning(COMPONENT, "FailedCreate", message), context);
            return false;
        }
        Err(_) => {}
        Ok(_) => {
            let message = format!("Created job {}", key.name);
            CONTROL.report(
                cron_job,
                Report::normal(COMPONENT, "SuccessfulCreate", message),
                context,
            );
        }
    }
    // One that was there already is taken for its own only if it is.
    let job = context.store.get::<Job>(&key).filter(|job| {
        let owner = job.meta.controller();
        owner.is_some_and(|owner| owner.uid == cron_job.meta.uid)
            && !status.active.iter().any(|active| active.uid == job.meta.uid)
    });
    if let Some(job) = job {
        status.active.push(JobReference {
            name: job.meta.name.clone(),
            namespace: job.meta.namespace.clone(),
            uid: job.meta.uid,
            resource_version: job.meta.resource_version,
        });
        status.last_schedule_time = Some(at);
    }
    true
}

/// The name of the Job of a start: the same start never makes two.
fn job_name(cron_job: &CronJob, at: Timestamp) -> SmolStr {
    format_smolstr!("{}-{}", cron_job.meta.name, at.secs().div_euclid(60))
}

/// The Job that a template makes for a start.
fn job_of(cron_job: &CronJob, key: &ObjectKey, at: Timestamp, zone: &TimeZone) -> Value {
    let template = cron_job.spec.json.get("jobTemplate").cloned().unwrap_or_default();
    let written = template.get("metadata").unwrap_or(&Value::Null);
    let mut meta = ObjectMeta {
        labels: read::labels(written, "labels"),
        annotations: read::labels(written, "annotations"),
        owners: vec![controller_reference(Kind::CRON_JOB, &cron_job.meta)].into(),
        ..ObjectMeta::named(key.namespace.clone(), key.name.clone())
    };
    meta.annotate(SCHEDULED_ANNOTATION, zone.format(at));
    json!({
        "apiVersion": Kind::JOB.info().api_version(), "kind": Kind::JOB.name(), "metadata": meta.to_json(),
        "spec": template.get("spec").cloned().unwrap_or_default(),
    })
}

/// Whether nothing can be created because the namespace is going: then nothing is said.
fn is_namespace_terminating(error: &ApiError) -> bool {
    error.reason == Reason::Forbidden && error.causes.iter().any(|cause| cause.field == "metadata.namespace")
}

/// A time as `time.RFC1123Z` writes it.
fn rfc1123(at: Timestamp) -> String {
    let clock = TimeZone::utc().clock(at);
    clock.map_or_else(
        || at.to_string(),
        |clock| clock.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string(),
    )
}
