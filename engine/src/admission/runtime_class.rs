//! RuntimeClass: what a container runtime needs for itself is added to what a pod asks for, and where such a runtime is installed
//! decides where the pod may run.
//!
//! Source: `plugin/pkg/admission/runtimeclass`; documentation "Runtime Class", "Pod Overhead".

use serde_json::{Map, Value};

use super::Refusal;
use crate::api::{Kind, Object, ObjectKey, json as read, resource_list};
use crate::store::Store;

/// The class that a pod names.
fn class(spec: &Map<String, Value>, store: &Store) -> Result<Option<Value>, Refusal> {
    let Some(name) = spec.get("runtimeClassName").and_then(Value::as_str) else {
        return Ok(None);
    };
    let class = (store.objects())
        .object(Kind::RUNTIME_CLASS, &ObjectKey::cluster(name))
        .map(Object::to_json);
    let missing = || Refusal::because(format!("pod rejected: RuntimeClass \"{name}\" not found"));
    class.map(Some).ok_or_else(missing)
}

/// Gives a pod the overhead, the node selector and the tolerations of its class.
///
/// # Errors
/// There is no such class, or it says something else than the pod.
pub fn mutate(spec: &mut Map<String, Value>, store: &Store) -> Result<(), Refusal> {
    let Some(class) = class(spec, store)? else {
        return Ok(());
    };
    if let Some(overhead) = class
        .pointer("/overhead/podFixed")
        .filter(|overhead| !overhead.is_null())
    {
        let given = resource_list(spec.get("overhead"));
        if !given.is_empty() && given != resource_list(Some(overhead)) {
            let why = "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead";
            return Err(Refusal::because(why));
        }
        spec.insert("overhead".to_owned(), overhead.clone());
    }
    let scheduling = class.get("scheduling").unwrap_or(&Value::Null);
    for (key, value) in scheduling
        .get("nodeSelector")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        let selector = spec.entry("nodeSelector").or_insert_with(|| Value::Object(Map::new()));
        let Some(selector) = selector.as_object_mut() else {
            continue;
        };
        if selector.get(key).is_some_and(|given| given != value) {
            let why = format!(
                "conflict: runtimeClass.scheduling.nodeSelector[{key}] = {value}; pod.spec.nodeSelector[{key}] differs"
            );
            return Err(Refusal::because(format!("pod rejected: {why}")));
        }
        selector.insert(key.clone(), value.clone());
    }
    for toleration in read::list(scheduling, "tolerations") {
        let tolerations = spec.entry("tolerations").or_insert_with(|| Value::Array(Vec::new()));
        if let Some(tolerations) = tolerations.as_array_mut().filter(|list| !list.contains(toleration)) {
            tolerations.push(toleration.clone());
        }
    }
    Ok(())
}

/// Refuses a pod that claims an overhead that no class defines.
///
/// # Errors
/// See above.
pub fn validate(spec: &Value, store: &Store) -> Result<(), Refusal> {
    let Some(spec) = spec.as_object() else { return Ok(()) };
    let claims = spec.get("overhead").is_some_and(|overhead| !overhead.is_null());
    let defined = class(spec, store)?.and_then(|class| class.pointer("/overhead/podFixed").cloned());
    if claims && defined.is_none_or(|defined| defined.is_null()) {
        let why = "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead";
        return Err(Refusal::because(why));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::admission::chain::tests::fresh_store;

    #[test]
    fn a_class_adds_its_overhead() {
        let mut store = fresh_store();
        let class = json!({ "apiVersion": "node.k8s.io/v1", "kind": "RuntimeClass", "metadata": { "name": "vm" }, "handler": "vm",
            "overhead": { "podFixed": { "cpu": "250m" } }, "scheduling": { "nodeSelector": { "vm": "yes" } } });
        store
            .create_object(Object::from_json(Kind::RUNTIME_CLASS, class))
            .expect("a fresh name");
        let check = |spec: Value, expect: Result<Value, &str>| {
            let mut changed = spec.as_object().cloned().unwrap_or_default();
            let outcome = mutate(&mut changed, &store).and_then(|()| validate(&Value::Object(changed.clone()), &store));
            let expect = expect.map_err(|why| Refusal::because(format!("pod rejected: {why}")));
            assert_eq!(outcome.map(|()| Value::Object(changed)), expect, "{spec}");
        };
        check(json!({}), Ok(json!({})));
        let whole = json!({ "runtimeClassName": "vm", "overhead": { "cpu": "250m" }, "nodeSelector": { "vm": "yes" } });
        check(json!({ "runtimeClassName": "vm" }), Ok(whole));
        check(
            json!({ "runtimeClassName": "none" }),
            Err("RuntimeClass \"none\" not found"),
        );
        check(
            json!({ "runtimeClassName": "vm", "overhead": { "cpu": "1" } }),
            Err("Pod's Overhead doesn't match RuntimeClass's defined Overhead"),
        );
        check(
            json!({ "overhead": { "cpu": "1" } }),
            Err("Pod Overhead set without corresponding RuntimeClass defined Overhead"),
        );
    }
}
