//! Whole kubectl commands against a fixed set of objects: what they print, how they exit, what they change and delete.
//!
//! `{args, files, stdout, stderr, exit, changed, deleted}`; every case starts from `kubectl_verbs.setup.json`.

use std::collections::BTreeMap;

use serde_json::Value;
use shakedown_engine::api::Kind;
use shakedown_engine::store::Verb;

use super::cluster::prepare;
use super::normal;
use crate::conformance::recording::{Case, Recording};
use crate::conformance::run::CannotRun;
use crate::conformance::{CaseResult, Outcome, compare};

pub(super) fn replay(recording: &Recording) -> Result<Vec<Outcome>, CannotRun> {
    let setup = recording.companion("kubectl_verbs.setup.json")?;
    let setup = setup["setup"].as_array().cloned().unwrap_or_default();
    let outcome = |case: &Case| Outcome {
        id: case.id.clone(),
        result: check(&setup, &case.body),
    };
    Ok(recording.cases().iter().map(outcome).collect())
}

fn check(setup: &[Value], case: &Value) -> CaseResult {
    let mut cluster = prepare(setup)?;
    let before = cluster.log().len();
    let arguments: Vec<String> = texts(&case["args"]);
    let seen = cluster.kubectl_arguments(&arguments, &files(&case["files"]));
    let recorded = |key: &str| case[key].as_str().unwrap_or_default().to_owned();
    // A command that was killed because it waited for ever had no last words; ours say that it does.
    let was_killed = case["exit"] == "timeout";
    let last_words = match seen.stderr.find(WAITS_FOR_EVER).filter(|_| was_killed) {
        Some(at) => seen.stderr.get(..at).unwrap_or_default(),
        None => &seen.stderr,
    };
    compare("stderr", recorded("stderr"), normal::text(last_words))?;
    let in_order = |text: String| match case["map_order_random"] == true {
        true => sorted_lines(&text),
        false => text,
    };
    compare(
        "stdout",
        in_order(recorded("stdout")),
        in_order(normal::text(&seen.stdout)),
    )?;
    if !was_killed {
        compare("exit", case["exit"].as_i64(), Some(i64::from(seen.exit_code)))?;
    }
    let (mut changed, mut deleted) = (BTreeMap::new(), Vec::new());
    for change in cluster.log().iter().skip(before) {
        let object = change.object();
        // The recorder looked neither at namespaces nor at the Service that every cluster has.
        let recorded = object.kind() != Kind::NAMESPACE && object.key().name != "kubernetes";
        if change.writer != "kubectl" || !recorded {
            continue;
        }
        let name = format!("{}/{}", object.kind(), object.key().name);
        match change.verb() {
            Verb::Deleted => {
                changed.remove(&name);
                deleted.push(name);
            }
            _ => {
                changed.insert(name, normal::object(&object.to_json()));
            }
        }
    }
    let changed: Vec<Value> = changed.into_values().collect();
    let mut expected: Vec<Value> = case["changed"]
        .as_array()
        .into_iter()
        .flatten()
        .map(normal::object)
        .collect();
    expected.sort_by_key(|object| {
        format!(
            "{}/{}",
            object["kind"].as_str().unwrap_or_default(),
            object["metadata"]["name"].as_str().unwrap_or_default()
        )
    });
    compare("deleted", texts(&case["deleted"]), deleted)?;
    compare("changed", names(&expected), names(&changed))?;
    for (expected, seen) in expected.iter().zip(&changed) {
        if let Some(difference) = normal::first_difference(expected, seen) {
            return Err(format!(
                "changed {}: {difference}",
                names(std::slice::from_ref(expected)).join("")
            ));
        }
    }
    Ok(())
}

/// How the engine says that a command would wait for ever.
const WAITS_FOR_EVER: &str = "error: the command waits for something that does not happen";

/// The lines of a text whose order was that of a Go map.
fn sorted_lines(text: &str) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    lines.join("\n")
}

fn names(objects: &[Value]) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    objects
        .iter()
        .map(|object| format!("{}/{}", text(&object["kind"]), text(&object["metadata"]["name"])))
        .collect()
}

fn texts(list: &Value) -> Vec<String> {
    list.as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

/// The files of a case: texts, and others in hexadecimal digits.
fn files(files: &Value) -> BTreeMap<String, Vec<u8>> {
    let entries = files.as_object().into_iter().flatten();
    let bytes = |content: &Value| match content.as_str() {
        Some(text) => text.as_bytes().to_vec(),
        None => from_hex(content["hex"].as_str().unwrap_or_default()),
    };
    entries.map(|(name, content)| (name.clone(), bytes(content))).collect()
}

fn from_hex(digits: &str) -> Vec<u8> {
    let pairs = digits.as_bytes().chunks(2);
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    pairs.filter_map(byte).collect()
}
