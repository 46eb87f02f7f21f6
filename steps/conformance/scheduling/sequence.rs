//! Pods one after another, each placed before the next is looked at. Of equally good nodes the recorder took the first by name.

use std::collections::BTreeMap;

use serde_json::Value;
use shakedown_engine::scheduler::NodeScores;

use super::super::recording::Case;
use super::super::{CaseResult, compare};
use super::objects;

pub(super) fn check(case: &Case) -> CaseResult {
    let mut snapshot = objects::snapshot(case)?;
    let steps = case.body["expect"]["steps"].as_array().cloned().unwrap_or_default();
    let pods: Vec<&Value> = objects::list(case, "pods").collect();
    compare("steps", steps.len(), pods.len())?;
    for (position, (step, pod)) in steps.iter().zip(pods).enumerate() {
        let mut pod = objects::pod(pod);
        let told = |field: &str| format!("step {position}, {field}");
        compare(
            &told("pod"),
            step["pod"].as_str(),
            Some(pod.meta.key().to_string().as_str()),
        )?;
        let seen = snapshot.decide(&pod);
        compare(&told("totals"), totals(&step["totals"]), totals_of(&seen.feasible))?;
        if step.get("best").is_some() || seen.best.len() > 1 {
            compare(&told("best"), super::decision::texts(&step["best"]), seen.best.clone())?;
        }
        compare(
            &told("message"),
            step["message"].as_str().unwrap_or_default(),
            seen.message.as_str(),
        )?;
        compare(
            &told("node"),
            step["node"].as_str(),
            seen.best.first().map(|node| node.as_str()),
        )?;
        if let Some(node) = seen.best.first() {
            pod.node_name = node.clone();
            snapshot.add(pod.into());
        }
    }
    Ok(())
}

fn totals(value: &Value) -> BTreeMap<String, i64> {
    let entries = value.as_object().into_iter().flatten();
    entries
        .filter_map(|(node, total)| Some((node.clone(), total.as_i64()?)))
        .collect()
}

fn totals_of(feasible: &[NodeScores]) -> BTreeMap<String, i64> {
    feasible
        .iter()
        .map(|scores| (scores.node.to_string(), scores.total))
        .collect()
}
