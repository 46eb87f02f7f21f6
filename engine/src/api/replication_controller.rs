//! A ReplicationController as stored: what there was before ReplicaSets, with a selector that is a plain map.

use std::sync::Arc;

use serde_json::{Value, json};

use super::json::{self, ObjectBuilder};
use super::{Kind, ObjectMeta, ReplicaSet, ReplicaSetSpec, ReplicaSetStatus, Resource};

/// A ReplicationController.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplicationController {
    /// Metadata.
    pub meta: ObjectMeta,
    /// What it is meant to be.
    pub spec: Arc<ReplicaSetSpec>,
    /// How it does.
    pub status: ReplicaSetStatus,
}

impl Resource for ReplicationController {
    const KIND: Kind = Kind::REPLICATION_CONTROLLER;

    fn meta(&self) -> &ObjectMeta {
        &self.meta
    }

    fn meta_mut(&mut self) -> &mut ObjectMeta {
        &mut self.meta
    }

    fn from_json(mut value: Value) -> Self {
        if let Some(spec) = value.get_mut("spec").and_then(Value::as_object_mut) {
            let labels = spec.remove("selector").unwrap_or_default();
            spec.insert("selector".to_owned(), json!({ "matchLabels": labels }));
        }
        let ReplicaSet { meta, spec, status } = ReplicaSet::from_json(value);
        ReplicationController { meta, spec, status }
    }

    fn to_json(&self) -> Value {
        let set = ReplicaSet {
            meta: ObjectMeta::default(),
            spec: self.spec.clone(),
            status: self.status.clone(),
        };
        let mut whole = set.to_json();
        let mut spec = ObjectBuilder::from(json::take(&mut whole, "spec"));
        let selector = self.spec.selector.match_labels.iter();
        let selector: Value = selector
            .map(|(key, value)| (key.to_string(), Value::from(value.as_str())))
            .collect();
        spec.put("selector", selector);
        let parts = [("spec", spec.build()), ("status", json::take(&mut whole, "status"))];
        super::resource::external(Kind::REPLICATION_CONTROLLER, &self.meta, parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_selector_is_a_plain_map() {
        let object = json!({
            "apiVersion": "v1", "kind": "ReplicationController", "metadata": { "name": "web", "namespace": "default" },
            "spec": { "replicas": 2, "selector": { "app": "web" }, "template": {
                "metadata": { "creationTimestamp": null, "labels": { "app": "web" } }, "spec": { "containers": [] } } },
            "status": { "replicas": 0 },
        });
        let read = ReplicationController::from_json(object.clone());
        assert_eq!(read.spec.selector.match_labels.len(), 1);
        assert_eq!(read.to_json(), object);
    }
}
