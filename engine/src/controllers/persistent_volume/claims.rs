//! What becomes of a claim: it finds a volume, asks for one to be made, or waits; a bound one is watched over.
//!
//! Source: `pv_controller.go` (`syncUnboundClaim`, `syncBoundClaim`).

use smol_str::SmolStr;

use super::bind::{bind, set_claim_phase};
use super::controller::{COMPONENT, PersistentVolumeController};
use super::find::{find_volume, report};
use crate::api::{Kind, ObjectKey, Pod};
use crate::component::Context;
use crate::events::Report;
use crate::storage::{Claim, Class, annotate, annotation, assign_default_class, mismatch, modify};

/// The drivers that have taken over the provisioners once built in (documentation "Volumes: CSI migration").
const MIGRATED: [(&str, &str); 7] = [
    ("kubernetes.io/aws-ebs", "ebs.csi.aws.com"),
    ("kubernetes.io/azure-disk", "disk.csi.azure.com"),
    ("kubernetes.io/azure-file", "file.csi.azure.com"),
    ("kubernetes.io/cinder", "cinder.csi.openstack.org"),
    ("kubernetes.io/gce-pd", "pd.csi.storage.gke.io"),
    ("kubernetes.io/portworx-volume", "pxd.portworx.com"),
    ("kubernetes.io/vsphere-volume", "csi.vsphere.vmware.com"),
];

/// What a claim waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waits {
    /// Nothing: it is bound, lost or gone.
    No,
    /// Something that may come: it is looked at again at the next resync.
    Yes,
}

fn say(claim: &Claim, warning: bool, reason: &'static str, message: String, context: &mut Context<'_>) {
    let text = match warning {
        true => Report::warning(COMPONENT, reason, message),
        false => Report::normal(COMPONENT, reason, message),
    };
    report(Kind::PERSISTENT_VOLUME_CLAIM, &claim.key, text, context);
}

/// A claim that was bound once: it must still be.
pub fn sync_bound(claim: &Claim, context: &mut Context<'_>) -> Waits {
    let lost = |reason, message: &str, context: &mut Context<'_>| {
        if claim.phase != "Lost" {
            set_claim_phase(claim, "Lost", context);
            say(claim, true, reason, message.to_owned(), context);
        }
        Waits::No
    };
    if claim.volume_name.is_empty() {
        let message = "Bound claim has lost reference to PersistentVolume. Data on the volume is lost!";
        return lost("ClaimLost", message, context);
    }
    let Some(volume) = find_volume(&claim.volume_name, context) else {
        let message = "Bound claim has lost its PersistentVolume. Data on the volume is lost!";
        return lost("ClaimLost", message, context);
    };
    match &volume.claim {
        Some((_, uid)) if *uid != claim.uid => {
            let message = "Two claims are bound to the same volume, this one is bound incorrectly";
            lost("ClaimMisbound", message, context)
        }
        _ => {
            bind(&claim.volume_name, claim, context);
            Waits::No
        }
    }
}

/// A claim that names a volume.
fn sync_named(claim: &Claim, context: &mut Context<'_>) -> Waits {
    let name = &claim.volume_name;
    let found = find_volume(name, context);
    let Some(volume) = found else {
        set_claim_phase(claim, "Pending", context);
        return Waits::Yes;
    };
    let refusal = match &volume.claim {
        None => mismatch(&volume, claim).map(|why| {
            (
                "VolumeMismatch",
                format!("Cannot bind to requested volume \"{name}\": {why}"),
            )
        }),
        Some(_) if volume.is_for(claim) => None,
        Some(_) => Some((
            "FailedBinding",
            format!("volume \"{name}\" already bound to a different claim."),
        )),
    };
    match refusal {
        None => {
            bind(name, claim, context);
            Waits::No
        }
        Some((reason, message)) => {
            say(claim, true, reason, message, context);
            set_claim_phase(claim, "Pending", context);
            Waits::Yes
        }
    }
}

