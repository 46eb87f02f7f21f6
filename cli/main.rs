//! The command line: `shakedown run PATH…`.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
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
}

fn main() -> ExitCode {
    match CommandLine::try_parse() {
        Ok(CommandLine {
            command: Command::Run(arguments),
        }) => Suite::new("features").run(&arguments),
        Err(error) => {
            _ = error.print();
            ExitCode::from(if error.use_stderr() {
                EXIT_COULD_NOT_RUN
            } else {
                EXIT_PASSED
            })
        }
    }
}
