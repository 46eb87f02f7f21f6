//! Whole kubectl commands against a fixed set of objects: what they print, how they exit, what they change and delete.
//!
//! `{args, files, stdout, stderr, exit, changed, deleted}`; every case starts from `kubectl_verbs.setup.json`.

use std::collections::BTreeMap;

use serde_json::Value;
use shakedown_engine::api::{Kind, ObjectKey};
use shakedown_engine::store::{DeleteOptions, Verb};
use shakedown_engine::{Cluster, ClusterOptions};

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
    compare("stderr", recorded("stderr"), normal::text(&seen.stderr))?;
    compare("stdout", recorded("stdout"), normal::text(&seen.stdout))?;
    if case["exit"] != "timeout" {
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
        if let Some(difference) = first_difference("", expected, seen) {
            return Err(format!(
                "changed {}: {difference}",
                names(std::slice::from_ref(expected)).join("")
            ));
        }
    }
    Ok(())
}

/// The first place where two trees differ, in one line.
fn first_difference(path: &str, expected: &Value, seen: &Value) -> Option<String> {
    match (expected, seen) {
        (Value::Object(a), Value::Object(b)) => {
            let keys: std::collections::BTreeSet<&String> = a.keys().chain(b.keys()).collect();
            keys.into_iter().find_map(|key| {
                let absent = Value::from("(absent)");
                let (a, b) = (a.get(key).unwrap_or(&absent), b.get(key).unwrap_or(&absent));
                first_difference(&format!("{path}.{key}"), a, b)
            })
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            let mut pairs = a.iter().zip(b).enumerate();
            pairs.find_map(|(i, (a, b))| first_difference(&format!("{path}[{i}]"), a, b))
        }
        (a, b) => (a != b).then(|| format!("{path}: expected {a}, seen {b}")),
    }
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

/// The files of a case; binary ones cannot be manifests and are left out.
fn files(files: &Value) -> BTreeMap<String, String> {
    let entries = files.as_object().into_iter().flatten();
    entries
        .filter_map(|(name, text)| Some((name.clone(), text.as_str()?.to_owned())))
        .collect()
}

/// A cluster that holds the setup's objects, and in which nothing runs.
fn prepare(setup: &[Value]) -> Result<Cluster, String> {
    let mut cluster = Cluster::new(ClusterOptions::default());
    for (name, value) in [("kubernetes-version", "1.28"), ("service-account-admission", "false")] {
        cluster.set_setting(name, value).map_err(|error| error.to_string())?;
    }
    remove_what_controllers_make(&mut cluster)?;
    let mut uids: BTreeMap<String, String> = BTreeMap::new();
    for object in setup {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let kind = Kind::from_gvk(&text(&object["apiVersion"]), &text(&object["kind"])).ok_or("setup: unknown kind")?;
        let mut object = object.clone();
        fill_uids(&mut object, &uids);
        let status = object.get("status").cloned();
        let created = cluster.request(|request| {
            let created = request.create(kind, object)?;
            let key = ObjectKey::new(
                text(&created["metadata"]["namespace"]),
                text(&created["metadata"]["name"]),
            );
            match status {
                Some(status) => request.replace_status(kind, &key, status),
                None => Ok(created),
            }
        });
        let created = created.map_err(|error| format!("setup: {error}"))?;
        let name = format!("<uid:{}/{}>", kind.name(), text(&created["metadata"]["name"]));
        uids.insert(name, text(&created["metadata"]["uid"]));
    }
    Ok(cluster)
}

/// No controller ran while the recordings were made, so no namespace had a ServiceAccount or a certificate.
fn remove_what_controllers_make(cluster: &mut Cluster) -> Result<(), String> {
    let objects = cluster.store().objects();
    let made = [Kind::SERVICE_ACCOUNT, Kind::CONFIG_MAP]
        .into_iter()
        .flat_map(|kind| objects.of_kind(kind));
    let keys: Vec<(Kind, ObjectKey)> = made.map(|object| (object.kind(), object.key())).collect();
    cluster.request(|request| {
        for (kind, key) in keys {
            request
                .delete(kind, &key, DeleteOptions::now())
                .map_err(|error| error.to_string())?;
        }
        Ok(())
    })
}

fn fill_uids(value: &mut Value, uids: &BTreeMap<String, String>) {
    match value {
        Value::String(text) => {
            if let Some(uid) = uids.get(text) {
                *text = uid.clone();
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|value| fill_uids(value, uids)),
        Value::Object(map) => map.values_mut().for_each(|value| fill_uids(value, uids)),
        _ => {}
    }
}
