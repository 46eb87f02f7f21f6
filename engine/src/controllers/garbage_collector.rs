//! The garbage collector: deletes what has lost its owner, and carries foreground and orphaning deletions through.
//!
//! Source: kube-controller-manager `pkg/controller/garbagecollector`; documentation "Garbage Collection". The real one keeps a
//! graph of all objects; here the store's index of owners is the graph. Cluster-wide owners of namespaced objects work as any.

use std::collections::BTreeSet;

use super::{ControllerId, WorkQueue};
use crate::api::{Kind, Object, ObjectKey, ObjectMeta, OwnerReference, Uid};
use crate::component::Context;
use crate::sim::Seed;
use crate::store::{Change, DeleteOptions, Propagation};

/// The finalizer of foreground deletion.
const FOREGROUND: &str = "foregroundDeletion";
/// The finalizer of orphaning deletion.
const ORPHAN: &str = "orphan";

/// The controller. All its work waits under one key: what there is to do is kept here.
#[derive(Debug)]
pub struct GarbageCollector {
    queue: WorkQueue,
    /// Objects that are gone and had dependents.
    gone: BTreeSet<Uid>,
    /// Objects that may have lost an owner before they came to be.
    suspects: BTreeSet<(Kind, ObjectKey)>,
    /// Objects that are being deleted and wait for this controller.
    deleting: BTreeSet<(Kind, ObjectKey)>,
}

impl GarbageCollector {
    /// A controller that has seen nothing yet.
    pub fn new(seed: Seed) -> Self {
        GarbageCollector {
            queue: WorkQueue::new(ControllerId::GarbageCollector, seed, "garbage-collector-controller"),
            gone: BTreeSet::new(),
            suspects: BTreeSet::new(),
            deleting: BTreeSet::new(),
        }
    }

    /// See [`Component::observe`](crate::component::Component::observe).
    pub fn observe(&mut self, change: &Change, context: &mut Context<'_>) {
        let object = change.object();
        let (kind, meta) = (object.kind(), object.meta());
        let mut has_work = false;
        if change.after.is_none() {
            if context.store.objects().owned_by(meta.uid).next().is_some() {
                has_work |= self.gone.insert(meta.uid);
            }
            for owner in meta.owners.iter().filter(|owner| owner.block_owner_deletion) {
                if let Some((kind, owner)) =
                    find_owner(owner, &meta.namespace, context).filter(|(_, owner)| waits(owner))
                {
                    has_work |= self.deleting.insert((kind, owner.key()));
                }
            }
        } else if waits(meta) {
            has_work |= self.deleting.insert((kind, meta.key()));
        } else if change.before.is_none()
            && meta
                .owners
                .iter()
                .any(|owner| find_owner(owner, &meta.namespace, context).is_none())
        {
            has_work |= self.suspects.insert((kind, meta.key()));
        }
        if has_work {
            // It reads an object from the API server, not from a cache, before it does anything to it.
            let (min, max) = (
                context.settings.component_latency_min,
                context.settings.component_latency_max,
            );
            let random = self.queue.random();
            let delay = random.duration(min, max) + random.duration(min, max);
            self.queue.add_after(ObjectKey::default(), delay, context);
        }
    }

    /// Does everything there is to do.
    pub fn run(&mut self, key: &ObjectKey, context: &mut Context<'_>) {
        if !self.queue.take(key, context.now) {
            return;
        }
        let mut orphaned: BTreeSet<(Kind, ObjectKey)> = std::mem::take(&mut self.suspects);
        for owner in std::mem::take(&mut self.gone) {
            let dependents = context.store.objects().owned_by(owner);
            orphaned.extend(dependents.map(|object| (object.kind(), object.key())));
        }
        for (kind, key) in orphaned {
            collect(kind, &key, context);
        }
        for (kind, key) in std::mem::take(&mut self.deleting) {
            if let Some(object) = context.store.objects().object(kind, &key).cloned() {
                proceed(&object, context);
            }
        }
    }
}

/// Whether an object that is being deleted waits for this controller.
fn waits(meta: &ObjectMeta) -> bool {
    meta.is_deleted() && meta.finalizers.iter().any(|held| held == FOREGROUND || held == ORPHAN)
}

/// The object that an owner reference means, if it still exists.
fn find_owner<'a>(owner: &OwnerReference, namespace: &str, context: &'a Context<'_>) -> Option<(Kind, &'a ObjectMeta)> {
    let kind = Kind::from_gvk(&owner.api_version, &owner.kind)?;
    let namespace = if kind.is_namespaced() { namespace } else { "" };
    let key = ObjectKey::new(namespace, owner.name.clone());
    let found = context.store.objects().object(kind, &key)?.meta();
    (found.uid == owner.uid).then_some((kind, found))
}

/// Deletes an object all of whose owners are gone; if some remain, only the references to those that are gone go.
fn collect(kind: Kind, key: &ObjectKey, context: &mut Context<'_>) {
    let Some(object) = context.store.objects().object(kind, key).cloned() else {
        return;
    };
    let meta = object.meta();
    let lives = |owner: &&OwnerReference| find_owner(owner, &key.namespace, context).is_some();
    let living: Vec<OwnerReference> = meta.owners.iter().filter(lives).cloned().collect();
    if living.len() == meta.owners.len() {
        return;
    }
    if living.is_empty() {
        if !meta.is_deleted() {
            delete(&object, Propagation::Background, context);
        }
        return;
    }
    change_meta(&object, context, |meta| meta.owners = living.into());
}

/// Carries a foreground or orphaning deletion one step further.
fn proceed(object: &Object, context: &mut Context<'_>) {
    let uid = object.meta().uid;
    let dependents: Vec<Object> = context.store.objects().owned_by(uid).cloned().collect();
    if object.meta().finalizers.iter().any(|held| held == ORPHAN) {
        for dependent in &dependents {
            change_meta(dependent, context, |meta| meta.owners.retain(|owner| owner.uid != uid));
        }
        change_meta(object, context, |meta| meta.finalizers.retain(|held| held != ORPHAN));
        return;
    }
    let blocks = |dependent: &&Object| {
        let mut owners = dependent.meta().owners.iter();
        owners.any(|owner| owner.uid == uid && owner.block_owner_deletion)
    };
    let blocking: Vec<&Object> = dependents.iter().filter(blocks).collect();
    if blocking.is_empty() {
        change_meta(object, context, |meta| {
            meta.finalizers.retain(|held| held != FOREGROUND)
        });
        return;
    }
    for dependent in blocking.into_iter().filter(|dependent| !dependent.meta().is_deleted()) {
        let has_dependents = context.store.objects().owned_by(dependent.meta().uid).next().is_some();
        let propagation = if has_dependents {
            Propagation::Foreground
        } else {
            Propagation::Background
        };
        delete(dependent, propagation, context);
    }
}

fn delete(object: &Object, propagation: Propagation, context: &mut Context<'_>) {
    let options = DeleteOptions {
        propagation,
        uid: Some(object.meta().uid),
        ..DeleteOptions::default()
    };
    // It may be gone already.
    let _ = context.store.delete(object.kind(), &object.key(), options);
}

fn change_meta(object: &Object, context: &mut Context<'_>, change: impl FnOnce(&mut ObjectMeta)) {
    let Some(present) = context.store.objects().object(object.kind(), &object.key()).cloned() else {
        return;
    };
    let mut meta = present.meta().clone();
    change(&mut meta);
    // The object was read at this very instant.
    let _ = context.store.update_object(present.with_meta(meta));
}
