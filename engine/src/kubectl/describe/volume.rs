//! The volumes of a description. Most sources are a type and a few fields, so they are a table.
//!
//! Deliberately not modelled: the in-tree drivers of single vendors that Kubernetes has removed since; they show as
//! `<unknown>`.

use serde_json::Value;

use super::page::Page;
use crate::kubectl::field;

/// A field of a volume source: its title, its path inside the source, and what stands for it if it is not set.
type SourceField = (&'static str, &'static str, &'static str);

/// Volume sources that are described by their fields alone: the key in the API, kubectl's words, the fields.
const SOURCES: &[(&str, &str, &[SourceField])] = &[
    (
        "hostPath",
        "HostPath (bare host directory volume)",
        &[("Path", "path", ""), ("HostPathType", "type", "<none>")],
    ),
    (
        "emptyDir",
        "EmptyDir (a temporary directory that shares a pod's lifetime)",
        &[("Medium", "medium", ""), ("SizeLimit", "sizeLimit", "<unset>")],
    ),
    (
        "secret",
        "Secret (a volume populated by a Secret)",
        &[("SecretName", "secretName", ""), ("Optional", "optional", "false")],
    ),
    (
        "configMap",
        "ConfigMap (a volume populated by a ConfigMap)",
        &[("Name", "name", ""), ("Optional", "optional", "false")],
    ),
    (
        "nfs",
        "NFS (an NFS mount that lasts the lifetime of a pod)",
        &[
            ("Server", "server", ""),
            ("Path", "path", ""),
            ("ReadOnly", "readOnly", "false"),
        ],
    ),
    (
        "persistentVolumeClaim",
        "PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)",
        &[("ClaimName", "claimName", ""), ("ReadOnly", "readOnly", "false")],
    ),
    (
        "csi",
        "CSI (a Container Storage Interface (CSI) volume source)",
        &[
            ("Driver", "driver", ""),
            ("FSType", "fsType", ""),
            ("ReadOnly", "readOnly", "false"),
        ],
    ),
    (
        "local",
        "LocalVolume (a persistent volume backed by local storage on a node)",
        &[("Path", "path", "")],
    ),
    (
        "image",
        "Image (a container image or OCI artifact)",
        &[("Reference", "reference", ""), ("PullPolicy", "pullPolicy", "")],
    ),
];

/// Adds the volumes of a pod, or of a template: its title is indented, and the names by one space more.
pub fn volumes(page: &mut Page, title: &str, volumes: &[Value]) {
    let indent = if title.starts_with(' ') { " " } else { "" };
    if volumes.is_empty() {
        return page.field(0, title, "<none>");
    }
    page.line(0, format!("{title}:"));
    for volume in volumes {
        page.line(1, format!("{indent}{}:", field::text(volume, "name")));
        source(page, volume);
    }
}

/// Adds what a volume, or the spec of a PersistentVolume, is kept on.
pub fn source(page: &mut Page, volume: &Value) {
    if let Some(projected) = field::at(volume, "projected") {
        return projection(page, projected);
    }
    if let Some(downward) = field::at(volume, "downwardAPI") {
        return downward_api(page, downward);
    }
    if let Some(claim) = field::at(volume, "ephemeral") {
        return ephemeral(page, field::at(claim, "volumeClaimTemplate"));
    }
    let known = SOURCES
        .iter()
        .find_map(|(key, words, fields)| Some((field::at(volume, key)?, words, fields)));
    let Some((source, words, fields)) = known else {
        return page.line(1, "<unknown>");
    };
    page.field(2, "Type", words);
    for (title, key, unset) in *fields {
        page.field(2, title, value(source, key).unwrap_or_else(|| (*unset).to_owned()));
    }
    if field::at(volume, "csi").is_some() {
        let attributes = field::map(source, "volumeAttributes");
        let lines = attributes
            .into_iter()
            .flatten()
            .map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or("")));
        let lines: Vec<String> = lines.collect();
        let lines = if lines.is_empty() {
            vec!["<none>".to_owned()]
        } else {
            lines
        };
        page.field(2, "VolumeAttributes", lines.join("\n        \t"));
    }
}

fn value(source: &Value, key: &str) -> Option<String> {
    match field::at(source, key)? {
        Value::String(text) if key == "sizeLimit" && text == "0" => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// What a projected volume is made of. Whether a source is optional is told as a Go pointer, of which only the absent one
/// has a text that says something.
fn projection(page: &mut Page, projected: &Value) {
    page.field(
        2,
        "Type",
        "Projected (a volume that contains injected data from multiple sources)",
    );
    let optional = |source: &Value| field::optional_boolean(source, "optional");
    let pointer = |flag: Option<bool>| flag.map_or_else(|| "<nil>".to_owned(), |flag| flag.to_string());
    for source in field::items(projected, "sources") {
        if let Some(secret) = field::at(source, "secret") {
            page.field(2, "SecretName", field::text(secret, "name"));
            page.field(2, "SecretOptionalName", pointer(optional(secret)));
        } else if field::at(source, "downwardAPI").is_some() {
            page.field(2, "DownwardAPI", "true");
        } else if let Some(config_map) = field::at(source, "configMap") {
            page.field(2, "ConfigMapName", field::text(config_map, "name"));
            page.field(2, "ConfigMapOptional", pointer(optional(config_map)));
        } else if let Some(token) = field::at(source, "serviceAccountToken") {
            page.field(2, "TokenExpirationSeconds", field::integer(token, "expirationSeconds"));
        }
    }
}

fn downward_api(page: &mut Page, downward: &Value) {
    page.field(
        2,
        "Type",
        "DownwardAPI (a volume populated by information about the pod)",
    );
    page.line(2, "Items:");
    for item in field::items(downward, "items") {
        let path = field::text(item, "path");
        for source in ["fieldRef.fieldPath", "resourceFieldRef.resource"] {
            if let Some(source) = field::optional_text(item, source) {
                page.line(3, format!("{source} -> {path}"));
            }
        }
    }
}

fn ephemeral(page: &mut Page, template: Option<&Value>) {
    let words = "EphemeralVolume (an inline specification for a volume that gets created and deleted with the pod)";
    page.field(2, "Type", words);
    let Some(template) = template else { return };
    page.field(2, "StorageClass", field::text(template, "spec.storageClassName"));
    page.field(2, "Volume", field::text(template, "spec.volumeName"));
    // The claim's template is described as a claim, two levels in.
    page.labels("    Labels", field::map(template, "metadata.labels"));
    page.annotations("    Annotations", field::map(template, "metadata.annotations"));
    page.field(2, "Capacity", "");
    page.field(2, "Access Modes", "");
    page.field_if_set(2, "VolumeMode", field::text(template, "spec.volumeMode"));
}
