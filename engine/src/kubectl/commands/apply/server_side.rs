//! `kubectl apply --server-side`: the API server merges.

use serde_json::Value;

use super::How;
use super::documents::Outcome;
use super::last_applied::{LAST_APPLIED, with_last_applied};
use crate::api::ObjectKey;
use crate::api::decode::Manifest;
use crate::apiserver::{ApplyOptions, Reason};
use crate::kubectl::error::{CommandError, Result};
use crate::kubectl::selection::Info;
use crate::kubectl::session::Session;

/// What kubectl adds to a conflict.
const CONFLICT_HELP: &str = "\
Please review the fields above--they currently have other managers. Here
are the ways you can resolve this warning:
* If you intend to manage all of these fields, please re-run the apply
  command with the `--force-conflicts` flag.
* If you do not intend to manage all of the fields, please edit your
  manifest to remove references to the fields that should keep their
  current managers.
* You may co-own fields by updating your manifest to match the existing
  value; in this case, you'll become the manager if the other manager(s)
  stop managing the field (remove it from their configuration).
See https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts";

/// Lets the API server apply one manifest.
pub(super) fn apply_server_side(
    session: &mut Session<'_>,
    manifest: &Manifest,
    key: ObjectKey,
    how: &How,
) -> Result<(Outcome, Info)> {
    let kind = manifest.kind;
    if key.name.is_empty() {
        return Err(CommandError::message("resource name may not be empty"));
    }
    let mut config = with_last_applied(&manifest.value, &key);
    let noted = take_last_applied(&mut config, &manifest.value);
    let options = ApplyOptions {
        force: how.force_conflicts,
        last_applied: Some((LAST_APPLIED, noted.as_str())).filter(|_| session.manager == "kubectl"),
    };
    let applied = session.request(how.dry_run, |request| request.apply(kind, &key, config, options));
    let value = applied.map_err(|error| match error.reason {
        Reason::Conflict if !error.causes.is_empty() => {
            CommandError::message(format!("{}\n{CONFLICT_HELP}", error.message))
        }
        _ => error.into(),
    })?;
    Ok((Outcome::ServerSideApplied, Info { kind, key, value }))
}

/// Takes the note of what is applied out of a manifest that has none of its own, and returns it.
fn take_last_applied(config: &mut Value, manifest: &Value) -> String {
    let had_annotations = manifest.pointer("/metadata/annotations").is_some();
    let Some(metadata) = config.get_mut("metadata").and_then(Value::as_object_mut) else {
        return String::new();
    };
    let annotations = metadata.get_mut("annotations").and_then(Value::as_object_mut);
    let noted = annotations.and_then(|annotations| annotations.remove(LAST_APPLIED));
    if !had_annotations {
        metadata.remove("annotations");
    }
    noted.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned()
}
