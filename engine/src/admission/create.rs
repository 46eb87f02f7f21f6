//! Making a pod as the API server does for a controller.

use std::sync::Arc;

use smol_str::SmolStr;

use super::{Admitted, chain, resource_quota, webhook};
use crate::api::{Condition, Kind, Object, Pod, PodPhase, Timestamp, json as read, qos_class};
use crate::component::Context;
use crate::store::{StoreError, Stored};

/// Stores a new pod, whose spec is its template's, as admission leaves it. `admitted` remembers what became of the template.
///
/// # Errors
/// What admission or the store refuse.
pub fn create_pod(mut pod: Pod, admitted: &mut Admitted, context: &mut Context<'_>) -> Result<Arc<Pod>, StoreError> {
    context.store.check_namespace(Kind::POD, &pod.meta)?;
    let validated = admitted.admit(&mut pod, context)?;
    context.store.give_name(Kind::POD, &mut pod.meta)?;
    begin(&mut pod, context.store.timestamp());
    let validated = validated.and_then(|()| webhook::validate(&pod.meta, true, context));
    let charged = validated.and_then(
        |()| match resource_quota::has_quotas(&pod.meta.namespace, context.store) {
            true => resource_quota::charge(&Object::from(pod.clone()), None, false, context.store),
            false => Ok(()),
        },
    );
    charged.map_err(|refusal| refusal.of(Kind::POD, &pod.meta))?;
    context.store.create(pod)
}

/// Stores a new object of a controller's making, of a kind that no mutating plugin changes.
///
/// # Errors
/// What admission or the store refuse.
pub fn create<T: Stored + Clone>(object: T, context: &mut Context<'_>) -> Result<Arc<T>, StoreError> {
    if resource_quota::has_quotas(&object.meta().namespace, context.store) {
        check_new(&object.clone().into(), context)?;
    }
    context.store.create(object)
}

/// Stores a new object of any kind. See [`create`].
///
/// # Errors
/// What admission or the store refuse.
pub fn create_object(object: Object, context: &mut Context<'_>) -> Result<Object, StoreError> {
    check_new(&object, context)?;
    context.store.create_object(object)
}

/// What the store would refuse must not be charged.
fn check_new(object: &Object, context: &mut Context<'_>) -> Result<(), StoreError> {
    let (kind, key) = (object.kind(), object.key());
    context.store.check_namespace(kind, object.meta())?;
    if context.store.objects().object(kind, &key).is_some() {
        return Err(StoreError::AlreadyExists(kind, key));
    }
    chain::validate(object, None, false, context)
}

/// The status of a new pod.
pub fn begin(pod: &mut Pod, now: Timestamp) {
    pod.status.phase = PodPhase::Pending;
    pod.status.qos_class = SmolStr::new_static(qos_class(&pod.spec));
    if !read::list(&pod.spec.json, "schedulingGates").is_empty() {
        let message = "Scheduling is blocked due to non-empty scheduling gates";
        let condition = Condition::new("PodScheduled", false, "SchedulingGated", message, now);
        pod.status.set_condition(condition);
    }
}
