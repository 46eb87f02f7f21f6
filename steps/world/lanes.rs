//! The lives of pods as stripes over time, from the timeline.

use std::collections::BTreeMap;

use shakedown_engine::api::{Pod, Uid};
use shakedown_engine::kubectl::printers::{ready_text, summarize};
use shakedown_engine::sim::SimTime;
use shakedown_engine::store::Change;
use shakedown_reports::record::{Lane, Segment};

/// More pods than these are not drawn: nobody could read them, and a record must stay small enough to open.
const LANES_MAX: usize = 500;

/// A lane for every pod there ever was, in order of creation; those that live reach to `end`.
pub fn lanes(log: &[Change], end: SimTime) -> Vec<Lane> {
    let mut lanes: Vec<Lane> = Vec::new();
    let mut by_uid: BTreeMap<Uid, usize> = BTreeMap::new();
    for change in log {
        let Some(pod) = change.object().as_pod() else { continue };
        let index = match by_uid.get(&pod.meta.uid) {
            Some(index) => *index,
            None if lanes.len() < LANES_MAX => {
                lanes.push(Lane {
                    subject: pod.meta.name.to_string(),
                    namespace: pod.meta.namespace.to_string(),
                    ..Lane::default()
                });
                by_uid.insert(pod.meta.uid, lanes.len() - 1);
                lanes.len() - 1
            }
            None => continue,
        };
        if let Some(lane) = lanes.get_mut(index) {
            show(lane, change, pod);
        }
    }
    for lane in &mut lanes {
        // An open segment ends where it began, until now.
        if let Some(last) = lane.segments.last_mut().filter(|segment| segment.to_ns == u64::MAX) {
            last.to_ns = end.as_nanos().max(last.from_ns);
        }
    }
    lanes
}

fn show(lane: &mut Lane, change: &Change, pod: &Pod) {
    let at_ns = change.at.as_nanos();
    if !pod.node_name.is_empty() {
        lane.node = pod.node_name.to_string();
    }
    let summary = summarize(pod);
    let segment = Segment {
        from_ns: at_ns,
        to_ns: u64::MAX,
        status: summary.status.to_string(),
        ready: ready_text(&summary),
        restarts: u32::try_from(summary.restarts.count).unwrap_or_default(),
    };
    let open = lane.segments.last_mut().filter(|last| last.to_ns == u64::MAX);
    let is_same = open.as_ref().is_some_and(|last| {
        (&last.status, &last.ready, last.restarts) == (&segment.status, &segment.ready, segment.restarts)
    });
    if is_same && change.after.is_some() {
        return;
    }
    if let Some(last) = open {
        last.to_ns = at_ns;
    }
    if change.after.is_some() {
        lane.segments.push(segment);
    }
    lane.segments.retain(|segment| segment.from_ns < segment.to_ns);
}
