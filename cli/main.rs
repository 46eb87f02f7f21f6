//! The command line: `shakedown run`, `check`, `steps`, `explain-scheduling`, `conformance`.
//!
//! Thin: it reads arguments and calls the library. Exit status 0 all passed, 1 something failed, 2 could not run.

mod check;
mod explain_scheduling;
mod steps;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use shakedown::conformance;
use shakedown::runner::{HELP, RunArguments, Suite, usage};

/// Scenario-driven tests and chaos for Kubernetes workloads, on a deterministic simulation.
#[derive(Debug, Parser)]
#[command(name = "shakedown", version)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the scenarios of feature files; exit status 0 all passed, 1 a scenario failed, 2 could not run
    #[command(after_help = HELP)]
    Run(RunArguments),
    /// Bind every step and check every manifest without running anything; exit status 0 all good, 1 problems, 2 nothing to check
    Check(check::CheckArguments),
    /// Print the vocabulary: every step, what it does, an example
    Steps(steps::StepsArguments),
    /// Tell why pods run where they run: every node with the plugin that refused it, or each plugin's score
    #[command(after_help = explain_scheduling::HELP)]
    ExplainScheduling(explain_scheduling::ExplainArguments),
    /// Replay recordings of real Kubernetes; exit status 0 all passed, 1 some failed, 2 could not run
    Conformance {
        /// What is replayed: values, columns …
        suite: String,
        /// Recordings: files, or folders of them
        #[arg(required = true)]
        paths: Vec<PathBuf>,
        /// The seed for what is left to chance
        #[arg(long, default_value_t = 0)]
        seed: u64,
        /// How many seeds to try, from that one on: a recording is one throw of the dice (suite `traces`)
        #[arg(long, default_value_t = conformance::Options::TRIES)]
        tries: u64,
        /// Tell every difference of a failing case, not only the first
        #[arg(long, short)]
        verbose: bool,
        /// Save what was replayed in this folder, in the recordings' format (suite `traces`)
        #[arg(long, value_name = "FOLDER")]
        save: Option<PathBuf>,
    },
}

fn main() -> ExitCode {
    match CommandLine::try_parse() {
        Ok(command_line) => match command_line.command {
            Command::Run(arguments) => Suite::new("features").run(&arguments),
            Command::Check(arguments) => check::run(&arguments),
            Command::Steps(arguments) => steps::run(&arguments),
            Command::ExplainScheduling(arguments) => explain_scheduling::run(&arguments),
            Command::Conformance {
                suite,
                paths,
                seed,
                tries,
                verbose,
                save,
            } => {
                let options = conformance::Options {
                    seed,
                    tries,
                    verbose,
                    save,
                };
                ExitCode::from(conformance::run_with(&suite, &paths, &options, &mut std::io::stdout()).code())
            }
        },
        Err(error) => usage(&error),
    }
}
