//! The command line: `shakedown run PATH…`, `shakedown conformance SUITE PATH…`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use shakedown::conformance;
use shakedown::runner::{EXIT_COULD_NOT_RUN, EXIT_PASSED, RunArguments, Suite};

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
    Run(RunArguments),
    /// Replay recordings of real Kubernetes; the last line is `N passed, M failed`
    Conformance {
        /// The suite, e.g. values or columns
        suite: String,
        /// Recordings, or folders of them
        #[arg(required = true, value_name = "PATH")]
        paths: Vec<PathBuf>,
    },
}

fn main() -> ExitCode {
    let command_line = match CommandLine::try_parse() {
        Ok(command_line) => command_line,
        Err(error) => {
            _ = error.print();
            return ExitCode::from(if error.use_stderr() {
                EXIT_COULD_NOT_RUN
            } else {
                EXIT_PASSED
            });
        }
    };
    match command_line.command {
        Command::Run(arguments) => Suite::new("features").run(&arguments),
        Command::Conformance { suite, paths } => {
            ExitCode::from(conformance::run(&suite, &paths, &mut std::io::stdout().lock()).code())
        }
    }
}
