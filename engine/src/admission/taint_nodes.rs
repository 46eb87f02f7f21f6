//! TaintNodesByCondition: a new node takes no pods until its controller has seen that it is ready.
//!
//! Source: `plugin/pkg/admission/nodetaint`.

use serde_json::{Value, json};

use crate::api::json as read;

/// The taint of a node that has not said yet that it is ready.
const NOT_READY: &str = "node.kubernetes.io/not-ready";

/// Taints a new node.
pub fn mutate(node: &mut Value) {
    let Some(node) = node.as_object_mut() else { return };
    let spec = node.entry("spec").or_insert_with(|| json!({}));
    let Some(spec) = spec.as_object_mut() else { return };
    let taints = spec.entry("taints").or_insert_with(|| json!([]));
    let Some(taints) = taints.as_array_mut() else { return };
    let is_there = |taint: &Value| read::text(taint, "key") == NOT_READY && read::text(taint, "effect") == "NoSchedule";
    if !taints.iter().any(is_there) {
        taints.push(json!({ "key": NOT_READY, "effect": "NoSchedule" }));
    }
}
