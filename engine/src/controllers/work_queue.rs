//! A controller's work queue: a key waits in it at most once.
//!
//! As client-go's rate-limited queue: adding a key that already waits changes nothing, unless it is to come sooner. Every
//! addition is delayed by a small latency from the controller's own random stream: the time a watch event takes to arrive.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{ControllerId, Task};
use crate::api::ObjectKey;
use crate::component::{self, Context};
use crate::sim::{Random, Seed, SimTime, Urgency};

/// The work queue of one controller.
#[derive(Debug)]
pub struct WorkQueue {
    controller: ControllerId,
    random: Random,
    due: BTreeMap<ObjectKey, SimTime>,
}

impl WorkQueue {
    /// An empty queue whose latencies come from the stream called `name`.
    pub fn new(controller: ControllerId, seed: Seed, name: &str) -> Self {
        WorkQueue {
            controller,
            random: seed.stream(name),
            due: BTreeMap::new(),
        }
    }

    /// The controller's random stream.
    pub fn random(&mut self) -> &mut Random {
        &mut self.random
    }

    /// A key is to be looked at as soon as the watch event has arrived.
    pub fn add(&mut self, key: ObjectKey, context: &mut Context<'_>) {
        if self
            .due
            .get(&key)
            .is_some_and(|due| *due <= context.now + context.settings.component_latency_min)
        {
            return;
        }
        let settings = context.settings;
        let latency = self
            .random
            .duration(settings.component_latency_min, settings.component_latency_max);
        self.add_at(key, context.now + latency, Urgency::Active, context);
    }

    /// A key is to be looked at after a while.
    pub fn add_after(&mut self, key: ObjectKey, delay: Duration, context: &mut Context<'_>) {
        self.add_at(key, context.now + delay, Urgency::Active, context);
    }

    /// A key is to be looked at then, unless it comes sooner anyway.
    pub fn add_at(&mut self, key: ObjectKey, at: SimTime, urgency: Urgency, context: &mut Context<'_>) {
        if self.due.get(&key).is_some_and(|due| *due <= at) {
            return;
        }
        self.due.insert(key.clone(), at);
        let task = component::Task::Controller(Task {
            controller: self.controller,
            key,
        });
        context.agenda.schedule(at, urgency, task);
    }

    /// Takes a key whose wake-up has come; false if the wake-up is stale (the key came sooner, or was taken already).
    pub fn take(&mut self, key: &ObjectKey, now: SimTime) -> bool {
        if self.due.get(key) != Some(&now) {
            return false;
        }
        self.due.remove(key);
        true
    }
}

/// How long a key waits that has failed this often before: 5 ms, doubled each time, at most 1000 s (client-go
/// `DefaultTypedControllerRateLimiter`; its overall limit of 10 a second is not modelled).
pub fn retry_delay(failures: u32) -> Duration {
    Duration::from_millis(5)
        .saturating_mul(2_u32.saturating_pow(failures))
        .min(Duration::from_secs(1000))
}
