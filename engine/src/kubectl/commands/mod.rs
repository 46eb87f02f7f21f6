//! The commands, one a file, and the table that names them.

mod apply;
mod change;
mod cordon;
mod create;
mod create_config;
mod debug;
mod delete;
mod describe;
mod drain;
mod events;
mod exec;
mod get;
mod label;
mod logs;
mod patch;
mod rollout_history;
mod rollout_status;
mod rollout_switch;
mod rollout_undo;
mod run;
mod scale;
mod set_image;
mod taint;
mod version;
mod wait;

use super::error::Result;
use super::flags::{Arguments, Flag};
use super::session::Session;

pub use apply::{Applied, ApplyError, ApplyFailure, Outcome, apply_documents};

/// A command of kubectl.
pub struct Command {
    /// Its words, such as `rollout status`.
    pub name: &'static str,
    /// The flags it knows besides the global ones.
    pub flags: &'static [&'static [Flag]],
    /// What it does.
    pub run: fn(&mut Session<'_>, &Arguments) -> Result<()>,
}

/// The commands of the real kubectl that are not modelled.
pub const NOT_MODELLED: &[&str] = &[
    "alpha",
    "api-resources",
    "api-versions",
    "attach",
    "auth",
    "autoscale",
    "certificate",
    "cluster-info",
    "completion",
    "config",
    "cp",
    "diff",
    "edit",
    "explain",
    "expose",
    "kustomize",
    "plugin",
    "port-forward",
    "proxy",
    "replace",
    "top",
];

macro_rules! commands {
    ($($name:literal $module:ident :: $run:ident,)*) => {
        /// All commands.
        pub static COMMANDS: &[Command] = &[$(Command { name: $name, flags: $module::FLAGS, run: $module::$run }),*];
    };
}

commands! {
    "annotate" label::run_annotate,
    "apply" apply::run,
    "cordon" cordon::run,
    "create" create::run,
    "debug" debug::run,
    "create cm" create_config::run,
    "create configmap" create_config::run,
    "create secret" create_config::run_secret,
    "delete" delete::run,
    "describe" describe::run,
    "drain" drain::run,
    "events" events::run,
    "exec" exec::run,
    "get" get::run,
    "label" label::run,
    "logs" logs::run,
    "patch" patch::run,
    "rollout history" rollout_history::run,
    "rollout pause" rollout_switch::run,
    "rollout restart" rollout_switch::run_restart,
    "rollout resume" rollout_switch::run_resume,
    "rollout status" rollout_status::run,
    "rollout undo" rollout_undo::run,
    "run" run::run,
    "scale" scale::run,
    "set image" set_image::run,
    "taint" taint::run,
    "uncordon" cordon::run_uncordon,
    "version" version::run,
    "wait" wait::run,
}
