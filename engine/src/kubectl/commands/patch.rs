//! `kubectl patch`.

use serde_json::Value;

use super::change::{Change, print_changed};
use crate::apiserver::{ApiError, Patch};
use crate::kubectl::error::{CommandError, Result};
use crate::kubectl::flags::{Arguments, CHANGE, FILES, Flag, OUTPUT};
use crate::kubectl::selection::{Info, Query};
use crate::kubectl::session::{DryRun, Session};

/// Its flags.
pub const FLAGS: &[&[Flag]] = &[
    &[
        Flag::text("patch").short('p'),
        Flag::text("patch-file"),
        Flag::text("type"),
        Flag::text("subresource"),
        Flag::bool("local"),
    ],
    FILES,
    CHANGE,
    OUTPUT,
];

/// Runs the command.
pub fn run(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    let change = Change::of(arguments, "patched")?;
    let patch = read_patch(session, arguments)?;
    let query = Query::of(arguments, &arguments.positional);
    let found = query.find(session)?;
    let mut errors = found.errors;
    for info in &found.infos {
        if let Err(error) = patch_one(session, arguments, info, &patch, &change) {
            errors.push(error);
            break;
        }
    }
    CommandError::of(errors)
}

fn read_patch(session: &Session<'_>, arguments: &Arguments) -> Result<Patch> {
    let kind = arguments.text("type").unwrap_or("strategic").to_ascii_lowercase();
    if !matches!(kind.as_str(), "json" | "merge" | "strategic") {
        return Err(CommandError::message(format!(
            "--type must be one of [json merge strategic], not \"{}\"",
            arguments.text("type").unwrap_or_default()
        )));
    }
    let text = match (arguments.text("patch"), arguments.text("patch-file")) {
        (Some(_), Some(_)) => {
            return Err(CommandError::message(
                "cannot specify --patch and --patch-file together",
            ));
        }
        (Some(text), None) if !text.is_empty() => text.to_owned(),
        (None, Some(path)) => session.read_text(path)?,
        _ => {
            return Err(CommandError::message(
                "must specify --patch or --patch-file containing the contents of the patch",
            ));
        }
    };
    let patch: Value = serde_yaml::from_str(&text)
        .map_err(|error| CommandError::message(format!("unable to parse {text:?}: {error}")))?;
    Ok(match kind.as_str() {
        "json" => Patch::Json(patch),
        "merge" => Patch::Merge(patch),
        _ => Patch::Strategic(patch),
    })
}

fn patch_one(
    session: &mut Session<'_>,
    arguments: &Arguments,
    info: &Info,
    patch: &Patch,
    change: &Change,
) -> Result<()> {
    let subresource = arguments.text("subresource").unwrap_or_default();
    let value = match (change.dry_run, subresource) {
        (DryRun::Client, _) => {
            let mut value = info.value.clone();
            patch.apply(info.kind, &mut value)?;
            value
        }
        (dry_run, "" | "scale") => session.request(dry_run, |request| request.patch(info.kind, &info.key, patch))?,
        (dry_run, "status") => {
            let mut value = info.value.clone();
            patch.apply(info.kind, &mut value)?;
            let status = value.get("status").cloned().unwrap_or_default();
            session.request(dry_run, |request| request.replace_status(info.kind, &info.key, status))?
        }
        _ => return Err(ApiError::no_resource().into()),
    };
    let same = change.dry_run != DryRun::Client && value == info.value;
    let label = if subresource == "scale" {
        Some(format!("scale.autoscaling/{}", info.key.name))
    } else {
        None
    };
    let done = if same { "patched (no change)" } else { "patched" };
    if let Some(label) = label {
        session.print(format!("{label} {done}"));
        return Ok(());
    }
    let change = Change {
        // kubectl says nothing of dry runs here.
        dry_run: DryRun::None,
        format: change.format.clone(),
        done,
    };
    print_changed(session, &Info { value, ..info.clone() }, &change)
}
