//! `kubectl set resources`.

use serde_json::{Map, Value};

use super::template::{TARGET, all_found, change_each, containers, note_cause, pod_spec};
use crate::kubectl::commands::change::Change;
use crate::kubectl::commands::create::resource_list;
use crate::kubectl::error::{CommandError, Result};
use crate::kubectl::flags::{Arguments, CHANGE, FILES, Flag, OUTPUT};
use crate::kubectl::selection::Query;
use crate::kubectl::session::Session;

/// Its flags.
pub const FLAGS: &[&[Flag]] = &[
    &[
        Flag::text("containers").short('c'),
        Flag::text("limits"),
        Flag::text("requests"),
    ],
    TARGET,
    FILES,
    CHANGE,
    OUTPUT,
];

/// Runs the command.
pub fn run(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    let change = Change::of(arguments, "resource requirements updated")?;
    let infos = all_found(Query::of(arguments, &arguments.positional).find(session)?)?;
    let mut wanted: Vec<(&str, Map<String, Value>)> = Vec::new();
    for of in ["limits", "requests"] {
        if let Some(list) = arguments.text(of).filter(|list| !list.is_empty()) {
            wanted.push((of, resource_list(list)?));
        }
    }
    if wanted.is_empty() {
        return Err(CommandError::message(
            "you must specify an update to requests or limits (in the form of --requests/--limits)",
        ));
    }
    let pattern = arguments.text("containers").unwrap_or("*");
    let cause = arguments
        .flag("record")
        .then(|| arguments.change_cause("set resources"));
    let failure = "failed to patch resources update to pod template ";
    let errors = change_each(session, &infos, &change, failure, |_, info, value| {
        let containers = containers(pod_spec(info, value)?, pattern);
        if containers.is_empty() {
            return Err(CommandError::message(format!(
                "unable to find container named {pattern}"
            )));
        }
        for container in containers {
            for (of, list) in &wanted {
                merge(container, of, list);
            }
        }
        if let Some(cause) = cause.as_deref().filter(|_| *value != info.value) {
            note_cause(value, cause);
        }
        Ok(())
    })?;
    CommandError::of(errors)
}

/// Puts amounts into `resources.limits` or `resources.requests`.
fn merge(container: &mut Map<String, Value>, of: &str, list: &Map<String, Value>) {
    let empty = || Value::Object(Map::new());
    let resources = container.entry("resources").or_insert_with(empty).as_object_mut();
    let amounts = resources.map(|resources| resources.entry(of).or_insert_with(empty));
    if let Some(amounts) = amounts.and_then(Value::as_object_mut) {
        amounts.extend(list.clone());
    }
}
