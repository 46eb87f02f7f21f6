//! Applying on the client's side: kubectl computes a patch of the last manifest applied, this one, and the live object.
//!
//! Source: kubectl `pkg/cmd/apply/patcher.go`. It asks the server's OpenAPI, version 3 and then 2, how lists merge, and at last its own
//! types; here all three are the one schema table, so what goes wrong with one goes wrong with all, and is told three times.

use serde_json::Value;

use super::documents::Outcome;
use super::last_applied::{LAST_APPLIED, with_last_applied};
use crate::api::decode::Manifest;
use crate::api::patch::{ThreeWayPatch, three_way_patch};
use crate::api::schema::Schema;
use crate::api::{Kind, ObjectKey};
use crate::apiserver::{Patch, Reason};
use crate::kubectl::commands::delete::wait_until_gone;
use crate::kubectl::error::CommandError;
use crate::kubectl::output::compact_json;
use crate::kubectl::selection::Info;
use crate::kubectl::session::{DryRun, Session};
use crate::kubectl::yaml::to_yaml;
use crate::store::DeleteOptions;

/// How the flags say that manifests are applied.
#[derive(Debug, Clone, Copy)]
pub struct ClientSide {
    /// Whether it really is done.
    pub dry_run: DryRun,
    /// Whether changes that others made in the meantime may be undone.
    pub overwrite: bool,
    /// Whether an object that cannot be changed so is deleted and made anew.
    pub force: bool,
    /// How long a deleted object may take to go, in nanoseconds; 0: as long as it takes.
    pub timeout_ns: i64,
    /// How the deleted object is deleted.
    pub deletion: DeleteOptions,
}

impl Default for ClientSide {
    fn default() -> Self {
        ClientSide {
            dry_run: DryRun::None,
            overwrite: true,
            force: false,
            timeout_ns: 0,
            deletion: DeleteOptions::default(),
        }
    }
}

/// What was being done when it failed: kubectl says so before the server's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Doing {
    /// The manifest was read.
    Reading,
    /// A new object was made.
    Creating,
    /// This patch was sent; empty if there was none yet.
    Patching(String),
}

/// Why a manifest was not applied.
#[derive(Debug, Clone)]
pub struct Failure {
    /// What went wrong.
    pub error: CommandError,
    /// Over what.
    pub doing: Doing,
}

impl Failure {
    /// The failure in kubectl's words, which name the file.
    pub fn in_file(self, file: &str, kind: Kind, key: &ObjectKey) -> CommandError {
        match self.doing {
            Doing::Reading => self.error,
            Doing::Creating => self.error.with_context(&format!("error when creating \"{file}\"")),
            Doing::Patching(patch) => self
                .error
                .with_context(&format!("error when patching \"{file}\""))
                .with_context(&format!(
                    "error when applying patch:\n{patch}\nto:\n{}\nfor: \"{file}\"",
                    described(kind, key)
                )),
        }
    }
}

/// An object as kubectl describes it in errors.
fn described(kind: Kind, key: &ObjectKey) -> String {
    let of = kind.info();
    let (group, version) = (of.group, of.version);
    let qualified = match group {
        "" => format!("/{version}"),
        group => format!("{group}/{version}"),
    };
    format!(
        "Resource: \"{qualified}, Resource={}\", GroupVersionKind: \"{qualified}, Kind={}\"\nName: \"{}\", Namespace: \"{}\"",
        of.plural, of.kind, key.name, key.namespace
    )
}

/// Applies one manifest.
///
/// # Errors
/// It has no name, cannot be merged, or the API server refuses it.
pub fn apply_one(
    session: &mut Session<'_>,
    manifest: &Manifest,
    key: ObjectKey,
    how: &ClientSide,
) -> Result<(Outcome, Info), Failure> {
    let kind = manifest.kind;
    let failed = |doing: Doing| |error: CommandError| Failure { error, doing };
    if key.name.is_empty() {
        return Err(failed(Doing::Reading)(unnamed(manifest, &key)));
    }
    session.warn_of_version(&crate::api::json::text(&manifest.value, "apiVersion"), kind);
    let modified = with_last_applied(&manifest.value, &key);
    let info = |value| Info {
        kind,
        key: key.clone(),
        value,
    };
    let Some(live) = session.get(kind, &key) else {
        let new = without_nulls(modified, 0);
        let value = match how.dry_run {
            DryRun::Client => new,
            dry_run => session
                .create(kind, new, dry_run)
                .map_err(|error| failed(Doing::Creating)(error.into()))?,
        };
        return Ok((Outcome::Created, info(value)));
    };
    if how.dry_run == DryRun::Client {
        return Ok((Outcome::Configured, info(live)));
    }
    let original = live
        .pointer("/metadata/annotations")
        .and_then(|all| all.get(LAST_APPLIED));
    let original = original.and_then(Value::as_str).map(str::to_owned);
    if original.is_none() {
        session.warn(format!(
            "Warning: resource {}/{} is missing the {LAST_APPLIED} annotation which is required by kubectl apply. kubectl apply \
             should only be used on resources created declaratively by either kubectl create --save-config or kubectl apply. The \
             missing annotation will be patched automatically.",
            kind.info().plural, key.name
        ));
    }
    let whole = session.whole(kind, &key, live.clone());
    let merging = Merging {
        kind,
        original: original.unwrap_or_default(),
        modified,
        live: whole,
    };
    let patch = merging
        .patch(session, how.overwrite)
        .map_err(failed(Doing::Patching(String::new())))?;
    if patch.as_object().is_some_and(serde_json::Map::is_empty) {
        return Ok((Outcome::Unchanged, info(live)));
    }
    let validation = session.validation;
    let body = Patch::Strategic(patch.clone());
    let patched = session.request(how.dry_run, |request| {
        let value = request.patched(kind, &key, &body, validation, &[])?;
        request.replace_patched(kind, value)
    });
    let value = match patched {
        Ok(value) => value,
        Err(error) if how.force && matches!(error.reason, Reason::Conflict | Reason::Invalid) => {
            remake(session, &merging, &key, how).map_err(failed(Doing::Patching(compact_json(&patch))))?
        }
        Err(error) => return Err(failed(Doing::Patching(compact_json(&patch)))(error.into())),
    };
    Ok((Outcome::Configured, info(value)))
}

