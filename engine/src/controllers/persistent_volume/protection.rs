//! Protection of claims and volumes in use: they are deleted only when nobody needs them any more.
//!
//! Source: kube-controller-manager `pkg/controller/volume/pvcprotection` and `pvprotection`; documentation "Storage Object in Use
//! Protection". A claim is in use while a pod that has a node mentions it; a volume while it is bound.

use crate::api::{Kind, Object, ObjectKey, Pod};
use crate::component::Context;
use crate::controllers::{ControllerId, WorkQueue};
use crate::sim::Seed;
use crate::storage::{ClaimUsers, modify};
use crate::store::Change;

use super::find::{find_claim, find_volume};

/// What protects a claim.
const CLAIM_FINALIZER: &str = "kubernetes.io/pvc-protection";
/// What protects a volume.
const VOLUME_FINALIZER: &str = "kubernetes.io/pv-protection";

/// Both controllers. In the queue a key without a namespace is a volume, any other a claim.
#[derive(Debug)]
pub struct Protection {
    queue: WorkQueue,
    users: ClaimUsers,
}

impl Protection {
    /// Controllers that have seen nothing yet.
    pub fn new(seed: Seed) -> Self {
        Protection {
            queue: WorkQueue::new(
                ControllerId::StorageProtection,
                seed,
                "persistentvolumeclaim-protection-controller",
            ),
            users: ClaimUsers::default(),
        }
    }

    /// See [`Component::observe`](crate::component::Component::observe).
    pub fn observe(&mut self, change: &Change, context: &mut Context<'_>) {
        if let Object::Pod(_) = change.object() {
            let is_whole = change.before.is_none() || change.after.is_none();
            let claims = if is_whole {
                self.users.follow(change)
            } else {
                Vec::new()
            };
            if change.after.is_none() {
                let is_going = |key: &ObjectKey| {
                    let claim = context.store.objects().object(Kind::PERSISTENT_VOLUME_CLAIM, key);
                    claim.is_some_and(|claim| claim.meta().is_deleted())
                };
                let going: Vec<ObjectKey> = claims.into_iter().filter(is_going).collect();
                going.into_iter().for_each(|key| self.queue.add(key, context));
            }
            return;
        }
        let kinds = [Kind::PERSISTENT_VOLUME_CLAIM, Kind::PERSISTENT_VOLUME];
        let is_going = |after: &&Object| after.meta().is_deleted() && kinds.contains(&after.kind());
        if let Some(after) = change.after.as_ref().filter(is_going) {
            self.queue.add(after.key(), context);
        }
    }

    /// Lets go what nobody needs.
    pub fn run(&mut self, key: &ObjectKey, context: &mut Context<'_>) {
        if !self.queue.take(key, context.now) {
            return;
        }
        if key.namespace.is_empty() {
            if find_volume(&key.name, context).is_some_and(|volume| volume.is_deleted && volume.phase != "Bound") {
                modify(Kind::PERSISTENT_VOLUME, key, context.store, |object| {
                    object.meta.finalizers.retain(|held| held != VOLUME_FINALIZER);
                });
            }
            return;
        }
        let uses = |key: &ObjectKey| {
            context
                .store
                .get::<Pod>(key)
                .is_some_and(|pod| !pod.node_name.is_empty())
        };
        let in_use = self.users.of(key).any(|pod| uses(&pod));
        if !in_use && find_claim(key, context).is_some_and(|claim| claim.is_deleted) {
            modify(Kind::PERSISTENT_VOLUME_CLAIM, key, context.store, |object| {
                object.meta.finalizers.retain(|held| held != CLAIM_FINALIZER);
            });
        }
    }
}
