//! `kubectl set serviceaccount`: who the pods of a template act as.

use super::template::{TARGET, all_found, change_each, note_cause, pod_spec};
use crate::kubectl::commands::change::Change;
use crate::kubectl::error::{CommandError, Result};
use crate::kubectl::flags::{Arguments, CHANGE, FILES, Flag, OUTPUT};
use crate::kubectl::selection::Query;
use crate::kubectl::session::Session;

/// Its flags.
pub const FLAGS: &[&[Flag]] = &[TARGET, FILES, CHANGE, OUTPUT];

/// Runs the command.
pub fn run(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    let change = Change::of(arguments, "serviceaccount updated")?;
    let Some((account, resources)) = arguments.positional.split_last() else {
        return Err(CommandError::message("serviceaccount is required"));
    };
    let infos = all_found(Query::of(arguments, resources).find(session)?)?;
    let cause = arguments
        .flag("record")
        .then(|| arguments.change_cause("set serviceaccount"));
    let failure = "failed to patch ServiceAccountName ";
    let errors = change_each(session, &infos, &change, failure, |_, info, value| {
        let spec = pod_spec(info, value)?;
        // The API server keeps the field's old name beside the new one.
        for field in ["serviceAccountName", "serviceAccount"] {
            spec.insert(field.to_owned(), account.as_str().into());
        }
        if let Some(cause) = cause.as_deref().filter(|_| *value != info.value) {
            note_cause(value, cause);
        }
        Ok(())
    })?;
    CommandError::of(errors)
}
