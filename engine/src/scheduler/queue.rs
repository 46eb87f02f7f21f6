//! Which pod is next: the scheduler's three waiting rooms.
//!
//! Source: kube-scheduler `backend/queue`. *Active* pods are tried in the order of priority, then of time. A pod that fits
//! nowhere is *parked* until something changes that may help it, or for five minutes. A parked pod that is woken soon after its
//! failure first sits out its *back-off*: 1 s, doubled with every failure up to 10 s, looked at once a second; since v1.33 it is
//! taken at once if no active pod waits.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::api::ObjectKey;
use crate::settings::Settings;
use crate::sim::SimTime;

/// The place in the order of active pods.
type Rank = (Reverse<i32>, SimTime, u64);

/// Where a pod waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Room {
    Active,
    BackOff,
    Parked,
}

#[derive(Debug, Clone)]
struct Waiting {
    room: Room,
    rank: Rank,
    /// How often it was tried in vain.
    attempts: u32,
    /// The template it belongs to, once it was tried.
    template: u64,
    /// The plugins that refused nodes at the last attempt.
    rejected_by: BTreeSet<&'static str>,
}

/// Pods that wait to be scheduled.
#[derive(Debug, Default)]
pub struct Queue {
    pods: BTreeMap<ObjectKey, Waiting>,
    active: BTreeMap<Rank, ObjectKey>,
    back_off: BTreeMap<(SimTime, u64), ObjectKey>,
    parked: BTreeMap<u64, BTreeSet<ObjectKey>>,
    sequence: u64,
}

/// Why a pod could not be scheduled, as far as the queue is concerned.
#[derive(Debug, Clone)]
pub struct Failure {
    /// The template.
    pub template: u64,
    /// The plugins that refused nodes.
    pub rejected_by: BTreeSet<&'static str>,
}

impl Queue {
    /// A new pod. One that waits already keeps its place.
    pub fn add(&mut self, key: ObjectKey, priority: i32, now: SimTime) {
        if self.pods.contains_key(&key) {
            return;
        }
        self.sequence += 1;
        let rank = (Reverse(priority), now, self.sequence);
        self.active.insert(rank, key.clone());
        let waiting = Waiting {
            room: Room::Active,
            rank,
            attempts: 0,
            template: 0,
            rejected_by: BTreeSet::new(),
        };
        self.pods.insert(key, waiting);
    }

    /// A pod waits no more.
    pub fn remove(&mut self, key: &ObjectKey) {
        if let Some(waiting) = self.pods.remove(key) {
            self.leave_room(key, &waiting);
        }
    }

    fn leave_room(&mut self, key: &ObjectKey, waiting: &Waiting) {
        match waiting.room {
            Room::Active => {
                self.active.remove(&waiting.rank);
            }
            Room::BackOff => self.back_off.retain(|_, other| other != key),
            Room::Parked => {
                if let Some(keys) = self.parked.get_mut(&waiting.template) {
                    keys.remove(key);
                    if keys.is_empty() {
                        self.parked.remove(&waiting.template);
                    }
                }
            }
        }
    }

    /// Takes the next pod; it stays known until it is removed or parked. `eager` takes one out of its back-off if none is active.
    pub fn pop(&mut self, eager: bool) -> Option<ObjectKey> {
        if let Some((_, key)) = self.active.pop_first() {
            return Some(key);
        }
        if !eager {
            return None;
        }
        let (_, key) = self.back_off.pop_first()?;
        if let Some(waiting) = self.pods.get_mut(&key) {
            waiting.room = Room::Active;
        }
        Some(key)
    }

    /// Whether [`Queue::pop`] would return something.
    pub fn has_next(&self, eager: bool) -> bool {
        !self.active.is_empty() || (eager && !self.back_off.is_empty())
    }

