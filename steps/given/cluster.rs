//! The cluster itself.

use cucumber::{given, when};

use crate::World;

/// Sets the seed of the scenario, whatever the run's seed is.
///
/// Example: `Given the seed is 42`
#[given(expr = "the seed is {int}")]
#[when(expr = "the seed is {int}")]
fn the_seed_is(world: &mut World, seed: u64) {
    world.set_seed(seed);
}
