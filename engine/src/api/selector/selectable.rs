//! Which fields objects of a kind can be selected by, and how they read.
//!
//! Source: each kind's conversion functions (`pkg/apis/*/v1/conversion.go`); documentation "Field Selectors".

use serde_json::Value;

use crate::api::Kind;

/// Whether objects of a kind can be selected by the field at a path.
pub fn is_selectable(kind: Kind, path: &str) -> bool {
    matches!(path, "metadata.name" | "metadata.namespace") || own_fields(kind).contains(&path)
}

/// The text of a field by its path, as selectors compare it; flags that are not set are `false`, other fields that are missing empty.
pub fn field_text<'a>(object: &'a Value, path: &str) -> &'a str {
    let field = path.split('.').try_fold(object, |value, key| value.get(key));
    match field {
        Some(Value::String(text)) => text,
        Some(Value::Bool(true)) => "true",
        Some(Value::Bool(false)) => "false",
        _ if matches!(path, "spec.unschedulable" | "spec.hostNetwork") => "false",
        _ => "",
    }
}

/// The fields that a kind can be selected by, beside name and namespace.
fn own_fields(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::POD => &[
            "spec.nodeName",
            "spec.restartPolicy",
            "spec.schedulerName",
            "spec.serviceAccountName",
            "spec.hostNetwork",
            "status.phase",
            "status.podIP",
            "status.podIPs",
            "status.nominatedNodeName",
        ],
        Kind::NODE => &["spec.unschedulable"],
        Kind::REPLICATION_CONTROLLER | Kind::REPLICA_SET => &["status.replicas"],
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
        Kind::NAMESPACE => &["status.phase"],
        Kind::SECRET => &["type"],
        Kind::SERVICE => &["spec.clusterIP", "spec.type"],
        Kind::JOB => &["status.successful"],
        _ => &[],
    }
}
