//! Assertions about any object.

use cucumber::then;

use crate::World;
use crate::assertion::Claim;
use crate::parameters::{OtherObject, Tense};
use crate::subject::Subject;
use crate::world::StepError;

/// Asserts that an object that is no pod exists.
///
/// Example: `Then within 1m, namespace "shop" exists`
#[then(expr = "{tense}{resource} exists")]
fn exists(world: &mut World, tense: Tense, object: OtherObject) -> Result<(), StepError> {
    world.assert(tense, &Claim::object(&object.0, "that it exists", |_, _| Ok(())))
}

/// Asserts that there is no such object.
///
/// Example: `Then within 1m, namespace "shop" does not exist`
#[then(expr = "{tense}{resource} does not exist")]
fn does_not_exist(world: &mut World, tense: Tense, object: OtherObject) -> Result<(), StepError> {
    let wanted = object.0.clone();
    let check = move |view: &shakedown_engine::timeline::View<'_>| match view.objects.object(wanted.kind, &wanted.key())
    {
        Some(_) => Err("it exists".to_owned()),
        None => Ok(()),
    };
    world.assert(
        tense,
        &Claim::new("that it does not exist", Subject::Object(object.0), check),
    )
}
