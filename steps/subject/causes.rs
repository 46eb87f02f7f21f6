//! What led to it: the chain of events that brought pods of a workload down.
//!
//! A number of available pods falls because of something that happened to pods, mostly some time before: a probe failed, so a
//! container was killed, so it waits for its back-off. For each pod that is down at an instant the chain tells what has happened to it
//! since it was last Ready; a pod that is up has no part in it.

use std::collections::BTreeMap;

use shakedown_engine::api::{Condition, ContainerStatus, Event, Kind, Object, ObjectKey, Pod, Uid};
use shakedown_engine::sim::SimTime;
use shakedown_engine::store::Change;

/// So many lines of a chain are shown, the latest.
const LINES_MAX: usize = 10;

/// What happened to a pod since it was last Ready.
#[derive(Default)]
struct Story {
    name: String,
    is_down: bool,
    /// When, what, and how often in a row.
    lines: Vec<(SimTime, String, u32)>,
}

impl Story {
    fn tell(&mut self, at: SimTime, line: String) {
        match self.lines.last_mut() {
            Some((_, last, times)) if *last == line => *times += 1,
            _ => self.lines.push((at, line, 1)),
        }
    }
}

/// The chain of events that led to what `objects` (workloads or pods) are after the changes of `log`, a line each with its time,
/// oldest first; empty if none of their pods is down.
fn causes(log: &[Change], objects: &[(Kind, ObjectKey)]) -> String {
    let mut stories: BTreeMap<Uid, Story> = BTreeMap::new();
    let mut workloads: BTreeMap<Uid, bool> = BTreeMap::new();
    for change in log {
        match change.object() {
            Object::Event(event) => {
                if let Some(story) = stories.get_mut(&event.involved.uid)
                    && let Some(line) = line_of_event(event)
                {
                    story.tell(change.at, line);
                }
            }
            Object::Pod(pod) => {
                let meta = &pod.meta;
                let owner = meta.controller().map(|owner| owner.uid);
                let is_meant = objects.contains(&(Kind::POD, meta.key()))
                    || owner.is_some_and(|owner| workloads.get(&owner).copied().unwrap_or(false));
                if is_meant {
                    let story = stories.entry(meta.uid).or_default();
                    story.name = meta.name.to_string();
                    follow(story, change);
                }
            }
            other => {
                let meta = other.meta();
                let owner = meta.controller().map(|owner| owner.uid);
                let is_meant = objects.contains(&(other.kind(), meta.key()))
                    || owner.is_some_and(|owner| workloads.get(&owner).copied().unwrap_or(false));
                if is_meant {
                    workloads.insert(meta.uid, true);
                }
            }
        }
    }
    let mut lines: Vec<(SimTime, String)> = Vec::new();
    for story in stories.into_values().filter(|story| story.is_down) {
        let name = story.name;
        lines.extend(story.lines.into_iter().map(|(at, line, times)| match times {
            1 => (at, format!("{name}: {line}")),
            _ => (at, format!("{name}: {line} ({times} times)")),
        }));
    }
    lines.sort();
    let skipped = lines.len().saturating_sub(LINES_MAX);
    let lines = lines.into_iter().skip(skipped);
    lines.map(|(at, line)| format!("{at} {line}\n")).collect()
}

/// The chain of events that led up to a change, as lines to add to what was seen.
pub fn because(log: &[Change], objects: &[(Kind, ObjectKey)], revision: u64) -> String {
    let until = log.partition_point(|change| change.revision <= revision);
    let chain = causes(log.get(..until).unwrap_or(log), objects);
    let lines: Vec<String> = chain.lines().map(|line| format!("\n  {line}")).collect();
    match lines.is_empty() {
        true => String::new(),
        false => format!("\nbecause{}", lines.concat()),
    }
}

/// What an event says of a pod's way down.
fn line_of_event(event: &Event) -> Option<String> {
    let message = event.message.trim_end();
    match event.reason.as_str() {
        "Unhealthy"
        | "Killing"
        | "Preempted"
        | "TaintManagerEviction"
        | "Evicted"
        | "FailedScheduling"
        | "FailedMount" => Some(message.lines().next().unwrap_or_default().to_owned()),
        _ => None,
    }
}

/// What a change of a pod says of its way down.
fn follow(story: &mut Story, change: &Change) {
    let pod = |object: &Option<Object>| object.as_ref().and_then(Object::as_pod).cloned();
    let (before, after) = (pod(&change.before), pod(&change.after));
    let Some(after) = after else {
        // One that was let go of is down no more than one that never was.
        if before.is_some_and(|before| before.meta.deletion.is_none()) {
            story.tell(change.at, format!("removed by {}", change.writer));
        }
        return;
    };
    let was_ready = before.as_ref().is_some_and(|before| before.is_ready());
    if after.is_ready() && !was_ready {
        story.lines.clear();
        story.is_down = false;
        return;
    }
    let Some(before) = before else {
        story.is_down = true;
        story.tell(change.at, format!("created by {}", change.writer));
        return;
    };
    for line in lines_of(&before, &after, change.writer) {
        story.tell(change.at, line);
    }
    story.is_down = !after.is_ready() || after.meta.deletion.is_some();
}

fn lines_of(before: &Pod, after: &Pod, writer: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let target =
        |pod: &Pod| Condition::find(&pod.status.conditions, "DisruptionTarget").map(|found| found.reason.clone());
    if let Some(reason) = target(after).filter(|reason| target(before).as_ref() != Some(reason)) {
        lines.push(format!("disrupted: {reason}"));
    }
    if before.meta.deletion.is_none() && after.meta.deletion.is_some() {
        lines.push(format!("deleted by {writer}"));
    }
    for new in &after.status.containers {
        let old = before.status.containers.iter().find(|old| old.name == new.name);
        lines.extend(old.and_then(|old| line_of_container(old, new)));
    }
    if before.is_ready() && !after.is_ready() {
        let ready = Condition::find(&after.status.conditions, "Ready");
        let reason = ready.map(|ready| ready.reason.as_str()).unwrap_or_default();
        lines.push(match writer {
            "kubelet" => format!("no longer Ready ({reason})"),
            _ => format!("no longer Ready, says {writer}"),
        });
    }
    lines
}

/// A container has ended, or waits for something else than before.
fn line_of_container(old: &ContainerStatus, new: &ContainerStatus) -> Option<String> {
    let name = &new.name;
    let ended = |status: &ContainerStatus| status.state.terminated.clone().or(status.last_state.terminated.clone());
    if let (Some(end), true) = (ended(new), ended(old) != ended(new)) {
        return Some(format!(
            "container {name} ended with code {} ({})",
            end.exit_code, end.reason
        ));
    }
    let reason = |status: &ContainerStatus| status.state.waiting.as_ref().map(|waiting| waiting.reason.clone());
    let waiting = new.state.waiting.as_ref()?;
    if reason(old).as_ref() == Some(&waiting.reason) || waiting.reason == "ContainerCreating" {
        return None;
    }
    // `back-off 40s restarting failed container=app pod=web-0_default(…)`: the rest is known.
    let message = waiting
        .message
        .split(" restarting failed container")
        .next()
        .unwrap_or_default();
    Some(match message.is_empty() {
        true => format!("container {name} waits: {}", waiting.reason),
        false => format!("container {name} waits: {} ({message})", waiting.reason),
    })
}
