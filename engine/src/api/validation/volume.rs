//! Volumes of a pod: their names and the sources in common use.

use super::env::check_field;
use super::fields::{Errors, Path, list, map, number, part, set, text};
use super::labels::{check_annotations, check_labels};
use super::names::{config_key_errors, label_errors};
use super::storage::check_claim_spec;
use crate::api::quantity::Quantity;
use crate::api::selector::names::subdomain_errors;
use serde_json::Value;

/// The pod fields a downward volume can hold.
const FIELDS: [&str; 5] = [
    "metadata.annotations",
    "metadata.labels",
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
];
const HOST_PATH_TYPES: [&str; 8] = [
    "",
    "BlockDevice",
    "CharDevice",
    "Directory",
    "DirectoryOrCreate",
    "File",
    "FileOrCreate",
    "Socket",
];
const MODE: &str = "must be a number between 0 and 0777 (octal), both inclusive";

/// Checks the volumes; gives the names of the good ones, to which containers may refer.
pub(super) fn check_volumes<'a>(spec: &'a Value, path: &Path, errors: &mut Errors) -> Vec<&'a str> {
    let mut good = Vec::new();
    for (i, volume) in list(spec, "volumes").iter().enumerate() {
        let path = path.at("volumes").index(i);
        let before = errors.0.len();
        check_source(volume, spec, &path, errors);
        let name = text(volume, "name");
        if name.is_empty() {
            errors.required(&path.at("name"), "");
        } else {
            errors.invalid_each(&path.at("name"), name, label_errors(name));
        }
        if good.contains(&name) {
            errors.duplicate(&path.at("name"), name);
        }
        if errors.0.len() == before {
            good.push(name);
        }
    }
    good
}

fn check_source(volume: &Value, spec: &Value, path: &Path, errors: &mut Errors) {
    const ORDER: [&str; 9] = [
        "emptyDir",
        "hostPath",
        "gitRepo",
        "secret",
        "nfs",
        "downwardAPI",
        "configMap",
        "persistentVolumeClaim",
        "projected",
    ];
    let others = volume.as_object().into_iter().flatten().map(|(key, _)| key.as_str());
    let others: Vec<&str> = others.filter(|key| *key != "name" && !ORDER.contains(key)).collect();
    let mut seen = 0;
    for kind in ORDER.into_iter().chain(others) {
        let Some(source) = set(volume, kind) else { continue };
        let path = path.at(kind);
        seen += 1;
        if seen > 1 {
            errors.forbidden(&path, "may not specify more than 1 volume type");
            continue;
        }
        match kind {
            "emptyDir" => check_empty_dir(source, &path, errors),
            "hostPath" => check_host_path(source, &path, errors),
            "gitRepo" => {
                require(source, "repository", &path, errors);
                check_local_path(text(source, "directory"), &path.at("directory"), errors);
            }
            "secret" => {
                require(source, "secretName", &path, errors);
                check_projection(source, &path, errors);
            }
            "configMap" => {
                require(source, "name", &path, errors);
                check_projection(source, &path, errors);
            }
            "nfs" => check_nfs(source, &path, errors),
            "persistentVolumeClaim" => require(source, "claimName", &path, errors),
            "ephemeral" => check_ephemeral(source, &path, errors),
            "downwardAPI" => check_downward(source, &path, errors),
            "projected" => check_projected(source, spec, &path, errors),
            _ => {}
        }
    }
    if seen == 0 {
        errors.required(path, "must specify a volume type");
    }
}

fn require(source: &Value, field: &str, path: &Path, errors: &mut Errors) {
    if text(source, field).is_empty() {
        errors.required(&path.at(field), "");
    }
}

/// A volume on another machine: its directory is an absolute path.
pub(super) fn check_nfs(source: &Value, path: &Path, errors: &mut Errors) {
    require(source, "server", path, errors);
    require(source, "path", path, errors);
    let directory = text(source, "path");
    if !directory.starts_with('/') {
        errors.invalid(&path.at("path"), directory, "must be an absolute path");
    }
}

