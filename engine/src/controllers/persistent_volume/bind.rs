//! Binding a claim and a volume to each other: four writes, each of which may have been made already.
//!
//! Source: `pv_controller.go` (`bind`): the volume names the claim and is Bound, then the claim names the volume and is Bound.

use serde_json::Value;

use super::find::find_volume;
use crate::api::{Kind, ObjectKey};
use crate::component::Context;
use crate::storage::{Claim, annotate, annotation, modify, reserve, set, strip, unset};

/// Binds.
pub fn bind(volume: &str, claim: &Claim, context: &mut Context<'_>) {
    reserve(volume, claim, context.store);
    set_volume_phase(volume, "Bound", context);
    let key = ObjectKey::cluster(volume);
    let Some(found) = context.store.objects().inert(Kind::PERSISTENT_VOLUME, &key) else {
        return;
    };
    let part = |pointer: &str| found.body.pointer(pointer).cloned().unwrap_or(Value::Null);
    let (modes, capacity) = (part("/spec/accessModes"), part("/spec/capacity"));
    modify(Kind::PERSISTENT_VOLUME_CLAIM, &claim.key, context.store, |object| {
        if claim.volume_name != volume {
            set(object, "spec", "volumeName", volume.into());
            annotate(object, &[(annotation::BOUND_BY_CONTROLLER, "yes")]);
        }
        annotate(object, &[(annotation::BIND_COMPLETED, "yes")]);
    });
    modify(Kind::PERSISTENT_VOLUME_CLAIM, &claim.key, context.store, |object| {
        set(object, "status", "phase", "Bound".into());
        set(object, "status", "accessModes", modes);
        set(object, "status", "capacity", capacity);
    });
}

/// Lets a volume go: for anybody if a controller chose its claim, else for a new claim of the same name.
pub fn release(volume: &str, context: &mut Context<'_>) {
    let Some(present) = find_volume(volume, context) else {
        return;
    };
    modify(
        Kind::PERSISTENT_VOLUME,
        &ObjectKey::cluster(volume),
        context.store,
        |object| {
            if present.bound_by_controller {
                unset(object, "spec", &["claimRef"]);
                strip(object, &[annotation::BOUND_BY_CONTROLLER]);
            } else if let Some(reference) = object.body.pointer_mut("/spec/claimRef").and_then(Value::as_object_mut) {
                reference.remove("uid");
            }
        },
    );
    set_volume_phase(volume, "Available", context);
}

/// The phase of a volume; the time of its last change is shown since v1.29 (`lastPhaseTransitionTime`).
pub fn set_volume_phase(volume: &str, phase: &str, context: &mut Context<'_>) {
    let is_so = find_volume(volume, context).is_none_or(|volume| volume.phase == phase);
    if is_so {
        return;
    }
    let now = context
        .settings
        .since(1, 29)
        .then(|| Value::from(context.store.timestamp()));
    modify(
        Kind::PERSISTENT_VOLUME,
        &ObjectKey::cluster(volume),
        context.store,
        |object| {
            unset(object, "status", &["message", "reason"]);
            set(object, "status", "phase", phase.into());
            if let Some(now) = now {
                set(object, "status", "lastPhaseTransitionTime", now);
            }
        },
    );
}

/// The phase of a claim that is not bound.
pub fn set_claim_phase(claim: &Claim, phase: &str, context: &mut Context<'_>) {
    if claim.phase == phase {
        return;
    }
    modify(Kind::PERSISTENT_VOLUME_CLAIM, &claim.key, context.store, |object| {
        unset(object, "status", &["accessModes", "capacity"]);
        set(object, "status", "phase", phase.into());
    });
}
