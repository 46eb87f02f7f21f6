//! Watching, and when to look again.

use std::collections::BTreeMap;

use super::super::pod_control::PodControl;
use super::super::work_queue::retry_delay;
use super::super::{ControllerId, WorkQueue};
use super::due::LOOK_AFTER;
use super::sync::{self, Again};
use crate::api::{CronJob, Kind, Object, ObjectKey};
use crate::component::Context;
use crate::sim::{Seed, Urgency};
use crate::store::Change;

/// The controller's name in events.
pub const COMPONENT: &str = "cronjob-controller";
/// Who reports.
pub const CONTROL: PodControl = PodControl(COMPONENT);

/// The controller.
#[derive(Debug)]
pub struct CronJobController {
    queue: WorkQueue,
    /// How often in a row a start has failed.
    failures: BTreeMap<ObjectKey, u32>,
}

impl CronJobController {
    /// A controller that has seen nothing yet.
    pub fn new(seed: Seed) -> Self {
        CronJobController {
            queue: WorkQueue::new(ControllerId::CronJob, seed, COMPONENT),
            failures: BTreeMap::new(),
        }
    }

    /// See [`Component::observe`](crate::component::Component::observe).
    pub fn observe(&mut self, change: &Change, context: &mut Context<'_>) {
        match change.object() {
            Object::CronJob(cron_job) => self.observe_cron_job(change, cron_job, context),
            Object::Job(job) => {
                let owner = job
                    .meta
                    .controller()
                    .filter(|owner| owner.kind == Kind::CRON_JOB.name());
                if let Some(owner) = owner {
                    let key = ObjectKey::new(job.meta.namespace.clone(), owner.name.clone());
                    self.queue.add(key, context);
                }
            }
            _ => {}
        }
    }

    fn observe_cron_job(&mut self, change: &Change, cron_job: &CronJob, context: &mut Context<'_>) {
        let key = cron_job.meta.key();
        if change.after.is_none() {
            self.failures.remove(&key);
            return;
        }
        let before = match &change.before {
            Some(Object::CronJob(before)) => Some(before),
            _ => None,
        };
        let moved = before.is_some_and(|before| {
            before.spec.schedule != cron_job.spec.schedule || before.spec.time_zone != cron_job.spec.time_zone
        });
        if !moved {
            return self.queue.add(key, context);
        }
        // Another schedule starts nothing at once, whatever it would have started by now.
        if let Some(at) = sync::next(cron_job, context.store.timestamp()) {
            let at = context.store.epoch().instant(at) + LOOK_AFTER;
            self.queue.add_at(key, at, Urgency::Periodic, context);
        }
    }

    /// Reconciles one CronJob.
    pub fn run(&mut self, key: &ObjectKey, context: &mut Context<'_>) {
        if !self.queue.take(key, context.now) {
            return;
        }
        let Some(cron_job) = context.store.get::<CronJob>(key).cloned() else {
            return;
        };
        let again = sync::sync(&cron_job, context);
        if again != Again::AfterFailure {
            self.failures.remove(key);
        }
        match again {
            Again::Never => {}
            Again::At(at) => {
                let at = context.store.epoch().instant(at) + LOOK_AFTER;
                self.queue.add_at(key.clone(), at, Urgency::Periodic, context);
            }
            Again::AfterFailure => {
                let failures = self.failures.entry(key.clone()).or_default();
                let delay = retry_delay(*failures);
                *failures = failures.saturating_add(1);
                self.queue.add_after(key.clone(), delay, context);
            }
        }
    }
}