fn check_ephemeral(source: &Value, path: &Path, errors: &mut Errors) {
    let path = path.at("volumeClaimTemplate");
    let Some(template) = set(source, "volumeClaimTemplate") else {
        return errors.required(&path, "");
    };
    let metadata = part(template, "metadata");
    check_labels(map(metadata, "labels"), &path.at("metadata").at("labels"), errors);
    check_annotations(
        map(metadata, "annotations"),
        &path.at("metadata").at("annotations"),
        errors,
    );
    check_claim_spec(part(template, "spec"), &path.at("spec"), errors);
}

fn check_empty_dir(source: &Value, path: &Path, errors: &mut Errors) {
    let is_negative = source
        .get("sizeLimit")
        .is_some_and(|s| Quantity::from_json(s).is_ok_and(|q| q.sign() < 0));
    if is_negative {
        errors.forbidden(
            &path.at("sizeLimit"),
            "SizeLimit field must be a valid resource quantity",
        );
    }
}

pub(super) fn check_host_path(source: &Value, path: &Path, errors: &mut Errors) {
    match text(source, "path") {
        "" => return errors.required(&path.at("path"), ""),
        host => check_no_backsteps(host, &path.at("path"), errors),
    }
    errors.one_of_if_set(source, "type", path, &HOST_PATH_TYPES);
}

/// A path must not lead out of where it begins.
pub(super) fn check_no_backsteps(local: &str, path: &Path, errors: &mut Errors) {
    if local.split('/').any(|part| part == "..") {
        errors.invalid(path, local, "must not contain '..'");
    }
}

fn check_mode(object: &Value, field: &str, path: &Path, errors: &mut Errors) {
    if let Some(mode) = number(object, field).filter(|mode| !(0..=0o777).contains(mode)) {
        errors.invalid(&path.at(field), mode, MODE);
    }
}

/// Keys projected to files.
fn check_projection(source: &Value, path: &Path, errors: &mut Errors) {
    check_mode(source, "defaultMode", path, errors);
    for (i, item) in list(source, "items").iter().enumerate() {
        let path = path.at("items").index(i);
        match text(item, "key") {
            "" => errors.required(&path.at("key"), ""),
            key => errors.invalid_each(&path.at("key"), key, config_key_errors(key)),
        }
        require(item, "path", &path, errors);
        check_local_path(text(item, "path"), &path.at("path"), errors);
        check_mode(item, "mode", &path, errors);
    }
}

fn check_downward(source: &Value, path: &Path, errors: &mut Errors) {
    check_mode(source, "defaultMode", path, errors);
    for (i, item) in list(source, "items").iter().enumerate() {
        let path = path.at("items").index(i);
        require(item, "path", &path, errors);
        check_local_path(text(item, "path"), &path.at("path"), errors);
        match (set(item, "fieldRef"), set(item, "resourceFieldRef")) {
            (Some(field), _) => check_field(field, &path.at("fieldRef"), &FIELDS, errors),
            (None, Some(_)) => {}
            (None, None) => errors.required(&path, "one of fieldRef and resourceFieldRef is required"),
        }
        check_mode(item, "mode", &path, errors);
    }
}

fn check_projected(source: &Value, spec: &Value, path: &Path, errors: &mut Errors) {
    check_mode(source, "defaultMode", path, errors);
    let mut paths: Vec<&str> = Vec::new();
    for (i, projection) in list(source, "sources").iter().enumerate() {
        let source_path = path.at("sources").index(i);
        for kind in ["secret", "configMap", "downwardAPI", "serviceAccountToken"] {
            let Some(part) = set(projection, kind) else { continue };
            let kind_path = source_path.at(kind);
            match kind {
                "secret" | "configMap" => {
                    require(part, "name", &kind_path, errors);
                    check_projection(part, &kind_path, errors);
                }
                "downwardAPI" => check_downward(part, &kind_path, errors),
                _ if text(spec, "serviceAccountName").is_empty() => {
                    errors.forbidden(&kind_path, "must not be specified when serviceAccountName is not set");
                }
                _ => require(part, "path", &kind_path, errors),
            }
            // A clash names its source, or the path where the source has no name.
            let name = text(part, "name");
            for item in list(part, "items") {
                let file = text(item, "path");
                let named = if name.is_empty() { file } else { name };
                if !file.is_empty() && paths.contains(&file) {
                    errors.invalid(path, named, "conflicting duplicate paths");
                }
                paths.push(file);
            }
        }
    }
}

