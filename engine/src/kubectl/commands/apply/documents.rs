//! Applying the documents of a text: what steps and tests do, who want to know place by place what went wrong.

use std::fmt;

use serde_json::Value;

use super::client_side::{ClientSide, apply_one};
use crate::api::decode::{DecodeErrors, Manifest};
use crate::api::{Kind, ObjectKey};
use crate::kubectl::error::{CommandError, REFUSED_CONNECTION};
use crate::kubectl::session::{DEFAULT_NAMESPACE, Session};

/// What applying did to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is new.
    Created,
    /// It was changed.
    Configured,
    /// It was so already.
    Unchanged,
    /// The API server made of it what the manifest says.
    ServerSideApplied,
}

/// An applied object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// Its kind.
    pub kind: Kind,
    /// Its namespace and name.
    pub key: ObjectKey,
    /// What was done.
    pub outcome: Outcome,
}

impl fmt::Display for Applied {
    /// As kubectl prints it: `deployment.apps/web created`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let outcome = match self.outcome {
            Outcome::Created => "created",
            Outcome::Configured => "configured",
            Outcome::Unchanged => "unchanged",
            Outcome::ServerSideApplied => "serverside-applied",
        };
        write!(f, "{}/{} {outcome}", self.kind.info().group_singular(), self.key.name)
    }
}

/// Why one document of a text was not applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApplyFailure {
    /// What is wrong, each line with file, line, column and field where one is to blame.
    pub diagnosis: String,
    /// What kubectl would print.
    pub kubectl_text: String,
}

/// Some documents of a text were not applied. Of a document that fails, nothing is applied; the others are.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ApplyError {
    /// What was applied all the same.
    pub applied: Vec<Applied>,
    /// What was not, and why; never empty.
    pub failures: Vec<ApplyFailure>,
}

impl ApplyError {
    /// Nothing was applied: the API server does not answer.
    pub(crate) fn unreachable() -> Self {
        ApplyError {
            applied: Vec::new(),
            failures: vec![ApplyFailure {
                diagnosis: REFUSED_CONNECTION.to_owned(),
                kubectl_text: REFUSED_CONNECTION.to_owned(),
            }],
        }
    }
}

impl fmt::Display for ApplyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<&str> = self.failures.iter().map(|failure| failure.diagnosis.as_str()).collect();
        f.write_str(&lines.join("\n"))
    }
}

/// Applies the documents of a text, as [`crate::Cluster::apply`] does.
pub fn apply_documents(
    session: &mut Session<'_>,
    documents: Vec<std::result::Result<Manifest, DecodeErrors>>,
) -> std::result::Result<Vec<Applied>, ApplyError> {
    let (mut applied, mut failures) = (Vec::new(), Vec::new());
    for document in documents {
        let manifest = match document {
            Ok(manifest) => manifest,
            Err(errors) => {
                failures.push(ApplyFailure {
                    diagnosis: errors.to_string(),
                    kubectl_text: errors.server_message(),
                });
                continue;
            }
        };
        let metadata = manifest.value.get("metadata").unwrap_or(&Value::Null);
        let text = |key| crate::api::json::text(metadata, key);
        let key = match (manifest.kind.is_namespaced(), text("namespace")) {
            (true, namespace) if namespace.is_empty() => ObjectKey::new(DEFAULT_NAMESPACE, text("name")),
            (true, namespace) => ObjectKey::new(namespace, text("name")),
            (false, _) => ObjectKey::cluster(text("name")),
        };
        match apply_one(session, &manifest, key, &ClientSide::default()) {
            Ok((outcome, info)) => applied.push(Applied {
                kind: info.kind,
                key: info.key,
                outcome,
            }),
            Err(failure) => failures.push(diagnose(&manifest, &failure.error)),
        }
    }
    if failures.is_empty() {
        Ok(applied)
    } else {
        Err(ApplyError { applied, failures })
    }
}

/// A refusal, with the places in the manifest that it is about.
fn diagnose(manifest: &Manifest, error: &CommandError) -> ApplyFailure {
    let place = |path: &str| {
        let at = manifest.locate(path);
        format!("{}:{}:{}", manifest.file(), at.line, at.column)
    };
    let kubectl_text = error.text().trim_end().to_owned();
    let diagnosis = match error {
        CommandError::Api(error) if !error.causes.is_empty() => {
            let lines: Vec<String> = error
                .causes
                .iter()
                .map(|cause| format!("{}: {cause}", place(&cause.field)))
                .collect();
            lines.join("\n")
        }
        CommandError::Api(error) => format!("{}: {}", place("metadata.name"), error.message),
        _ => format!("{}: {kubectl_text}", place("metadata")),
    };
    ApplyFailure {
        diagnosis,
        kubectl_text,
    }
}
