//! The TTL-after-finished controller: deletes Jobs that have ended when their time is up.
//!
//! Source: kube-controller-manager `pkg/controller/ttlafterfinished`; documentation "Automatic Cleanup for Finished Jobs".

use std::time::Duration;

use super::super::{ControllerId, WorkQueue};
use crate::api::{Job, Kind, Object, ObjectKey, Timestamp};
use crate::component::Context;
use crate::sim::{Seed, Urgency};
use crate::store::{Change, DeleteOptions, Propagation};

/// The controller.
#[derive(Debug)]
pub struct TtlAfterFinished {
    queue: WorkQueue,
}

impl TtlAfterFinished {
    /// A controller that has seen nothing yet.
    pub fn new(seed: Seed) -> Self {
        TtlAfterFinished {
            queue: WorkQueue::new(ControllerId::TtlAfterFinished, seed, "ttl-after-finished-controller"),
        }
    }

    /// See [`Component::observe`](crate::component::Component::observe).
    pub fn observe(&mut self, change: &Change, context: &mut Context<'_>) {
        if let Some(Object::Job(job)) = &change.after
            && expiry(job).is_some()
        {
            self.queue.add(job.meta.key(), context);
        }
    }

    /// Looks at one Job.
    pub fn run(&mut self, key: &ObjectKey, context: &mut Context<'_>) {
        if !self.queue.take(key, context.now) {
            return;
        }
        let Some(expiry) = context.store.get::<Job>(key).and_then(|job| expiry(job)) else {
            return;
        };
        if expiry > context.store.timestamp() {
            let at = context.store.epoch().instant(expiry);
            return self.queue.add_at(key.clone(), at, Urgency::Periodic, context);
        }
        let options = DeleteOptions {
            propagation: Propagation::Foreground,
            ..DeleteOptions::default()
        };
        // It was read at this very instant.
        let _ = context.store.delete(Kind::JOB, key, options);
    }
}

/// When a Job that has ended is to go.
fn expiry(job: &Job) -> Option<Timestamp> {
    let ttl = u64::try_from(job.spec.ttl_seconds_after_finished?).ok()?;
    let ended = job.finished().filter(|_| !job.meta.is_deleted())?.last_transition?;
    Some(ended.plus(Duration::from_secs(ttl)))
}
