//! Assertions about the order in which a StatefulSet's pods came and went.

use cucumber::then;
use shakedown_engine::api::{Object, Pod};
use shakedown_engine::store::{Change, Verb};

use crate::World;
use crate::parameters::{ObjectRef, OtherObject};
use crate::world::StepError;

/// The label that names a pod's revision.
const REVISION: &str = "controller-revision-hash";

/// Asserts that a StatefulSet's pods were first created in the order of their ordinals.
///
/// Example: `Then the pods of statefulset "db" were created in order`
#[then(expr = "the pods of {resource} were created in order")]
fn created_in_order(world: &mut World, owner: OtherObject) -> Result<(), StepError> {
    let mut created: Vec<u64> = Vec::new();
    for (_, ordinal) in changes(world, &owner.0, |change| change.verb() == Verb::Created) {
        if !created.contains(&ordinal) {
            created.push(ordinal);
        }
    }
    in_order(world, &owner.0, "created", &created, false)
}

/// Asserts that a StatefulSet's pods were deleted from the last ordinal to the first.
///
/// Example: `Then the pods of statefulset "db" were deleted in reverse order`
#[then(expr = "the pods of {resource} were deleted in reverse order")]
fn deleted_in_reverse_order(world: &mut World, owner: OtherObject) -> Result<(), StepError> {
    let is_doomed = |object: Option<&Object>| object.is_some_and(|object| object.meta().deletion.is_some());
    let deleted: Vec<u64> = changes(world, &owner.0, |change| {
        is_doomed(change.after.as_ref()) && !is_doomed(change.before.as_ref())
            || change.verb() == Verb::Deleted && !is_doomed(change.before.as_ref())
    })
    .into_iter()
    .map(|(_, ordinal)| ordinal)
    .collect();
    in_order(world, &owner.0, "deleted", &deleted, true)
}

/// Asserts that the pods of a StatefulSet's latest revision were created from the last ordinal to the first.
///
/// Example: `Then the pods of statefulset "db" were updated in reverse order`
#[then(expr = "the pods of {resource} were updated in reverse order")]
fn updated_in_reverse_order(world: &mut World, owner: OtherObject) -> Result<(), StepError> {
    let created = changes(world, &owner.0, |change| change.verb() == Verb::Created);
    let latest = created.last().map(|(revision, _)| revision.clone()).unwrap_or_default();
    let mut updated: Vec<u64> = Vec::new();
    for (_, ordinal) in created.into_iter().filter(|(revision, _)| *revision == latest) {
        if !updated.contains(&ordinal) {
            updated.push(ordinal);
        }
    }
    in_order(world, &owner.0, "updated", &updated, true)
}

/// Revision and ordinal of the pods of an owner, for each change that is meant, in the order of the timeline.
fn changes(world: &mut World, owner: &ObjectRef, is_meant: impl Fn(&Change) -> bool) -> Vec<(String, u64)> {
    let of_owner = |pod: &Pod| {
        let controller = pod.meta.controller();
        controller.is_some_and(|controller| controller.kind == owner.kind.name() && controller.name == owner.name)
            && pod.meta.namespace == owner.namespace
    };
    let log = world.cluster().log().iter();
    log.filter(|change| is_meant(change))
        .filter_map(|change| change.object().as_pod())
        .filter(|pod| of_owner(pod))
        .filter_map(|pod| {
            let (_, ordinal) = pod.meta.name.rsplit_once('-')?;
            let revision = pod.meta.labels.get(REVISION).map(ToString::to_string);
            Some((revision.unwrap_or_default(), ordinal.parse().ok()?))
        })
        .collect()
}

fn in_order(world: &mut World, owner: &ObjectRef, what: &str, seen: &[u64], reverse: bool) -> Result<(), StepError> {
    let is_ordered = seen.is_sorted_by(|a, b| if reverse { a > b } else { a < b });
    if is_ordered && seen.len() > 1 {
        return Ok(());
    }
    let list = |ordinals: &[u64]| ordinals.iter().map(u64::to_string).collect::<Vec<_>>().join(", ");
    let mut expected = seen.to_vec();
    expected.sort_unstable();
    if reverse {
        expected.reverse();
    }
    if seen.len() < 2 {
        let message = format!("an order takes two pods of {owner} at least");
        return Err(world.unexpected(message, format!("two pods {what}"), format!("{} {what}", seen.len())));
    }
    Err(world.unexpected("the order was another one", list(&expected), list(seen)))
}
