//! The cluster that requests are replayed against: an API server of v1.28 in which no controller ran.

use std::collections::BTreeMap;

use serde_json::Value;
use shakedown_engine::api::{Kind, ObjectKey};
use shakedown_engine::faults::{ControlPlanePart, Fault};
use shakedown_engine::store::DeleteOptions;
use shakedown_engine::{Cluster, ClusterOptions};

/// A cluster that holds the setup's objects, and in which nothing runs.
pub(super) fn prepare(setup: &[Value]) -> Result<Cluster, String> {
    let mut cluster = Cluster::new(ClusterOptions::default());
    for (name, value) in [
        ("kubernetes-version", "1.28"),
        ("service-account-admission", "false"),
        ("metrics-server", "off"),
    ] {
        cluster.set_setting(name, value).map_err(|error| error.to_string())?;
    }
    remove_what_controllers_make(&mut cluster)?;
    for part in [ControlPlanePart::ControllerManager, ControlPlanePart::Scheduler] {
        let down = Fault::ControlPlaneDown(part);
        cluster.inject(down, None).map_err(|error| error.to_string())?;
    }
    let mut uids: BTreeMap<String, String> = BTreeMap::new();
    for object in setup {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let kind = Kind::from_gvk(&text(&object["apiVersion"]), &text(&object["kind"])).ok_or("setup: unknown kind")?;
        let mut object = object.clone();
        fill_uids(&mut object, &uids);
        let status = object.get("status").cloned();
        let deleted = object
            .as_object_mut()
            .and_then(|object| object.remove(DELETED))
            .is_some();
        provide_namespace(&mut cluster, &text(&object["metadata"]["namespace"]))?;
        let created = cluster.request(|request| {
            // The recorder's name as a client.
            request.manager = "oracle".into();
            let created = request.create(kind, object)?;
            let key = ObjectKey::new(
                text(&created["metadata"]["namespace"]),
                text(&created["metadata"]["name"]),
            );
            if deleted {
                // It hangs in its deletion: nobody empties it.
                request.delete(kind, &key, DeleteOptions::default())?;
            }
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

/// The recorder made the namespaces of what it set up without saying so.
fn provide_namespace(cluster: &mut Cluster, name: &str) -> Result<(), String> {
    let objects = cluster.store().objects();
    if name.is_empty() || objects.object(Kind::NAMESPACE, &ObjectKey::cluster(name)).is_some() {
        return Ok(());
    }
    let namespace = serde_json::json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name } });
    cluster
        .request(|request| request.create(Kind::NAMESPACE, namespace))
        .map(|_| ())
        .map_err(|error| format!("setup: {error}"))
}

/// The member by which a recording says that an object is being deleted.
const DELETED: &str = "_note";

/// Marks an object as being deleted that was recorded so.
pub(super) fn mark_deleted(object: &mut Value) {
    if object["metadata"].get("deletionTimestamp").is_some() {
        object[DELETED] = true.into();
    }
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

/// A recorded object without what the server made up for it, so that it can be created again.
pub(super) fn without_placeholders(object: &mut Value) {
    // A Job's selector, and the labels that go with it, are made of its uid, unless its author selects by hand.
    if object["kind"] == "Job" && object["spec"]["manualSelector"] != true {
        let own = |label: &str| label.ends_with("controller-uid") || label.ends_with("job-name");
        for pointer in ["/metadata/labels", "/spec/template/metadata/labels"] {
            if let Some(labels) = object.pointer_mut(pointer).and_then(Value::as_object_mut) {
                labels.retain(|label, _| !own(label));
            }
        }
        if let Some(spec) = object["spec"].as_object_mut() {
            spec.remove("selector");
        }
    }
    remove_placeholders(object);
}

fn remove_placeholders(value: &mut Value) {
    match value {
        Value::Array(list) => {
            list.retain(|item| !is_placeholder(item));
            list.iter_mut().for_each(remove_placeholders);
        }
        Value::Object(map) => {
            map.retain(|_, value| !is_placeholder(value));
            map.values_mut().for_each(remove_placeholders);
        }
        _ => {}
    }
}

fn is_placeholder(value: &Value) -> bool {
    let placeholders = ["<uid>", "<rv>", "<time>", "<clusterIP>", "<nodePort>"];
    value.as_str().is_some_and(|text| placeholders.contains(&text))
}

/// The stored object of the same kind and name, as the API shows it.
pub(super) fn find(cluster: &Cluster, like: &Value) -> Option<Value> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let kind = Kind::from_gvk(&text(&like["apiVersion"]), &text(&like["kind"]))?;
    let metadata = &like["metadata"];
    let key = ObjectKey::new(text(&metadata["namespace"]), text(&metadata["name"]));
    cluster
        .store()
        .objects()
        .object(kind, &key)
        .map(|object| object.to_json())
}
