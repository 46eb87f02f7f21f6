//! One decision: feasible nodes, who refused the others and why, scores, the best nodes, the message.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use shakedown_engine::scheduler::{Decision, NodeScores, Outcome, Rejection};

use super::super::recording::Case;
use super::super::{CaseResult, compare};
use super::{objects, preemption};

pub(super) fn check(case: &Case) -> CaseResult {
    let mut snapshot = objects::snapshot(case)?;
    let seen = snapshot.decide(&objects::pod(&case.body["pod"]));
    let expect = &case.body["expect"];
    let outcome = match seen.outcome {
        Outcome::Scheduled => "scheduled",
        Outcome::Unschedulable => "unschedulable",
        Outcome::Gated => "gated",
    };
    compare(
        "preEnqueue",
        &expect["preEnqueue"],
        &refused(&seen, seen.outcome == Outcome::Gated),
    )?;
    compare(
        "preFilter",
        &expect["preFilter"],
        &refused(&seen, seen.outcome != Outcome::Gated),
    )?;
    compare("preFilterNodes", narrowed(expect), seen.narrowed.clone())?;
    compare("filter", filter(expect), rejections(&seen.rejected))?;
    let feasible: Vec<&str> = seen.feasible.iter().map(|scores| scores.node.as_str()).collect();
    compare("feasible", texts(&expect["feasible"]), feasible)?;
    check_scores(&expect["scores"], &seen.feasible)?;
    compare("best", texts(&expect["best"]), seen.best.clone())?;
    compare("outcome", &expect["outcome"], &Value::from(outcome))?;
    let plugins: Vec<&str> = seen.refusing_plugins().into_iter().collect();
    compare("unschedulablePlugins", texts(&expect["unschedulablePlugins"]), plugins)?;
    compare(
        "message",
        expect["message"].as_str().unwrap_or_default(),
        seen.message.as_str(),
    )?;
    let nominated = case.body["pod"].pointer("/status/nominatedNodeName").is_some();
    preemption::check(&expect["preemption"], seen.preemption.as_ref(), nominated)
}

/// What refused the pod as a whole, if that is what is asked about.
fn refused(seen: &Decision, asked: bool) -> Value {
    let rejection = seen.refused.as_ref().filter(|_| asked);
    rejection.map(self::rejection).unwrap_or_default()
}

/// A rejection as recorded: reasons are a set.
pub(super) fn rejection(rejection: &Rejection) -> Value {
    let reasons: BTreeSet<&str> = rejection.reasons.iter().map(|reason| reason.as_str()).collect();
    let code = if rejection.resolvable {
        "Unschedulable"
    } else {
        "UnschedulableAndUnresolvable"
    };
    json!({ "plugin": rejection.plugin, "code": code, "reasons": reasons })
}

pub(super) fn rejections<'a>(
    all: impl IntoIterator<Item = (&'a smol_str::SmolStr, &'a Rejection)>,
) -> BTreeMap<String, Value> {
    let named = all.into_iter().map(|(node, it)| (node.to_string(), rejection(it)));
    named.collect()
}

fn filter(expect: &Value) -> BTreeMap<String, Value> {
    map(&expect["filter"])
}

pub(super) fn map(value: &Value) -> BTreeMap<String, Value> {
    let entries = value.as_object().into_iter().flatten();
    entries.map(|(key, value)| (key.clone(), value.clone())).collect()
}

fn narrowed(expect: &Value) -> Option<BTreeSet<smol_str::SmolStr>> {
    let nodes = expect["preFilterNodes"].get("nodes")?;
    Some(texts(nodes).into_iter().map(Into::into).collect())
}

/// Every plugin's weighted and raw scores, and the totals.
fn check_scores(expect: &Value, seen: &[NodeScores]) -> CaseResult {
    let (mut weighted, mut raw): (BTreeMap<String, Vec<i64>>, BTreeMap<String, Vec<i64>>) = Default::default();
    for plugin in seen.iter().flat_map(|scores| &scores.plugins) {
        weighted
            .entry(plugin.plugin.to_owned())
            .or_default()
            .push(plugin.weighted);
        if let Some(score) = plugin.raw {
            raw.entry(plugin.plugin.to_owned()).or_default().push(score);
        }
    }
    let columns = |value: &Value| -> BTreeMap<String, Vec<i64>> {
        map(value)
            .into_iter()
            .map(|(plugin, column)| (plugin, numbers(&column)))
            .collect()
    };
    let nodes: Vec<&str> = seen.iter().map(|scores| scores.node.as_str()).collect();
    compare("scores.nodes", texts(&expect["nodes"]), nodes)?;
    compare("scores.raw", columns(&expect["raw"]), raw)?;
    compare("scores.weighted", columns(&expect["weighted"]), weighted)?;
    let totals: Vec<i64> = seen.iter().map(|scores| scores.total).collect();
    compare("scores.total", numbers(&expect["total"]), totals)
}

fn numbers(list: &Value) -> Vec<i64> {
    list.as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_i64)
        .collect()
}

pub(super) fn texts(list: &Value) -> Vec<&str> {
    list.as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}
