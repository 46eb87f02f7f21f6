//! What a Job's pods amount to: which have ended since the last look, which run.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::indexes;
use super::policy::{self, Verdict};
use crate::api::{Condition, Job, Pod, PodPhase, RestartPolicy, Timestamp};
use crate::component::Context;
use crate::settings::Settings;

/// Pods keep this until they have been counted.
pub const FINALIZER: &str = "batch.kubernetes.io/job-tracking";
/// A pod's completion index: an annotation, and since 1.28 a label.
pub const INDEX_ANNOTATION: &str = "batch.kubernetes.io/job-completion-index";

/// How often the predecessors of a pod at its index failed.
pub const INDEX_FAILURES: &str = "batch.kubernetes.io/job-index-failure-count";
/// … and how often that was ignored.
pub const IGNORED_FAILURES: &str = "batch.kubernetes.io/job-index-ignored-failure-count";

/// What the pods of a Job amount to.
#[derive(Debug, Default)]
pub struct Tally {
    /// Pods that run or are about to, by name.
    pub active: Vec<Arc<Pod>>,
    /// Pods that are being deleted and have not ended, also those that are deleted now.
    pub terminating: i32,
    /// Those of them that were being deleted before.
    pub ending: Vec<Arc<Pod>>,
    /// Pods that are ready.
    pub ready: i32,
    /// Pods that succeeded and were not counted before.
    pub succeeded: Vec<Arc<Pod>>,
    /// Pods that failed and were not counted before, with what that means.
    pub failed: Vec<(Arc<Pod>, Verdict)>,
    /// The indexes that have succeeded, now or before.
    pub succeeded_indexes: BTreeSet<i32>,
    /// The indexes that have failed for good, now or before.
    pub failed_indexes: BTreeSet<i32>,
    /// Where each index has its own limit: the pod that failed last at an index which has no pod now.
    pub predecessors: BTreeMap<i32, Arc<Pod>>,
    /// How often the containers of living pods were restarted.
    pub restarts: i32,
}

impl Tally {
    /// Looks at a Job's pods.
    pub fn of(job: &Job, context: &Context<'_>) -> Self {
        let status = &job.status;
        let mut tally = Tally {
            succeeded_indexes: indexes::parse(&status.completed_indexes),
            failed_indexes: indexes::parse(status.failed_indexes.as_deref().unwrap_or_default()),
            ..Tally::default()
        };
        // Only pods that have ended count where it matters how they ended.
        let only_ended = job.spec.replaces_only_ended();
        let mut restarts = 0;
        for pod in context.store.objects().owned::<Pod>(job.meta.uid) {
            if !pod.status.phase.is_terminal() {
                let containers = pod.status.containers.iter().chain(&pod.status.init_containers);
                restarts += containers.map(|container| container.restart_count).sum::<i32>();
            }
            match pod.status.phase {
                PodPhase::Succeeded if is_tracked(pod) => tally.succeeded.push(pod.clone()),
                PodPhase::Failed if is_tracked(pod) => tally.failed.push((pod.clone(), policy::judge(job, pod))),
                PodPhase::Succeeded | PodPhase::Failed => {}
                _ if pod.meta.is_deleted() => {
                    tally.terminating += 1;
                    tally.ending.push(pod.clone());
                    if is_tracked(pod) && !only_ended {
                        tally.failed.push((pod.clone(), Verdict::Count));
                    }
                }
                _ => {
                    tally.ready += i32::from(pod.is_ready());
                    tally.active.push(pod.clone());
                }
            }
        }
        tally.restarts = restarts;
        if let Some(completions) = job.spec.completions.filter(|_| job.spec.indexed) {
            let is_valid = |pod: &Pod| index_of(pod).is_some_and(|index| index < completions);
            tally.succeeded_indexes.retain(|index| *index < completions);
            tally.succeeded.retain(|pod| is_valid(pod));
            tally.failed.retain(|(pod, _)| is_valid(pod));
        }
        let done = tally.succeeded.iter().filter_map(|pod| index_of(pod));
        tally.succeeded_indexes.extend(done);
        tally.fail_indexes(job);
        tally.find_predecessors(job);
        tally
    }

