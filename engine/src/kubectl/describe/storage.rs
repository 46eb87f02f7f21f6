//! PersistentVolumes, PersistentVolumeClaims and StorageClasses.

use serde_json::Value;

use super::Subject;
use super::head::{conditions, go_list, labels, one_line};
use super::page::Page;
use super::volume::source;
use crate::api::Kind;
use crate::kubectl::printers::storage;
use crate::kubectl::{field, text};

/// Describes a PersistentVolume.
pub fn volume(page: &mut Page, subject: &Subject<'_, '_>) {
    let object = subject.object();
    page.field(0, "Name", field::text(object, "metadata.name"));
    labels(page, object);
    page.field(0, "Finalizers", go_list(object, "metadata.finalizers"));
    page.field(0, "StorageClass", storage::class(object));
    status(page, subject);
    let claim = field::at(object, "spec.claimRef")
        .map(|claim| format!("{}/{}", field::text(claim, "namespace"), field::text(claim, "name")));
    page.field(0, "Claim", claim.unwrap_or_default());
    page.field(
        0,
        "Reclaim Policy",
        field::text(object, "spec.persistentVolumeReclaimPolicy"),
    );
    page.field(0, "Access Modes", storage::access_modes(object, "spec.accessModes"));
    page.field_if_set(0, "VolumeMode", field::text(object, "spec.volumeMode"));
    page.field(
        0,
        "Capacity",
        text::quantity(field::at(object, "spec.capacity.storage")),
    );
    node_affinity(page, object);
    page.field(0, "Message", field::text(object, "status.message"));
    page.line(0, "Source:");
    source(page, field::at(object, "spec").unwrap_or(&Value::Null));
}

fn status(page: &mut Page, subject: &Subject<'_, '_>) {
    let object = subject.object();
    match field::optional_text(object, "metadata.deletionTimestamp") {
        Some(deleted) => {
            let age = text::since_timestamp(deleted, subject.now_ns);
            page.field(0, "Status", format!("Terminating (lasts {age})"));
        }
        None => page.field(0, "Status", field::text(object, "status.phase")),
    }
}

fn node_affinity(page: &mut Page, object: &Value) {
    if field::at(object, "spec.nodeAffinity").is_none() {
        return page.field(0, "Node Affinity", "<none>");
    }
    page.line(0, "Node Affinity:");
    let terms = field::items(object, "spec.nodeAffinity.required.nodeSelectorTerms");
    if terms.is_empty() {
        return page.field(1, "Required Terms", "<none>");
    }
    page.line(1, "Required Terms:");
    for (index, term) in terms.iter().enumerate() {
        let expressions: Vec<String> = field::items(term, "matchExpressions").iter().map(expression).collect();
        if expressions.is_empty() {
            page.field(2, &format!("Term {index}"), "<none>");
        }
        for (place, text) in expressions.iter().enumerate() {
            let title = if place == 0 {
                format!("Term {index}:")
            } else {
                String::new()
            };
            page.line(2, format!("{title}\t{text}"));
        }
    }
}

fn expression(expression: &Value) -> String {
    let (key, operator) = (
        field::text(expression, "key"),
        field::text(expression, "operator").to_ascii_lowercase(),
    );
    let values: Vec<&str> = field::items(expression, "values")
        .iter()
        .filter_map(Value::as_str)
        .collect();
    match values.as_slice() {
        [] => format!("{key} {operator}"),
        values => format!("{key} {operator} [{}]", values.join(", ")),
    }
}

/// Describes a PersistentVolumeClaim.
pub fn claim(page: &mut Page, subject: &Subject<'_, '_>) {
    let object = subject.object();
    super::head::name(page, object);
    page.field(0, "StorageClass", storage::class(object));
    status(page, subject);
    let volume = field::text(object, "spec.volumeName");
    page.field(0, "Volume", volume);
    labels(page, object);
    page.field(0, "Finalizers", go_list(object, "metadata.finalizers"));
    let (capacity, modes) = match volume {
        "" => (String::new(), String::new()),
        _ => (
            text::quantity(field::at(object, "status.capacity.storage")),
            storage::access_modes(object, "status.accessModes"),
        ),
    };
    page.field(0, "Capacity", capacity);
    page.field(0, "Access Modes", modes);
    page.field_if_set(0, "VolumeMode", field::text(object, "spec.volumeMode"));
    if let Some(data) = field::at(object, "spec.dataSource") {
        page.line(0, "DataSource:");
        for (title, key) in [("APIGroup", "apiGroup"), ("Kind", "kind"), ("Name", "name")] {
            page.field_if_set(1, title, field::text(data, key));
        }
    }
    let name = subject.info.key.name.as_str();
    let is_used = |pod: &Value| {
        let volumes = field::items(pod, "spec.volumes");
        volumes
            .iter()
            .any(|volume| field::text(volume, "persistentVolumeClaim.claimName") == name)
    };
    let users = subject.neighbours(Kind::POD).filter(is_used);
    page.list(
        "Used By",
        users.map(|pod| field::text(&pod, "metadata.name").to_owned()),
    );
    let header = [
        "Type",
        "Status",
        "LastProbeTime",
        "LastTransitionTime",
        "Reason",
        "Message",
    ];
    let fields = [
        "type",
        "status",
        "lastProbeTime",
        "lastTransitionTime",
        "reason",
        "message",
    ];
    conditions(page, object, &header, &fields);
}

/// Describes a StorageClass.
pub fn class(page: &mut Page, subject: &Subject<'_, '_>) {
    let object = subject.object();
    page.field(0, "Name", field::text(object, "metadata.name"));
    let annotations = field::map(object, "metadata.annotations");
    let is_default = annotations.is_some_and(|annotations| {
        annotations.iter().any(|(key, value)| {
            key.ends_with("storageclass.kubernetes.io/is-default-class") && value.as_str() == Some("true")
        })
    });
    page.field(0, "IsDefaultClass", if is_default { "Yes" } else { "No" });
    one_line(page, "Annotations", object, "metadata.annotations");
    page.field(0, "Provisioner", field::text(object, "provisioner"));
    one_line(page, "Parameters", object, "parameters");
    page.field(
        0,
        "AllowVolumeExpansion",
        text::optional_boolean(field::optional_boolean(object, "allowVolumeExpansion")),
    );
    let options = field::items(object, "mountOptions");
    if options.is_empty() {
        page.field(0, "MountOptions", "<none>");
    } else {
        page.line(0, "MountOptions:");
        for option in options.iter().filter_map(Value::as_str) {
            page.line(1, option);
        }
    }
    page.field_if_set(0, "ReclaimPolicy", field::text(object, "reclaimPolicy"));
    page.field_if_set(0, "VolumeBindingMode", field::text(object, "volumeBindingMode"));
}
