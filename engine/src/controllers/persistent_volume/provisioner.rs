//! The external provisioners of all drivers: they make the volumes that claims ask for, and delete those that they have made.
//!
//! Source: kubernetes-csi `external-provisioner` and `sig-storage-lib-external-provisioner`: each claim with the annotation
//! `volume.kubernetes.io/storage-provisioner`; a failure is tried again after 1 s, doubled each time, at most 5 min. Every
//! provisioner that a class names is taken to be installed, unless the setting `external-provisioners` is off. Deliberately not
//! modelled: that they are processes of their own (here they are down when the controller manager is), storage that runs out, and
//! resizing, snapshots and data sources.

use std::collections::BTreeMap;
use std::time::Duration;

use super::find::{find_claim, find_volume, report};
use super::provisioned;
use crate::api::{Kind, Node, Object, ObjectKey};
use crate::component::Context;
use crate::controllers::{ControllerId, WorkQueue};
use crate::events::Report;
use crate::sim::{Seed, SimTime, Urgency};
use crate::storage::{Claim, Class, Volume, annotation, modify, strip};
use crate::store::{Change, DeleteOptions};

/// The name in events; real ones add the driver's and a process's.
const COMPONENT: &str = "external-provisioner";
/// How long after the first failure it is tried again, and at most (`--retry-interval-start`, `--retry-interval-max`).
const RETRY: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(300));

/// What is being done for a claim.
#[derive(Debug, Clone, Copy)]
enum Work {
    /// The driver makes the volume; it answers then.
    Making(SimTime),
    /// It has failed; tried again then.
    Failed(SimTime),
}

/// The provisioners. In the queue a key without a namespace is a volume to delete, any other a claim.
#[derive(Debug)]
pub struct Provisioner {
    queue: WorkQueue,
    work: BTreeMap<ObjectKey, Work>,
    failures: BTreeMap<ObjectKey, u32>,
}

impl Provisioner {
    /// Provisioners that have seen nothing yet.
    pub fn new(seed: Seed) -> Self {
        Provisioner {
            queue: WorkQueue::new(ControllerId::Provisioner, seed, COMPONENT),
            work: BTreeMap::new(),
            failures: BTreeMap::new(),
        }
    }

    /// See [`Component::observe`](crate::component::Component::observe).
    pub fn observe(&mut self, change: &Change, context: &mut Context<'_>) {
        let Some(after) = &change.after else {
            if change.object().kind() == Kind::PERSISTENT_VOLUME_CLAIM {
                self.forget(&change.key());
            }
            return;
        };
        let is_asked = match after {
            object if object.kind() == Kind::PERSISTENT_VOLUME_CLAIM => {
                object.meta().annotations.contains_key(annotation::PROVISIONER) && !self.work.contains_key(&after.key())
            }
            object if object.kind() == Kind::PERSISTENT_VOLUME => is_to_delete(object),
            _ => false,
        };
        if is_asked {
            self.queue.add(after.key(), context);
        }
    }

    fn forget(&mut self, claim: &ObjectKey) {
        self.work.remove(claim);
        self.failures.remove(claim);
    }

    /// Looks at one claim or volume.
    pub fn run(&mut self, key: &ObjectKey, context: &mut Context<'_>) {
        if !self.queue.take(key, context.now) || !context.settings.external_provisioners {
            return;
        }
        if key.namespace.is_empty() {
            return delete(key, context);
        }
        let wanted = find_claim(key, context)
            .filter(|claim| claim.volume_name.is_empty() && !claim.is_deleted && !claim.provisioner.is_empty());
        let class = wanted
            .as_ref()
            .and_then(|claim| Class::named(&claim.class, context.store.objects()));
        let (Some(claim), Some(class)) = (wanted, class) else {
            return self.forget(key);
        };
        if class.waits && claim.selected_node.is_empty() {
            return self.forget(key);
        }
        match self.work.get(key).copied() {
            Some(Work::Making(until)) if until <= context.now => self.finish(&claim, &class, context),
            Some(Work::Failed(until)) if until > context.now => {}
            Some(Work::Making(_)) => {}
            None | Some(Work::Failed(..)) => self.begin(&claim, context),
        }
    }

