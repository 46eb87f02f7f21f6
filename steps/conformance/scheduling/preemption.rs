//! What preemption found: who may preempt, where it was tried, who would have to go, where the pod is nominated.

use serde_json::{Value, json};
use shakedown_engine::scheduler::{Candidate, Preemption};

use super::super::{CaseResult, compare};
use super::decision::{map, rejections, texts};

/// `nominated`: the pod was nominated for a node before.
pub(super) fn check(expect: &Value, seen: Option<&Preemption>, nominated: bool) -> CaseResult {
    let seen = match (expect, seen) {
        (Value::Null, None) => return Ok(()),
        (Value::Null, Some(_)) | (_, None) => {
            return compare("preemption asked", !expect.is_null(), seen.is_some());
        }
        (_, Some(seen)) => seen,
    };
    compare(
        "eligible",
        expect["eligible"].as_bool(),
        Some(seen.not_eligible.is_none()),
    )?;
    let why = expect
        .get("notEligibleReason")
        .and_then(Value::as_str)
        .unwrap_or_default();
    compare("notEligibleReason", why, seen.not_eligible.unwrap_or_default())?;
    compare(
        "potentialNodes",
        texts(&expect["potentialNodes"]),
        seen.potential.clone(),
    )?;
    let candidates: Vec<Value> = seen.candidates.iter().map(candidate).collect();
    let expected = expect["candidates"].as_array().cloned().unwrap_or_default();
    compare("candidates", expected, candidates)?;
    compare("nodeStatuses", map(&expect["nodeStatuses"]), rejections(&seen.statuses))?;
    compare(
        "nominatedNodes",
        texts(&expect["nominatedNodes"]),
        seen.nominated.clone(),
    )?;
    let clears = nominated && seen.clears_nomination();
    let expected = expect
        .get("clearNominatedNodeName")
        .and_then(Value::as_bool)
        .unwrap_or_default();
    compare("clearNominatedNodeName", expected, clears)
}

fn candidate(candidate: &Candidate) -> Value {
    let victims = candidate.victims.iter().map(|victim| victim.meta.key().to_string());
    json!({
        "node": candidate.node.as_str(),
        "victims": victims.collect::<Vec<_>>(),
        "numPDBViolations": candidate.budgets_violated,
    })
}
