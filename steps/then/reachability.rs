//! Assertions about whom containers reach over the network.

use cucumber::then;
use shakedown_engine::networking;

use crate::World;
use crate::assertion::Claim;
use crate::parameters::{Pods, Tense, Text};
use crate::world::StepError;

/// Asserts that a container reaches a port: of a container of its own pod (`localhost:8000`), of a Service (`web:80`), or of a
/// pod of a headless Service by its name (`redis-set-0.redis:6379`).
///
/// Example: `Then container "nginx" of pod "web" reaches "localhost:8000"`
#[then(expr = "{tense}container {string} of {pods} reaches {string}")]
fn reaches(world: &mut World, tense: Tense, container: Text, pods: Pods, target: Text) -> Result<(), StepError> {
    let claim = Claim::pods(&pods, format!("that it reaches \"{target}\""), |view, pod| {
        networking::reaches(view.objects, pod, &container.0, &target.0)
    })?;
    world.assert(tense, &claim)
}

/// Asserts that a container does not reach a port.
///
/// Example: `Then container "nginx" of pod "web" does not reach "localhost:8000"`
#[then(expr = "{tense}container {string} of {pods} does not reach {string}")]
fn does_not_reach(world: &mut World, tense: Tense, container: Text, pods: Pods, target: Text) -> Result<(), StepError> {
    let claim = Claim::pods(
        &pods,
        format!("that it does not reach \"{target}\""),
        |view, pod| match networking::reaches(view.objects, pod, &container.0, &target.0) {
            Ok(()) => Err(format!("it reaches \"{target}\"")),
            Err(_) => Ok(()),
        },
    )?;
    world.assert(tense, &claim)
}
