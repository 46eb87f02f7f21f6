//! The record of every change: what assertions about the past and reports read.
//!
//! The store's log is the timeline: each committed write is one instant, as a watcher would see it. A [`Replay`] walks the
//! instants from a mark onwards and shows the cluster as it was at each.

use serde_json::Value;

use crate::api::{Object, Timestamp};
use crate::sim::{SimTime, StableHasher};
use crate::store::{Change, Objects, Verb};

/// The cluster at one instant: what every assertion is a question about.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// The objects.
    pub objects: &'a Objects,
    /// The instant.
    pub now: SimTime,
    /// The calendar time at the start of the simulation.
    pub epoch: Timestamp,
    /// The write that led to this instant; none for a view of now.
    pub change: Option<&'a Change>,
}

impl View<'_> {
    /// The calendar time.
    pub fn timestamp(&self) -> Timestamp {
        self.epoch.at(self.now)
    }

    /// An object as the API shows it at this instant.
    pub fn to_json(&self, object: &Object) -> Value {
        match object {
            Object::Lease(lease) => lease.to_json_at(self.now, self.epoch),
            _ => object.to_json(),
        }
    }
}

/// A place in the timeline: how many changes lie before it.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark(pub(crate) usize);

impl Mark {
    /// The place just before the change that stands at `index` in [`Cluster::log`](crate::Cluster::log).
    pub fn before_change(index: usize) -> Self {
        Mark(index)
    }
}

/// Walks the timeline from a mark.
#[derive(Debug)]
pub struct Replay {
    objects: Objects,
    next: usize,
    epoch: Timestamp,
}

impl Replay {
    /// Starts with the cluster as it was at `mark`: the present one, with everything since undone.
    pub(crate) fn from(mark: Mark, present: &Objects, log: &[Change], epoch: Timestamp) -> Self {
        let next = mark.0.min(log.len());
        let mut objects = present.clone();
        for change in log[next..].iter().rev() {
            objects.revert(change);
        }
        Replay { objects, next, epoch }
    }

    /// The cluster where the walk stands, seen at `now`.
    pub fn view(&self, now: SimTime) -> View<'_> {
        View {
            objects: &self.objects,
            now,
            epoch: self.epoch,
            change: None,
        }
    }

    /// Lets the next change of `log` happen; none once the end is reached. `log` may have grown since the last step.
    pub fn step<'a>(&'a mut self, log: &'a [Change]) -> Option<View<'a>> {
        let change = log.get(self.next)?;
        self.next += 1;
        self.objects.apply(change);
        Some(View {
            objects: &self.objects,
            now: change.at,
            epoch: self.epoch,
            change: Some(change),
        })
    }
}

/// A hash of everything that happened: the same seed gives the same on every machine.
pub fn hash(log: &[Change]) -> u64 {
    let mut hasher = StableHasher::default();
    for change in log {
        hash_change(change, &mut hasher);
    }
    hasher.finish()
}

fn hash_change(change: &Change, hasher: &mut StableHasher) {
    hasher.write_u64(change.revision);
    hasher.write_u64(change.at.as_nanos());
    hasher.write_str(change.writer);
    hasher.write_str(change.kind().name());
    if let Some(after) = &change.after {
        // Writing JSON into a hasher cannot fail.
        let _ = serde_json::to_writer(&mut *hasher, &after.to_json());
    }
}

/// One line about a change: `0:00:01.402 kubelet updated Pod default/web-0`.
pub fn describe(change: &Change) -> String {
    let verb = match change.verb() {
        Verb::Created => "created",
        Verb::Updated => "updated",
        Verb::Deleted => "deleted",
    };
    format!(
        "{} {} {verb} {} {}",
        change.at,
        change.writer,
        change.kind(),
        change.key()
    )
}

/// The first change in which two timelines differ, as a message; none if they are the same.
///
/// This is the checked mode: a scenario run twice with one seed must give the same changes, one by one.
pub fn first_difference(first: &[Change], second: &[Change]) -> Option<String> {
    let differs = |change: &Change, other: &Change| {
        (change.at, change.writer, &change.after) != (other.at, other.writer, &other.after)
    };
    let at = first
        .iter()
        .zip(second)
        .position(|(change, other)| differs(change, other));
    let at = at.or_else(|| (first.len() != second.len()).then(|| first.len().min(second.len())))?;
    let show = |log: &[Change]| match log.get(at) {
        Some(change) => {
            let after = change.after.as_ref().map(|object| object.to_json().to_string());
            format!("{}\n    {}", describe(change), after.unwrap_or_default())
        }
        None => "nothing: the timeline ends".to_owned(),
    };
    Some(format!(
        "change {} differs\n  first run:  {}\n  second run: {}",
        at + 1,
        show(first),
        show(second)
    ))
}
