//! What becomes of a volume: it is free, reserved, bound, or its claim is gone and it is reclaimed.
//!
//! Source: `pv_controller.go` (`syncVolume`, `reclaimVolume`). Recycling, long deprecated, takes no time here.

use serde_json::Value;

use super::bind::{release, set_volume_phase};
use super::controller::COMPONENT;
use super::find::{find_claim, report};
use crate::api::{Kind, ObjectKey};
use crate::component::Context;
use crate::events::Report;
use crate::storage::{Claim, Volume, modify, set};
use crate::store::DeleteOptions;

/// What is to be done about the claim of a volume afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing.
    Done,
    /// It may bind now.
    LookAt(ObjectKey),
}

/// Looks at one volume.
pub fn sync(name: &str, volume: &Volume, context: &mut Context<'_>) -> Outcome {
    let Some((key, uid)) = volume.claim.as_ref().filter(|(_, uid)| !uid.is_empty()) else {
        set_volume_phase(name, "Available", context);
        // One that is reserved waits for its claim, which may be there already.
        return match &volume.claim {
            Some((key, _)) => Outcome::LookAt(key.clone()),
            None => Outcome::Done,
        };
    };
    let Some(claim) = find_claim(key, context).filter(|claim| claim.uid == *uid) else {
        if volume.phase != "Released" && volume.phase != "Failed" {
            set_volume_phase(name, "Released", context);
        }
        reclaim(name, volume, context);
        return Outcome::Done;
    };
    sync_claimed(name, volume, &claim, context)
}

/// Looks at a volume whose claim is there.
fn sync_claimed(name: &str, volume: &Volume, claim: &Claim, context: &mut Context<'_>) -> Outcome {
    if claim.volume_name.is_empty() {
        if volume.volume_mode != claim.volume_mode {
            let message = format!(
                "Cannot bind PersistentVolume to requested PersistentVolumeClaim \"{}\" due to incompatible volumeMode.",
                claim.key.name
            );
            let text = Report::warning(COMPONENT, "VolumeMismatch", message);
            report(Kind::PERSISTENT_VOLUME, &ObjectKey::cluster(name), text, context);
            return Outcome::Done;
        }
        return Outcome::LookAt(claim.key.clone());
    }
    if claim.volume_name == name {
        set_volume_phase(name, "Bound", context);
        return Outcome::Done;
    }
    // Its claim has bound to another volume.
    if !volume.provisioned_by.is_empty() && volume.reclaim_policy == "Delete" {
        set_volume_phase(name, "Released", context);
    } else {
        release(name, context);
    }
    Outcome::Done
}

/// The claim of a volume is gone.
fn reclaim(name: &str, volume: &Volume, context: &mut Context<'_>) {
    match volume.reclaim_policy.as_str() {
        // Its own provisioner deletes what it has made.
        "Delete" if volume.provisioned_by.is_empty() && volume.phase != "Failed" => delete(name, context),
        "Recycle" => {
            let text = Report::normal(COMPONENT, "VolumeRecycled", "Volume recycled");
            report(Kind::PERSISTENT_VOLUME, &ObjectKey::cluster(name), text, context);
            release(name, context);
        }
        _ => {}
    }
}

/// Deletes a volume that a person has made, which is possible for a path of a host below `/tmp` only.
fn delete(name: &str, context: &mut Context<'_>) {
    let key = ObjectKey::cluster(name);
    let object = context.store.objects().inert(Kind::PERSISTENT_VOLUME, &key);
    let path = object.and_then(|volume| volume.body.pointer("/spec/hostPath/path"));
    let message = match path.and_then(Value::as_str) {
        Some(path) if path.len() > "/tmp/".len() && path.starts_with("/tmp/") => {
            // It was read at this very instant.
            let _ = context
                .store
                .delete(Kind::PERSISTENT_VOLUME, &key, DeleteOptions::default());
            return;
        }
        Some(path) => format!("host_path deleter only supports /tmp/.+ but received provided {path}"),
        None => {
            format!("error getting deleter volume plugin for volume \"{name}\": no deletable volume plugin matched")
        }
    };
    set_volume_phase(name, "Failed", context);
    modify(Kind::PERSISTENT_VOLUME, &key, context.store, |object| {
        set(object, "status", "message", message.as_str().into());
    });
    let text = Report::warning(COMPONENT, "VolumeFailedDelete", message);
    report(Kind::PERSISTENT_VOLUME, &key, text, context);
}
