//! `kubectl create -f`: new objects from manifests.

use serde_json::Value;

use crate::api::ObjectKey;
use crate::api::decode::Manifest;
use crate::kubectl::commands::change::object_of;
use crate::kubectl::error::{CommandError, Result};
use crate::kubectl::flags::{Arguments, CHANGE, FILES, Flag, OUTPUT};
use crate::kubectl::output::Format;
use crate::kubectl::selection::{Info, Query};
use crate::kubectl::session::{DryRun, Session};

/// Its flags.
pub const FLAGS: &[&[Flag]] = &[
    &[
        Flag::text("selector").short('l'),
        Flag::bool("save-config"),
        Flag::text("validate").bare("strict"),
        Flag::bool("edit"),
        Flag::text("raw"),
    ],
    FILES,
    CHANGE,
    OUTPUT,
];

/// Runs the command.
pub fn run(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    let (dry_run, format) = (DryRun::of(arguments)?, Format::of(arguments)?);
    if !arguments.positional.is_empty() {
        let text = format!("Unexpected args: [{}]", arguments.positional.join(" "));
        return Err(CommandError::Usage(text, "create"));
    }
    Query::check_files(arguments)?;
    let query = Query::of(arguments, &[]).validated(session, arguments)?;
    let read = query.read_files(session)?;
    let mut errors = read.errors;
    if errors.is_empty() && read.manifests.is_empty() {
        return Err(CommandError::message("no objects passed to create"));
    }
    for (manifest, file) in &read.manifests {
        session.warn_of_version(&crate::api::json::text(&manifest.value, "apiVersion"), manifest.kind);
        let created = query.manifest_key(manifest).and_then(|key| {
            let object = object_of(manifest, &key, arguments);
            create_one(session, manifest, key, object, dry_run, file)
        });
        match created {
            Ok(info) => errors.extend(print(session, &info, &format, dry_run).err()),
            Err(error) => errors.push(error),
        }
    }
    CommandError::of(errors)
}

fn create_one(
    session: &mut Session<'_>,
    manifest: &Manifest,
    mut key: ObjectKey,
    object: Value,
    dry_run: DryRun,
    file: &str,
) -> Result<Info> {
    let kind = manifest.kind;
    let value = match dry_run {
        DryRun::Client => object,
        _ => session
            .create(kind, object, dry_run)
            .map_err(|error| error.with_context(&format!("error when creating \"{file}\"")))?,
    };
    if let Some(metadata) = value.get("metadata") {
        key.name = crate::api::json::text(metadata, "name");
    }
    Ok(Info { kind, key, value })
}

fn print(session: &mut Session<'_>, info: &Info, format: &Format, dry_run: DryRun) -> Result<()> {
    match format {
        Format::Objects(output) => session.print_object(output, info.kind, &info.value)?,
        _ => session.print(format!("{} created{}", info.label(), dry_run.suffix())),
    }
    Ok(())
}
