//! `kubectl rollout pause`, `resume` and `restart`: small changes of a workload's spec.

use serde_json::{Value, json};

use super::change::{Change, print_changed};
use crate::api::Kind;
use crate::apiserver::Patch;
use crate::kubectl::error::{CommandError, Result};
use crate::kubectl::flags::{Arguments, FILES, Flag, OUTPUT};
use crate::kubectl::selection::{Info, Query};
use crate::kubectl::session::{DryRun, Session};

/// Their flags.
pub const FLAGS: &[&[Flag]] = &[
    &[Flag::text("selector").short('l'), Flag::text("field-manager")],
    FILES,
    OUTPUT,
];

/// Which of the three.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Switch {
    Pause,
    Resume,
    Restart,
}

/// Runs `kubectl rollout pause`.
pub fn run(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    run_switch(session, arguments, Switch::Pause)
}

/// Runs `kubectl rollout resume`.
pub fn run_resume(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    run_switch(session, arguments, Switch::Resume)
}

/// Runs `kubectl rollout restart`.
pub fn run_restart(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    run_switch(session, arguments, Switch::Restart)
}

fn run_switch(session: &mut Session<'_>, arguments: &Arguments, switch: Switch) -> Result<()> {
    let query = Query::of(arguments, &arguments.positional).kind_alone();
    if query.words.is_empty() && query.files.is_empty() {
        return Err(CommandError::message("required resource not specified"));
    }
    let done = match switch {
        Switch::Pause => "paused",
        Switch::Resume => "resumed",
        Switch::Restart => "restarted",
    };
    let change = Change::of(arguments, done)?;
    let found = query.find(session)?;
    let mut errors = found.errors;
    for info in &found.infos {
        let outcome = patch_of(session, info, switch).and_then(|patch| {
            let request = session.request(DryRun::None, |request| request.patch(info.kind, &info.key, &patch));
            let value = request.map_err(|error| CommandError::message(format!("failed to patch: {error}")))?;
            print_changed(session, &Info { value, ..info.clone() }, &change)
        });
        errors.extend(outcome.err());
    }
    CommandError::of(errors)
}

fn patch_of(session: &Session<'_>, info: &Info, switch: Switch) -> Result<Patch> {
    let subject = format!("{} \"{}\"", info.kind.info().group_resource(), info.key.name);
    let paused = info.value.pointer("/spec/paused") == Some(&Value::Bool(true));
    let refuse = |why: &str| Err(CommandError::message(format!("{subject} {why}")));
    let is_deployment = info.kind == Kind::DEPLOYMENT;
    match switch {
        Switch::Pause if !is_deployment => refuse("pausing is not supported"),
        Switch::Pause if paused => refuse("is already paused"),
        Switch::Pause => Ok(Patch::Merge(json!({ "spec": { "paused": true } }))),
        Switch::Resume if !is_deployment => refuse("resuming is not supported"),
        Switch::Resume if !paused => refuse("is not paused"),
        Switch::Resume => Ok(Patch::Merge(json!({ "spec": { "paused": null } }))),
        Switch::Restart if !matches!(info.kind, Kind::DEPLOYMENT | Kind::DAEMON_SET | Kind::STATEFUL_SET) => {
            refuse("restarting is not supported")
        }
        Switch::Restart if paused => refuse("can't restart paused deployment (run rollout resume first)"),
        Switch::Restart => {
            let now = session.timestamp().to_string();
            let annotations = json!({ "kubectl.kubernetes.io/restartedAt": now });
            Ok(Patch::Merge(
                json!({ "spec": { "template": { "metadata": { "annotations": annotations } } } }),
            ))
        }
    }
}
