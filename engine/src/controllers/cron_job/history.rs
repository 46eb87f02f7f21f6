//! Deleting Jobs that have ended when there are more than a CronJob keeps.
//!
//! Source: `cronjob_controllerv2.go` (`cleanupFinishedJobs`, `removeOldestJobs`); documentation "CronJob: Jobs history limits".

use std::sync::Arc;

use super::controller::{COMPONENT, CONTROL};
use crate::api::{CronJob, CronJobStatus, Job, Kind};
use crate::component::Context;
use crate::events::Report;
use crate::store::DeleteOptions;

/// Deletes the oldest of those that succeeded and of those that failed.
pub fn trim(cron_job: &CronJob, jobs: &[Arc<Job>], status: &mut CronJobStatus, context: &mut Context<'_>) {
    let kinds = [
        ("Complete", cron_job.spec.successful_jobs_history_limit),
        ("Failed", cron_job.spec.failed_jobs_history_limit),
    ];
    for (kind, limit) in kinds {
        let Some(limit) = limit.and_then(|limit| usize::try_from(limit).ok()) else {
            continue;
        };
        let ended = |job: &&Arc<Job>| job.finished().is_some_and(|condition| condition.kind == kind);
        let mut ended: Vec<&Arc<Job>> = jobs.iter().filter(ended).collect();
        // One that never started counts as the newest.
        ended.sort_by_key(|job| {
            let start = job.status.start_time;
            (start.is_none(), start, job.meta.name.clone())
        });
        for job in ended.iter().take(ended.len().saturating_sub(limit)) {
            delete(cron_job, job, status, context);
        }
    }
}

/// Deletes one Job, with its pods, and says so.
pub fn delete(cron_job: &CronJob, job: &Job, status: &mut CronJobStatus, context: &mut Context<'_>) {
    let report = match (context.store).delete(Kind::JOB, &job.meta.key(), DeleteOptions::default()) {
        Ok(_) => {
            status.active.retain(|active| active.uid != job.meta.uid);
            Report::normal(COMPONENT, "SuccessfulDelete", format!("Deleted job {}", job.meta.name))
        }
        Err(error) => Report::warning(COMPONENT, "FailedDelete", format!("Deleted job: {error}")),
    };
    CONTROL.report(cron_job, report, context);
}
