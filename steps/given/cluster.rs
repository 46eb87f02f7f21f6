//! The cluster itself.

use cucumber::{given, when};

use crate::World;
use crate::parameters::Text;
use crate::world::StepError;

/// Sets the seed of the scenario, whatever the run's seed is. The first step of its scenario.
///
/// Example: `Given the seed is 42`
#[given(expr = "the seed is {int}")]
fn the_seed_is(world: &mut World, seed: Text) -> Result<(), StepError> {
    let number = seed
        .parse()
        .map_err(|_| StepError::new(format!("`{seed}` is no seed; seeds are 0 to {}", u64::MAX)))?;
    world.set_seed(number)
}

/// Sets a timing constant of the simulated components by name; each has the real component's default.
///
/// Example: `Given cluster setting "node-monitor-grace-period" is "20s"`
#[given(expr = "cluster setting {string} is {string}")]
#[when(expr = "cluster setting {string} is {string}")]
fn setting_is(world: &mut World, name: Text, value: Text) -> Result<(), StepError> {
    Ok(world.cluster().set_setting(&name, &value)?)
}
