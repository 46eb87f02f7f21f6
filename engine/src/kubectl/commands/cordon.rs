//! `kubectl cordon` and `kubectl uncordon`.

use serde_json::{Value, json};

use crate::apiserver::Patch;
use crate::kubectl::error::{CommandError, Result};
use crate::kubectl::flags::{Arguments, CHANGE, Flag};
use crate::kubectl::selection::{Info, Query};
use crate::kubectl::session::{DryRun, Session};

/// Their flags.
pub const FLAGS: &[&[Flag]] = &[&[Flag::text("selector").short('l')], CHANGE];

/// Runs `kubectl cordon`.
pub fn run(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    set(session, arguments, true)
}

/// Runs `kubectl uncordon`.
pub fn run_uncordon(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    set(session, arguments, false)
}

fn set(session: &mut Session<'_>, arguments: &Arguments, unschedulable: bool) -> Result<()> {
    let (command, done) = if unschedulable {
        ("cordon", "cordoned")
    } else {
        ("uncordon", "uncordoned")
    };
    let dry_run = DryRun::of(arguments)?;
    let selector = arguments.text("selector").is_some_and(|text| !text.is_empty());
    if arguments.positional.is_empty() && !selector {
        return Err(CommandError::Usage(format!("USAGE: {command} NODE [flags]"), command));
    }
    if !arguments.positional.is_empty() && selector {
        let text = "error: cannot specify both a node name and a --selector option";
        return Err(CommandError::Usage(text.to_owned(), command));
    }
    let found = nodes(arguments).find(session)?;
    // Nothing is done unless all nodes are there; the first that is not is told.
    if let Some(error) = found.errors.into_iter().next() {
        return Err(error);
    }
    let mut errors = Vec::new();
    for info in &found.infos {
        let present = info.value.pointer("/spec/unschedulable") == Some(&Value::Bool(true));
        if present == unschedulable {
            session.print(format!("node/{} already {done}{}", info.key.name, dry_run.suffix()));
            continue;
        }
        match patch(session, info, unschedulable, dry_run) {
            Ok(()) => session.print(format!("node/{} {done}{}", info.key.name, dry_run.suffix())),
            Err(error) => errors.push(error),
        }
    }
    CommandError::of(errors)
}

/// The nodes that the arguments name, with or without `node/` before them.
pub fn nodes<'a>(arguments: &'a Arguments) -> Query<'a> {
    let mut words = vec!["nodes".to_owned()];
    words.extend(arguments.positional.iter().map(|word| match word.split_once('/') {
        Some((_, name)) => name.to_owned(),
        None => word.clone(),
    }));
    Query::of(arguments, &words)
}

fn patch(session: &mut Session<'_>, info: &Info, unschedulable: bool, dry_run: DryRun) -> Result<()> {
    let wanted = if unschedulable { Value::Bool(true) } else { Value::Null };
    let patch = Patch::Merge(json!({ "spec": { "unschedulable": wanted } }));
    if dry_run != DryRun::Client {
        session.request(dry_run, |request| request.patch(info.kind, &info.key, &patch))?;
    }
    Ok(())
}
