//! `kubectl set`: changes of pod templates, selectors and subjects.
//!
//! Source: kubectl `pkg/cmd/set`.

mod image;

use super::Command;

macro_rules! commands {
    ($($name:literal $flags:path, $run:path;)*) => {
        /// The subcommands of `set`.
        pub static COMMANDS: &[Command] = &[$(Command { name: $name, flags: $flags, run: $run }),*];
    };
}

commands! {
    "set image" image::FLAGS, image::run;
}
