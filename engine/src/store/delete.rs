//! Deleting: graceful for pods, through finalizers for everything that has some.
//!
//! Source: registry `pod/strategy.go` (`CheckGracefulDelete`) and apimachinery's `registry/rest/delete.go`; documentation
//! "Pod Lifecycle: termination of Pods" and "Garbage Collection: cascading deletion".

use std::sync::Arc;
use std::time::Duration;

use smol_str::SmolStr;

use super::{Store, StoreError};
use crate::api::{Deletion, Kind, Object, ObjectKey, ObjectMeta, Uid};

/// What becomes of an object's dependents.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum Propagation {
    /// They are deleted afterwards by the garbage collector.
    #[default]
    Background,
    /// They are deleted first.
    Foreground,
    /// They stay, without this owner.
    Orphan,
}

/// How to delete.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct DeleteOptions {
    /// The grace period in seconds; none takes the pod's own.
    pub grace_seconds: Option<i64>,
    /// What becomes of dependents.
    pub propagation: Propagation,
    /// Only this very object, not a namesake.
    pub uid: Option<Uid>,
}

impl DeleteOptions {
    /// Without grace: a pod is removed at once, whatever its containers do.
    pub fn now() -> Self {
        DeleteOptions {
            grace_seconds: Some(0),
            ..DeleteOptions::default()
        }
    }
}

/// The finalizer of foreground deletion.
pub const FOREGROUND_FINALIZER: &str = "foregroundDeletion";
/// The finalizer of orphaning deletion.
pub const ORPHAN_FINALIZER: &str = "orphan";

impl Store {
    /// Deletes an object: removes it, or marks it as being deleted where its grace period or its finalizers hold it.
    /// Returns whether it is gone.
    pub fn delete(&mut self, kind: Kind, key: &ObjectKey, options: DeleteOptions) -> Result<bool, StoreError> {
        let present = self.objects.object(kind, key).cloned();
        let present = present.ok_or_else(|| StoreError::NotFound(kind, key.clone()))?;
        if options.uid.is_some_and(|uid| uid != present.meta().uid) {
            return Err(StoreError::UidMismatch(kind, key.clone()));
        }
        let mut meta = present.meta().clone();
        let finalizer = match options.propagation {
            Propagation::Background => None,
            Propagation::Foreground => Some(FOREGROUND_FINALIZER),
            Propagation::Orphan => Some(ORPHAN_FINALIZER),
        };
        if let Some(finalizer) = finalizer.filter(|finalizer| !meta.finalizers.iter().any(|held| held == finalizer)) {
            meta.finalizers.push(SmolStr::new_static(finalizer));
        }
        let grace_seconds = grace_seconds(&present, options);
        if grace_seconds == 0 && meta.finalizers.is_empty() && !holds_content(&present) {
            self.spend(kind)?;
            self.commit(Some(present), None);
            return Ok(true);
        }
        self.mark_deleted(&mut meta, grace_seconds);
        if let Some(deletion) = meta.deletion.as_mut().filter(|_| kind == Kind::NAMESPACE) {
            // A namespace is not deleted by the general path: its own registry only marks it.
            deletion.grace_seconds = None;
        }
        if meta != *present.meta() {
            self.spend(kind)?;
            let after = terminating(present.with_meta(meta));
            self.commit(Some(present), Some(after));
        }
        Ok(false)
    }

    /// Sets the deletion timestamp; a deletion under way can only be shortened.
    fn mark_deleted(&self, meta: &mut ObjectMeta, grace_seconds: i64) {
        let grace = Duration::from_secs(u64::try_from(grace_seconds).unwrap_or(0));
        let deletion = Deletion {
            at: self.timestamp().plus(grace),
            grace_seconds: Some(grace_seconds),
        };
        match meta.deletion {
            Some(present) if present.grace_seconds.unwrap_or(0) <= grace_seconds => {}
            Some(_) => meta.deletion = Some(deletion),
            None => {
                meta.deletion = Some(deletion);
                meta.generation += i64::from(meta.generation > 0);
            }
        }
    }
}

/// Whether this is a namespace whose content has not been deleted yet: it has a finalizer in its spec.
fn holds_content(object: &Object) -> bool {
    let Object::Inert(inert) = object else { return false };
    let finalizers = inert.body.get("spec").and_then(|spec| spec.get("finalizers"));
    inert.kind == Kind::NAMESPACE
        && finalizers
            .and_then(|held| held.as_array())
            .is_some_and(|held| !held.is_empty())
}

/// A namespace that is being deleted says so in its phase.
fn terminating(object: Object) -> Object {
    match object {
        Object::Inert(mut inert) if inert.kind == Kind::NAMESPACE => {
            if let Some(body) = Arc::make_mut(&mut inert).body.as_object_mut() {
                let status = body.entry("status").or_insert_with(|| serde_json::json!({}));
                if let Some(status) = status.as_object_mut() {
                    status.insert("phase".to_owned(), "Terminating".into());
                }
            }
            Object::Inert(inert)
        }
        other => other,
    }
}

/// Pods get their grace period unless nothing runs that could use it; everything else has none.
fn grace_seconds(object: &Object, options: DeleteOptions) -> i64 {
    let Some(pod) = object.as_pod() else { return 0 };
    if pod.node_name.is_empty() || pod.status.phase.is_terminal() {
        return 0;
    }
    options
        .grace_seconds
        .unwrap_or(pod.spec.termination_grace_period_seconds)
        .max(0)
}
