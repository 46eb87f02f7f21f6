//! Faults of volumes.

use cucumber::{given, when};
use shakedown_engine::api::Kind;
use shakedown_engine::faults::Fault;

use crate::World;
use crate::parameters::{Lasting, ObjectRef, Text};
use crate::world::StepError;

/// Keeps a volume of a pod from being mounted: the pod waits with FailedMount. It counts for every pod of that name.
///
/// Example: `When volume "data" of pod "db-0" cannot be mounted for 5m`
#[given(expr = "volume {string} of {object} cannot be mounted{lasting}")]
#[when(expr = "volume {string} of {object} cannot be mounted{lasting}")]
fn cannot_be_mounted(world: &mut World, volume: Text, pod: ObjectRef, lasting: Lasting) -> Result<(), StepError> {
    if pod.kind != Kind::POD {
        return Err(StepError::new(format!("{pod} has no volumes; name a pod")));
    }
    world.inject(Fault::MountFails(pod.key(), volume.0.into()), lasting)
}

/// Lets a volume of a pod be mounted again.
///
/// Example: `When volume "data" of pod "db-0" recovers`
#[given(expr = "volume {string} of {object} recovers/heals")]
#[when(expr = "volume {string} of {object} recovers/heals")]
fn recovers(world: &mut World, volume: Text, pod: ObjectRef) -> Result<(), StepError> {
    world.heal(
        &format!("volume \"{volume}\" of {pod}"),
        |fault| matches!(fault, Fault::MountFails(key, name) if *key == pod.key() && *name == volume.0),
    )
}
