//! Commands.

use cucumber::{given, when};

use crate::World;
use crate::parameters::Command;
use crate::world::StepError;

/// Runs a kubectl command as it is written; a failing one fails the step. Commands that wait (`delete`, `rollout status`,
/// `wait`, `drain`) let virtual time run.
///
/// Example: ``When I run `kubectl scale deployment/web --replicas=5` ``
#[given(expr = "I run {command}")]
#[when(expr = "I run {command}")]
fn run(world: &mut World, command: Command) -> Result<(), StepError> {
    world.must_command(&command.0)
}

/// Runs a kubectl command that may fail or block; look with `the command fails with "…"`.
///
/// Example: ``When I try to run `kubectl drain node-1` ``
#[given(expr = "I try to run {command}")]
#[when(expr = "I try to run {command}")]
fn try_to_run(world: &mut World, command: Command) -> Result<(), StepError> {
    World::is_kubectl(&command.0)?;
    world.command(&command.0);
    Ok(())
}
