//! `shakedown check`: what would be run, and what would keep it from running.

use std::io::Write;
use std::process::ExitCode;

use clap::Args;
use shakedown::check::{Checked, check};
use shakedown::runner::{EXIT_COULD_NOT_RUN, EXIT_FAILED, EXIT_PASSED};

/// What is checked.
#[derive(Debug, Args)]
pub struct CheckArguments {
    /// Feature files, FILE:LINE, manifests, or folders of them
    #[arg(required = true)]
    paths: Vec<String>,

    /// Print problems and the summary only
    #[arg(short, long)]
    quiet: bool,
}

/// Checks; exit status 0 nothing is wrong, 1 something is, 2 there was nothing to check.
pub fn run(arguments: &CheckArguments) -> ExitCode {
    let checked = check(&arguments.paths);
    let mut out = std::io::stdout().lock();
    if !arguments.quiet {
        for line in checked.scenarios.iter().chain(&checked.manifests) {
            _ = writeln!(out, "{line}");
        }
    }
    for problem in &checked.problems {
        _ = writeln!(out, "\n{problem}");
    }
    _ = writeln!(out, "\n{}", summary(&checked));
    let nothing = checked.scenarios.is_empty() && checked.manifests.is_empty();
    ExitCode::from(match (checked.problems.is_empty(), nothing) {
        (true, false) => EXIT_PASSED,
        (false, false) => EXIT_FAILED,
        (_, true) => EXIT_COULD_NOT_RUN,
    })
}

fn summary(checked: &Checked) -> String {
    let counted = |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
    format!(
        "{}, {}, {}: {}",
        counted(checked.scenarios.len(), "scenario"),
        counted(checked.steps, "step"),
        counted(checked.manifests.len(), "manifest"),
        counted(checked.problems.len(), "problem")
    )
}
