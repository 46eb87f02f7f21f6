//! The flags of a run: the same for `shakedown run` and for `cargo test --test features --`.

use std::num::NonZeroUsize;
use std::process::ExitCode;

use regex::Regex;

use super::identity::DEFAULT_SEED;
use super::limits::ScenarioLimits;
use super::partition::Partition;
use super::reports::ReportFormat;
use super::suite::{EXIT_COULD_NOT_RUN, EXIT_PASSED};
use super::tag_expression::TagExpression;
use crate::parameters::VirtualDuration;

/// So many percent of the scenarios are repeated by default: cheap, and over the runs of a week every scenario has its turn as
/// soon as seeds change.
const CHECK_PERCENT: u8 = 5;

/// What `--help` says below the flags.
pub const HELP: &str = "\
Exit status:
  0  all selected scenarios passed (also: --list, --help, --version, and --retry-failed when nothing failed last)
  1  a scenario failed: an assertion, an undefined or ambiguous step, a time-out, a fault that struck nothing, two runs with
     one seed that differ
  2  nothing could be run: bad arguments, an unreadable feature or path, nothing selected, a report that cannot be written

Examples:
  shakedown run features                                    every scenario; the report is target/shakedown/report.html
  shakedown run features/web.feature:12                     the scenario at a line
  shakedown run --tags '@smoke and not @slow' --seed 7      by tags, with another seed
  shakedown run --shard hash:2/4 --format junit=junit.xml   the second of four CI machines
  shakedown run --retry-failed -v                           what failed last, every step shown
  shakedown run --check-determinism 100                     everything twice, compared change by change";

/// Prints what clap has to say: an error, or the help or version that was asked for.
pub fn usage(error: &clap::Error) -> ExitCode {
    _ = error.print();
    ExitCode::from(if error.use_stderr() {
        EXIT_COULD_NOT_RUN
    } else {
        EXIT_PASSED
    })
}

/// What to run and how to show it.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct RunArguments {
    /// Feature files, folders of them, or FILE:LINE for the scenario at a line [default: features]
    #[arg(value_name = "PATH")]
    pub paths: Vec<String>,

    /// Only scenarios whose tags satisfy this, e.g. '@smoke and not @slow'
    #[arg(short, long, value_name = "EXPR")]
    pub tags: Option<TagExpression>,

    /// Only scenarios whose name matches this regular expression
    #[arg(short, long, value_name = "REGEX")]
    pub name: Option<Regex>,

    /// The seed that every scenario's own seed derives from [default: 1]
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,

    /// How many scenarios run at the same time [default: all cores]
    #[arg(short, long, value_name = "N")]
    pub jobs: Option<NonZeroUsize>,

    /// Skip what follows the first scenario that fails
    #[arg(long)]
    pub fail_fast: bool,

    /// Only one part of what is selected: 1/4 or count:1/4 deals scenarios out evenly, hash:1/4 goes by their names, so that
    /// adding one moves no other
    #[arg(long, value_name = "PART/PARTS")]
    pub shard: Option<Partition>,

    /// Only the scenarios that failed when they last ran here, with the seed they failed with (kept in
    /// target/shakedown/last-failed)
    #[arg(long)]
    pub retry_failed: bool,

    /// Stop a scenario that takes longer than this on the wall clock [default: 60s]
    #[arg(long, value_name = "DURATION")]
    pub timeout: Option<VirtualDuration>,

    /// Stop a scenario that simulates more than this [default: 366d]
    #[arg(long, value_name = "DURATION")]
    pub virtual_timeout: Option<VirtualDuration>,

    /// Run so many percent of the scenarios, chosen by the seed, twice and fail one at the first change in which its two runs
    /// differ [default: 5]
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    pub check_determinism: Option<u8>,

    /// Print the selected scenarios and run none
    #[arg(long)]
    pub list: bool,

    /// Print every step, not only those that failed
    #[arg(short, long)]
    pub verbose: bool,

    /// Print only what failed and the counts
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,

    /// Write a further report: html, json or junit, e.g. junit=target/junit.xml; may be repeated
    #[arg(long, value_name = "NAME=PATH")]
    pub format: Vec<ReportFormat>,

    /// No colours (also with NO_COLOR in the environment, or when the output is no terminal)
    #[arg(long)]
    pub no_color: bool,

    /// Print the engine's log to standard error and keep it in the reports, e.g. 'engine=debug'
    #[arg(long, value_name = "FILTER")]
    pub log: Option<String>,
}

impl RunArguments {
    /// The run's seed.
    pub fn seed(&self) -> u64 {
        self.seed.unwrap_or(DEFAULT_SEED)
    }

    /// How many percent of the scenarios run twice.
    pub fn check_percent(&self) -> u8 {
        self.check_determinism.unwrap_or(CHECK_PERCENT)
    }

    /// What one scenario may take.
    pub fn limits(&self) -> ScenarioLimits {
        let default = ScenarioLimits::default();
        ScenarioLimits {
            wall: self.timeout.map_or(default.wall, |timeout| timeout.0),
            virtual_time: self.virtual_timeout.map_or(default.virtual_time, |timeout| timeout.0),
        }
    }

    /// How many threads run scenarios.
    pub fn jobs(&self) -> usize {
        let cores = || std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        self.jobs.map_or_else(cores, NonZeroUsize::get)
    }
}
