//! The flags of a run: the same for `shakedown run` and for `cargo test --test features --`.

use std::num::NonZeroUsize;

use regex::Regex;

use super::identity::DEFAULT_SEED;
use super::reports::ReportFormat;
use super::tag_expression::TagExpression;

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

    /// Run each scenario twice and fail it at the first change in which the two runs differ
    #[arg(long)]
    pub checked: bool,

    /// Print the selected scenarios and run none
    #[arg(long)]
    pub list: bool,

    /// Print every step, not only those that failed
    #[arg(short, long)]
    pub verbose: bool,

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

    /// How many threads run scenarios.
    pub fn jobs(&self) -> usize {
        let cores = || std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        self.jobs.map_or_else(cores, NonZeroUsize::get)
    }
}
