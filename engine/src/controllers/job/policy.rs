//! `podFailurePolicy` and `successPolicy`: what a failed pod means, and when enough has succeeded.
//!
//! Source: `pod_failure_policy.go`, `success_policy.go`; documentation "Jobs: Pod failure policy" and "Success policy".

use std::collections::BTreeSet;

use serde_json::Value;

use super::indexes;
use crate::api::{Condition, Job, Pod, json as read};

/// What a failed pod means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It counts towards the limit.
    Count,
    /// It does not count.
    Ignore,
    /// Its index fails for good.
    FailIndex,
    /// The Job fails, for this reason.
    FailJob(String),
}

impl Verdict {
    /// Whether the failure counts towards the limit.
    pub fn counts(&self) -> bool {
        *self != Verdict::Ignore
    }
}

/// What the Job's rules say of a failed pod: the first that matches decides.
pub fn judge(job: &Job, pod: &Pod) -> Verdict {
    for (position, rule) in job.spec.failure_rules.iter().enumerate() {
        let Some(cause) = cause(rule, pod) else { continue };
        return match read::text(rule, "action").as_str() {
            "Ignore" => Verdict::Ignore,
            "FailIndex" => Verdict::FailIndex,
            "FailJob" => Verdict::FailJob(format!("{cause} matching FailJob rule at index {position}")),
            _ => Verdict::Count,
        };
    }
    Verdict::Count
}

/// Why a rule matches a pod, if it does.
fn cause(rule: &Value, pod: &Pod) -> Option<String> {
    let (namespace, name) = (&pod.meta.namespace, &pod.meta.name);
    if let Some(codes) = rule.get("onExitCodes") {
        let values: Vec<i64> = read::list(codes, "values").iter().filter_map(Value::as_i64).collect();
        let (only, is_in) = (
            read::text(codes, "containerName"),
            read::text(codes, "operator") == "In",
        );
        for container in pod.status.containers.iter().chain(&pod.status.init_containers) {
            let Some(ended) = &container.state.terminated else {
                continue;
            };
            let code = ended.exit_code;
            let named = only.is_empty() || only == container.name;
            if named && code != 0 && values.contains(&code.into()) == is_in {
                return Some(format!(
                    "Container {} for pod {namespace}/{name} failed with exit code {code}",
                    container.name
                ));
            }
        }
        return None;
    }
    let has = |pattern: &Value| {
        let condition = Condition::find(&pod.status.conditions, &read::text(pattern, "type"))?;
        (condition.status == read::text(pattern, "status")).then(|| condition.kind.clone())
    };
    let kind = read::list(rule, "onPodConditions").iter().find_map(has)?;
    Some(format!("Pod {namespace}/{name} has condition {kind}"))
}

/// Which rule of the success policy is fulfilled, if one is.
pub fn fulfilled(job: &Job, succeeded: &BTreeSet<i32>) -> Option<String> {
    let holds = |rule: &Value| {
        let named = read::text(rule, "succeededIndexes");
        let candidates = if named.is_empty() {
            succeeded.clone()
        } else {
            indexes::parse(&named)
        };
        let done = candidates.intersection(succeeded).count();
        let wanted = read::int(rule, "succeededCount").and_then(|count| usize::try_from(count).ok());
        done > 0 && done >= wanted.unwrap_or(candidates.len())
    };
    let position = job.spec.success_rules.iter().position(holds)?;
    Some(format!("Matched rules at index {position}"))
}
