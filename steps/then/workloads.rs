//! Assertions about workloads.

use cucumber::then;
use serde_json::Value;
use shakedown_engine::api::Condition;

use super::pods::condition;
use crate::World;
use crate::assertion::{Claim, is_rolled_out};
use crate::parameters::{Because, Count, ObjectRef, OtherObject, ReplicaState, Tense, Text};
use crate::world::StepError;

/// The annotation in which the Deployment controller counts revisions.
const REVISION: &str = "deployment.kubernetes.io/revision";

/// Asserts how many replicas of a workload are ready, available, updated, unavailable, current or desired.
///
/// Example: `Then at all times, deployment "web" has at least 2 available replicas`
#[then(expr = "{tense}{object} has {count} {replicas} replica(s)")]
fn has_replicas(
    world: &mut World,
    tense: Tense,
    workload: ObjectRef,
    count: Count,
    state: ReplicaState,
) -> Result<(), StepError> {
    let claim = Claim::object(&workload, format!("{count} {} replicas", state.word), |view, object| {
        let json = view.to_json(object);
        let number = state
            .pointers
            .iter()
            .find_map(|pointer| json.pointer(pointer))
            .and_then(Value::as_u64)
            .unwrap_or(0);
        if count.holds(number) {
            Ok(())
        } else {
            Err(format!("{number} {} replicas", state.word))
        }
    });
    world.assert(tense, &claim)
}

/// Asserts that the latest rollout is complete, as `kubectl rollout status` has it.
///
/// Example: `Then within 5m, deployment "web" has rolled out`
#[then(expr = "{tense}{object} has rolled out")]
fn has_rolled_out(world: &mut World, tense: Tense, workload: ObjectRef) -> Result<(), StepError> {
    world.assert(
        tense,
        &Claim::object(&workload, "rolled out", |_, object| is_rolled_out(object)),
    )
}

/// Asserts the revision that `kubectl rollout history` counts.
///
/// Example: `Then deployment "web" is at revision 2`
#[then(expr = "{tense}{object} is at revision {int}")]
fn is_at_revision(world: &mut World, tense: Tense, workload: ObjectRef, revision: u64) -> Result<(), StepError> {
    let claim = Claim::object(&workload, format!("revision {revision}"), |_, object| {
        match object.meta().annotations.get(REVISION) {
            Some(seen) if seen.parse() == Ok(revision) => Ok(()),
            Some(seen) => Err(format!("revision {seen}")),
            None => Err("no revision".to_owned()),
        }
    });
    world.assert(tense, &claim)
}

/// Asserts a condition of an object that is no pod, optionally its reason and a part of its message.
///
/// Example: `Then within 1h, deployment "web" has condition "Progressing" "False" because "ProgressDeadlineExceeded"`
#[then(expr = "{tense}{resource} has condition {string} {string}{because}")]
fn has_condition(
    world: &mut World,
    tense: Tense,
    object: OtherObject,
    kind: Text,
    status: Text,
    because: Because,
) -> Result<(), StepError> {
    let expected = format!("condition \"{kind}\" \"{status}\"{because}");
    let claim = Claim::object(&object.0, expected, |view, object| {
        let json = view.to_json(object);
        let listed = json
            .pointer("/status/conditions")
            .and_then(Value::as_array)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let conditions: Vec<Condition> = listed
            .iter()
            .map(|value| Condition::from_json(value, "lastUpdateTime"))
            .collect();
        condition(&conditions, &kind, &status, &because)
    });
    world.assert(tense, &claim)
}
