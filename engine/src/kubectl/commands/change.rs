//! What commands that change single objects have in common: dry runs, and what they print.

use serde_json::{Value, json};

use super::apply::with_last_applied;
use crate::api::ObjectKey;
use crate::api::decode::Manifest;
use crate::kubectl::error::Result;
use crate::kubectl::flags::Arguments;
use crate::kubectl::output::{Format, Output};
use crate::kubectl::selection::Info;
use crate::kubectl::session::{DryRun, Session};

/// How a command changes and reports.
pub struct Change {
    /// Whether it really does.
    pub dry_run: DryRun,
    /// How it prints the object.
    pub format: Format,
    /// What it says it did: `scaled`.
    pub done: &'static str,
}

impl Change {
    /// Reads the flags.
    ///
    /// # Errors
    /// Values that kubectl does not know.
    pub fn of(arguments: &Arguments, done: &'static str) -> Result<Change> {
        Ok(Change {
            dry_run: DryRun::of(arguments)?,
            format: Format::of(arguments)?,
            done,
        })
    }
}

/// Prints a changed object: `deployment.apps/web scaled`, or as `-o` asks.
///
/// # Errors
/// A template that does not fit.
pub fn print_changed(session: &mut Session<'_>, info: &Info, change: &Change) -> Result<()> {
    match &change.format {
        Format::Objects(Output::Name) => session.print(info.label()),
        Format::Objects(output) => session.print_object(output, info.kind, &info.value)?,
        Format::Human | Format::Wide => {
            session.print(format!("{} {}{}", info.label(), change.done, change.dry_run.suffix()))
        }
    }
    Ok(())
}

/// The object of a manifest as it is sent: in its namespace, and with itself noted in its annotation where `--save-config` says so.
pub fn object_of(manifest: &Manifest, key: &ObjectKey, arguments: &Arguments) -> Value {
    match arguments.flag("save-config") {
        true => with_last_applied(&manifest.value, key),
        false => in_namespace(manifest.value.clone(), key),
    }
}

/// An object that is about to be sent, in its namespace.
pub fn in_namespace(mut object: Value, key: &ObjectKey) -> Value {
    if key.namespace.is_empty() {
        return object;
    }
    let metadata = object
        .as_object_mut()
        .map(|object| object.entry("metadata").or_insert(Value::Null));
    if let Some(metadata) = metadata {
        if metadata.is_null() {
            *metadata = json!({});
        }
        if let Some(metadata) = metadata.as_object_mut() {
            metadata.insert("namespace".to_owned(), key.namespace.as_str().into());
        }
    }
    object
}