/// The three objects that a patch is computed of.
struct Merging {
    kind: Kind,
    /// The last manifest applied, as it was noted.
    original: String,
    modified: Value,
    live: Value,
}

impl Merging {
    fn patch(&self, session: &mut Session<'_>, overwrite: bool) -> Result<Value, CommandError> {
        let computed = self.compute(overwrite);
        computed.map_err(|why| {
            session.warn(format!("warning: error calculating patch from openapi v3 spec: {why}"));
            session.warn(format!("warning: error calculating patch from openapi spec: {why}"));
            CommandError::message(format!(
                "creating patch with:\noriginal:\n{}\nmodified:\n{}\ncurrent:\n{}\nfor:: {why}",
                self.original,
                line(&self.modified),
                line(&self.live)
            ))
        })
    }

    fn compute(&self, overwrite: bool) -> Result<Value, String> {
        let schema = Schema::builtin().of_kind(self.kind);
        let info = schema.ok_or_else(|| format!("no schema for {}", self.kind))?;
        let original: Value = match self.original.as_str() {
            "" => Value::Null,
            text => serde_json::from_str(text).map_err(|_| "invalid JSON document".to_owned())?,
        };
        // An object is asked for, and answered, in the version that its manifest is written in.
        let mut live = self.live.clone();
        if let (Some(live), Some(version)) = (live.as_object_mut(), self.modified.get("apiVersion")) {
            live.insert("apiVersion".to_owned(), version.clone());
        }
        let ThreeWayPatch { patch, overwrites } =
            three_way_patch(info, &original, &self.modified, &live).map_err(|error| error.to_string())?;
        match overwrites.filter(|_| !overwrite) {
            None => Ok(patch),
            Some(changes) => Err(format!(
                "patch:\n{}\nconflicts with changes made from original to current:\n{}\n",
                to_yaml(&patch),
                to_yaml(&changes)
            )),
        }
    }
}

/// JSON on one line, ended as Go's encoder ends it.
fn line(value: &Value) -> String {
    format!("{}\n", compact_json(value))
}

/// `--force`: deletes the object, waits until it is gone, and makes it anew.
fn remake(
    session: &mut Session<'_>,
    merging: &Merging,
    key: &ObjectKey,
    how: &ClientSide,
) -> Result<Value, CommandError> {
    let kind = merging.kind;
    let uid = session.object(kind, key).map(|object| object.meta().uid);
    session.request(how.dry_run, |request| request.delete(kind, key, how.deletion))?;
    if let Some(uid) = uid.filter(|_| how.dry_run == DryRun::None) {
        let info = Info {
            kind,
            key: key.clone(),
            value: Value::Null,
        };
        wait_until_gone(session, &[(&info, uid)], how.timeout_ns)?;
    }
    let new = without_nulls(merging.modified.clone(), 0);
    Ok(session.create(kind, new, how.dry_run)?)
}

/// A new object has nothing where its manifest says null.
fn without_nulls(value: Value, depth: usize) -> Value {
    const DEPTH_LIMIT: usize = 200;
    match value {
        Value::Object(members) if depth < DEPTH_LIMIT => {
            let kept = members.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(
                kept.map(|(key, value)| (key, without_nulls(value, depth + 1)))
                    .collect(),
            )
        }
        Value::Array(items) if depth < DEPTH_LIMIT => {
            items.into_iter().map(|item| without_nulls(item, depth + 1)).collect()
        }
        scalar => scalar,
    }
}

fn unnamed(manifest: &Manifest, key: &ObjectKey) -> CommandError {
    let metadata = manifest.value.get("metadata").unwrap_or(&Value::Null);
    let generate_name = crate::api::json::text(metadata, "generateName");
    if !generate_name.is_empty() {
        return CommandError::message(format!("from {generate_name}: cannot use generate name with apply"));
    }
    CommandError::message(format!(
        "error when retrieving current configuration of:\n{}\nfrom server for: \"{}\": resource name may not be empty",
        described(manifest.kind, key),
        manifest.file(),
    ))
}
