//! Letting virtual time run.

use cucumber::{given, when};

use crate::World;
use crate::parameters::VirtualDuration;
use crate::world::StepError;

/// Lets so much virtual time pass.
///
/// Example: `When 90 seconds pass`
#[given(expr = "{duration} pass/passes")]
#[when(expr = "{duration} pass/passes")]
fn time_passes(world: &mut World, duration: VirtualDuration) -> Result<(), StepError> {
    world.advance(duration)
}

/// Lets time run until nothing but periodic work is left; an error after 1 simulated hour.
///
/// Example: `When the cluster settles`
#[given(expr = "the cluster settles")]
#[when(expr = "the cluster settles")]
fn cluster_settles(world: &mut World) -> Result<(), StepError> {
    world.settle()
}
