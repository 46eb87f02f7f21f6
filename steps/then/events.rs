//! Assertions about Events.

use cucumber::gherkin::Step;
use cucumber::then;
use shakedown_engine::api::{Event, Kind, ObjectKey, Pod};
use shakedown_engine::timeline::View;

use crate::World;
use crate::assertion::{Claim, Verdict};
use crate::parameters::{Because, ObjectRef, OtherObject, PodFilter, Pods, Tense, Text};
use crate::subject::{Subject, events_about};
use crate::table::{Cell, Rows};
use crate::world::StepError;

/// Asserts an event about pods, optionally with a part of its message. The events of a pod that is named outlive it.
///
/// Example: `Then within 1m, pod "web-0" has event "BackOff" with message "restarting failed container"`
#[then(expr = "{tense}{pods} has/have event {string}{because}")]
fn pods_have_event(
    world: &mut World,
    tense: Tense,
    pods: Pods,
    reason: Text,
    because: Because,
) -> Result<(), StepError> {
    if let ([PodFilter::Named(name)], Some(namespace)) = (pods.filters.as_slice(), &pods.namespace)
        && name.is_literal()
    {
        let pod = ObjectRef::new("pod", &name.0, Some(namespace))?;
        return world.assert(tense, &object_has_event(pod, reason, because));
    }
    let expected = format!("event \"{reason}\"{because}");
    let check = |view: &View<'_>, pod: &Pod| has_event(view, Kind::POD, &pod.meta.key(), &reason, &because);
    world.assert(tense, &Claim::pods(&pods, expected, check)?.reading_events())
}

/// Asserts an event about an object that is no pod, optionally with a part of its message.
///
/// Example: `Then within 1m, node "node-2" has event "NodeNotReady"`
#[then(expr = "{tense}{resource} has event {string}{because}")]
fn resource_has_event(
    world: &mut World,
    tense: Tense,
    object: OtherObject,
    reason: Text,
    because: Because,
) -> Result<(), StepError> {
    world.assert(tense, &object_has_event(object.0, reason, because))
}

fn object_has_event<'a>(object: ObjectRef, reason: Text, because: Because) -> Claim<'a> {
    let (kind, key) = (object.kind, object.key());
    let expected = format!("event \"{reason}\"{because}");
    Claim::new(expected, Subject::Object(object), move |view| {
        has_event(view, kind, &key, &reason, &because)
    })
    .reading_events()
}

fn has_event(view: &View<'_>, kind: Kind, key: &ObjectKey, reason: &str, because: &Because) -> Verdict {
    let events = events_about(view, kind, key);
    let of_reason: Vec<&&Event> = events.iter().filter(|event| event.reason == reason).collect();
    if of_reason
        .iter()
        .any(|event| because.holds(&event.reason, &event.message))
    {
        return Ok(());
    }
    Err(if of_reason.is_empty() {
        reasons(&events)
    } else {
        messages(&of_reason)
    })
}

fn reasons(events: &[&Event]) -> String {
    let mut reasons: Vec<&str> = events.iter().map(|event| event.reason.as_str()).collect();
    reasons.sort_unstable();
    reasons.dedup();
    if reasons.is_empty() {
        "no events".to_owned()
    } else {
        format!("events {}", reasons.join(", "))
    }
}

fn messages(events: &[&&Event]) -> String {
    let messages: Vec<String> = events
        .iter()
        .map(|event| format!("{}: {}", event.reason, event.message))
        .collect();
    messages.join("\n")
}

/// Asserts that among the events of an object there are these: columns `type`, `reason`, `message`, `count`; `*` in a cell
/// stands for any text, `/…/` is a regular expression.
///
/// Example: `Then the events of pod "web-0" include:`
#[then(expr = "the events of {object} include:")]
fn events_include(world: &mut World, step: &Step, object: ObjectRef) -> Result<(), StepError> {
    let wanted = Rows::of(step, &["type", "reason", "message", "count"])?;
    let view = world.cluster().view();
    let seen: Vec<Vec<(&str, String)>> = events_about(&view, object.kind, &object.key())
        .into_iter()
        .map(columns)
        .collect();
    let missing: Vec<String> = wanted
        .rows()
        .filter(|row| !seen.iter().any(|event| matches(row, event)))
        .map(|row| describe(&row))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let events = Subject::Object(object).events(&view);
    let events = if events.is_empty() {
        "no events".to_owned()
    } else {
        events
    };
    Err(world.unexpected("these events are missing", missing.join("\n"), events))
}

fn columns(event: &Event) -> Vec<(&'static str, String)> {
    vec![
        ("type", event.event_type.to_string()),
        ("reason", event.reason.to_string()),
        ("message", event.message.to_string()),
        ("count", event.count.to_string()),
    ]
}

fn matches(row: &[(&str, Cell)], event: &[(&str, String)]) -> bool {
    row.iter()
        .all(|(column, cell)| event.iter().any(|(name, seen)| name == column && cell.matches(seen)))
}

fn describe(row: &[(&str, Cell)]) -> String {
    let cells: Vec<String> = row.iter().map(|(column, cell)| format!("{column} {cell}")).collect();
    cells.join(", ")
}
