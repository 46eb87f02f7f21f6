//! The commands, one a file, and the table that names them.

mod apply;
mod autoscale;
mod change;
mod connection;
mod cordon;
mod create;
mod debug;
mod delete;
mod describe;
mod diff;
mod discovery;
mod drain;
mod events;
mod exec;
mod expose;
mod get;
mod label;
mod logs;
mod patch;
mod replace;
mod rollout_history;
mod rollout_status;
mod rollout_switch;
mod rollout_undo;
mod run;
mod scale;
mod set;
mod taint;
mod top;
mod version;
mod wait;

use super::error::Result;
use super::flags::{Arguments, Flag};
use super::session::Session;

pub use apply::{Applied, ApplyError, ApplyFailure, Outcome, apply_documents};
pub use connection::SERVER;

/// A command of kubectl.
pub struct Command {
    /// Its words, such as `rollout status`.
    pub name: &'static str,
    /// The flags it knows besides the global ones.
    pub flags: &'static [&'static [Flag]],
    /// What it does.
    pub run: fn(&mut Session<'_>, &Arguments) -> Result<()>,
}

/// Commands of files with several, each with flags of its own.
static OTHERS: &[Command] = &[
    command("api-resources", discovery::RESOURCES_FLAGS, discovery::run_resources),
    command("api-versions", discovery::VERSIONS_FLAGS, discovery::run_versions),
    command("apply set-last-applied", apply::SET_FLAGS, apply::run_set),
    command("apply view-last-applied", apply::VIEW_FLAGS, apply::run_view),
    command("attach", connection::ATTACH_FLAGS, connection::run_attach),
    command("auth can-i", connection::CAN_I_FLAGS, connection::run_can_i),
    command("auth whoami", connection::FLAGS, connection::run_who_am_i),
    command("cluster-info", connection::FLAGS, connection::run_info),
    command("config current-context", connection::FLAGS, connection::run_current),
    command(
        "config get-contexts",
        connection::CONTEXTS_FLAGS,
        connection::run_contexts,
    ),
    command("config use-context", connection::FLAGS, connection::run_use),
    command("config view", connection::VIEW_FLAGS, connection::run_view),
    command("explain", discovery::EXPLAIN_FLAGS, discovery::run_explain),
];

const fn command(
    name: &'static str,
    flags: &'static [&'static [Flag]],
    run: fn(&mut Session<'_>, &Arguments) -> Result<()>,
) -> Command {
    Command { name, flags, run }
}

/// All commands that are modelled.
pub fn all() -> impl Iterator<Item = &'static Command> {
    [COMMANDS, OTHERS, create::COMMANDS, set::COMMANDS, top::COMMANDS]
        .into_iter()
        .flatten()
}

/// Other names of commands, each with the one it stands for.
pub const ALIASES: &[(&str, &str)] = &[
    ("create cj", "create cronjob"),
    ("create cm", "create configmap"),
    ("create deploy", "create deployment"),
    ("create dep", "create deployment"),
    ("create ing", "create ingress"),
    ("create ns", "create namespace"),
    ("create pc", "create priorityclass"),
    ("create pdb", "create poddisruptionbudget"),
    ("create resourcequota", "create quota"),
    ("create sa", "create serviceaccount"),
    ("create svc", "create service"),
    ("set sa", "set serviceaccount"),
    ("top no", "top nodes"),
    ("top node", "top nodes"),
    ("top po", "top pods"),
    ("top pod", "top pods"),
];

/// The commands of the real kubectl that are not modelled.
pub const NOT_MODELLED: &[&str] = &[
    "alpha",
    "certificate",
    "completion",
    "cp",
    "edit",
    "kustomize",
    "plugin",
    "port-forward",
    "proxy",
];

macro_rules! commands {
    ($($name:literal $module:ident :: $run:ident,)*) => {
        static COMMANDS: &[Command] = &[$(Command { name: $name, flags: $module::FLAGS, run: $module::$run }),*];
    };
}

commands! {
    "annotate" label::run_annotate,
    "apply" apply::run,
    "autoscale" autoscale::run,
    "cordon" cordon::run,
    "debug" debug::run,
    "delete" delete::run,
    "describe" describe::run,
    "diff" diff::run,
    "drain" drain::run,
    "events" events::run,
    "exec" exec::run,
    "expose" expose::run,
    "get" get::run,
    "label" label::run,
    "logs" logs::run,
    "patch" patch::run,
    "replace" replace::run,
    "rollout history" rollout_history::run,
    "rollout pause" rollout_switch::run,
    "rollout restart" rollout_switch::run_restart,
    "rollout resume" rollout_switch::run_resume,
    "rollout status" rollout_status::run,
    "rollout undo" rollout_undo::run,
    "run" run::run,
    "scale" scale::run,
    "taint" taint::run,
    "uncordon" cordon::run_uncordon,
    "version" version::run,
    "wait" wait::run,
}

#[cfg(test)]
mod tests;
