//! `--field-selector`: which fields of which kinds can be selected by, and how they read.

use serde_json::Value;

use super::error::{CommandError, Result};
use crate::api::{FieldSelector, Kind};
use crate::apiserver::{ApiError, Reason};

/// A field selector for objects of one kind.
pub struct FieldQuery(FieldSelector);

impl FieldQuery {
    /// Reads a selector.
    ///
    /// # Errors
    /// It is malformed, or names a field that the kind cannot be selected by.
    pub fn parse(text: &str, kind: Kind) -> Result<FieldQuery> {
        let selector: FieldSelector = text
            .parse()
            .map_err(|error| CommandError::message(format!("{error}")))?;
        match selector.terms().iter().find(|term| !selectable(kind, &term.field)) {
            Some(term) => {
                let info = kind.info();
                Err(ApiError::new(
                    Reason::BadRequest,
                    format!(
                        "Unable to find \"{}, Resource={}\" that match label selector \"\", field selector \"{text}\": field label \
                         not supported: {}",
                        format_args!("{}/{}", info.group, info.version),
                        info.plural,
                        term.field
                    ),
                )
                .into())
            }
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
