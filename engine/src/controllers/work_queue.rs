//! A controller's work queue: a key waits in it at most once to be looked at soon, and at most once to be looked at later.
//!
//! As client-go's delaying queue: adding a key that already waits changes nothing, unless it is to come sooner, and a look that
//! was put off still comes when another came before it. Every addition is delayed by a small latency from the controller's own
//! random stream: the time a watch event takes to arrive.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{ControllerId, Task};
use crate::api::ObjectKey;
use crate::component::{self, Context};
use crate::sim::{Random, Seed, SimTime, Urgency};

/// When a key is to be looked at.
#[derive(Debug, Default)]
struct Due {
    /// Because something happened.
    soon: Option<SimTime>,
    /// Because it was put off until then.
    later: Option<SimTime>,
}

/// The work queue of one controller.
#[derive(Debug)]
pub struct WorkQueue {
    controller: ControllerId,
    random: Random,
    due: BTreeMap<ObjectKey, Due>,
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
        let due = self.due.entry(key.clone()).or_default();
        if due.soon.is_some() {
            return;
        }
        let settings = context.settings;
        let latency = self
            .random
            .duration(settings.component_latency_min, settings.component_latency_max);
        let at = context.now + latency;
        due.soon = Some(at);
        self.schedule(key, at, Urgency::Active, context);
    }

    /// A key is to be looked at after a while.
    pub fn add_after(&mut self, key: ObjectKey, delay: Duration, context: &mut Context<'_>) {
        self.add_at(key, context.now + delay, Urgency::Active, context);
    }

    /// A key is to be looked at then, unless it was put off for less long already.
    pub fn add_at(&mut self, key: ObjectKey, at: SimTime, urgency: Urgency, context: &mut Context<'_>) {
        let due = self.due.entry(key.clone()).or_default();
        if due.later.is_some_and(|later| later <= at) {
            return;
        }
        due.later = Some(at);
        self.schedule(key, at, urgency, context);
    }

    /// A key is to be looked at then, and that is unfinished business, even if it was put off until then already.
    pub fn urge(&mut self, key: ObjectKey, at: SimTime, context: &mut Context<'_>) {
        let due = self.due.entry(key.clone()).or_default();
        due.later = Some(due.later.map_or(at, |later| later.min(at)));
        self.schedule(key, at, Urgency::Active, context);
    }

    fn schedule(&self, key: ObjectKey, at: SimTime, urgency: Urgency, context: &mut Context<'_>) {
        let task = Task {
            controller: self.controller,
            key,
        };
        context.agenda.schedule(at, urgency, component::Task::Controller(task));
    }

    /// Takes a key whose wake-up has come; false if the wake-up is stale (the key was to come sooner, and has come). A wake-up may
    /// come later than it was due: its process was down, or the API server slow.
    pub fn take(&mut self, key: &ObjectKey, now: SimTime) -> bool {
        let Some(due) = self.due.get_mut(key) else { return false };
        let soon = due.soon.take_if(|at| *at <= now).is_some();
        let later = due.later.take_if(|at| *at <= now).is_some();
        if due.soon.is_none() && due.later.is_none() {
            self.due.remove(key);
        }
        soon || later
    }
}

/// How long a key waits that has failed this often before: 5 ms, doubled each time, at most 1000 s (client-go
/// `DefaultTypedControllerRateLimiter`; its overall limit of 10 a second is not modelled).
pub fn retry_delay(failures: u32) -> Duration {
    Duration::from_millis(5)
        .saturating_mul(2_u32.saturating_pow(failures))
        .min(Duration::from_secs(1000))
}
