//! RuntimeClass: a pod that names one gets its overhead and where it may be scheduled; nobody else may set an overhead.
//!
//! Source: `plugin/pkg/admission/runtimeclass`; documentation "Runtime Class". Not modelled: handlers, which kubelets look at.

use serde_json::{Map, Value, json};

use super::Refusal;
use crate::api::quantity::Quantity;
use crate::api::{Kind, Object, ObjectKey, json as read};
use crate::store::Store;

fn rejected(why: impl AsRef<str>) -> Refusal {
    Refusal::because(format!("pod rejected: {}", why.as_ref()))
}

/// What the class of a pod says; none if it names no class.
fn class<'s>(spec: &Map<String, Value>, store: &'s Store) -> Result<Option<&'s Value>, Refusal> {
    let Some(name) = spec.get("runtimeClassName").and_then(Value::as_str) else {
        return Ok(None);
    };
    match store.objects().object(Kind::RUNTIME_CLASS, &ObjectKey::cluster(name)) {
        Some(Object::Inert(class)) => Ok(Some(&class.body)),
        _ => Err(rejected(format!("RuntimeClass \"{name}\" not found"))),
    }
}

/// Gives a pod what its class says.
///
/// # Errors
/// There is no such class, or the pod says otherwise.
pub fn mutate(spec: &mut Map<String, Value>, store: &Store) -> Result<(), Refusal> {
    let Some(class) = class(spec, store)? else {
        return Ok(());
    };
    if let Some(overhead) = overhead(class) {
        if spec.get("overhead").is_some_and(|given| !same_amounts(given, overhead)) {
            return Err(rejected("Pod's Overhead doesn't match RuntimeClass's defined Overhead"));
        }
        spec.insert("overhead".to_owned(), overhead.clone());
    }
    let scheduling = class.get("scheduling").unwrap_or(&Value::Null);
    select_nodes(spec, scheduling)?;
    let tolerations = read::list(scheduling, "tolerations");
    if tolerations.is_empty() {
        return Ok(());
    }
    if let Some(own) = spec.entry("tolerations").or_insert_with(|| json!([])).as_array_mut() {
        for toleration in tolerations {
            if !own.contains(toleration) {
                own.push(toleration.clone());
            }
        }
    }
    Ok(())
}

fn overhead(class: &Value) -> Option<&Value> {
    class
        .get("overhead")?
        .get("podFixed")
        .filter(|overhead| !overhead.is_null())
}

fn same_amounts(a: &Value, b: &Value) -> bool {
    let (Some(a), Some(b)) = (a.as_object(), b.as_object()) else {
        return false;
    };
    let same = |(name, amount): (&String, &Value)| {
        let other = b.get(name).and_then(|other| Quantity::from_json(other).ok());
        other.is_some() && other == Quantity::from_json(amount).ok()
    };
    a.len() == b.len() && a.iter().all(same)
}

fn select_nodes(spec: &mut Map<String, Value>, scheduling: &Value) -> Result<(), Refusal> {
    let Some(wanted) = scheduling.get("nodeSelector").and_then(Value::as_object) else {
        return Ok(());
    };
    let Some(own) = spec.entry("nodeSelector").or_insert_with(|| json!({})).as_object_mut() else {
        return Ok(());
    };
    for (label, value) in wanted {
        if let Some(given) = own.get(label).filter(|given| *given != value) {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            return Err(rejected(format!(
                "conflict: runtimeClass.scheduling.nodeSelector[{label}] = {}; pod.spec.nodeSelector[{label}] = {}",
                text(value),
                text(given)
            )));
        }
        own.insert(label.clone(), value.clone());
    }
    Ok(())
}

/// Only a class may bring an overhead.
pub fn validate(spec: &Value, store: &Store) -> Result<(), Refusal> {
    let has_overhead = spec
        .get("overhead")
        .and_then(Value::as_object)
        .is_some_and(|o| !o.is_empty());
    let Some(fields) = spec.as_object().filter(|_| has_overhead) else {
        return Ok(());
    };
    match class(fields, store)?.and_then(overhead) {
        Some(_) => Ok(()),
        None => Err(rejected(
            "Pod Overhead set without corresponding RuntimeClass defined Overhead",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admission::chain::tests::fresh_store;

    #[test]
    fn a_class_gives_overhead_and_place() {
        let mut store = fresh_store();
        let class = json!({
            "apiVersion": "node.k8s.io/v1", "kind": "RuntimeClass", "metadata": { "name": "vm" }, "handler": "vm",
            "overhead": { "podFixed": { "cpu": "250m" } },
            "scheduling": { "nodeSelector": { "vm": "yes" }, "tolerations": [{ "key": "vm", "operator": "Exists" }] },
        });
        let created = store.create_object(Object::from_json(Kind::RUNTIME_CLASS, class));
        assert!(created.is_ok(), "{created:?}");
        let admit = |spec: Value| {
            let mut spec = spec;
            let fields = spec.as_object_mut().map(|fields| mutate(fields, &store));
            match fields.and_then(Result::err).or(validate(&spec, &store).err()) {
                Some(refusal) => Err(refusal.to_string()),
                None => Ok(spec),
            }
        };
        assert_eq!(
            admit(json!({ "runtimeClassName": "vm" })),
            Ok(json!({
                "runtimeClassName": "vm", "overhead": { "cpu": "250m" }, "nodeSelector": { "vm": "yes" },
                "tolerations": [{ "key": "vm", "operator": "Exists" }],
            }))
        );
        for (spec, expect) in [
            (
                json!({ "runtimeClassName": "x" }),
                "pod rejected: RuntimeClass \"x\" not found",
            ),
            (
                json!({ "overhead": { "cpu": "1" } }),
                "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead",
            ),
            (
                json!({ "runtimeClassName": "vm", "overhead": { "cpu": "1" } }),
                "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead",
            ),
            (
                json!({ "runtimeClassName": "vm", "nodeSelector": { "vm": "no" } }),
                "pod rejected: conflict: runtimeClass.scheduling.nodeSelector[vm] = yes; pod.spec.nodeSelector[vm] = no",
            ),
        ] {
            assert_eq!(admit(spec), Err(expect.to_owned()));
        }
    }
}
