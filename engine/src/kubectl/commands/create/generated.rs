//! What the commands that make an object of flags have in common: its name, where it goes, what is printed.

use serde_json::{Map, Value};

use crate::api::{Kind, ObjectKey};
use crate::kubectl::commands::apply::with_last_applied;
use crate::kubectl::commands::change::{Change, print_changed};
use crate::kubectl::error::{CommandError, Result};
use crate::kubectl::flags::{Arguments, Flag};
use crate::kubectl::selection::Info;
use crate::kubectl::session::{DEFAULT_NAMESPACE, DryRun, Session};

/// The flags of all of them, besides those of every change.
pub const COMMON: &[Flag] = &[Flag::bool("save-config"), Flag::text("validate").bare("strict")];

/// Checks the flags that a command cannot do without.
///
/// # Errors
/// Some were not given.
pub fn required(arguments: &Arguments, flags: &[&str]) -> Result<()> {
    let missing: Vec<String> = flags
        .iter()
        .filter(|flag| !arguments.has(flag))
        .map(|flag| format!("\"{flag}\""))
        .collect();
    match missing.is_empty() {
        true => Ok(()),
        false => Err(CommandError::message(format!(
            "required flag(s) {} not set",
            missing.join(", ")
        ))),
    }
}

/// The one NAME that stands before `--`, and what stands after it.
///
/// # Errors
/// There is not exactly one.
pub fn name_before_dashes<'a>(arguments: &'a Arguments, command: &'static str) -> Result<(&'a str, &'a [String])> {
    let all = arguments.positional.as_slice();
    let (names, rest) = all.split_at(arguments.before_dashes.unwrap_or(all.len()).min(all.len()));
    match names {
        [name] => Ok((name, rest)),
        names => Err(CommandError::Usage(
            format!("exactly one NAME is required, got {}", names.len()),
            command,
        )),
    }
}

/// The only NAME.
///
/// # Errors
/// There is not exactly one.
pub fn only_name<'a>(arguments: &'a Arguments, command: &'static str) -> Result<&'a str> {
    name_before_dashes(arguments, command).map(|(name, _)| name)
}

/// The beginning of an object: `apiVersion`, `kind` and `metadata`. The namespace is only written down where one was asked for.
pub fn object(arguments: &Arguments, kind: Kind, name: &str) -> Map<String, Value> {
    let mut metadata = Map::new();
    metadata.insert("creationTimestamp".to_owned(), Value::Null);
    metadata.insert("name".to_owned(), name.into());
    if let Some(namespace) = arguments.text("namespace").filter(|_| kind.is_namespaced()) {
        metadata.insert("namespace".to_owned(), namespace.into());
    }
    let mut object = Map::new();
    object.insert("apiVersion".to_owned(), kind.info().api_version().into());
    object.insert("kind".to_owned(), kind.name().into());
    object.insert("metadata".to_owned(), metadata.into());
    object
}

/// Stores a new object, unless it is a dry run, and prints it. `failure` is what kubectl writes before the server's message;
/// empty where it lets the message stand for itself.
///
/// # Errors
/// Flags that kubectl does not know, or the server refuses.
pub fn store(
    session: &mut Session<'_>,
    arguments: &Arguments,
    kind: Kind,
    failure: &str,
    object: Map<String, Value>,
) -> Result<()> {
    let change = Change::of(arguments, "created")?;
    let mut value = Value::Object(object);
    let name = value
        .get("metadata")
        .map(|metadata| crate::api::json::text(metadata, "name"))
        .unwrap_or_default();
    let namespace = arguments.text("namespace").unwrap_or(DEFAULT_NAMESPACE);
    let key = match kind.is_namespaced() {
        true => ObjectKey::new(namespace, name.as_str()),
        false => ObjectKey::cluster(name.as_str()),
    };
    if arguments.flag("save-config") {
        let known = ObjectKey::new(arguments.text("namespace").unwrap_or_default(), name.as_str());
        value = with_last_applied(&value, &known);
    }
    if change.dry_run != DryRun::Client {
        if let Some(metadata) = value.get_mut("metadata").and_then(Value::as_object_mut)
            && kind.is_namespaced()
        {
            metadata.insert("namespace".to_owned(), namespace.into());
        }
        let stored = session.create(kind, value, change.dry_run);
        value = stored.map_err(|error| match failure {
            "" => CommandError::Api(error),
            failure => CommandError::message(format!("{failure}{error}")),
        })?;
    }
    print_changed(session, &Info { kind, key, value }, &change)
}
