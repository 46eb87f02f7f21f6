//! A ResourceQuota as plugin and controller read it.

use serde_json::{Map, Value};

use super::evaluator;
use super::scope::Scope;
use crate::api::{Inert, Kind, Object, ResourceList, resource_list};

/// A ResourceQuota.
#[derive(Debug, Clone, PartialEq)]
pub struct Quota {
    /// `spec.hard`: what is meant to be the limit.
    pub wanted: ResourceList,
    /// `status.hard`: what is enforced.
    pub hard: ResourceList,
    /// `status.used`.
    pub used: ResourceList,
    scopes: Vec<Scope>,
}

impl Quota {
    /// Reads the stored object.
    pub fn read(object: &Inert) -> Self {
        let at = |path: &str| resource_list(object.body.pointer(path));
        Quota {
            wanted: at("/spec/hard"),
            hard: at("/status/hard"),
            used: at("/status/used"),
            scopes: Scope::read_all(object.body.get("spec").unwrap_or(&Value::Null)),
        }
    }

    /// Whether the quota's scopes are about this object. Only pods have scopes.
    pub fn is_about(&self, object: &Object) -> bool {
        match object {
            Object::Pod(pod) => self.scopes.iter().all(|scope| scope.matches(pod)),
            _ => self.scopes.is_empty(),
        }
    }

    /// What an object uses of what this quota limits; empty for objects that it is not about.
    pub fn usage(&self, object: &Object) -> ResourceList {
        if !self.is_about(object) {
            return ResourceList::new();
        }
        let mut usage = evaluator::usage(object);
        usage.retain(|name, _| self.wanted.contains_key(name));
        usage
    }

    /// Whether it limits anything that objects of a kind use.
    pub fn limits(&self, kind: Kind) -> bool {
        self.wanted.keys().any(|name| evaluator::handles(kind, name))
    }

    /// The stored object with this status.
    pub fn write(object: &Inert, hard: &ResourceList, used: &ResourceList) -> Inert {
        let mut object = object.clone();
        if let Some(body) = object.body.as_object_mut() {
            let status = [("hard", amounts(hard)), ("used", amounts(used))];
            let status: Map<String, Value> = status.map(|(key, list)| (key.to_owned(), list)).into_iter().collect();
            body.insert("status".to_owned(), Value::Object(status));
        }
        object
    }
}

fn amounts(list: &ResourceList) -> Value {
    let entries = list
        .iter()
        .map(|(name, amount)| (name.to_string(), amount.canonical().into()));
    Value::Object(entries.collect())
}
