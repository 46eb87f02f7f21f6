//! `shakedown steps`: the vocabulary.

use std::io::Write;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use shakedown::catalogue::{groups, json, markdown, matching, text};
use shakedown::runner::{EXIT_COULD_NOT_RUN, EXIT_PASSED};

/// What is printed.
#[derive(Debug, Args)]
pub struct StepsArguments {
    /// Only steps that have all of these words, e.g. `probe fails`
    words: Vec<String>,

    /// How it is printed
    #[arg(long, value_enum, default_value_t)]
    format: StepsFormat,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum StepsFormat {
    #[default]
    Text,
    Md,
    Json,
}

/// Prints the vocabulary.
pub fn run(arguments: &StepsArguments) -> ExitCode {
    let found = matching(groups(), &arguments.words);
    if found.is_empty() {
        eprintln!(
            "error: no step has {:?}; `shakedown steps` prints them all",
            arguments.words.join(" ")
        );
        return ExitCode::from(EXIT_COULD_NOT_RUN);
    }
    let printed = match arguments.format {
        StepsFormat::Text => text(&found),
        StepsFormat::Md => markdown(&found),
        StepsFormat::Json => match json(&found) {
            Ok(json) => json,
            Err(error) => {
                eprintln!("error: {error}");
                return ExitCode::from(EXIT_COULD_NOT_RUN);
            }
        },
    };
    // A reader that has gone away (`| head`) is no reason to fail.
    _ = std::io::stdout().lock().write_all(printed.as_bytes());
    ExitCode::from(EXIT_PASSED)
}
