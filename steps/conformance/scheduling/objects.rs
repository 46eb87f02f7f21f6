//! A recorded cluster, as the scheduler sees it.

use serde_json::Value;
use shakedown_engine::api::{Kind, Node, Object, Pod, Resource, Uid};
use shakedown_engine::scheduler::Snapshot;
use shakedown_engine::settings::Settings;
use shakedown_engine::sim::StableHasher;

use super::super::recording::Case;

/// The nodes, pods and other objects of a case; nothing is defaulted, as nothing was in the recorder.
///
/// # Errors
/// An object is of a kind that is not known.
pub(super) fn snapshot(case: &Case) -> Result<Snapshot, String> {
    let mut snapshot = Snapshot::new(Settings::default());
    for object in list(case, "otherObjects") {
        let name = object["kind"].as_str().unwrap_or_default();
        let kind = Kind::from_name(name).ok_or_else(|| format!("otherObjects: kind `{name}` is not known"))?;
        snapshot.add(Object::from_json(kind, with_uids(object)));
    }
    for node in list(case, "nodes") {
        snapshot.add(Node::from_json(with_uids(node)).into());
    }
    for existing in list(case, "existingPods") {
        snapshot.add(pod(existing).into());
    }
    Ok(snapshot)
}

/// A recorded pod.
pub(super) fn pod(value: &Value) -> Pod {
    Pod::from_json(with_uids(value))
}

/// The list at a key of a case.
pub(super) fn list<'a>(case: &'a Case, key: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    case.body[key].as_array().into_iter().flatten()
}

/// An object whose identities are UUIDs: the recorder's are short names.
fn with_uids(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let entries = map.iter().map(|(key, value)| match (key.as_str(), value) {
                ("uid", Value::String(short)) => (key.clone(), Value::from(uid(short).to_string())),
                _ => (key.clone(), with_uids(value)),
            });
            Value::Object(entries.collect())
        }
        Value::Array(list) => Value::Array(list.iter().map(with_uids).collect()),
        scalar => scalar.clone(),
    }
}

fn uid(short: &str) -> Uid {
    Uid::from_random(u128::from(StableHasher::of(short)))
}
