//! `kubectl replace`: objects by others of the same name.
//!
//! Source: kubectl `pkg/cmd/replace`.

use serde_json::Value;

use super::change::{Change, object_of, print_changed};
use crate::api::{Kind, ObjectKey, Uid};
use crate::apiserver::ApiError;
use crate::kubectl::error::{CommandError, Result};
use crate::kubectl::flags::{Arguments, CHANGE, FILES, Flag, OUTPUT};
use crate::kubectl::selection::{Info, Query};
use crate::kubectl::session::{DryRun, Session};
use crate::store::DeleteOptions;

/// Its flags.
pub const FLAGS: &[&[Flag]] = &[
    &[
        Flag::bool("force"),
        Flag::text("cascade").bare("background"),
        Flag::int("grace-period"),
        Flag::duration("timeout"),
        Flag::bool("wait"),
        Flag::bool("save-config"),
        Flag::text("validate").bare("strict"),
        Flag::text("raw"),
        Flag::text("subresource"),
    ],
    FILES,
    CHANGE,
    OUTPUT,
];

/// Runs the command.
pub fn run(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    let change = Change::of(arguments, "replaced")?;
    let force = arguments.flag("force");
    let refuse = |why: &str| Err(CommandError::message(why));
    if arguments.int("grace-period").is_some_and(|seconds| seconds >= 0) && !force {
        return refuse("--grace-period must have --force specified");
    }
    if arguments.duration_ns("timeout").is_some_and(|timeout| timeout != 0) && !force {
        return refuse("--timeout must have --force specified");
    }
    if force && change.dry_run != DryRun::None {
        return refuse("--dry-run can not be used when --force is set");
    }
    if !arguments.positional.is_empty() {
        let text = format!("Unexpected args: [{}]", arguments.positional.join(" "));
        return Err(CommandError::Usage(text, "replace"));
    }
    Query::check_files(arguments)?;
    let query = Query::of(arguments, &[]).validated(session, arguments)?;
    let read = query.read_files(session)?;
    let mut errors = read.errors;
    for (manifest, file) in &read.manifests {
        session.warn_of_version(&crate::api::json::text(&manifest.value, "apiVersion"), manifest.kind);
        let replaced = query.manifest_key(manifest).and_then(|key| {
            let value = object_of(manifest, &key, arguments);
            if force {
                remove(session, manifest.kind, &key, arguments)?;
            }
            replace(session, manifest.kind, key, value, &change, force, file)
        });
        match replaced {
            Ok(info) => print_changed(session, &info, &change)?,
            Err(error) => errors.push(error),
        }
    }
    CommandError::of(errors)
}

fn replace(
    session: &mut Session<'_>,
    kind: Kind,
    key: ObjectKey,
    value: Value,
    change: &Change,
    force: bool,
    file: &str,
) -> Result<Info> {
    let stored = match change.dry_run {
        DryRun::Client => Ok(value),
        dry_run if force => session.create(kind, value, dry_run),
        dry_run => session
            .decode(kind, &value)
            .and_then(|()| session.request(dry_run, |request| request.replace(kind, value))),
    };
    let value = stored.map_err(|error| error.with_context(&format!("error when replacing \"{file}\"")))?;
    Ok(Info { kind, key, value })
}

/// Deletes the present object, if there is one, and waits until it is gone.
fn remove(session: &mut Session<'_>, kind: Kind, key: &ObjectKey, arguments: &Arguments) -> Result<()> {
    let uid = |session: &Session<'_>| -> Option<Uid> { session.object(kind, key).map(|object| object.meta().uid) };
    let Some(present) = uid(session) else {
        return Ok(());
    };
    let options = DeleteOptions {
        grace_seconds: arguments.int("grace-period").filter(|seconds| *seconds >= 0),
        ..DeleteOptions::default()
    };
    let gone: std::result::Result<bool, ApiError> =
        session.request(DryRun::None, |request| request.delete(kind, key, options));
    gone?;
    session.print(format!("{} \"{}\" deleted", kind.info().group_singular(), key.name));
    let deadline = session.deadline(arguments.duration_ns("timeout").unwrap_or(0));
    while uid(session) == Some(present) {
        if !session.wait_for_change(deadline)? {
            return Err(CommandError::message(format!(
                "timed out waiting for the condition on {}/{}",
                kind.info().plural,
                key.name
            )));
        }
    }
    Ok(())
}
