//! The world of a scenario: its cluster and what its steps have to remember.

mod commands;
mod context;
mod error;
mod faults;
mod lanes;
mod late_words;
#[expect(clippy::module_inception, reason = "the noun of this folder")]
mod world;

pub use commands::LastCommand;
pub use context::{ScenarioContext, ScenarioEnd, StepContext};
pub use error::StepError;
pub use world::World;
