//! The namespace controller: empties a namespace that is being deleted, then lets it go.
//!
//! Source: kube-controller-manager `pkg/controller/namespace`: it begins 5 s after the deletion, deletes everything inside, says
//! in the namespace's conditions what remains, and looks again 5 s after every change of the namespace, until nothing remains.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::{ControllerId, WorkQueue};
use crate::api::{Inert, Kind, Object, ObjectKey};
use crate::component::Context;
use crate::sim::Seed;
use crate::store::{Change, DeleteOptions};

/// How long a deleted namespace is left alone. `namespaceDeletionGracePeriod`: 5s.
const GRACE: Duration = Duration::from_secs(5);

/// How long something that a finalizer holds may take to go. `finalizerEstimateSeconds`: 15s.
const FINALIZER_ESTIMATE_SECONDS: u64 = 15;

/// The controller.
#[derive(Debug)]
pub struct NamespaceController {
    queue: WorkQueue,
}

impl NamespaceController {
    /// A controller that has seen nothing yet.
    pub fn new(seed: Seed) -> Self {
        NamespaceController {
            queue: WorkQueue::new(ControllerId::Namespace, seed, "namespace-controller"),
        }
    }

    /// See [`Component::observe`](crate::component::Component::observe).
    pub fn observe(&mut self, change: &Change, context: &mut Context<'_>) {
        if let Some(Object::Inert(namespace)) = &change.after
            && namespace.kind == Kind::NAMESPACE
            && namespace.meta.is_deleted()
        {
            self.queue.add_after(namespace.meta.key(), GRACE, context);
        }
    }

    /// Empties one namespace.
    pub fn run(&mut self, key: &ObjectKey, context: &mut Context<'_>) {
        if !self.queue.take(key, context.now) {
            return;
        }
        let namespace = context.store.objects().inert(Kind::NAMESPACE, key).cloned();
        let Some(namespace) = namespace.filter(|namespace| namespace.meta.is_deleted()) else {
            return;
        };
        let content: Vec<(Kind, ObjectKey)> = (Kind::all().filter(|kind| kind.is_namespaced()))
            .flat_map(|kind| {
                context
                    .store
                    .objects()
                    .of_kind_in(kind, &key.name)
                    .map(move |object| (kind, object.key()))
            })
            .collect();
        for (kind, key) in &content {
            // What another's deletion took along is gone already.
            let _ = context.store.delete(*kind, key, DeleteOptions::default());
        }
        let remaining = Remaining::of(&content, context);
        if remaining.resources.is_empty() {
            finish(&namespace, context);
            return;
        }
        let changed = note_remaining(&namespace, &remaining, context);
        if !changed {
            let again = Duration::from_secs(remaining.estimate_seconds / 2 + 1);
            self.queue.add_after(key.clone(), again, context);
        }
    }
}

/// What is still inside a namespace.
#[derive(Debug, Default)]
struct Remaining {
    /// How many objects of each resource.
    resources: BTreeMap<String, usize>,
    /// How many objects each finalizer holds.
    finalizers: BTreeMap<String, usize>,
    /// How long it may take until they are gone (`estimateGracefulTermination`).
    estimate_seconds: u64,
}

impl Remaining {
    fn of(content: &[(Kind, ObjectKey)], context: &Context<'_>) -> Self {
        let mut remaining = Remaining::default();
        for (kind, key) in content {
            let Some(object) = context.store.objects().object(*kind, key) else {
                continue;
            };
            *remaining.resources.entry(kind.info().group_resource()).or_default() += 1;
            for finalizer in &object.meta().finalizers {
                *remaining.finalizers.entry(finalizer.to_string()).or_default() += 1;
                remaining.estimate_seconds = remaining.estimate_seconds.max(FINALIZER_ESTIMATE_SECONDS);
            }
            if let Object::Pod(pod) = object
                && !pod.status.phase.is_terminal()
            {
                let grace = u64::try_from(pod.spec.termination_grace_period_seconds).unwrap_or(0);
                remaining.estimate_seconds = remaining.estimate_seconds.max(grace);
            }
        }
        remaining
    }
}

/// Writes the conditions; returns whether they have changed.
fn note_remaining(namespace: &Inert, remaining: &Remaining, context: &mut Context<'_>) -> bool {
    let now = context.store.timestamp();
    let list: Vec<String> = (remaining.resources.iter())
        .map(|(resource, count)| format!("{resource}. has {count} resource instances"))
        .collect();
    let held: Vec<String> = (remaining.finalizers.iter())
        .map(|(finalizer, count)| format!("{finalizer} in {count} resource instances"))
        .collect();
    let finalizers = if held.is_empty() {
        (
            "False",
            "ContentHasNoFinalizers",
            "All content-preserving finalizers finished".to_owned(),
        )
    } else {
        let message = format!(
            "Some content in the namespace has finalizers remaining: {}",
            held.join(", ")
        );
        ("True", "SomeFinalizersRemain", message)
    };
    let conditions = [
        (
            "NamespaceDeletionDiscoveryFailure",
            "False",
            "ResourcesDiscovered",
            "All resources successfully discovered".to_owned(),
        ),
        (
            "NamespaceDeletionGroupVersionParsingFailure",
            "False",
            "ParsedGroupVersions",
            "All legacy kube types successfully parsed".to_owned(),
        ),
        (
            "NamespaceDeletionContentFailure",
            "False",
            "ContentDeleted",
            "All content successfully deleted, may be waiting on finalization".to_owned(),
        ),
        (
            "NamespaceContentRemaining",
            "True",
            "SomeResourcesRemain",
            format!("Some resources are remaining: {}", list.join(", ")),
        ),
        ("NamespaceFinalizersRemaining", finalizers.0, finalizers.1, finalizers.2),
    ];
    let mut changed = namespace.clone();
    let previous = changed.body["status"]["conditions"].clone();
    let since = |kind: &str, status: &str| {
        let mut previous = previous.as_array().into_iter().flatten();
        let same = previous.find(|condition| condition["type"] == kind && condition["status"] == status);
        same.map_or_else(|| Value::from(now), |condition| condition["lastTransitionTime"].clone())
    };
    changed.body["status"]["conditions"] = (conditions.iter())
        .map(|(kind, status, reason, message)| {
            json!({ "type": kind, "status": status, "reason": reason, "message": message, "lastTransitionTime": since(kind, status) })
        })
        .collect();
    let differs = changed != *namespace;
    // It was read at this very instant.
    let _ = context.store.update_object(changed.into());
    differs
}

/// Takes the namespace's own finalizer away, so that it goes.
fn finish(namespace: &Inert, context: &mut Context<'_>) {
    let mut changed = namespace.clone();
    changed.body["spec"]["finalizers"] = json!([]);
    let _ = context.store.update_object(changed.into());
    let _ = context
        .store
        .delete(Kind::NAMESPACE, &namespace.meta.key(), DeleteOptions::default());
}