impl PersistentVolumeController {
    /// A claim that was never bound.
    pub(super) fn sync_unbound(&self, claim: &Claim, context: &mut Context<'_>) -> Waits {
        if !claim.volume_name.is_empty() {
            return sync_named(claim, context);
        }
        let class = Class::named(&claim.class, context.store.objects());
        let waits = claim.selected_node.is_empty() && class.as_ref().is_some_and(|class| class.waits);
        if let Some(name) = self.best_volume(claim, waits, context) {
            bind(&name, claim, context);
            return Waits::No;
        }
        if give_default_class(claim, context) {
            // It is looked at again when that is seen.
            return Waits::No;
        }
        if waits {
            self.say_what_is_waited_for(claim, context);
        } else if !claim.class.is_empty() {
            provision(claim, class.as_ref(), context);
            return Waits::Yes;
        } else {
            let message = "no persistent volumes available for this claim and no storage class is set";
            say(claim, false, "FailedBinding", message.to_owned(), context);
        }
        set_claim_phase(claim, "Pending", context);
        Waits::Yes
    }

    fn say_what_is_waited_for(&self, claim: &Claim, context: &mut Context<'_>) {
        let is_unscheduled = |key: &ObjectKey| {
            let pod = context.store.get::<Pod>(key);
            pod.is_some_and(|pod| pod.node_name.is_empty() && pod.is_active())
        };
        let pods: Vec<String> = (self.users.of(&claim.key))
            .filter(is_unscheduled)
            .map(|key| key.name.to_string())
            .collect();
        let (reason, message) = match pods.as_slice() {
            [] => (
                "WaitForFirstConsumer",
                "waiting for first consumer to be created before binding".to_owned(),
            ),
            [pod] => ("WaitForPodScheduled", format!("waiting for pod {pod} to be scheduled")),
            pods => (
                "WaitForPodScheduled",
                format!("waiting for pods {} to be scheduled", pods.join(",")),
            ),
        };
        say(claim, false, reason, message, context);
    }
}

/// Gives a claim made before there was a default class that class (documentation "Retroactive default StorageClass assignment").
fn give_default_class(claim: &Claim, context: &mut Context<'_>) -> bool {
    if claim.names_class {
        return false;
    }
    let present = context.store.objects().inert(Kind::PERSISTENT_VOLUME_CLAIM, &claim.key);
    let Some(mut body) = present.map(|claim| claim.body.clone()) else {
        return false;
    };
    if !assign_default_class(&mut body, context.store.objects()) {
        return false;
    }
    modify(Kind::PERSISTENT_VOLUME_CLAIM, &claim.key, context.store, |object| {
        object.body = body
    });
    true
}

/// Asks the class's provisioner for a volume.
fn provision(claim: &Claim, class: Option<&Class>, context: &mut Context<'_>) {
    let Some(class) = class else {
        let message = format!("storageclass.storage.k8s.io \"{}\" not found", claim.class);
        return say(claim, true, "ProvisioningFailed", message, context);
    };
    let migrated = MIGRATED.iter().find(|(built_in, _)| class.provisioner == *built_in);
    let provisioner = match migrated {
        Some((_, driver)) => SmolStr::new_static(driver),
        None if class.provisioner.starts_with("kubernetes.io/") => {
            let message = format!("no volume plugin matched name: {}", class.provisioner);
            return say(claim, true, "ProvisioningFailed", message, context);
        }
        None => class.provisioner.clone(),
    };
    if claim.provisioner != provisioner {
        modify(Kind::PERSISTENT_VOLUME_CLAIM, &claim.key, context.store, |object| {
            annotate(
                object,
                &[
                    (annotation::BETA_PROVISIONER, &provisioner),
                    (annotation::PROVISIONER, &provisioner),
                ],
            );
        });
    }
    let message = match context.settings.since(1, 28) {
        true => format!(
            "Waiting for a volume to be created either by the external provisioner '{provisioner}' or manually by the system \
             administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered."
        ),
        false => format!(
            "waiting for a volume to be created, either by external provisioner \"{provisioner}\" or manually created by system \
             administrator"
        ),
    };
    say(claim, false, "ExternalProvisioning", message, context);
}
