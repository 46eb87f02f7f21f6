//! Admission of requests: what depends on other objects in the cluster.
//!
//! Source: admission plugins Priority, TaintNodesByCondition and DefaultStorageClass; what a pod gets by itself is in [`crate::admission`].
//! Deliberately not modelled: LimitRanger, ResourceQuota, PodSecurity, webhooks.

use serde_json::{Value, json};

use super::error::{ApiError, Reason, key_of};
use crate::admission;
use crate::api::{Kind, Object, json as read};
use crate::component::Context;
use crate::storage::assign_default_class;
use crate::store::Store;

/// The taint of a node that has not said yet that it is ready.
const NOT_READY: &str = "node.kubernetes.io/not-ready";

/// Changes a new object before it is validated.
///
/// # Errors
/// It refers to something that is not there.
pub fn mutate_new(context: &Context<'_>, kind: Kind, value: &mut Value) -> Result<(), ApiError> {
    match kind {
        Kind::POD => set_priority(context.store, value),
        Kind::NODE => {
            taint_not_ready(value);
            Ok(())
        }
        Kind::PERSISTENT_VOLUME_CLAIM => {
            assign_default_class(value, context.store.objects());
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Admits a typed object.
pub fn admit(context: &Context<'_>, object: Object) -> Object {
    match object {
        Object::Pod(pod) => {
            let mut pod = std::sync::Arc::unwrap_or_clone(pod);
            admission::admit(&mut pod, context.settings, context.store.timestamp());
            Object::from(pod)
        }
        other => other,
    }
}

/// The priority of a pod, by its class or by the default one.
fn set_priority(store: &Store, pod: &mut Value) -> Result<(), ApiError> {
    let name = key_of(pod).name;
    let Some(spec) = pod.get_mut("spec").and_then(Value::as_object_mut) else {
        return Ok(());
    };
    admission::resolve_priority(spec, store).map_err(|why| {
        let message = format!("pods \"{name}\" is forbidden: {why}");
        ApiError::new(Reason::Forbidden, message).concerning(Kind::POD, &name)
    })
}

/// A new node takes no pods until its controller has seen that it is ready.
fn taint_not_ready(node: &mut Value) {
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