/// A path inside a volume: relative, and not out of it.
pub(super) fn check_local_path(local: &str, path: &Path, errors: &mut Errors) {
    if local.starts_with('/') {
        errors.invalid(path, local, "must be a relative path");
    }
    check_no_backsteps(local, path, errors);
}

/// Where a container sees the volumes.
pub(super) fn check_mounts(container: &Value, volumes: &[&str], path: &Path, errors: &mut Errors) {
    let list_path = path.at("volumeMounts");
    let mut mount_paths = Vec::new();
    for (i, mount) in list(container, "volumeMounts").iter().enumerate() {
        let path = list_path.index(i);
        let name = text(mount, "name");
        if name.is_empty() {
            errors.required(&path.at("name"), "");
        }
        if !volumes.contains(&name) {
            errors.not_found(&path.at("name"), name);
        }
        let mount_path = text(mount, "mountPath");
        if mount_path.is_empty() {
            errors.required(&path.at("mountPath"), "");
        }
        if mount_paths.contains(&mount_path) {
            errors.invalid(&path.at("mountPath"), mount_path, "must be unique");
        }
        mount_paths.push(mount_path);
        check_local_path(text(mount, "subPath"), &list_path.at("subPath"), errors);
        let expression = text(mount, "subPathExpr");
        if !expression.is_empty() && !text(mount, "subPath").is_empty() {
            errors.invalid(
                &path.at("subPathExpr"),
                expression,
                "subPathExpr and subPath are mutually exclusive",
            );
        }
        check_local_path(expression, &list_path.at("subPathExpr"), errors);
        let propagation = ["Bidirectional", "HostToContainer", "None"];
        errors.one_of_if_set(mount, "mountPropagation", &list_path, &propagation);
        let is_privileged = part(container, "securityContext").get("privileged") == Some(&Value::Bool(true));
        if text(mount, "mountPropagation") == "Bidirectional" && !is_privileged {
            let detail = "Bidirectional mount propagation is available only to privileged containers";
            errors.forbidden(&list_path.at("mountPropagation"), detail);
        }
    }
}

/// Where a container sees volumes as devices.
pub(super) fn check_devices(container: &Value, spec: &Value, path: &Path, errors: &mut Errors) {
    let (mut names, mut paths) = (Vec::new(), Vec::new());
    let mounted = |field: &str, value: &str| list(container, "volumeMounts").iter().any(|m| text(m, field) == value);
    for (i, device) in list(container, "volumeDevices").iter().enumerate() {
        let path = path.at("volumeDevices").index(i);
        let (name, device_path) = (text(device, "name"), text(device, "devicePath"));
        if name.is_empty() {
            errors.required(&path.at("name"), "");
        }
        if names.contains(&name) {
            errors.invalid(&path.at("name"), name, "must be unique");
        }
        let volume = list(spec, "volumes").iter().find(|volume| text(volume, "name") == name);
        match volume {
            None => errors.not_found(&path.at("name"), name),
            Some(volume) if set(volume, "persistentVolumeClaim").is_none() && set(volume, "ephemeral").is_none() => {
                let detail = "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode";
                errors.invalid(&path.at("name"), name, detail);
            }
            Some(_) => {}
        }
        if device_path.is_empty() {
            errors.required(&path.at("devicePath"), "");
        }
        if paths.contains(&device_path) {
            errors.invalid(&path.at("devicePath"), device_path, "must be unique");
        }
        check_no_backsteps(device_path, &path.at("devicePath"), errors);
        if mounted("mountPath", device_path) {
            let detail = "must not already exist as a path in volumeMounts";
            errors.invalid(&path.at("devicePath"), device_path, detail);
        }
        if mounted("name", name) {
            let detail = "must not already exist in volumeMounts";
            errors.invalid(&path.at("name"), name, detail);
        }
        names.push(name);
        paths.push(device_path);
    }
}

/// Names of secrets to pull images with.
pub(super) fn check_pull_secrets(spec: &Value, path: &Path, errors: &mut Errors) {
    for (i, secret) in list(spec, "imagePullSecrets").iter().enumerate() {
        let name = text(secret, "name");
        if !name.is_empty() && !subdomain_errors(name).is_empty() {
            errors.invalid_each(
                &path.at("imagePullSecrets").index(i).at("name"),
                name,
                subdomain_errors(name),
            );
        }
    }
}
