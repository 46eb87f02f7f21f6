//! Assertions that read what an object's status says: jobs, disruption budgets.

use cucumber::then;
use serde_json::Value;
use shakedown_engine::api::Kind;

use crate::World;
use crate::assertion::{Claim, Verdict};
use crate::parameters::{Count, OtherObject, Tense};
use crate::world::StepError;

/// The object, if it is of the kind of which alone the predicate can be said.
pub(super) fn of_kind(object: OtherObject, kind: Kind, predicate: &str) -> Result<OtherObject, StepError> {
    if object.0.kind == kind {
        return Ok(object);
    }
    let only = kind.name().to_lowercase();
    Err(StepError::new(format!(
        "\"{predicate}\" cannot be said of {}; only a {only} can",
        object.0
    )))
}

/// Asserts by the object as JSON.
pub(super) fn assert_json(
    world: &mut World,
    tense: Tense,
    object: &OtherObject,
    expected: String,
    check: impl Fn(&Value) -> Verdict,
) -> Result<(), StepError> {
    let claim = Claim::object(&object.0, expected, |view, object| check(&view.to_json(object)));
    world.assert(tense, &claim)
}

/// Whether a Job's condition of this type is True.
fn job_condition(job: &Value, wanted: &str) -> Verdict {
    let conditions = job.pointer("/status/conditions").and_then(Value::as_array);
    let in_force: Vec<&str> = conditions
        .into_iter()
        .flatten()
        .filter(|condition| condition["status"] == "True")
        .filter_map(|condition| condition["type"].as_str())
        .collect();
    match in_force.as_slice() {
        seen if seen.contains(&wanted) => Ok(()),
        [] => Err("neither complete nor failed".to_owned()),
        seen => Err(seen.join(", ")),
    }
}

/// Asserts that a Job has completed: its condition Complete is True.
///
/// Example: `Then within 10m, job "migrate" has completed`
#[then(expr = "{tense}{resource} has completed")]
fn has_completed(world: &mut World, tense: Tense, object: OtherObject) -> Result<(), StepError> {
    let job = of_kind(object, Kind::JOB, "has completed")?;
    assert_json(world, tense, &job, "Complete".to_owned(), |json| {
        job_condition(json, "Complete")
    })
}

/// Asserts that a Job has failed: its condition Failed is True.
///
/// Example: `Then within 10m, job "migrate" has failed`
#[then(expr = "{tense}{resource} has failed")]
fn has_failed(world: &mut World, tense: Tense, object: OtherObject) -> Result<(), StepError> {
    let job = of_kind(object, Kind::JOB, "has failed")?;
    assert_json(world, tense, &job, "Failed".to_owned(), |json| {
        job_condition(json, "Failed")
    })
}

/// Asserts how many pods a disruption budget lets go at this instant.
///
/// Example: `Then poddisruptionbudget "web" allows 1 disruption`
#[then(expr = "{tense}{resource} allows {count} disruption(s)")]
fn allows_disruptions(world: &mut World, tense: Tense, object: OtherObject, count: Count) -> Result<(), StepError> {
    let budget = of_kind(object, Kind::POD_DISRUPTION_BUDGET, "allows disruptions")?;
    let check = |json: &Value| match json.pointer("/status/disruptionsAllowed").and_then(Value::as_u64) {
        Some(seen) if count.holds(seen) => Ok(()),
        Some(seen) => Err(format!("{seen} disruptions")),
        None => Err("its status does not say yet".to_owned()),
    };
    assert_json(world, tense, &budget, format!("{count} disruptions"), check)
}