    /// A popped pod fits nowhere.
    pub fn park(&mut self, key: &ObjectKey, failure: Failure, now: SimTime) {
        let Some(waiting) = self.pods.get_mut(key) else { return };
        waiting.room = Room::Parked;
        waiting.attempts += 1;
        waiting.rank.1 = now;
        waiting.template = failure.template;
        waiting.rejected_by = failure.rejected_by;
        self.parked.entry(waiting.template).or_default().insert(key.clone());
    }

    /// The templates of parked pods.
    pub fn parked_templates(&self) -> impl Iterator<Item = u64> {
        self.parked.keys().copied()
    }

    /// Whether a template has parked pods that one of these plugins refused.
    pub fn is_rejected_by(&self, template: u64, plugins: &[&str]) -> bool {
        let first = self.parked.get(&template).and_then(|keys| keys.first());
        let waiting = first.and_then(|key| self.pods.get(key));
        waiting.is_some_and(|waiting| plugins.iter().any(|plugin| waiting.rejected_by.contains(plugin)))
    }

    /// Lets a popped pod fit nowhere for now, without waiting for an event: it tries again after its back-off.
    pub fn back_off(&mut self, key: &ObjectKey, failure: Failure, now: SimTime, settings: &Settings) {
        self.park(key, failure, now);
        self.wake(key, now, settings);
    }

    /// Wakes all parked pods of a template.
    pub fn wake_template(&mut self, template: u64, now: SimTime, settings: &Settings) {
        for key in self.parked.remove(&template).unwrap_or_default() {
            self.enter_after_back_off(&key, now, settings);
        }
    }

    /// Wakes a pod if it is parked.
    pub fn wake(&mut self, key: &ObjectKey, now: SimTime, settings: &Settings) {
        let Some(waiting) = self
            .pods
            .get(key)
            .filter(|waiting| waiting.room == Room::Parked)
            .cloned()
        else {
            return;
        };
        self.leave_room(key, &waiting);
        self.enter_after_back_off(key, now, settings);
    }

    fn enter_after_back_off(&mut self, key: &ObjectKey, now: SimTime, settings: &Settings) {
        let Some(waiting) = self.pods.get_mut(key) else { return };
        let until = waiting.rank.1 + back_off(waiting.attempts, settings);
        if until > now {
            waiting.room = Room::BackOff;
            self.back_off.insert((until, waiting.rank.2), key.clone());
        } else {
            waiting.room = Room::Active;
            self.active.insert(waiting.rank, key.clone());
        }
    }

    /// When the first back-off ends.
    pub fn back_off_ends(&self) -> Option<SimTime> {
        self.back_off.keys().next().map(|(until, _)| *until)
    }

    /// Ends back-offs that are over.
    pub fn end_back_offs(&mut self, now: SimTime) {
        while let Some(entry) = self.back_off.first_entry().filter(|entry| entry.key().0 <= now) {
            let key = entry.remove();
            if let Some(waiting) = self.pods.get_mut(&key) {
                waiting.room = Room::Active;
                self.active.insert(waiting.rank, key);
            }
        }
    }

    /// The earliest time at which a parked pod was parked. Costs the number of parked pods: for the rare flush only.
    pub fn parked_since(&self) -> Option<SimTime> {
        let keys = self.parked.values().flatten();
        keys.filter_map(|key| self.pods.get(key))
            .map(|waiting| waiting.rank.1)
            .min()
    }

    /// Wakes pods that have been parked longer than this.
    pub fn flush(&mut self, longer_than: Duration, now: SimTime, settings: &Settings) {
        let keys: Vec<ObjectKey> = self.parked.values().flatten().cloned().collect();
        for key in keys {
            if self
                .pods
                .get(&key)
                .is_some_and(|waiting| now.since(waiting.rank.1) > longer_than)
            {
                self.wake(&key, now, settings);
            }
        }
    }
}

fn back_off(attempts: u32, settings: &Settings) -> Duration {
    let doublings = attempts.saturating_sub(1).min(16);
    (settings.scheduler_backoff_initial * 2_u32.pow(doublings)).min(settings.scheduler_backoff_max)
}
