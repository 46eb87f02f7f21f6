//! Manifests given to kubectl: what `apply`, `create` and `replace` print, and what is stored afterwards.
//!
//! `apply`: two commands with an edit of the live object between them. `strict`: one command.

use std::collections::BTreeMap;

use serde_json::Value;
use shakedown_engine::Cluster;
use shakedown_engine::api::{Kind, ObjectKey};
use shakedown_engine::apiserver::Patch;

use super::cluster::prepare;
use super::{exchange, normal};
use crate::conformance::recording::{Case, Recording};
use crate::conformance::run::CannotRun;
use crate::conformance::{CaseResult, Outcome, compare};

/// Replays the recording: one outcome a case.
pub(super) fn replay(recording: &Recording) -> Result<Vec<Outcome>, CannotRun> {
    let outcome = |case: &Case| Outcome {
        id: case.id.clone(),
        result: match case.body["via"].as_str() {
            None => apply(&case.body),
            Some("http") => exchange::check(recording.name(), &case.body),
            Some(_) => once(&case.body),
        },
    };
    Ok(recording.cases().iter().map(outcome).collect())
}

fn once(case: &Value) -> CaseResult {
    let setup = case["setup"].as_array().cloned().unwrap_or_default();
    let mut cluster = prepare(&setup)?;
    let file = if case["stdin"] == true {
        "-"
    } else {
        case["file"].as_str().unwrap_or("manifest.yaml")
    };
    run(&mut cluster, case, file, case["input"].as_str())?;
    let kinds = [Kind::POD, Kind::DEPLOYMENT, Kind::SERVICE, Kind::CONFIG_MAP];
    let objects = cluster.store().objects();
    let stored = kinds.into_iter().flat_map(|kind| objects.of_kind(kind));
    let mut seen: Vec<String> = stored
        .filter(|object| object.key().namespace == "default" && object.key().name != "kubernetes")
        .map(|object| format!("{}/{}", object.kind(), object.key().name))
        .collect();
    let recorded = case["stored_after"].as_array().into_iter().flatten();
    let mut expected: Vec<String> = recorded.filter_map(Value::as_str).map(str::to_owned).collect();
    seen.sort();
    expected.sort();
    let same = expected.len() == seen.len() && expected.iter().zip(&seen).all(|(a, b)| normal::is_text(a, b));
    if same {
        Ok(())
    } else {
        compare("stored_after", expected, seen)
    }
}

fn apply(case: &Value) -> CaseResult {
    let mut cluster = prepare(&[])?;
    command(&mut cluster, &case["first"]).map_err(|difference| format!("first: {difference}"))?;
    edit(&mut cluster, &case["live_edit"]).map_err(|difference| format!("live edit: {difference}"))?;
    stored(&cluster, &case["before_second"]).map_err(|difference| format!("before the second: {difference}"))?;
    command(&mut cluster, &case["second"]).map_err(|difference| format!("second: {difference}"))?;
    stored(&cluster, &case["after"]).map_err(|difference| format!("after: {difference}"))
}

fn command(cluster: &mut Cluster, command: &Value) -> CaseResult {
    run(
        cluster,
        command,
        command["file"].as_str().unwrap_or("-"),
        command["text"].as_str(),
    )
}

/// Runs a recorded command with its one file; compares what it printed and how it exited.
fn run(cluster: &mut Cluster, command: &Value, file: &str, text: Option<&str>) -> CaseResult {
    let arguments: Vec<String> = command["args"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect();
    let files: BTreeMap<String, String> = text
        .map(|text| (file.to_owned(), text.to_owned()))
        .into_iter()
        .collect();
    let seen = cluster.kubectl_arguments(&arguments, &files);
    // What the input had literally was not replaced: here it is, on both sides.
    let recorded = |key: &str| normal::text(command[key].as_str().unwrap_or_default());
    compare("stderr", recorded("stderr"), normal::text(&seen.stderr))?;
    let stdout = normal::text(&seen.stdout);
    if !normal::is_text(&recorded("stdout"), &stdout) {
        compare("stdout", recorded("stdout"), stdout)?;
    }
    compare("exit", command["exit"].as_i64(), Some(i64::from(seen.exit_code)))
}

fn edit(cluster: &mut Cluster, edit: &Value) -> CaseResult {
    if let Some(arguments) = edit.get("kubectl") {
        let mut command = edit.clone();
        command["args"] = arguments.clone();
        return run(cluster, &command, "-", None);
    }
    let Some(patch) = edit.get("http_patch") else {
        return Ok(());
    };
    let text = |key: &str| patch[key].as_str().unwrap_or_default();
    let kind = Kind::from_name(text("kind")).ok_or("an unknown kind")?;
    let body = patch["patch"].clone();
    let body = match text("type") {
        "strategic" => Patch::Strategic(body),
        "json" => Patch::Json(body),
        _ => Patch::Merge(body),
    };
    let namespace = if kind.is_namespaced() { "default" } else { "" };
    let key = ObjectKey::new(namespace, text("name"));
    let patched = cluster.request(|request| {
        request.manager = "oracle".into();
        request.patch(kind, &key, &body)
    });
    compare("succeeded", edit["code"] == 200, patched.is_ok())
}

/// Compares what is stored: everything of an object but its identity and status.
fn stored(cluster: &Cluster, recorded: &Value) -> CaseResult {
    for expected in recorded.as_array().into_iter().flatten() {
        let name = format!("{}/{}", expected["kind"], expected["metadata"]["name"]).replace('"', "");
        let seen = super::cluster::find(cluster, expected).ok_or_else(|| format!("{name} is not stored"))?;
        if let Some(difference) = normal::first_difference(&essence(expected), &essence(&seen)) {
            return Err(format!("{name}{difference}"));
        }
    }
    Ok(())
}

fn essence(object: &Value) -> Value {
    let mut object = normal::object(object);
    if let Some(map) = object.as_object_mut() {
        map.remove("status");
    }
    if let Some(metadata) = object["metadata"].as_object_mut() {
        metadata.retain(|key, _| ["name", "namespace", "labels", "annotations", "finalizers"].contains(&key.as_str()));
    }
    object
}
