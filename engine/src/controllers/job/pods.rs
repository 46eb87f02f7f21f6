//! Making a Job's pods.
//!
//! Source: `job_controller.go` (`manageJob`) and `indexed_job_utils.go`; documentation "Jobs: Completion mode" and "Backoff limit
//! per index".

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use smol_str::{ToSmolStr, format_smolstr};

use super::back_off::remaining_at_index;
use super::controller::{CONTROL, Memory};
use super::policy;
use super::tally::{self, FINALIZER, IGNORED_FAILURES, INDEX_ANNOTATION, INDEX_FAILURES, Tally};
use crate::api::{Job, ObjectMeta, Pod, PodSpec, Resource};
use crate::component::Context;
use crate::controllers::{controller_reference, generate_name_prefix};
use crate::store::StoreError;

/// Creates so many pods; returns how long to wait for what cannot be created yet.
pub fn create(
    job: &Job,
    memory: &mut Memory,
    tally: &mut Tally,
    missing: usize,
    context: &mut Context<'_>,
) -> Option<Duration> {
    let mut wait = None;
    let indexes: Vec<Option<i32>> = if job.spec.indexed {
        let mut open = open_indexes(job, tally, missing);
        let waits = |index: &i32| remaining_at_index(tally.predecessors.get(index)?, context);
        wait = open.iter().filter_map(waits).min();
        open.retain(|index| waits(index).is_none());
        open.into_iter().map(Some).collect()
    } else {
        vec![None; missing]
    };
    for index in indexes {
        let pod = new_pod(job, index, tally);
        match CONTROL.create(job, pod, &mut memory.admitted, context) {
            Ok(pod) => tally.active.push(pod),
            Err(StoreError::NamespaceTerminating(..)) => return None,
            Err(StoreError::Hangs(left)) => return Some(left),
            Err(_) => return Some(memory.back_off.refused()),
        }
    }
    memory.back_off.accepted();
    wait
}

/// The lowest indexes that have neither a pod nor come to an end.
fn open_indexes(job: &Job, tally: &Tally, count: usize) -> Vec<i32> {
    let mut taken: BTreeSet<i32> = tally.active.iter().filter_map(|pod| tally::index_of(pod)).collect();
    if job.spec.replaces_only_ended() {
        taken.extend(tally.ending.iter().filter_map(|pod| tally::index_of(pod)));
    }
    let is_open = |index: &i32| {
        !taken.contains(index) && !tally.succeeded_indexes.contains(index) && !tally.failed_indexes.contains(index)
    };
    let completions = job.spec.completions.unwrap_or(0);
    (0..completions).filter(is_open).take(count).collect()
}

/// A pod of a Job's template; with an index, if completions are told apart.
fn new_pod(job: &Job, index: Option<i32>, tally: &Tally) -> Pod {
    let template = &job.spec.template;
    let mut pod = Pod {
        meta: ObjectMeta {
            generate_name: generate_name_prefix(&job.meta.name),
            namespace: job.meta.namespace.clone(),
            labels: template.labels.clone(),
            annotations: template.annotations.clone(),
            owners: vec![controller_reference(Job::KIND, &job.meta)].into(),
            finalizers: vec![FINALIZER.into()].into(),
            ..ObjectMeta::default()
        },
        spec: template.spec.clone(),
        ..Pod::default()
    };
    let Some(index) = index else { return pod };
    pod.meta.generate_name = generate_name_prefix(&format_smolstr!("{}-{index}", job.meta.name));
    pod.meta.annotate(INDEX_ANNOTATION, index.to_smolstr());
    Arc::make_mut(&mut pod.meta.labels).insert(INDEX_ANNOTATION.into(), index.to_smolstr());
    if job.spec.backoff_limit_per_index.is_some() {
        let before = tally.predecessors.get(&index);
        let counts = before.is_some_and(|before| policy::judge(job, before).counts());
        let failures = before.map_or(0, |before| tally::failures_of(before)) + i32::from(counts);
        let ignored = before.map_or(0, |before| tally::ignored_failures_of(before) + i32::from(!counts));
        pod.meta.annotate(INDEX_FAILURES, failures.to_smolstr());
        if ignored > 0 {
            pod.meta.annotate(IGNORED_FAILURES, ignored.to_smolstr());
        }
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
