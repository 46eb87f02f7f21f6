//! A Job as stored.
//!
//! The spec's JSON is kept whole beside the fields that have behaviour, as a pod's is: nothing is written back from the typed side.

use std::sync::Arc;

use serde_json::{Value, json};
use smol_str::SmolStr;

use super::json::{self as read, ObjectBuilder};
use super::{Condition, Kind, ObjectMeta, PodTemplate, Resource, Timestamp};

/// What a Job is meant to do.
#[derive(Debug, Clone, PartialEq)]
pub struct JobSpec {
    /// The whole spec as admitted, without the template.
    pub json: Value,
    /// What its pods are made of.
    pub template: PodTemplate,
    /// How many pods run at once at most.
    pub parallelism: i32,
    /// How many pods must succeed; none: one success ends the Job.
    pub completions: Option<i32>,
    /// `completionMode: Indexed`: each completion has an index.
    pub indexed: bool,
    /// How many failures are forgiven.
    pub backoff_limit: i32,
    /// How many failures of one index are forgiven.
    pub backoff_limit_per_index: Option<i32>,
    /// How many indexes may fail.
    pub max_failed_indexes: Option<i32>,
    /// How long the Job may take, in seconds.
    pub active_deadline_seconds: Option<i64>,
    /// How long the Job is kept when it has ended, in seconds.
    pub ttl_seconds_after_finished: Option<i64>,
    /// Whether the Job runs no pods for now.
    pub suspend: bool,
    /// A pod is replaced only when it has ended, not when it begins to.
    pub replace_only_failed: bool,
    /// Rules about failed pods, as written (`podFailurePolicy.rules`).
    pub failure_rules: Vec<Value>,
    /// Rules about success, as written (`successPolicy.rules`).
    pub success_rules: Vec<Value>,
}

/// How a Job does.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct JobStatus {
    /// The controller has looked at it.
    pub is_tracked: bool,
    /// Pods that run or are about to.
    pub active: i32,
    /// Pods that are ready.
    pub ready: i32,
    /// Pods that are being deleted and have not ended; not counted before 1.29.
    pub terminating: Option<i32>,
    /// Pods that succeeded.
    pub succeeded: i32,
    /// Pods that failed.
    pub failed: i32,
    /// Since when it is worked on.
    pub start_time: Option<Timestamp>,
    /// When it succeeded.
    pub completion_time: Option<Timestamp>,
    /// The indexes that succeeded, such as `0-2,5`.
    pub completed_indexes: SmolStr,
    /// The indexes that failed for good; none if they are not limited one by one.
    pub failed_indexes: Option<SmolStr>,
    /// `Complete`, `Failed`, `Suspended` and what leads there.
    pub conditions: Vec<Condition>,
}

/// A Job.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// Metadata.
    pub meta: ObjectMeta,
    /// What it is meant to do.
    pub spec: Arc<JobSpec>,
    /// How it does.
    pub status: JobStatus,
}

impl Job {
    /// The condition that says that the Job has ended, if it has.
    pub fn finished(&self) -> Option<&Condition> {
        let mut conditions = self.status.conditions.iter();
        conditions.find(|condition| (condition.kind == "Complete" || condition.kind == "Failed") && condition.is_true())
    }
}

impl JobSpec {
    /// Whether a pod is replaced only when it has ended: so it is asked for, or there are rules about how it ended.
    pub fn replaces_only_ended(&self) -> bool {
        self.replace_only_failed || self.json.get("podFailurePolicy").is_some()
    }
}

fn status_from_json(status: &Value) -> JobStatus {
    let number = |key| read::int32(status, key).unwrap_or_default();
    JobStatus {
        is_tracked: status.get("uncountedTerminatedPods").is_some(),
        active: number("active"),
        ready: number("ready"),
        terminating: read::int32(status, "terminating"),
        succeeded: number("succeeded"),
        failed: number("failed"),
        start_time: read::time(status, "startTime"),
        completion_time: read::time(status, "completionTime"),
        completed_indexes: read::text(status, "completedIndexes"),
        failed_indexes: status.get("failedIndexes").map(|_| read::text(status, "failedIndexes")),
        conditions: (read::list(status, "conditions").iter())
            .map(|condition| Condition::from_json(condition, "lastProbeTime"))
            .collect(),
    }
}

impl Resource for Job {
    const KIND: Kind = Kind::JOB;

    fn meta(&self) -> &ObjectMeta {
        &self.meta
    }

    fn meta_mut(&mut self) -> &mut ObjectMeta {
        &mut self.meta
    }

    fn from_json(mut value: Value) -> Self {
        let (mut spec, status) = (read::take(&mut value, "spec"), read::take(&mut value, "status"));
        let rules = |policy: &str| read::list(spec.get(policy).unwrap_or(&Value::Null), "rules").to_vec();
        let per_index = read::int32(&spec, "backoffLimitPerIndex");
        // With a limit per index, the Job's own counts for nothing unless it is given.
        let backoff_limit =
            read::int32(&spec, "backoffLimit").unwrap_or(if per_index.is_some() { i32::MAX } else { 6 });
        Job {
            meta: ObjectMeta::from_json(&read::take(&mut value, "metadata")),
            status: status_from_json(&status),
            spec: Arc::new(JobSpec {
                failure_rules: rules("podFailurePolicy"),
                success_rules: rules("successPolicy"),
                template: PodTemplate::from_json(read::take(&mut spec, "template")),
                parallelism: read::int32(&spec, "parallelism").unwrap_or(1),
                completions: read::int32(&spec, "completions"),
                indexed: read::text(&spec, "completionMode") == "Indexed",
                backoff_limit,
                backoff_limit_per_index: per_index,
                max_failed_indexes: read::int32(&spec, "maxFailedIndexes"),
                active_deadline_seconds: read::int(&spec, "activeDeadlineSeconds"),
                ttl_seconds_after_finished: read::int(&spec, "ttlSecondsAfterFinished"),
                suspend: read::flag(&spec, "suspend"),
                replace_only_failed: read::text(&spec, "podReplacementPolicy") == "Failed",
                json: spec,
            }),
        }
    }

    fn to_json(&self) -> Value {
        let mut spec = ObjectBuilder::from(self.spec.json.clone());
        spec.put("template", self.spec.template.to_json());
        let (mut object, status) = (ObjectBuilder::default(), &self.status);
        let conditions = status.conditions.iter();
        object.list(
            "conditions",
            conditions.map(|condition| condition.to_json("lastProbeTime")),
        );
        object.option("startTime", status.start_time);
        object.option("completionTime", status.completion_time);
        object.number("active", status.active.into());
        object.number("succeeded", status.succeeded.into());
        object.number("failed", status.failed.into());
        object.text("completedIndexes", &status.completed_indexes);
        object.option(
            "failedIndexes",
            status.failed_indexes.as_ref().map(|indexes| indexes.as_str()),
        );
        if status.is_tracked {
            object.put("uncountedTerminatedPods", json!({}));
            object.put("ready", status.ready);
            object.option("terminating", status.terminating);
        }
        super::resource::external(
            Kind::JOB,
            &self.meta,
            [("spec", spec.build()), ("status", object.build())],
        )
    }
}
