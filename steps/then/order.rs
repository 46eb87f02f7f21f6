//! Assertions about the order in which a StatefulSet's pods came and went.

use cucumber::then;
use shakedown_engine::api::{Object, Pod};
use shakedown_engine::store::{Change, Verb};
use shakedown_engine::timeline::describe;

use crate::World;
use crate::parameters::{ObjectRef, OtherObject};
use crate::subject::because;
use crate::world::StepError;

/// The label that names a pod's revision.
const REVISION: &str = "controller-revision-hash";

/// A pod of a StatefulSet that came or went.
struct Turn {
    revision: String,
    ordinal: u64,
    change: Change,
}

/// Asserts that a StatefulSet's pods were first created in the order of their ordinals.
///
/// Example: `Then the pods of statefulset "db" were created in order`
#[then(expr = "the pods of {resource} were created in order")]
fn created_in_order(world: &mut World, owner: OtherObject) -> Result<(), StepError> {
    let created = turns(world, &owner.0, |change| change.verb() == Verb::Created);
    in_order(world, &owner.0, "created", &first_of_each(created), false)
}

/// Asserts that a StatefulSet's pods were deleted from the last ordinal to the first: each one's latest deletion counts.
///
/// Example: `Then the pods of statefulset "db" were deleted in reverse order`
#[then(expr = "the pods of {resource} were deleted in reverse order")]
fn deleted_in_reverse_order(world: &mut World, owner: OtherObject) -> Result<(), StepError> {
    let is_doomed = |object: Option<&Object>| object.is_some_and(|object| object.meta().deletion.is_some());
    let deleted = turns(world, &owner.0, |change| {
        is_doomed(change.after.as_ref()) && !is_doomed(change.before.as_ref())
            || change.verb() == Verb::Deleted && !is_doomed(change.before.as_ref())
    });
    in_order(world, &owner.0, "deleted", &last_of_each(deleted), true)
}

/// Asserts that the pods of a StatefulSet's latest revision were created from the last ordinal to the first.
///
/// Example: `Then the pods of statefulset "db" were updated in reverse order`
#[then(expr = "the pods of {resource} were updated in reverse order")]
fn updated_in_reverse_order(world: &mut World, owner: OtherObject) -> Result<(), StepError> {
    let mut created = turns(world, &owner.0, |change| change.verb() == Verb::Created);
    let latest = created.last().map(|turn| turn.revision.clone()).unwrap_or_default();
    created.retain(|turn| turn.revision == latest);
    in_order(world, &owner.0, "updated", &first_of_each(created), true)
}

/// The first turn of each ordinal.
fn first_of_each(turns: Vec<Turn>) -> Vec<Turn> {
    let mut first: Vec<Turn> = Vec::new();
    for turn in turns {
        if !first.iter().any(|known| known.ordinal == turn.ordinal) {
            first.push(turn);
        }
    }
    first
}

/// The last turn of each ordinal.
fn last_of_each(mut turns: Vec<Turn>) -> Vec<Turn> {
    turns.reverse();
    let mut last = first_of_each(turns);
    last.reverse();
    last
}

/// The turns of an owner's pods, one for each change that is meant, in the order of the timeline.
fn turns(world: &mut World, owner: &ObjectRef, is_meant: impl Fn(&Change) -> bool) -> Vec<Turn> {
    let of_owner = |pod: &Pod| {
        let controller = pod.meta.controller();
        controller.is_some_and(|controller| controller.kind == owner.kind.name() && controller.name == owner.name)
            && pod.meta.namespace == owner.namespace
    };
    let log = world.cluster().log().iter();
    log.filter(|change| is_meant(change))
        .filter_map(|change| {
            let pod = change.object().as_pod().filter(|pod| of_owner(pod))?;
            let (_, ordinal) = pod.meta.name.rsplit_once('-')?;
            let revision = pod.meta.labels.get(REVISION).map(ToString::to_string);
            Some(Turn {
                revision: revision.unwrap_or_default(),
                ordinal: ordinal.parse().ok()?,
                change: change.clone(),
            })
        })
        .collect()
}

fn in_order(world: &mut World, owner: &ObjectRef, what: &str, turns: &[Turn], reverse: bool) -> Result<(), StepError> {
    let follows = |a: &Turn, b: &Turn| match reverse {
        true => a.ordinal > b.ordinal,
        false => a.ordinal < b.ordinal,
    };
    let seen: Vec<u64> = turns.iter().map(|turn| turn.ordinal).collect();
    if seen.len() < 2 {
        let message = format!("an order takes two pods of {owner} at least");
        return Err(world.unexpected(message, format!("two pods {what}"), format!("{} {what}", seen.len())));
    }
    let out_of_turn = turns.windows(2).find_map(|pair| match pair {
        [a, b] if !follows(a, b) => Some(&b.change),
        _ => None,
    });
    let Some(change) = out_of_turn else { return Ok(()) };
    let list = |ordinals: &[u64]| ordinals.iter().map(u64::to_string).collect::<Vec<_>>().join(", ");
    let mut expected = seen.clone();
    expected.sort_unstable();
    if reverse {
        expected.reverse();
    }
    let chain = because(world.cluster().log(), &[(owner.kind, owner.key())], change.revision);
    let seen = format!("{}\nwhen {}{chain}", list(&seen), describe(change));
    Err(world.unexpected("the order was another one", list(&expected), seen))
}
