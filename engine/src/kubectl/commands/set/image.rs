//! `kubectl set image`.

use serde_json::{Map, Value};

use crate::api::Kind;
use crate::kubectl::commands::change::{Change, print_changed};
use crate::kubectl::error::{CommandError, Result};
use crate::kubectl::flags::{Arguments, CHANGE, FILES, Flag, OUTPUT};
use crate::kubectl::selection::{Info, Query};
use crate::kubectl::session::{DryRun, Session};

/// Its flags.
pub const FLAGS: &[&[Flag]] = &[
    &[
        Flag::bool("all"),
        Flag::text("selector").short('l'),
        Flag::bool("local"),
    ],
    FILES,
    CHANGE,
    OUTPUT,
];

/// Runs the command.
pub fn run(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    let change = Change::of(arguments, "image updated")?;
    let is_pair = |word: &String| word.contains('=') && !word.starts_with('=');
    let first = arguments
        .positional
        .iter()
        .position(is_pair)
        .unwrap_or(arguments.positional.len());
    let (resources, pairs) = arguments.positional.split_at(first);
    let query = Query::of(arguments, resources);
    if resources.is_empty() && query.files.is_empty() {
        return Err(CommandError::message(
            "one or more resources must be specified as <resource> <name> or <resource>/<name>",
        ));
    }
    let slashes = resources.iter().filter(|word| word.contains('/')).count();
    if pairs.is_empty() && (slashes == 0 || slashes == resources.len()) {
        return Err(CommandError::message("at least one image update is required"));
    }
    let images: Vec<(&str, &str)> = pairs.iter().filter_map(|pair| pair.split_once('=')).collect();
    let found = query.find(session)?;
    let mut errors = found.errors;
    let cause = arguments.flag("record").then(|| arguments.change_cause("set image"));
    for info in &found.infos {
        set_images(session, info, &images, &change, cause.as_deref(), &mut errors)?;
    }
    CommandError::of(errors)
}

/// Where the pod spec of objects of a kind is.
pub fn pod_spec_path(kind: Kind) -> Option<&'static str> {
    Some(match kind {
        Kind::POD => "/spec",
        Kind::CRON_JOB => "/spec/jobTemplate/spec/template/spec",
        Kind::DEPLOYMENT
        | Kind::REPLICA_SET
        | Kind::STATEFUL_SET
        | Kind::DAEMON_SET
        | Kind::REPLICATION_CONTROLLER
        | Kind::JOB => "/spec/template/spec",
        _ => return None,
    })
}

fn set_images(
    session: &mut Session<'_>,
    info: &Info,
    images: &[(&str, &str)],
    change: &Change,
    cause: Option<&str>,
    errors: &mut Vec<CommandError>,
) -> Result<()> {
    let mut value = info.value.clone();
    let Some(spec) = pod_spec_path(info.kind).and_then(|path| value.pointer_mut(path)) else {
        let kind = info.kind;
        errors.push(CommandError::message(format!(
            "the object is not a pod or does not have a pod template: {kind}"
        )));
        return Ok(());
    };
    let mut missing = Vec::new();
    for (name, image) in images {
        if !set_image(spec, name, image) {
            missing.push(CommandError::message(format!(
                "unable to find container named \"{name}\""
            )));
        }
    }
    if value != info.value {
        if let Some(cause) = cause {
            annotate(&mut value, cause);
        }
        let stored = match change.dry_run {
            DryRun::Client => Ok(value),
            dry_run => session.request(dry_run, |request| request.replace(info.kind, value)),
        };
        match stored {
            Ok(value) => print_changed(session, &Info { value, ..info.clone() }, change)?,
            Err(error) => errors.push(CommandError::message(format!(
                "failed to patch image update to pod template: {error}"
            ))),
        }
    }
    errors.extend(missing);
    Ok(())
}

/// Notes why an object was changed (`--record`).
fn annotate(value: &mut Value, cause: &str) {
    let metadata = value.get_mut("metadata").and_then(Value::as_object_mut);
    let annotations = metadata.map(|metadata| {
        metadata
            .entry("annotations")
            .or_insert_with(|| Value::Object(Map::new()))
    });
    if let Some(annotations) = annotations.and_then(Value::as_object_mut) {
        annotations.insert("kubernetes.io/change-cause".to_owned(), cause.into());
    }
}

/// Sets the image of the containers of that name (`*`: all); false if there is none.
fn set_image(spec: &mut Value, name: &str, image: &str) -> bool {
    let mut found = false;
    for list in ["containers", "initContainers"] {
        let containers = spec.get_mut(list).and_then(Value::as_array_mut);
        for container in containers.into_iter().flatten() {
            let named = container.get("name").and_then(Value::as_str) == Some(name);
            if let Some(container) = container.as_object_mut().filter(|_| named || name == "*") {
                container.insert("image".to_owned(), image.into());
                found = true;
            }
        }
    }
    found
}
