//! The commands, one a file, and the table that names them.

mod apply;
mod create;
mod get;

use super::error::Result;
use super::flags::{Arguments, Flag};
use super::session::Session;

/// A command of kubectl.
pub struct Command {
    /// Its words, such as `rollout status`.
    pub name: &'static str,
    /// The flags it knows besides the global ones.
    pub flags: &'static [&'static [Flag]],
    /// What it does.
    pub run: fn(&mut Session<'_>, &Arguments) -> Result<()>,
}

macro_rules! command {
    ($name:literal, $module:ident) => {
        Command {
            name: $name,
            flags: $module::FLAGS,
            run: $module::run,
        }
    };
}

/// All commands.
pub static COMMANDS: &[Command] = &[
    command!("apply", apply),
    command!("create", create),
    command!("get", get),
];

pub use apply::{Applied, ApplyError, ApplyFailure, Outcome, apply_documents};
