//! `kubectl set`: changes of pod templates, selectors and subjects.
//!
//! Source: kubectl `pkg/cmd/set`.

mod env;
mod image;
mod resources;
mod selector;
mod service_account;
mod subject;
mod template;

use super::Command;

macro_rules! commands {
    ($($name:literal $flags:path, $run:path;)*) => {
        /// The subcommands of `set`.
        pub static COMMANDS: &[Command] = &[$(Command { name: $name, flags: $flags, run: $run }),*];
    };
}

commands! {
    "set env" env::FLAGS, env::run;
    "set image" image::FLAGS, image::run;
    "set resources" resources::FLAGS, resources::run;
    "set selector" selector::FLAGS, selector::run;
    "set serviceaccount" service_account::FLAGS, service_account::run;
    "set subject" subject::FLAGS, subject::run;
}
