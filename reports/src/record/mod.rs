//! The run record: everything a report may show about one run, and nothing else.
//!
//! The runner fills it, every rendering reads it, and it is itself a format (JSON), so that a report can be made again, or
//! by someone else, from the file alone. Virtual times are nanoseconds since the start of the scenario's simulation and end
//! in `_ns`. What depends on the machine or the moment (wall clock, cores) lives in fields that start with `wall`, so that two
//! runs with one seed can be compared byte for byte after [`RunRecord::without_wall_times`].
//!
//! Growing it: new fields are added with `#[serde(default)]` and need no new [`FORMAT_VERSION`]; a field that changes its
//! meaning or goes away does.

mod failure;
mod fault;
mod feature;
mod lane;
mod log;
mod outcome;
mod placement;
mod run;
mod scenario;
mod snapshot;
mod step;
mod summary;
mod wall;

pub use failure::Failure;
pub use fault::FaultMark;
pub use feature::FeatureRecord;
pub use lane::{Lane, Segment};
pub use log::LogLine;
pub use outcome::Outcome;
pub use placement::{NodePlacement, Placement, PluginScore};
pub use run::{FORMAT_VERSION, RunRecord};
pub use scenario::{ExamplesRow, ScenarioRecord};
pub use snapshot::KubectlSnapshot;
pub use step::StepRecord;
pub use summary::{Counts, Summary};
pub use wall::{Environment, Wall};