    fn begin(&mut self, claim: &Claim, context: &mut Context<'_>) {
        let node = ObjectKey::cluster(claim.selected_node.clone());
        if !claim.selected_node.is_empty() && context.store.get::<Node>(&node).is_none() {
            // The scheduler chooses another one.
            let message = format!("failed to get target node: node \"{}\" not found", node.name);
            say(
                claim,
                Report::warning(COMPONENT, "ProvisioningFailed", message),
                context,
            );
            self.forget(&claim.key);
            return modify(Kind::PERSISTENT_VOLUME_CLAIM, &claim.key, context.store, |object| {
                strip(object, &[annotation::SELECTED_NODE]);
            });
        }
        let message = format!(
            "External provisioner is provisioning volume for claim \"{}/{}\"",
            claim.key.namespace, claim.key.name
        );
        say(claim, Report::normal(COMPONENT, "Provisioning", message), context);
        let until = context.now + context.settings.volume_provision_duration;
        self.work.insert(claim.key.clone(), Work::Making(until));
        self.queue.add_at(claim.key.clone(), until, Urgency::Active, context);
    }

    /// The driver answers.
    fn finish(&mut self, claim: &Claim, class: &Class, context: &mut Context<'_>) {
        if context.environment.provisioning_fails(&claim.class) {
            let message = format!(
                "failed to provision volume with StorageClass \"{}\": rpc error: code = Internal desc = volume could not be created",
                claim.class
            );
            say(
                claim,
                Report::warning(COMPONENT, "ProvisioningFailed", message),
                context,
            );
            let count = self.failures.entry(claim.key.clone()).or_default();
            let delay = RETRY.0.saturating_mul(2_u32.saturating_pow(*count)).min(RETRY.1);
            *count += 1;
            let until = context.now + delay;
            self.work.insert(claim.key.clone(), Work::Failed(until));
            // All there is to see has been seen: waiting for another try is no unfinished business.
            return self.queue.add_at(claim.key.clone(), until, Urgency::Periodic, context);
        }
        self.forget(&claim.key);
        let volume = provisioned::volume(claim, class, context.store, context.settings);
        // One of that name is what a claim of that identity has got already.
        let _ = context.store.create_object(volume.into());
        let message = format!("Successfully provisioned volume {}", provisioned::volume_name(claim));
        say(
            claim,
            Report::normal(COMPONENT, "ProvisioningSucceeded", message),
            context,
        );
    }
}

fn say(claim: &Claim, text: Report<'_>, context: &mut Context<'_>) {
    report(Kind::PERSISTENT_VOLUME_CLAIM, &claim.key, text, context);
}

/// Whether a volume's storage is to be deleted by whoever made it.
fn is_to_delete(object: &Object) -> bool {
    let volume = Volume::of(object);
    let is_ours = !volume.provisioned_by.is_empty() && volume.reclaim_policy == "Delete";
    let holds = object
        .meta()
        .finalizers
        .iter()
        .any(|held| held == provisioned::FINALIZER);
    (is_ours && volume.phase == "Released") || (holds && volume.is_deleted && volume.phase != "Bound")
}

/// Deletes a volume and its storage.
fn delete(key: &ObjectKey, context: &mut Context<'_>) {
    let Some(volume) = find_volume(&key.name, context) else {
        return;
    };
    if !volume.is_deleted {
        // It was read at this very instant.
        let _ = context
            .store
            .delete(Kind::PERSISTENT_VOLUME, key, DeleteOptions::default());
    }
    modify(Kind::PERSISTENT_VOLUME, key, context.store, |object| {
        object.meta.finalizers.retain(|held| held != provisioned::FINALIZER);
    });
}
