//! The agenda: what is to happen, ordered by time, then by the order in which it was scheduled.
//!
//! The sequence number makes simultaneous entries deterministic. There is no cancelling: whoever scheduled an entry
//! recognises a stale one when it fires (see [`WorkQueue`](crate::controllers::WorkQueue)), which keeps a push and a pop
//! at the cost of a binary heap.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::SimTime;

/// Whether an entry keeps a cluster from being settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    /// Work that will change something: the cluster has not settled while one is on the agenda.
    Active,
    /// Work that recurs for ever (a resync, a periodic check): a settled cluster may have any number of them.
    Periodic,
}

/// One entry taken from the agenda.
#[derive(Debug, Clone)]
pub struct Entry<T> {
    /// When it is due.
    pub at: SimTime,
    /// Whether it counts as unfinished business.
    pub urgency: Urgency,
    /// What is to be done.
    pub task: T,
    sequence: u64,
}

impl<T> PartialEq for Entry<T> {
    fn eq(&self, other: &Self) -> bool {
        self.sequence == other.sequence
    }
}
impl<T> Eq for Entry<T> {}
impl<T> PartialOrd for Entry<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl<T> Ord for Entry<T> {
    /// Reversed: `BinaryHeap` is a max-heap and the earliest entry must come first.
    fn cmp(&self, other: &Self) -> Ordering {
        (other.at, other.sequence).cmp(&(self.at, self.sequence))
    }
}

/// A queue of tasks by virtual time.
#[derive(Debug)]
pub struct Agenda<T> {
    heap: BinaryHeap<Entry<T>>,
    sequence: u64,
    active: usize,
}

impl<T> Default for Agenda<T> {
    fn default() -> Self {
        Agenda {
            heap: BinaryHeap::new(),
            sequence: 0,
            active: 0,
        }
    }
}

impl<T> Agenda<T> {
    /// Puts a task on the agenda.
    pub fn schedule(&mut self, at: SimTime, urgency: Urgency, task: T) {
        self.sequence += 1;
        self.active += usize::from(urgency == Urgency::Active);
        self.heap.push(Entry {
            at,
            urgency,
            task,
            sequence: self.sequence,
        });
    }

    /// When the next entry is due.
    pub fn next_at(&self) -> Option<SimTime> {
        self.heap.peek().map(|entry| entry.at)
    }

    /// Takes the next entry.
    pub fn pop(&mut self) -> Option<Entry<T>> {
        let entry = self.heap.pop()?;
        self.active -= usize::from(entry.urgency == Urgency::Active);
        Some(entry)
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.heap.len()
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.heap.is_empty()
    }

    /// How many entries are unfinished business (not [`Urgency::Periodic`]).
    pub fn active_len(&self) -> usize {
        self.active
    }

    /// Every entry, in no particular order: for messages that say what kept a cluster busy.
    pub fn iter(&self) -> impl Iterator<Item = &Entry<T>> {
        self.heap.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_come_by_time_then_by_order_of_scheduling() {
        let mut agenda = Agenda::default();
        for (secs, task) in [(2, "c"), (1, "a"), (2, "d"), (1, "b")] {
            agenda.schedule(SimTime::from_secs(secs), Urgency::Active, task);
        }
        agenda.schedule(SimTime::from_secs(3), Urgency::Periodic, "tick");
        assert_eq!((agenda.len(), agenda.active_len()), (5, 4));
        let order: Vec<_> = std::iter::from_fn(|| agenda.pop()).map(|entry| entry.task).collect();
        assert_eq!(order, ["a", "b", "c", "d", "tick"]);
        assert_eq!(agenda.active_len(), 0);
    }
}
