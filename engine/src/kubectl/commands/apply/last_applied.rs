//! The annotation in which `kubectl apply` notes what it applied, and the commands that show and set it.
//!
//! Source: kubectl `pkg/cmd/apply/apply_view_last_applied.go`, `apply_set_last_applied.go`. Not modelled: `edit-last-applied`, which
//! needs somebody at an editor.

use serde_json::{Map, Value, json};

use crate::api::ObjectKey;
use crate::apiserver::Patch;
use crate::kubectl::commands::change::{Change, in_namespace, print_changed};
use crate::kubectl::error::{CommandError, Result};
use crate::kubectl::flags::{Arguments, FILES, Flag, OUTPUT};
use crate::kubectl::output::compact_json;
use crate::kubectl::selection::{Info, Query};
use crate::kubectl::session::{DryRun, Session};
use crate::kubectl::yaml::to_yaml;

/// Where `kubectl apply` keeps the manifest it last applied.
pub const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// The flags of `apply view-last-applied`.
pub const VIEW_FLAGS: &[&[Flag]] = &[
    &[
        Flag::text("selector").short('l'),
        Flag::bool("all"),
        Flag::text("output").short('o'),
    ],
    FILES,
];

/// The flags of `apply set-last-applied`.
pub const SET_FLAGS: &[&[Flag]] = &[
    &[
        Flag::bool("create-annotation"),
        Flag::text("dry-run").bare("unchanged"),
        Flag::text("field-manager"),
    ],
    FILES,
    OUTPUT,
];

/// The manifest's object in its namespace, with itself noted in its annotation.
pub fn with_last_applied(manifest: &Value, key: &ObjectKey) -> Value {
    let mut object = manifest.clone();
    let Some(map) = object.as_object_mut() else {
        return object;
    };
    let metadata = map.entry("metadata").or_insert_with(|| Value::Object(Map::new()));
    if let Some(metadata) = metadata.as_object_mut() {
        if !key.namespace.is_empty() {
            metadata.insert("namespace".to_owned(), key.namespace.as_str().into());
        }
        let annotations = metadata
            .entry("annotations")
            .or_insert_with(|| Value::Object(Map::new()));
        match annotations.as_object_mut() {
            Some(annotations) => {
                annotations.remove(LAST_APPLIED);
            }
            None => *annotations = Value::Object(Map::new()),
        }
    }
    let text = format!("{}\n", compact_json(&object));
    let annotations = object
        .get_mut("metadata")
        .and_then(|metadata| metadata.get_mut("annotations"));
    if let Some(annotations) = annotations.and_then(Value::as_object_mut) {
        annotations.insert(LAST_APPLIED.to_owned(), text.into());
    }
    object
}

/// What is noted in an object.
fn noted(object: &Value) -> Option<&str> {
    object.get("metadata")?.get("annotations")?.get(LAST_APPLIED)?.as_str()
}

/// Runs `kubectl apply view-last-applied`.
pub fn run_view(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    let found = Query::of(arguments, &arguments.positional).find(session)?;
    CommandError::of(found.errors)?;
    for text in found.infos.iter().filter_map(|info| noted(&info.value)) {
        let value: Value = serde_json::from_str(text).map_err(|error| CommandError::message(error.to_string()))?;
        let shown = match arguments.text("output") {
            None | Some("yaml") => to_yaml(&value),
            Some("json") => format!("{}\n", serde_json::to_string_pretty(&value).unwrap_or_default()),
            Some(other) => {
                let text = format!("Unexpected -o output mode: {other}, the flag 'output' must be one of yaml|json");
                return Err(CommandError::Usage(text, "apply view-last-applied"));
            }
        };
        session.stdout.push_str(&shown);
    }
    Ok(())
}

/// Runs `kubectl apply set-last-applied`.
pub fn run_set(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    let change = Change::of(arguments, "configured")?;
    let query = Query::of(arguments, &arguments.positional);
    let read = query.read_files(session)?;
    CommandError::of(read.errors)?;
    if read.manifests.is_empty() {
        return Query::default().find(session).map(|_| ());
    }
    let mut changes = Vec::new();
    for (manifest, _) in &read.manifests {
        let (kind, key) = (manifest.kind, query.manifest_key(manifest)?);
        let live = session.get(kind, &key);
        let live = live.ok_or_else(|| crate::apiserver::ApiError::not_found(kind, &key.name))?;
        if noted(&live).is_none() && !arguments.flag("create-annotation") {
            return Err(CommandError::message(format!(
                "no last-applied-configuration annotation found on resource: {}, to create the annotation, run the command with \
                 --create-annotation",
                key.name
            )));
        }
        let text = format!("{}\n", compact_json(&in_namespace(manifest.value.clone(), &key)));
        match noted(&live) {
            Some(present) if present == text => {
                session.print(format!("set-last-applied {}: no changes required.", key.name));
            }
            _ => {
                let patch = Patch::Merge(json!({ "metadata": { "annotations": { LAST_APPLIED: text } } }));
                changes.push((kind, key, live, patch));
            }
        }
    }
    for (kind, key, live, patch) in changes {
        let value = match change.dry_run {
            DryRun::Client => live,
            dry_run => session.request(dry_run, |request| request.patch(kind, &key, &patch))?,
        };
        print_changed(session, &Info { kind, key, value }, &change)?;
    }
    Ok(())
}
