//! `cargo test`: the scenarios in `features/`, with Shakedown's steps and the team's own.
mod steps;

fn main() -> std::process::ExitCode {
    shakedown::runner::Suite::new("features").main()
}
