//! Rollouts in the timeline: when the latest one began and ended.

use std::ops::Range;

use serde_json::Value;
use shakedown_engine::api::{Deployment, Kind, Object};
use shakedown_engine::store::Change;

use crate::parameters::ObjectRef;

/// Whether a workload's rollout is complete, as `kubectl rollout status` has it: the controller has seen the latest spec, and
/// all wanted pods are of it and available.
///
/// # Errors
/// What is missing.
pub fn is_rolled_out(object: &Object) -> Result<(), String> {
    let Object::Deployment(deployment) = object else {
        return is_rolled_out_by_number(object);
    };
    let (wanted, status) = (deployment.spec.replicas, &deployment.status);
    if status.observed_generation < deployment.meta.generation {
        return Err("the controller has not seen the latest spec yet".to_owned());
    }
    if status.updated_replicas < wanted {
        return Err(format!("{} of {wanted} replicas are updated", status.updated_replicas));
    }
    if status.replicas > status.updated_replicas {
        return Err(format!(
            "{} old replicas are still there",
            status.replicas - status.updated_replicas
        ));
    }
    if status.available_replicas < status.updated_replicas {
        return Err(format!(
            "{} of {} updated replicas are available",
            status.available_replicas, status.updated_replicas
        ));
    }
    Ok(())
}

/// StatefulSets and DaemonSets: the numbers of their status, as `kubectl rollout status` reads them.
fn is_rolled_out_by_number(object: &Object) -> Result<(), String> {
    let json = object.to_json();
    let number = |pointer: &str| json.pointer(pointer).and_then(Value::as_i64).unwrap_or(0);
    let (wanted, updated, available) = match object.kind() {
        Kind::STATEFUL_SET => {
            let partition = number("/spec/updateStrategy/rollingUpdate/partition");
            let wanted = number("/spec/replicas");
            let updated = number("/status/updatedReplicas") + partition.min(wanted);
            (wanted, updated, number("/status/readyReplicas"))
        }
        Kind::DAEMON_SET => (
            number("/status/desiredNumberScheduled"),
            number("/status/updatedNumberScheduled"),
            number("/status/numberAvailable"),
        ),
        kind => return Err(format!("{kind} has no rollouts")),
    };
    if number("/status/observedGeneration") < object.meta().generation {
        return Err("the controller has not seen the latest spec yet".to_owned());
    }
    if updated < wanted {
        return Err(format!("{updated} of {wanted} pods are updated"));
    }
    if available < wanted {
        return Err(format!("{available} of {wanted} pods are available"));
    }
    Ok(())
}

/// The changes of `log` from the start of the latest rollout to its end, or to the end of the log if it goes on; of `workload`
/// or of any.
pub fn latest_rollout(log: &[Change], workload: Option<&ObjectRef>) -> Option<Range<usize>> {
    let is_meant = |change: &Change| {
        change.kind() == Kind::DEPLOYMENT
            && workload.is_none_or(|wanted| wanted.kind == Kind::DEPLOYMENT && wanted.key() == change.key())
    };
    let start = log
        .iter()
        .rposition(|change| is_meant(change) && starts_rollout(change))?;
    let key = log.get(start)?.key();
    let ended = |change: &Change| {
        let after = change.after.as_ref();
        change.kind() == Kind::DEPLOYMENT
            && change.key() == key
            && after.is_none_or(|object| is_rolled_out(object).is_ok())
    };
    let length = log.iter().skip(start).position(ended);
    Some(start..length.map_or(log.len(), |length| start + length + 1))
}

/// A rollout begins when the template changes, or with the workload itself.
fn starts_rollout(change: &Change) -> bool {
    let template = |object: &Option<Object>| match object {
        Some(Object::Deployment(deployment)) => Some(Deployment::clone(deployment).spec),
        _ => None,
    };
    match (template(&change.before), template(&change.after)) {
        (Some(before), Some(after)) => before.template != after.template,
        (None, Some(_)) => true,
        (_, None) => false,
    }
}
