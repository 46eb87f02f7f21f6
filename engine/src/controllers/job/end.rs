//! Whether a Job has ended, and how it is said.
//!
//! Since 1.31 a Job first says what it is heading for (`FailureTarget`, `SuccessCriteriaMet`) and is `Failed` or `Complete` only
//! when its last pod is gone. Source: `job_controller.go` (`syncJob`, `enactJobFinished`); documentation "Jobs: Job termination
//! and cleanup" and "Terminal Job conditions".

use super::controller::{COMPONENT, CONTROL};
use super::policy::{self, Verdict};
use super::tally::Tally;
use crate::api::{Condition, Job, JobStatus, Timestamp};
use crate::component::Context;
use crate::events::Report;

/// How a Job ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    /// It has succeeded.
    pub is_success: bool,
    /// One word why.
    pub reason: String,
    /// A sentence why.
    pub message: String,
}

impl End {
    fn failed(reason: &str, message: impl Into<String>) -> Option<Self> {
        Some(End {
            is_success: false,
            reason: reason.to_owned(),
            message: message.into(),
        })
    }

    /// What was decided at an earlier look.
    pub fn decided(status: &JobStatus) -> Option<Self> {
        let decided = |kind| Condition::find(&status.conditions, kind).filter(|condition| condition.is_true());
        let condition = decided("SuccessCriteriaMet").or_else(|| decided("FailureTarget"))?;
        Some(End {
            is_success: condition.kind == "SuccessCriteriaMet",
            reason: condition.reason.to_string(),
            message: condition.message.to_string(),
        })
    }

    /// Whether the Job ends though pods of it may be active; `failed` counts its failures so far.
    pub fn of(job: &Job, tally: &Tally, status: &JobStatus, failed: i32, now: Timestamp) -> Option<Self> {
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
        let lasted = status.start_time.map(|start| now.secs() - start.secs());
        if let (Some(lasted), Some(limit)) = (lasted, spec.active_deadline_seconds)
            && lasted >= limit
            && !spec.suspend
        {
            return End::failed("DeadlineExceeded", "Job was active longer than specified deadline");
        }
        let count = |indexes: usize| i32::try_from(indexes).unwrap_or(i32::MAX);
        let (failed, succeeded) = (count(tally.failed_indexes.len()), count(tally.succeeded_indexes.len()));
        if spec.max_failed_indexes.is_some_and(|limit| failed > limit) {
            return End::failed(
                "MaxFailedIndexesExceeded",
                "Job has exceeded the specified maximal number of failed indexes",
            );
        }
        if failed > 0 && spec.completions.is_some_and(|wanted| succeeded + failed >= wanted) {
            return End::failed("FailedIndexes", "Job has failed indexes");
        }
        let message = policy::fulfilled(job, &tally.succeeded_indexes).filter(|_| spec.indexed)?;
        Some(End {
            is_success: true,
            reason: "SuccessPolicy".to_owned(),
            message,
        })
    }

    /// That as many pods have succeeded as were asked for.
    pub fn reached() -> Self {
        End {
            is_success: true,
            reason: "CompletionsReached".to_owned(),
            message: "Reached expected number of succeeded pods".to_owned(),
        }
    }

    /// Writes the conditions of the end and the event about it, as far as it has come.
    pub fn write(&self, job: &Job, status: &mut JobStatus, terminating: i32, context: &mut Context<'_>) {
        let now = context.store.timestamp();
        let is_delayed = context.settings.since(1, 31);
        let (heading, terminal) = if self.is_success {
            ("SuccessCriteriaMet", "Complete")
        } else {
            ("FailureTarget", "Failed")
        };
        if is_delayed || self.reason == "PodFailurePolicy" {
            self.write_condition(heading, status, now);
        }
        if is_delayed && terminating > 0 {
            return;
        }
        if is_delayed || !self.is_success {
            self.write_condition(terminal, status, now);
        } else {
            let plain = End {
                reason: String::new(),
                message: String::new(),
                ..self.clone()
            };
            plain.write_condition(terminal, status, now);
        }
        if !self.is_success {
            let reason = failure_reason(&self.reason);
            let report = Report::warning(COMPONENT, reason, self.message.clone());
            return CONTROL.report(job, report, context);
        }
        status.completion_time = Some(now);
        if job.spec.completions.is_some_and(|wanted| status.succeeded > wanted) {
            let message = "Too many succeeded pods running after completion count reached";
            CONTROL.report(
                job,
                Report::warning(COMPONENT, "TooManySucceededPods", message),
                context,
            );
        }
        CONTROL.report(job, Report::normal(COMPONENT, "Completed", "Job completed"), context);
    }

    fn write_condition(&self, kind: &'static str, status: &mut JobStatus, now: Timestamp) {
        if Condition::find(&status.conditions, kind).is_some_and(Condition::is_true) {
            return;
        }
        let mut condition = Condition::new(kind, true, self.reason.as_str(), self.message.as_str(), now);
        condition.last_update = Some(now);
        Condition::set(&mut status.conditions, condition);
    }
}

/// The word of an event about a failure.
fn failure_reason(reason: &str) -> &'static str {
    const REASONS: [&str; 5] = [
        "PodFailurePolicy",
        "BackoffLimitExceeded",
        "DeadlineExceeded",
        "MaxFailedIndexesExceeded",
        "FailedIndexes",
    ];
    let known = REASONS.into_iter().find(|known| *known == reason);
    known.unwrap_or("Failed")
}
