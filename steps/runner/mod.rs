//! The runner: reads feature files, runs their scenarios on all cores, prints the outcome in file order and writes the reports.
//!
//! The step functions are cucumber's: its attributes, its expressions, its collection. The runner is ours, because cucumber's
//! own runs every scenario on one thread, lets a run that selects nothing pass and skips what it does not know.
//! A scenario is a pure function of its text and its seed, so neither the number of threads nor which scenario ends first can
//! change anything that is printed or recorded, wall times apart.

mod all;
mod arguments;
mod block;
mod console;
mod expressions;
mod feature_file;
mod feature_set;
mod gherkin_text;
mod identity;
mod last_failed;
mod limits;
mod log;
mod lookup;
mod nearest;
mod outline;
mod panics;
mod partition;
mod pool;
mod progress;
mod reports;
mod scenario_run;
mod selection;
mod single;
mod suite;
mod tag_expression;
mod test_target;
mod wall;

pub use arguments::{HELP, RunArguments, usage};
pub use block::TextBlock;
pub use expressions::{Expression, Keyword, catalogue};
pub(crate) use feature_file::{FeatureFile, Scenario, Step};
pub(crate) use feature_set::read as read_features;
pub use identity::{DEFAULT_SEED, scenario_seed};
pub use limits::ScenarioLimits;
pub(crate) use lookup::Vocabulary;
pub(crate) use selection::Selection;
pub(crate) use single::{run_only, run_scenario_text};
pub use suite::{EXIT_COULD_NOT_RUN, EXIT_FAILED, EXIT_PASSED, Suite};

#[cfg(test)]
pub(crate) use scenario_run::run_text;
