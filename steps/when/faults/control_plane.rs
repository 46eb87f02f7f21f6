//! Faults of the control plane.

use cucumber::{given, when};
use shakedown_engine::faults::{ControlPlanePart, Fault};

use crate::World;
use crate::parameters::Lasting;
use crate::world::StepError;

fn recover(world: &mut World, part: ControlPlanePart) -> Result<(), StepError> {
    world.heal(&format!("the {part}"), |fault| *fault == Fault::ControlPlaneDown(part))
}

/// Stops the scheduler: new pods stay Pending until it is back; those that run go on.
///
/// Example: `When the scheduler is down for 5m`
#[given(expr = "the scheduler is down{lasting}")]
#[when(expr = "the scheduler is down{lasting}")]
fn scheduler_is_down(world: &mut World, lasting: Lasting) -> Result<(), StepError> {
    world.inject(Fault::ControlPlaneDown(ControlPlanePart::Scheduler), lasting)
}

/// Starts the scheduler again.
///
/// Example: `When the scheduler recovers`
#[given(expr = "the scheduler recovers/heals")]
#[when(expr = "the scheduler recovers/heals")]
fn scheduler_recovers(world: &mut World) -> Result<(), StepError> {
    recover(world, ControlPlanePart::Scheduler)
}

/// Stops every controller: nothing is replaced, rolled out, evicted or collected until they are back.
///
/// Example: `When the controller manager is down for 5m`
#[given(expr = "the controller manager is down{lasting}")]
#[when(expr = "the controller manager is down{lasting}")]
fn controller_manager_is_down(world: &mut World, lasting: Lasting) -> Result<(), StepError> {
    world.inject(Fault::ControlPlaneDown(ControlPlanePart::ControllerManager), lasting)
}

/// Starts the controllers again.
///
/// Example: `When the controller manager recovers`
#[given(expr = "the controller manager recovers/heals")]
#[when(expr = "the controller manager recovers/heals")]
fn controller_manager_recovers(world: &mut World) -> Result<(), StepError> {
    recover(world, ControlPlanePart::ControllerManager)
}
