//! Nodes joining the cluster.

use serde_json::{Map, Value, json};
use shakedown_engine::api::decode::Origin;

use super::{StepError, World};
use crate::given::NodeSpec;

impl World {
    /// Lets a node join.
    ///
    /// # Errors
    /// If there is one of that name, or it cannot be.
    pub(crate) fn add_node(&mut self, spec: &NodeSpec) -> Result<(), StepError> {
        let texts = |pairs: &[(String, String)]| {
            let pairs = pairs
                .iter()
                .map(|(key, value)| (key.clone(), Value::from(value.as_str())));
            Value::Object(pairs.collect::<Map<_, _>>())
        };
        let taint =
            |(key, value, effect): &(String, String, String)| json!({ "key": key, "value": value, "effect": effect });
        let resources = texts(&spec.resources);
        let node = json!({
            "apiVersion": "v1", "kind": "Node",
            "metadata": { "name": spec.name, "labels": texts(&spec.labels) },
            "spec": { "taints": spec.taints.iter().map(taint).collect::<Vec<_>>() },
            "status": { "capacity": resources, "allocatable": resources },
        });
        self.apply(&node.to_string(), &Origin::file("this step"))
            .map_err(StepError::new)
    }
}
