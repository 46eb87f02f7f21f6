//! Faults of images and registries.

use cucumber::{given, when};
use shakedown_engine::faults::Fault;

use crate::World;
use crate::parameters::{Lasting, Text};
use crate::world::StepError;

/// Lets pulls of an image fail (a glob is allowed), until it recovers. As a Given it is no fault but how things are.
///
/// Example: `When image "web:v2" cannot be pulled for 2m`
#[when(expr = "image {string} cannot be pulled{lasting}")]
fn cannot_be_pulled(world: &mut World, image: Text, lasting: Lasting) -> Result<(), StepError> {
    world.inject(Fault::ImageUnpullable(image.0.into()), lasting)
}

/// Lets an image be pulled again.
///
/// Example: `When image "web:v2" recovers`
#[given(expr = "image {string} recovers/heals")]
#[when(expr = "image {string} recovers/heals")]
fn image_recovers(world: &mut World, image: Text) -> Result<(), StepError> {
    let what = format!("image \"{image}\"");
    world.heal(
        &what,
        |fault| matches!(fault, Fault::ImageUnpullable(name) if *name == image.0),
    )
}

/// Lets every pull from a registry fail; an image without a registry comes from docker.io.
///
/// Example: `When registry "docker.io" is unreachable for 5m`
#[given(expr = "registry {string} is unreachable{lasting}")]
#[when(expr = "registry {string} is unreachable{lasting}")]
fn registry_is_unreachable(world: &mut World, registry: Text, lasting: Lasting) -> Result<(), StepError> {
    world.inject(Fault::RegistryUnreachable(registry.0.into()), lasting)
}

/// Lets a registry refuse pulls beyond so many a minute, as Docker Hub does with those who have not paid.
///
/// Example: `When registry "docker.io" limits pulls to 10 per minute`
#[given(expr = "registry {string} limits pulls to {int} per minute{lasting}")]
#[when(expr = "registry {string} limits pulls to {int} per minute{lasting}")]
fn registry_limits(world: &mut World, registry: Text, pulls: u32, lasting: Lasting) -> Result<(), StepError> {
    world.inject(Fault::RegistryLimits(registry.0.into(), pulls), lasting)
}

/// Lets a registry answer again.
///
/// Example: `When registry "docker.io" recovers`
#[given(expr = "registry {string} recovers/heals")]
#[when(expr = "registry {string} recovers/heals")]
fn registry_recovers(world: &mut World, registry: Text) -> Result<(), StepError> {
    let what = format!("registry \"{registry}\"");
    world.heal(
        &what,
        |fault| matches!(fault, Fault::RegistryUnreachable(name) | Fault::RegistryLimits(name, _) if *name == registry.0),
    )
}
