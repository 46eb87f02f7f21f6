//! Faults of storage classes.

use cucumber::{given, when};
use shakedown_engine::faults::Fault;

use crate::World;
use crate::parameters::{Lasting, Text};
use crate::world::StepError;

/// Lets no volume of a StorageClass be made: claims stay Pending with ProvisioningFailed, and so do the pods that need them.
///
/// Example: `When storage class "fast" cannot provision for 5m`
#[given(expr = "storage class {string} cannot provision{lasting}")]
#[when(expr = "storage class {string} cannot provision{lasting}")]
fn cannot_provision(world: &mut World, class: Text, lasting: Lasting) -> Result<(), StepError> {
    world.inject(Fault::ProvisioningFails(class.0.into()), lasting)
}

/// Lets volumes of a StorageClass be made again; the next try may be up to five minutes away.
///
/// Example: `When storage class "fast" recovers`
#[given(expr = "storage class {string} recovers/heals")]
#[when(expr = "storage class {string} recovers/heals")]
fn recovers(world: &mut World, class: Text) -> Result<(), StepError> {
    let what = format!("storage class \"{class}\"");
    world.heal(
        &what,
        |fault| matches!(fault, Fault::ProvisioningFails(name) if *name == class.0),
    )
}
