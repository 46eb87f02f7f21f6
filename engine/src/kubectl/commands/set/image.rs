//! `kubectl set image`.

use serde_json::{Map, Value};

use super::template::{TARGET, change_each, containers, note_cause, pod_spec};
use crate::kubectl::commands::change::Change;
use crate::kubectl::error::{CommandError, Result};
use crate::kubectl::flags::{Arguments, CHANGE, FILES, Flag, OUTPUT};
use crate::kubectl::selection::Query;
use crate::kubectl::session::Session;

/// Its flags.
pub const FLAGS: &[&[Flag]] = &[TARGET, FILES, CHANGE, OUTPUT];

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
    let mut missing = Vec::new();
    let failure = "failed to patch image update to pod template: ";
    errors.extend(change_each(
        session,
        &found.infos,
        &change,
        failure,
        |_, info, value| {
            let spec = pod_spec(info, value)?;
            for (name, image) in &images {
                if !set_image(spec, name, image) {
                    missing.push(CommandError::message(format!(
                        "unable to find container named \"{name}\""
                    )));
                }
            }
            if let Some(cause) = cause.as_deref().filter(|_| *value != info.value) {
                note_cause(value, cause);
            }
            Ok(())
        },
    )?);
    errors.extend(missing);
    CommandError::of(errors)
}

/// Sets the image of the containers of that name (`*`: all); false if there is none.
fn set_image(spec: &mut Map<String, Value>, name: &str, image: &str) -> bool {
    let containers = containers(spec, name);
    let found = !containers.is_empty();
    for container in containers {
        container.insert("image".to_owned(), image.into());
    }
    found
}
