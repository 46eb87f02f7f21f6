//! `kubectl rollout undo`: back to an earlier revision.
//!
//! Source: kubectl `pkg/polymorphichelpers/rollback.go`.

use serde_json::{Map, Value, json};

use super::rollout_history::{REVISION, Revision, revisions};
use crate::api::Kind;
use crate::apiserver::Patch;
use crate::kubectl::describe::template_text;
use crate::kubectl::error::{CommandError, Result};
use crate::kubectl::flags::{Arguments, FILES, Flag, OUTPUT};
use crate::kubectl::selection::{Info, Query};
use crate::kubectl::session::{DryRun, Session};

/// Its flags.
pub const FLAGS: &[&[Flag]] = &[
    &[
        Flag::int("to-revision"),
        Flag::text("dry-run").bare("unchanged"),
        Flag::text("selector").short('l'),
    ],
    FILES,
    OUTPUT,
];

/// The annotations that belong to the Deployment itself and not to a revision.
const OWN_ANNOTATIONS: [&str; 6] = [
    "kubectl.kubernetes.io/last-applied-configuration",
    REVISION,
    "deployment.kubernetes.io/revision-history",
    "deployment.kubernetes.io/desired-replicas",
    "deployment.kubernetes.io/max-replicas",
    "deprecated.deployment.rollback.to",
];

/// Runs the command.
pub fn run(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    let query = Query::of(arguments, &arguments.positional).kind_alone();
    if query.words.is_empty() && query.files.is_empty() {
        return Err(CommandError::message("required resource not specified"));
    }
    let dry_run = DryRun::of(arguments)?;
    let to_revision = arguments.int("to-revision").unwrap_or(0);
    let found = query.find(session)?;
    let mut errors = found.errors;
    for info in &found.infos {
        match undo(session, info, to_revision, dry_run) {
            Ok(text) => session.print(format!("{} {text}", info.label())),
            Err(error) => errors.push(error),
        }
    }
    CommandError::of(errors)
}

fn undo(session: &mut Session<'_>, info: &Info, to_revision: i64, dry_run: DryRun) -> Result<String> {
    if to_revision < 0 {
        return Err(CommandError::message(format!(
            "unable to find specified revision {to_revision} in history"
        )));
    }
    match info.kind {
        Kind::DEPLOYMENT => undo_deployment(session, info, to_revision, dry_run),
        Kind::DAEMON_SET | Kind::STATEFUL_SET => undo_by_controller_revision(session, info, to_revision, dry_run),
        kind => Err(CommandError::message(format!(
            "no rollbacker has been implemented for \"{}\"",
            kind.name()
        ))),
    }
}

/// The revision asked for, or the one before the latest.
fn choose(revisions: &[Revision], to_revision: i64) -> Result<Option<&Revision>> {
    if to_revision == 0 {
        return Ok(revisions.iter().rev().nth(1));
    }
    let found = revisions.iter().find(|revision| revision.number == to_revision);
    found
        .map(Some)
        .ok_or_else(|| CommandError::message(format!("unable to find specified revision {to_revision} in history")))
}

fn undo_deployment(session: &mut Session<'_>, info: &Info, to_revision: i64, dry_run: DryRun) -> Result<String> {
    let name = &info.key.name;
    if info.value.pointer("/spec/paused") == Some(&Value::Bool(true)) {
        return Err(CommandError::message(format!(
            "you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume deployment/{name}' and try again"
        )));
    }
    let all = revisions(session, info);
    let Some(revision) = choose(&all, to_revision)? else {
        return Err(CommandError::message(format!(
            "no rollout history found for deployment \"{name}\""
        )));
    };
    let mut template = revision.value.pointer("/spec/template").cloned().unwrap_or_default();
    if let Some(labels) = template.pointer_mut("/metadata/labels").and_then(Value::as_object_mut) {
        labels.remove("pod-template-hash");
    }
    if Some(&template) == info.value.pointer("/spec/template") {
        return Ok(format!(
            "skipped rollback (current template already matches revision {})",
            revision.number
        ));
    }
    if dry_run == DryRun::Client {
        let kept = revision.value.pointer("/spec/template").unwrap_or(&Value::Null);
        return Ok(format!("{}{}", template_text(kept), dry_run.suffix()));
    }
    let annotations = annotations_of(&info.value, &revision.value);
    let patch = Patch::Json(json!([
        { "op": "replace", "path": "/spec/template", "value": template },
        { "op": "replace", "path": "/metadata/annotations", "value": annotations },
    ]));
    session
        .request(dry_run, |request| request.patch(info.kind, &info.key, &patch))
        .map_err(|error| CommandError::message(format!("failed restoring revision {to_revision}: {error}")))?;
    Ok(format!("rolled back{}", dry_run.suffix()))
}

/// The revision's annotations, with the Deployment's own.
fn annotations_of(deployment: &Value, revision: &Value) -> Map<String, Value> {
    let of = |object: &Value| {
        object
            .pointer("/metadata/annotations")
            .and_then(Value::as_object)
            .cloned()
            .unwrap_or_default()
    };
    let is_own = |key: &String| OWN_ANNOTATIONS.contains(&key.as_str());
    let own = of(deployment).into_iter().filter(|(key, _)| is_own(key));
    let recorded = of(revision).into_iter().filter(|(key, _)| !is_own(key));
    own.chain(recorded).collect()
}

fn undo_by_controller_revision(
    session: &mut Session<'_>,
    info: &Info,
    to_revision: i64,
    dry_run: DryRun,
) -> Result<String> {
    let all = revisions(session, info);
    let chosen = if all.len() < 2 && to_revision == 0 {
        None
    } else {
        choose(&all, to_revision)?
    };
    let Some(revision) = chosen else {
        return Err(CommandError::message("no last revision to roll back to"));
    };
    let data = revision.value.get("data").cloned().unwrap_or_default();
    let patch = Patch::Strategic(data);
    let mut target = info.value.clone();
    patch.apply(info.kind, &mut target)?;
    if target.pointer("/spec/template") == info.value.pointer("/spec/template") {
        return Ok(format!(
            "skipped rollback (current template already matches revision {})",
            revision.number
        ));
    }
    if dry_run == DryRun::Client {
        let template = target.pointer("/spec/template").unwrap_or(&Value::Null);
        return Ok(format!("{}{}", template_text(template), dry_run.suffix()));
    }
    session.request(dry_run, |request| request.patch(info.kind, &info.key, &patch))?;
    Ok(format!("rolled back{}", dry_run.suffix()))
}
