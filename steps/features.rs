//! The regression suite: `cargo test --test features`.

use std::process::ExitCode;

use shakedown::runner::Suite;

fn main() -> ExitCode {
    Suite::new("features").main()
}
