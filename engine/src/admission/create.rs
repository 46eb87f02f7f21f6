//! Making a pod as the API server does for a controller.

use std::sync::Arc;

use smol_str::SmolStr;

use super::Admitted;
use crate::api::{Condition, Kind, Pod, PodPhase, Timestamp, json as read, qos_class};
use crate::component::Context;
use crate::store::StoreError;

/// Stores a new pod, whose spec is its template's, as admission leaves it. `admitted` remembers what became of the template.
///
/// # Errors
/// What admission or the store refuse.
pub fn create_pod(mut pod: Pod, admitted: &mut Admitted, context: &mut Context<'_>) -> Result<Arc<Pod>, StoreError> {
    context.store.check_namespace(Kind::POD, &pod.meta)?;
    let validated = admitted.admit(&mut pod, context)?;
    context.store.give_name(Kind::POD, &mut pod.meta)?;
    validated.map_err(|refusal| refusal.of(Kind::POD, &pod.meta))?;
    begin(&mut pod, context.store.timestamp());
    context.store.create(pod)
}

/// The status of a new pod.
pub fn begin(pod: &mut Pod, now: Timestamp) {
    pod.status.phase = PodPhase::Pending;
    pod.status.qos_class = SmolStr::new_static(qos_class(&pod.spec));
    if !read::list(&pod.spec.json, "schedulingGates").is_empty() {
        let message = "Scheduling is blocked due to non-empty scheduling gates";
        let condition = Condition::new("PodScheduled", false, "SchedulingGated", message, now);
        Condition::set(&mut pod.status.conditions, condition);
    }
}
