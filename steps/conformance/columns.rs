//! The suite `columns`: the cells of `kubectl get` and the bytes kubectl makes of them, recorded from the API server's table
//! printers and from kubectl.

use serde_json::Value;
use shakedown_engine::api::{Kind, Pod, Resource};
use shakedown_engine::kubectl::printers::{Cell, PrintError, ready_text, restarts_text, row, summarize};
use shakedown_engine::kubectl::table::{Table, TableOptions};

use super::recording::{Case, Recording};
use super::run::CannotRun;
use super::{CaseResult, Outcome, Suite, compare};

/// Recordings of columns: one for each kind, named after it, and `kubectl_text`.
pub const SUITE: Suite = Suite {
    name: "columns",
    extension: "jsonl",
    knows: |name| checker(name).is_some(),
    replay,
};

/// The recorder's clock, 2009-11-10T23:00:00Z, in nanoseconds since the Unix epoch.
const NOW_NS: i64 = 1_257_894_000_000_000_000;

type Checker = fn(&Case) -> CaseResult;

fn checker(name: &str) -> Option<Checker> {
    match name {
        "kubectl_text" => Some(check_text),
        _ => Kind::from_resource_name(name).map(|_| check_cells as Checker),
    }
}

fn replay(recording: &Recording) -> Result<Vec<Outcome>, CannotRun> {
    let Some(check) = checker(recording.name()) else {
        return Ok(Vec::new());
    };
    Ok(recording
        .cases()
        .iter()
        .map(|case| Outcome {
            id: case.id.clone(),
            result: check(case),
        })
        .collect())
}

/// `{kind, object, cells, error?}`: the wide row, or the printer's refusal.
fn check_cells(case: &Case) -> CaseResult {
    let name = case.body["kind"].as_str().unwrap_or_default();
    let kind = Kind::from_name(name).ok_or_else(|| format!("kind: `{name}` is not known"))?;
    let seen = row(kind, &case.body["object"], NOW_NS);
    match case.body.get("error").and_then(Value::as_str) {
        Some(error) => compare("error", Err(error.to_owned()), seen.map_err(|error| error.to_string())),
        None => {
            let cells = seen.map_err(|error| error.to_string())?;
            let recorded = case.body["cells"].to_string();
            compare(
                "cells",
                recorded,
                cells.iter().map(Value::from).collect::<Value>().to_string(),
            )?;
            match kind {
                Kind::POD => check_stored_pod(&case.body["object"], &cells),
                _ => Ok(()),
            }
        }
    }
}

/// A stored pod must show what its external form shows: READY, STATUS, RESTARTS.
fn check_stored_pod(object: &Value, cells: &[Cell]) -> CaseResult {
    let pod = Pod::from_json(object.clone());
    let summary = summarize(&pod);
    let seen = [
        ready_text(&summary),
        summary.status.to_string(),
        restarts_text(summary.restarts, NOW_NS),
    ];
    let expected: Vec<String> = cells.iter().skip(1).take(seen.len()).map(Cell::to_string).collect();
    compare("cells of the stored pod", expected, seen.to_vec())
}

/// `{resource, options, label_columns, items, text}`.
fn check_text(case: &Case) -> CaseResult {
    let resource = case.body["resource"].as_str().unwrap_or_default();
    let kind = Kind::from_resource_name(resource).ok_or_else(|| format!("resource: `{resource}` is not known"))?;
    let options = options(&case.body)?;
    let text = text(kind, &case.body["items"], &options).map_err(|error| error.to_string())?;
    compare("text", case.body["text"].as_str().unwrap_or_default(), text.as_str())
}

fn text(kind: Kind, items: &Value, options: &TableOptions) -> Result<String, PrintError> {
    let items = items.as_array().map(Vec::as_slice).unwrap_or_default();
    Ok(Table::new(kind, items, NOW_NS)?.render(options))
}

/// The recorder's names for kubectl's flags.
fn options(case: &Value) -> Result<TableOptions, String> {
    let mut options = TableOptions {
        label_columns: strings(&case["label_columns"]),
        ..TableOptions::default()
    };
    for name in strings(&case["options"]) {
        match name.as_str() {
            "wide" => options.wide = true,
            "no-headers" => options.no_headers = true,
            "show-kind" => options.show_kind = true,
            "show-labels" => options.show_labels = true,
            "namespace" => options.namespace = true,
            _ => return Err(format!("options: `{name}` is not known")),
        }
    }
    Ok(options)
}

fn strings(list: &Value) -> Vec<String> {
    list.as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}
