//! Requests to the API server over HTTP: defaulting, refusals, updates and patches.
//!
//! `{method, path, query, content_type, request|input|patch|body, setup|stored, code, warnings, response}`; which of them a case
//! has depends on the recording. What the server made up (UIDs, versions, times, addresses, ports) is a placeholder in it.

use std::collections::BTreeMap;

use serde_json::Value;
use shakedown_engine::Cluster;
use shakedown_engine::apiserver::rest::{HttpRequest, HttpResponse, serve};

use super::cluster::{self, prepare};
use super::normal;
use crate::conformance::recording::{Case, Recording};
use crate::conformance::run::CannotRun;
use crate::conformance::{CaseResult, Outcome, compare};

/// Replays the recording: one outcome a case.
pub(super) fn replay(recording: &Recording) -> Result<Vec<Outcome>, CannotRun> {
    let outcome = |case: &Case| Outcome {
        id: case.id.clone(),
        result: check(recording.name(), &case.body),
    };
    Ok(recording.cases().iter().map(outcome).collect())
}

/// Replays one case of a recording.
pub(super) fn check(recording: &str, case: &Value) -> CaseResult {
    let mut setup: Vec<Value> = list(&case["setup"]);
    setup.extend(list(&case["setup_extra"]));
    setup.extend(Some(case["stored"].clone()).filter(Value::is_object));
    setup.iter_mut().for_each(cluster::mark_deleted);
    setup.iter_mut().for_each(cluster::without_placeholders);
    let mut cluster = prepare(&setup)?;
    let exchange = Exchange::of(recording, case, &cluster);
    let http = HttpRequest {
        method: &exchange.method,
        path: &exchange.path,
        query: &exchange.query,
        content_type: &exchange.content_type,
        body: &exchange.body,
    };
    let seen = cluster.request(|request| {
        request.manager = "oracle".into();
        serve(request, http)
    });
    // Where the server's answer has a random order, any of those seen will do.
    let variants = list(&case["variants"]);
    let expected = std::iter::once(&case["response"]).chain(&variants);
    let results: Vec<CaseResult> = expected.map(|response| judge(case, response, &seen)).collect();
    match results.iter().any(Result::is_ok) {
        true => Ok(()),
        false => results.into_iter().next().unwrap_or(Ok(())),
    }
}

fn judge(case: &Value, response: &Value, seen: &HttpResponse) -> CaseResult {
    let body = normal::object(&seen.body);
    let expected = normal::with_generated_name(&normal::object(response), &body);
    let code = (case["code"].as_u64(), Some(u64::from(seen.code)));
    if code.0 != code.1 {
        return Err(format!(
            "code: expected {:?}, seen {:?}; message: expected {}, seen {}",
            code.0, code.1, expected["message"], body["message"]
        ));
    }
    if let Some(difference) = normal::first_difference(&expected, &body) {
        return Err(format!("response{difference}"));
    }
    let warnings: Vec<Value> = seen.warnings.iter().map(|text| normal::text(text).into()).collect();
    compare("warnings", list(&case["warnings"]), warnings)
}

/// A request with its placeholders filled in.
struct Exchange {
    method: String,
    path: String,
    query: String,
    content_type: String,
    body: String,
}

impl Exchange {
    fn of(recording: &str, case: &Value, cluster: &Cluster) -> Exchange {
        // A recording keeps the request in the case itself, or under `request`.
        let request = if recording == "update" { &case["request"] } else { case };
        let text = |key: &str| request[key].as_str().unwrap_or_default().to_owned();
        let body = match recording {
            "strict" => text("input"),
            "defaulting" => json_text(&case["input"]),
            "validation" => json_text(&case["request"]),
            "patch" => case["patch_text"]
                .as_str()
                .map_or_else(|| json_text(&case["patch"]), str::to_owned),
            _ => {
                let answer = case["response"]["message"].as_str().unwrap_or_default();
                json_text(&filled(&request["body"], &case["stored"], answer, cluster))
            }
        };
        let given = |key: &str, default: &str| {
            Some(text(key))
                .filter(|text| !text.is_empty())
                .unwrap_or(default.to_owned())
        };
        let defaults = match recording {
            "patch" => ("PATCH", ""),
            "defaulting" => ("POST", "dryRun=All"),
            _ => ("POST", ""),
        };
        Exchange {
            method: given("method", defaults.0),
            path: text("path"),
            query: given("query", defaults.1),
            content_type: given("content_type", "application/json"),
            body,
        }
    }
}

fn json_text(value: &Value) -> String {
    if value.is_null() {
        String::new()
    } else {
        value.to_string()
    }
}

fn list(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_default()
}

/// A placeholder, what stands for a wrong value of it, and the words of the answer that tell of one.
const STALE: [(&str, &str, &str); 4] = [
    ("<rv>", "abc", "strconv.ParseUint: parsing \"abc\""),
    ("<rv>", "1", "the object has been modified; please apply"),
    (
        "<uid>",
        "d9607e19-f88f-11e6-a518-42010a800195",
        "Precondition failed: UID",
    ),
    (
        "<uid>",
        "d9607e19-f88f-11e6-a518-42010a800195",
        "the UID in the precondition",
    ),
];

/// A body with the placeholders replaced by what the stored object really has.
fn filled(body: &Value, stored: &Value, answer: &str, cluster: &Cluster) -> Value {
    let live = cluster::find(cluster, stored).unwrap_or_default();
    let values: BTreeMap<&str, Value> = [
        ("<uid>", "/metadata/uid"),
        ("<rv>", "/metadata/resourceVersion"),
        ("<time>", "/metadata/creationTimestamp"),
        ("<clusterIP>", "/spec/clusterIP"),
        ("<nodePort>", "/spec/ports/0/nodePort"),
    ]
    .into_iter()
    .filter_map(|(placeholder, pointer)| Some((placeholder, live.pointer(pointer)?.clone())))
    .collect();
    let mut values = values;
    // Versions and identities that the recorder made wrong on purpose are placeholders, too: the answer tells.
    for (placeholder, wrong, sign) in STALE {
        if answer.contains(sign) {
            values.insert(placeholder, wrong.into());
        }
    }
    let mut body = body.clone();
    fill(&mut body, &values);
    body
}

fn fill(value: &mut Value, values: &BTreeMap<&str, Value>) {
    match value {
        Value::String(text) => {
            if let Some(real) = values.get(text.as_str()) {
                *value = real.clone();
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|value| fill(value, values)),
        Value::Object(map) => map.values_mut().for_each(|value| fill(value, values)),
        _ => {}
    }
}
