//! Defaults of the workload kinds (`pkg/apis/apps/v1/defaults.go`, `pkg/apis/batch/v1/defaults.go`).

use super::edit::{Object, at, default, default_zero, each, ensure, field, text};
use super::pod::default_template;
use super::storage::default_claim;
use serde_json::{Value, json};

/// Old ReplicaSets and ControllerRevisions kept for rollback.
const REVISION_HISTORY_LIMIT: i32 = 10;

pub(super) fn default_deployment(deployment: &mut Object) {
    let Some(spec) = field(deployment, "spec") else { return };
    default(spec, "replicas", 1);
    default(spec, "revisionHistoryLimit", REVISION_HISTORY_LIMIT);
    default(spec, "progressDeadlineSeconds", 600);
    if let Some(strategy) = ensure(spec, "strategy") {
        default_zero(strategy, "type", "RollingUpdate");
        if text(strategy, "type") == "RollingUpdate"
            && let Some(rolling) = ensure(strategy, "rollingUpdate")
        {
            default(rolling, "maxUnavailable", "25%");
            default(rolling, "maxSurge", "25%");
        }
    }
    default_template(spec);
}

pub(super) fn default_replica_set(replica_set: &mut Object) {
    let Some(spec) = field(replica_set, "spec") else { return };
    default(spec, "replicas", 1);
    default_template(spec);
}

pub(super) fn default_stateful_set(stateful_set: &mut Object) {
    let Some(spec) = field(stateful_set, "spec") else {
        return;
    };
    default(spec, "replicas", 1);
    default(spec, "revisionHistoryLimit", REVISION_HISTORY_LIMIT);
    default_zero(spec, "podManagementPolicy", "OrderedReady");
    if let Some(strategy) = ensure(spec, "updateStrategy") {
        if text(strategy, "type").is_empty() {
            default_zero(strategy, "type", "RollingUpdate");
            ensure(strategy, "rollingUpdate");
        }
        if text(strategy, "type") == "RollingUpdate"
            && let Some(rolling) = field(strategy, "rollingUpdate")
        {
            default(rolling, "partition", 0);
        }
    }
    if let Some(policy) = ensure(spec, "persistentVolumeClaimRetentionPolicy") {
        default_zero(policy, "whenDeleted", "Retain");
        default_zero(policy, "whenScaled", "Retain");
    }
    for claim in each(spec, "volumeClaimTemplates") {
        default_zero(claim, "apiVersion", "v1");
        default_zero(claim, "kind", "PersistentVolumeClaim");
        default_claim(claim);
    }
    default_template(spec);
}

pub(super) fn default_daemon_set(daemon_set: &mut Object) {
    let Some(spec) = field(daemon_set, "spec") else { return };
    default(spec, "revisionHistoryLimit", REVISION_HISTORY_LIMIT);
    if let Some(strategy) = ensure(spec, "updateStrategy") {
        default_zero(strategy, "type", "RollingUpdate");
        if text(strategy, "type") == "RollingUpdate"
            && let Some(rolling) = ensure(strategy, "rollingUpdate")
        {
            default(rolling, "maxUnavailable", 1);
            default(rolling, "maxSurge", 0);
        }
    }
    default_template(spec);
}

pub(super) fn default_replication_controller(controller: &mut Object) {
    let labels = at(controller, &["spec", "template", "metadata", "labels"]).cloned();
    if let Some(labels) = labels {
        if let Some(spec) = field(controller, "spec") {
            default(spec, "selector", labels.clone());
        }
        if let Some(metadata) = field(controller, "metadata") {
            default(metadata, "labels", labels);
        }
    }
    let Some(spec) = field(controller, "spec") else { return };
    default(spec, "replicas", 1);
    default_template(spec);
}

pub(super) fn default_job(job: &mut Object) {
    // A new job's labels follow its template's once those name the job (`prepare_for_create`).
    if at(job, &["spec"]).is_some_and(|spec| spec.contains_key("selector")) {
        default_job_labels(job);
    }
    let Some(spec) = field(job, "spec") else { return };
    if !spec.contains_key("completions") && !spec.contains_key("parallelism") {
        spec.insert("completions".to_owned(), json!(1));
    }
    default(spec, "parallelism", 1);
    // With a limit for each index, the job as a whole has none to speak of.
    let limit = if spec.contains_key("backoffLimitPerIndex") {
        i32::MAX
    } else {
        6
    };
    default(spec, "backoffLimit", limit);
    default(spec, "completionMode", "NonIndexed");
    default(spec, "suspend", false);
    let replacement = if spec.contains_key("podFailurePolicy") {
        "Failed"
    } else {
        "TerminatingOrFailed"
    };
    default(spec, "podReplacementPolicy", replacement);
    if let Some(policy) = field(spec, "podFailurePolicy") {
        for rule in each(policy, "rules") {
            for condition in each(rule, "onPodConditions") {
                default_zero(condition, "status", "True");
            }
        }
    }
    default_template(spec);
}

/// A job without labels takes its template's.
pub(super) fn default_job_labels(job: &mut Object) {
    let labels = at(job, &["spec", "template", "metadata", "labels"]).cloned();
    if let (Some(labels), Some(metadata)) = (labels, field(job, "metadata")) {
        default(metadata, "labels", labels);
    }
}

pub(super) fn default_cron_job(cron_job: &mut Object) {
    let Some(spec) = field(cron_job, "spec") else { return };
    default_zero(spec, "concurrencyPolicy", "Allow");
    default(spec, "suspend", false);
    default(spec, "successfulJobsHistoryLimit", 3);
    default(spec, "failedJobsHistoryLimit", 1);
    // The job's own defaults are set when a job is made of the template.
    if let Some(job_spec) = at(spec, &["jobTemplate", "spec"]) {
        default_template(job_spec);
    }
}

pub(super) fn default_pod_template(template: &mut Object) {
    default_template(template);
}

/// A priority class lets its pods preempt unless it says otherwise.
pub(super) fn default_priority_class(class: &mut Object) {
    default(class, "preemptionPolicy", Value::from("PreemptLowerPriority"));
}
