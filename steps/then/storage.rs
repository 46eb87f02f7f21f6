//! Assertions about claims and volumes: their phases.

use cucumber::then;
use serde_json::Value;
use shakedown_engine::api::Kind;

use super::objects::assert_json;
use crate::World;
use crate::parameters::{OtherObject, Tense};
use crate::world::StepError;

/// Asserts the phase of a claim or volume.
fn assert_phase(
    world: &mut World,
    tense: Tense,
    object: OtherObject,
    phase: &'static str,
    kinds: &[Kind],
) -> Result<(), StepError> {
    if !kinds.contains(&object.0.kind) {
        let names: Vec<String> = kinds
            .iter()
            .map(|kind| format!("a {}", kind.name().to_lowercase()))
            .collect();
        let who = names.join(" or ");
        return Err(StepError::new(format!(
            "\"is {phase}\" cannot be said of {}; only {who} can be",
            object.0
        )));
    }
    let check = move |json: &Value| match json.pointer("/status/phase").and_then(Value::as_str) {
        Some(seen) if seen == phase => Ok(()),
        seen => Err(seen.unwrap_or("no phase").to_owned()),
    };
    assert_json(world, tense, &object, phase.to_owned(), check)
}

/// Asserts that a claim has its volume, or a volume its claim.
///
/// Example: `Then within 1m, persistentvolumeclaim "data" is Bound`
#[then(expr = "{tense}{resource} is Bound")]
fn is_bound(world: &mut World, tense: Tense, object: OtherObject) -> Result<(), StepError> {
    assert_phase(
        world,
        tense,
        object,
        "Bound",
        &[Kind::PERSISTENT_VOLUME_CLAIM, Kind::PERSISTENT_VOLUME],
    )
}

/// Asserts that a claim waits for a volume.
///
/// Example: `Then for 5m, persistentvolumeclaim "data" is Pending`
#[then(expr = "{tense}{resource} is Pending")]
fn is_pending(world: &mut World, tense: Tense, object: OtherObject) -> Result<(), StepError> {
    assert_phase(
        world,
        tense,
        object,
        "Pending",
        &[Kind::PERSISTENT_VOLUME_CLAIM, Kind::PERSISTENT_VOLUME],
    )
}

/// Asserts that a claim has lost its volume, and with it the data.
///
/// Example: `Then within 1m, persistentvolumeclaim "data" is Lost`
#[then(expr = "{tense}{resource} is Lost")]
fn is_lost(world: &mut World, tense: Tense, object: OtherObject) -> Result<(), StepError> {
    assert_phase(world, tense, object, "Lost", &[Kind::PERSISTENT_VOLUME_CLAIM])
}

/// Asserts that a volume is for no claim yet.
///
/// Example: `Then persistentvolume "disk-1" is Available`
#[then(expr = "{tense}{resource} is Available")]
fn is_available(world: &mut World, tense: Tense, object: OtherObject) -> Result<(), StepError> {
    assert_phase(world, tense, object, "Available", &[Kind::PERSISTENT_VOLUME])
}

/// Asserts that the claim of a volume is gone; nobody else gets the volume, which keeps its data.
///
/// Example: `Then within 1m, persistentvolume "disk-1" is Released`
#[then(expr = "{tense}{resource} is Released")]
fn is_released(world: &mut World, tense: Tense, object: OtherObject) -> Result<(), StepError> {
    assert_phase(world, tense, object, "Released", &[Kind::PERSISTENT_VOLUME])
}

/// Asserts that a volume could not be deleted after its claim was gone.
///
/// Example: `Then within 1m, persistentvolume "disk-1" is Failed`
#[then(expr = "{tense}{resource} is Failed")]
fn is_failed(world: &mut World, tense: Tense, object: OtherObject) -> Result<(), StepError> {
    assert_phase(world, tense, object, "Failed", &[Kind::PERSISTENT_VOLUME])
}
