//! Assertions about Events.

use cucumber::gherkin::Step;
use cucumber::then;
use shakedown_engine::api::Event;

use crate::World;
use crate::assertion::Claim;
use crate::parameters::{Because, ObjectRef, Tense, Text};
use crate::subject::{Subject, events_about};
use crate::table::{Cell, Rows};
use crate::world::StepError;

/// Asserts an event about an object, optionally with a part of its message. Events outlive what they are about.
///
/// Example: `Then within 1m, pod "web-0" has event "BackOff" with message "restarting failed container"`
#[then(expr = "{tense}{object} has event {string}{because}")]
fn has_event(
    world: &mut World,
    tense: Tense,
    object: ObjectRef,
    reason: Text,
    because: Because,
) -> Result<(), StepError> {
    let expected = format!("event \"{reason}\"{because}");
    let (kind, key) = (object.kind, object.key());
    let claim = Claim::new(expected, Subject::Object(object.clone()), move |view| {
        let events = events_about(view, kind, &key);
        let of_reason: Vec<&&Event> = events.iter().filter(|event| event.reason == reason.0).collect();
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
    });
    world.assert(tense, &claim.reading_events())
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
