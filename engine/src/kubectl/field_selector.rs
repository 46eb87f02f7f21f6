//! `--field-selector`: which fields of which kinds can be selected by, and how they read.

use serde_json::Value;

use super::error::CommandError;
use crate::api::{FieldSelector, Kind, go_quote};
use crate::apiserver::{ApiError, Reason};

/// A field selector for objects of one kind.
pub struct FieldQuery(FieldSelector);

impl FieldQuery {
    /// Reads a selector.
    ///
    /// # Errors
    /// It is malformed, or names a field that the kind cannot be selected by.
    pub fn parse(text: &str, kind: Kind) -> std::result::Result<FieldQuery, String> {
        let selector: FieldSelector = text.parse().map_err(|error| format!("{error}"))?;
        match selector.terms().iter().find(|term| !selectable(kind, &term.field)) {
            Some(term) => Err(format!("field label not supported: {}", term.field)),
            None => Ok(FieldQuery(selector)),
        }
    }

    /// Whether an object, as the API shows it, matches.
    pub fn matches(&self, value: &Value) -> bool {
        self.0.matches(|path| {
            let at = path.split('.').try_fold(value, |value, key| value.get(key));
            match at {
                Some(Value::String(text)) => text.as_str(),
                Some(Value::Bool(true)) => "true",
                Some(Value::Bool(false)) => "false",
                _ if matches!(path, "spec.unschedulable" | "spec.hostNetwork") => "false",
                _ => "",
            }
        })
    }
}

/// The server's refusal of a list with these selectors, as kubectl words it: it hands selectors on as they are.
pub fn unselectable(kind: Kind, labels: &str, fields: &str, why: &str) -> CommandError {
    let info = kind.info();
    let resource = match info.group {
        "" => format!("/{}, Resource={}", info.version, info.plural),
        group => format!("{group}/{}, Resource={}", info.version, info.plural),
    };
    let message = format!(
        "Unable to find \"{resource}\" that match label selector {}, field selector {}: {why}",
        go_quote(labels),
        go_quote(fields)
    );
    ApiError::new(Reason::BadRequest, message).into()
}

/// The fields the API server selects by, for each kind (`pkg/apis/*/v1/conversion.go`, documentation "Field Selectors").
fn selectable(kind: Kind, path: &str) -> bool {
    let own: &[&str] = match kind {
        Kind::POD => &[
            "spec.nodeName",
            "spec.restartPolicy",
            "spec.schedulerName",
            "spec.serviceAccountName",
            "spec.hostNetwork",
            "status.phase",
            "status.podIP",
            "status.nominatedNodeName",
        ],
        Kind::NODE => &["spec.unschedulable"],
        Kind::NAMESPACE => &["status.phase"],
        Kind::SECRET => &["type"],
        Kind::SERVICE => &["spec.clusterIP", "spec.type"],
        Kind::REPLICA_SET | Kind::REPLICATION_CONTROLLER => &["status.replicas"],
        Kind::JOB => &["status.successful"],
        Kind::EVENT => &[
            "involvedObject.kind",
            "involvedObject.namespace",
            "involvedObject.name",
            "involvedObject.uid",
            "involvedObject.apiVersion",
            "involvedObject.resourceVersion",
            "involvedObject.fieldPath",
            "reason",
            "reportingComponent",
            "source",
            "type",
        ],
        _ => &[],
    };
    matches!(path, "metadata.name" | "metadata.namespace") || own.contains(&path)
}
