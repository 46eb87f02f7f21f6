//! Priority: a pod's number by the name of its class.
//!
//! Source: `plugin/pkg/admission/priority`; documentation "Pod Priority and Preemption".

use serde_json::{Map, Value};

use super::Refusal;
use crate::api::{Kind, Object, ObjectKey, json as read};
use crate::store::Store;

/// The priorities of the built-in PriorityClasses, should somebody delete these.
const SYSTEM_CLASSES: [(&str, i64); 2] = [
    ("system-cluster-critical", 2_000_000_000),
    ("system-node-critical", 2_000_001_000),
];

/// Gives a pod its priority: by its class, by the default class, or zero.
pub fn mutate(spec: &mut Map<String, Value>, store: &Store) -> Result<(), Refusal> {
    let named = spec.get("priorityClassName").and_then(Value::as_str);
    let class = named.unwrap_or_default().to_owned();
    let (computed, policy) = match find(&class, store) {
        Some(found) => {
            let name = found.pointer("/metadata/name").cloned().unwrap_or_default();
            spec.insert("priorityClassName".to_owned(), name);
            (
                read::int(&found, "value").unwrap_or(0),
                read::text(&found, "preemptionPolicy"),
            )
        }
        None if class.is_empty() => (0, "".into()),
        None => match SYSTEM_CLASSES.iter().find(|(name, _)| *name == class) {
            Some((_, priority)) => (*priority, "".into()),
            None => {
                return Err(Refusal::because(format!(
                    "no PriorityClass with name {class} was found"
                )));
            }
        },
    };
    let given = spec.get("priority").and_then(Value::as_i64);
    if let Some(given) = given.filter(|given| *given != computed) {
        return Err(Refusal::because(format!(
            "the integer value of priority ({given}) must not be provided in pod spec; priority admission controller computed \
             {computed} from the given PriorityClass name"
        )));
    }
    spec.insert("priority".to_owned(), computed.into());
    let policy = if policy.is_empty() {
        "PreemptLowerPriority"
    } else {
        &policy
    };
    spec.entry("preemptionPolicy").or_insert_with(|| policy.into());
    Ok(())
}

/// The class of this name; without a name, the default one.
fn find(class: &str, store: &Store) -> Option<Value> {
    let objects = store.objects();
    if class.is_empty() {
        let mut classes = objects.of_kind(Kind::PRIORITY_CLASS).map(Object::to_json);
        return classes.find(|class| read::flag(class, "globalDefault"));
    }
    let class = objects.object(Kind::PRIORITY_CLASS, &ObjectKey::cluster(class));
    class.map(Object::to_json)
}
