//! `kubectl set selector`: of Services.

use serde_json::{Map, Value};

use super::template::{TARGET, all_found, change_each};
use crate::api::Kind;
use crate::kubectl::commands::change::Change;
use crate::kubectl::commands::create::label_selector;
use crate::kubectl::error::{CommandError, Result};
use crate::kubectl::flags::{Arguments, CHANGE, FILES, Flag, OUTPUT};
use crate::kubectl::selection::Query;
use crate::kubectl::session::Session;

/// Its flags.
pub const FLAGS: &[&[Flag]] = &[TARGET, &[Flag::text("resource-version")], FILES, CHANGE, OUTPUT];

/// Runs the command.
pub fn run(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    let change = Change::of(arguments, "selector updated")?;
    let Some((selector, resources)) = arguments.positional.split_last() else {
        return Err(CommandError::message(
            "one or more resources must be specified as <resource> <name> or <resource>/<name>",
        ));
    };
    let selector = label_selector(selector)?;
    let labels = selector.get("matchLabels").cloned();
    let infos = all_found(Query::of(arguments, resources).find(session)?)?;
    let errors = change_each(session, &infos, &change, "", |_, info, value| {
        let refuse = |why: &str| Err(CommandError::message(why));
        if info.kind != Kind::SERVICE {
            return refuse("setting a selector is only supported for Services");
        }
        if selector.get("matchExpressions").is_some() {
            return refuse("couldn't convert expressions to old selector format");
        }
        if let Some(wanted) = arguments.text("resource-version")
            && let Some(metadata) = value.get_mut("metadata").and_then(Value::as_object_mut)
        {
            metadata.insert("resourceVersion".to_owned(), wanted.into());
        }
        if let Some(spec) = value.get_mut("spec").and_then(Value::as_object_mut) {
            let labels = labels.clone().unwrap_or_else(|| Value::Object(Map::new()));
            spec.insert("selector".to_owned(), labels);
        }
        Ok(())
    })?;
    CommandError::of(errors)
}
