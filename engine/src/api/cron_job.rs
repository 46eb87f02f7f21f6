//! A CronJob as stored.
//!
//! The spec's JSON is kept whole beside the fields that have behaviour: nothing is written back from the typed side.

use std::sync::Arc;

use serde_json::{Value, json};
use smol_str::SmolStr;

use super::json::{self as read, ObjectBuilder};
use super::{Kind, ObjectMeta, Resource, Timestamp, Uid};

/// What happens when a Job is due while an earlier one still runs.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum ConcurrencyPolicy {
    /// Both run.
    #[default]
    Allow,
    /// The new one is not started.
    Forbid,
    /// The old one is deleted.
    Replace,
}

/// What a CronJob starts, and when.
#[derive(Debug, Clone, PartialEq)]
pub struct CronJobSpec {
    /// The whole spec as admitted.
    pub json: Value,
    /// The schedule as written.
    pub schedule: SmolStr,
    /// The time zone of the schedule; none: that of kube-controller-manager, UTC.
    pub time_zone: Option<SmolStr>,
    /// What happens when Jobs would overlap.
    pub concurrency_policy: ConcurrencyPolicy,
    /// Whether nothing is started for now.
    pub suspend: bool,
    /// How late a Job may be started, in seconds.
    pub starting_deadline_seconds: Option<i64>,
    /// How many Jobs that succeeded are kept; none: all.
    pub successful_jobs_history_limit: Option<i32>,
    /// How many Jobs that failed are kept; none: all.
    pub failed_jobs_history_limit: Option<i32>,
}

/// A Job that was started and has not been seen to end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobReference {
    /// Its name.
    pub name: SmolStr,
    /// Its namespace.
    pub namespace: SmolStr,
    /// Its identity.
    pub uid: Uid,
    /// Its version when it was started.
    pub resource_version: u64,
}

/// What has been started.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct CronJobStatus {
    /// The Jobs that run.
    pub active: Vec<JobReference>,
    /// When a Job was due last that was started.
    pub last_schedule_time: Option<Timestamp>,
    /// When a Job completed last.
    pub last_successful_time: Option<Timestamp>,
}

/// A CronJob.
#[derive(Debug, Clone, PartialEq)]
pub struct CronJob {
    /// Metadata.
    pub meta: ObjectMeta,
    /// What it starts, and when.
    pub spec: Arc<CronJobSpec>,
    /// What it has started.
    pub status: CronJobStatus,
}

impl JobReference {
    fn from_json(value: &Value) -> Self {
        JobReference {
            name: read::text(value, "name"),
            namespace: read::text(value, "namespace"),
            uid: read::text(value, "uid").parse().unwrap_or_default(),
            resource_version: read::text(value, "resourceVersion").parse().unwrap_or_default(),
        }
    }

    fn to_json(&self) -> Value {
        json!({
            "apiVersion": Kind::JOB.info().api_version(), "kind": Kind::JOB.name(), "name": self.name.as_str(),
            "namespace": self.namespace.as_str(), "resourceVersion": self.resource_version.to_string(),
            "uid": self.uid.to_string(),
        })
    }
}

impl Resource for CronJob {
    const KIND: Kind = Kind::CRON_JOB;

    fn meta(&self) -> &ObjectMeta {
        &self.meta
    }

    fn meta_mut(&mut self) -> &mut ObjectMeta {
        &mut self.meta
    }

    fn from_json(mut value: Value) -> Self {
        let (spec, status) = (read::take(&mut value, "spec"), read::take(&mut value, "status"));
        CronJob {
            meta: ObjectMeta::from_json(&read::take(&mut value, "metadata")),
            status: CronJobStatus {
                active: (read::list(&status, "active").iter())
                    .map(JobReference::from_json)
                    .collect(),
                last_schedule_time: read::time(&status, "lastScheduleTime"),
                last_successful_time: read::time(&status, "lastSuccessfulTime"),
            },
            spec: Arc::new(CronJobSpec {
                schedule: read::text(&spec, "schedule"),
                time_zone: spec.get("timeZone").map(|_| read::text(&spec, "timeZone")),
                concurrency_policy: match read::text(&spec, "concurrencyPolicy").as_str() {
                    "Forbid" => ConcurrencyPolicy::Forbid,
                    "Replace" => ConcurrencyPolicy::Replace,
                    _ => ConcurrencyPolicy::Allow,
                },
                suspend: read::flag(&spec, "suspend"),
                starting_deadline_seconds: read::int(&spec, "startingDeadlineSeconds"),
                successful_jobs_history_limit: read::int32(&spec, "successfulJobsHistoryLimit"),
                failed_jobs_history_limit: read::int32(&spec, "failedJobsHistoryLimit"),
                json: spec,
            }),
        }
    }

    fn to_json(&self) -> Value {
        let (mut status, seen) = (ObjectBuilder::default(), &self.status);
        status.list("active", seen.active.iter().map(JobReference::to_json));
        status.option("lastScheduleTime", seen.last_schedule_time);
        status.option("lastSuccessfulTime", seen.last_successful_time);
        let parts = [("spec", self.spec.json.clone()), ("status", status.build())];
        super::resource::external(Kind::CRON_JOB, &self.meta, parts)
    }
}