    /// An index has failed when its pod did once more than is forgiven.
    fn fail_indexes(&mut self, job: &Job) {
        let Some(limit) = job.spec.backoff_limit_per_index else {
            return;
        };
        for (pod, verdict) in &self.failed {
            let Some(index) = index_of(pod) else { continue };
            let failures = failures_of(pod) + i32::from(*verdict != Verdict::Ignore);
            if *verdict == Verdict::FailIndex || failures > limit {
                self.failed_indexes.insert(index);
            }
        }
    }

    fn find_predecessors(&mut self, job: &Job) {
        if job.spec.backoff_limit_per_index.is_none() {
            return;
        }
        let taken: BTreeSet<i32> = self.active.iter().filter_map(|pod| index_of(pod)).collect();
        for (pod, _) in &self.failed {
            let Some(index) = index_of(pod) else { continue };
            let is_over = self.succeeded_indexes.contains(&index) || self.failed_indexes.contains(&index);
            let total = |pod: &Pod| failures_of(pod) + ignored_failures_of(pod);
            let is_later = |known: &Arc<Pod>| total(pod) > total(known);
            if !is_over && !taken.contains(&index) && self.predecessors.get(&index).is_none_or(is_later) {
                self.predecessors.insert(index, pod.clone());
            }
        }
    }

    /// An active pod is being deleted from now on; before 1.31 the status still counted it as ready then.
    pub fn note_deleted(&mut self, pod: &Pod, settings: &Settings) {
        self.terminating += 1;
        self.ready -= i32::from(pod.is_ready() && settings.since(1, 31));
    }

    /// How many failures count that were not counted before.
    pub fn counted_failures(&self) -> i32 {
        let counted = self.failed.iter().filter(|(_, verdict)| verdict.counts());
        i32::try_from(counted.count()).unwrap_or(i32::MAX)
    }

    /// Whether containers were restarted in place more often than is forgiven (`pastBackoffLimitOnFailure`).
    pub fn has_restarted_too_often(&self, job: &Job) -> bool {
        job.spec.template.spec.restart_policy == RestartPolicy::OnFailure
            && self.restarts > 0
            && self.restarts >= job.spec.backoff_limit
    }
}

/// Whether a pod has not been counted yet.
pub fn is_tracked(pod: &Pod) -> bool {
    pod.meta.finalizers.iter().any(|finalizer| finalizer == FINALIZER)
}

/// The completion index of a pod.
pub fn index_of(pod: &Pod) -> Option<i32> {
    pod.meta.annotations.get(INDEX_ANNOTATION)?.parse().ok()
}

/// How often the predecessors of a pod at its index failed.
pub fn failures_of(pod: &Pod) -> i32 {
    annotated_count(pod, INDEX_FAILURES)
}

/// How often failures of the predecessors of a pod at its index were ignored.
pub fn ignored_failures_of(pod: &Pod) -> i32 {
    annotated_count(pod, IGNORED_FAILURES)
}

fn annotated_count(pod: &Pod, annotation: &str) -> i32 {
    let count = pod.meta.annotations.get(annotation);
    count.and_then(|count| count.parse().ok()).unwrap_or(0)
}

/// When a pod ended: when its last container did; where that is not known, when it was not ready any more, or when somebody deleted
/// it (`getFinishedTime`).
pub fn finished_at(pod: &Pod, now: Timestamp) -> Timestamp {
    let statuses = pod.status.containers.iter();
    let ends: Option<Vec<Timestamp>> = statuses
        .map(|container| container.state.terminated.as_ref()?.finished_at)
        .collect();
    let ready = Condition::find(&pod.status.conditions, "Ready").filter(|ready| ready.status == "False");
    let deleted = pod.meta.deletion.map(|deletion| {
        let grace = deletion.grace_seconds.unwrap_or(0);
        Timestamp::from_secs(deletion.at.secs().saturating_sub(grace))
    });
    ends.and_then(|ends| ends.into_iter().max())
        .or(ready.and_then(|ready| ready.last_transition))
        .or(deleted)
        .or(pod.meta.creation)
        .unwrap_or(now)
        .min(now)
}
