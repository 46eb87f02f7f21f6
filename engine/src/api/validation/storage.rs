//! PersistentVolumes, their claims and StorageClasses (`pkg/apis/core/validation`, `pkg/apis/storage/validation`).

use super::affinity::check_node_selector;
use super::fields::{Errors, Path, Shown, go_quantity, list, map, part, set, text, texts};
use super::labels::{check_label_key, check_label_selector};
use super::names::label_errors;
use super::volume::{check_host_path, check_nfs};
use crate::api::quantity::Quantity;
use crate::api::quote::go_quote;
use crate::api::selector::names::{qualified_name_errors, subdomain_errors};
use serde_json::{Map, Value};

const ACCESS_MODES: [&str; 4] = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];
const ONE_POD: &str = "ReadWriteOncePod";
const RECLAIM_POLICIES: [&str; 3] = ["Delete", "Recycle", "Retain"];
const VOLUME_MODES: [&str; 2] = ["Block", "Filesystem"];
/// What a volume can be made of.
const SOURCES: [&str; 22] = [
    "hostPath",
    "gcePersistentDisk",
    "awsElasticBlockStore",
    "glusterfs",
    "flocker",
    "nfs",
    "rbd",
    "quobyte",
    "cephfs",
    "iscsi",
    "cinder",
    "fc",
    "flexVolume",
    "azureFile",
    "vsphereVolume",
    "photonPersistentDisk",
    "portworxVolume",
    "azureDisk",
    "scaleIO",
    "local",
    "storageos",
    "csi",
];
const PARAMETERS_LIMIT: usize = 512;
const PARAMETERS_SIZE_LIMIT: usize = 256 * 1024;

pub(super) fn check_persistent_volume(volume: &Value, errors: &mut Errors) {
    let (spec, path) = (part(volume, "spec"), Path::new("spec"));
    if list(spec, "accessModes").is_empty() {
        errors.required(&path.at("accessModes"), "");
    }
    check_access_modes(spec, &path, errors);
    check_capacity(map(spec, "capacity"), &path.at("capacity"), errors);
    let reclaim = text(spec, "persistentVolumeReclaimPolicy");
    let reclaim_path = path.at("persistentVolumeReclaimPolicy");
    if !reclaim.is_empty() && !RECLAIM_POLICIES.contains(&reclaim) {
        errors.not_supported(&reclaim_path, reclaim, &RECLAIM_POLICIES);
    }
    if let Some(affinity) = set(spec, "nodeAffinity") {
        check_volume_affinity(affinity, &path.at("nodeAffinity"), errors);
    }
    check_volume_source(spec, &path, errors);
    let host = text(part(spec, "hostPath"), "path");
    if host.starts_with('/') && host.trim_matches('/').is_empty() && reclaim == "Recycle" {
        let detail = "may not be 'recycle' for a hostPath mount of '/'";
        errors.forbidden(&reclaim_path, detail);
    }
    check_class_name(spec, &path, errors);
    errors.one_of_if_set(spec, "volumeMode", &path, &VOLUME_MODES);
}

fn check_access_modes(spec: &Value, path: &Path, errors: &mut Errors) {
    let (modes, path) = (texts(spec, "accessModes"), path.at("accessModes"));
    for mode in modes.iter().filter(|mode| !ACCESS_MODES.contains(mode)) {
        errors.not_supported(&path, *mode, &ACCESS_MODES);
    }
    if modes.contains(&ONE_POD) && modes.iter().any(|mode| *mode != ONE_POD) {
        let detail = "may not use ReadWriteOncePod with other access modes";
        errors.forbidden(&path, detail);
    }
}

fn check_capacity(capacity: Option<&Map<String, Value>>, path: &Path, errors: &mut Errors) {
    let is_empty = capacity.is_none_or(|capacity| capacity.is_empty());
    if is_empty {
        errors.required(path, "");
    }
    let has_storage = capacity.is_some_and(|capacity| capacity.contains_key("storage"));
    if !has_storage || capacity.is_some_and(|capacity| capacity.len() > 1) {
        errors.not_supported(path, go_resource_list(capacity), &["storage"]);
    }
    for (name, amount) in capacity.into_iter().flatten() {
        let quantity = Quantity::from_json(amount).unwrap_or_default();
        if quantity.sign() < 0 {
            let detail = "must be a valid resource quantity";
            errors.invalid(&path.key(name), quantity.value(), detail);
        }
        check_positive(amount, &path.key(name), errors);
    }
}

fn check_positive(amount: &Value, path: &Path, errors: &mut Errors) {
    let quantity = Quantity::from_json(amount).unwrap_or_default();
    if quantity.sign() <= 0 {
        let shown = quantity.to_string();
        errors.invalid(path, shown.as_str(), "must be greater than zero");
    }
}

/// Amounts of resources as Go prints them.
fn go_resource_list(resources: Option<&Map<String, Value>>) -> Shown {
    let Some(resources) = resources else {
        return Shown("core.ResourceList(nil)".to_owned());
    };
    let mut entries: Vec<(&String, &Value)> = resources.iter().collect();
    entries.sort_by_key(|(name, _)| *name);
    let shown: Vec<String> = entries
        .into_iter()
        .map(|(name, amount)| format!("{}:{}", go_quote(name), go_quantity(amount).0))
        .collect();
    Shown(format!("core.ResourceList{{{}}}", shown.join(", ")))
}

fn check_volume_affinity(affinity: &Value, path: &Path, errors: &mut Errors) {
    match set(affinity, "required") {
        Some(required) => check_node_selector(required, &path.at("required"), errors),
        None => errors.required(&path.at("required"), "must specify required node constraints"),
    }
}

/// Exactly one source must be given.
fn check_volume_source(spec: &Value, path: &Path, errors: &mut Errors) {
    let mut seen = 0;
    for kind in SOURCES {
        let Some(source) = set(spec, kind) else { continue };
        let source_path = path.at(kind);
        seen += 1;
        if seen > 1 {
            errors.forbidden(&source_path, "may not specify more than 1 volume type");
            continue;
        }
        match kind {
            "hostPath" => check_host_path(source, &source_path, errors),
            "nfs" => check_nfs(source, &source_path, errors),
            "csi" => check_csi(source, &source_path, errors),
            "storageos" => check_storage_os(source, &source_path, errors),
            "local" => {
                if text(source, "path").is_empty() {
                    errors.required(&source_path.at("path"), "");
                } else {
                    super::volume::check_no_backsteps(text(source, "path"), &source_path.at("path"), errors);
                }
                if set(spec, "nodeAffinity").is_none() {
                    errors.required(&Path::new("spec.nodeAffinity"), "Local volume requires node affinity");
                }
            }
            _ => {}
        }
    }
    if seen == 0 {
        errors.required(path, "must specify a volume type");
    }
}

fn check_storage_os(source: &Value, path: &Path, errors: &mut Errors) {
    for (field, is_required) in [("volumeName", true), ("volumeNamespace", false)] {
        let name = text(source, field);
        if name.is_empty() && is_required {
            errors.required(&path.at(field), "");
        } else if !name.is_empty() {
            errors.invalid_each(&path.at(field), name, label_errors(name));
        }
    }
    let Some(secret) = set(source, "secretRef") else { return };
    for field in ["name", "namespace"] {
        if text(secret, field).is_empty() {
            errors.required(&path.at("secretRef").at(field), "");
        }
    }
}

fn check_csi(source: &Value, path: &Path, errors: &mut Errors) {
    check_driver(text(source, "driver"), &path.at("driver"), errors);
    if text(source, "volumeHandle").is_empty() {
        errors.required(&path.at("volumeHandle"), "");
    }
}

/// A driver's name: a subdomain of at most 63 characters, in any case.
pub(super) fn check_driver(driver: &str, path: &Path, errors: &mut Errors) {
    if driver.is_empty() {
        errors.required(path, "");
    }
    if driver.len() > 63 {
        errors.too_long(path, "must have at most 63 bytes");
    }
    for message in subdomain_errors(&driver.to_ascii_lowercase()) {
        errors.invalid(path, driver, message);
    }
}

fn check_class_name(spec: &Value, path: &Path, errors: &mut Errors) {
    let class = text(spec, "storageClassName");
    if !class.is_empty() {
        errors.invalid_each(&path.at("storageClassName"), class, subdomain_errors(class));
    }
}

pub(super) fn check_claim(claim: &Value, errors: &mut Errors) {
    check_claim_spec(part(claim, "spec"), &Path::new("spec"), errors);
}

/// A claim's spec, also as a template in a pod.
pub(super) fn check_claim_spec(spec: &Value, path: &Path, errors: &mut Errors) {
    if list(spec, "accessModes").is_empty() {
        errors.required(&path.at("accessModes"), "at least 1 access mode is required");
    }
    check_label_selector(part(spec, "selector"), &path.at("selector"), errors);
    check_access_modes(spec, path, errors);
    // The server files the request directly under the resources.
    let storage_path = path.at("resources").key("storage");
    match set(part(part(spec, "resources"), "requests"), "storage") {
        None => errors.required(&storage_path, ""),
        Some(amount) => check_positive(amount, &storage_path, errors),
    }
    check_class_name(spec, path, errors);
    errors.one_of_if_set(spec, "volumeMode", path, &VOLUME_MODES);
    let sources = ["dataSource", "dataSourceRef"];
    for field in sources {
        if let Some(source) = set(spec, field) {
            check_data_source(source, &path.at(field), errors);
        }
    }
    let [source, reference] = sources.map(|field| set(spec, field));
    if let (Some(source), Some(reference)) = (source, reference)
        && source != reference
    {
        let shown = Shown(format!("\"{}\"", path.at("dataSource")));
        errors.invalid(path, shown, "must match dataSourceRef");
    }
}

fn check_data_source(source: &Value, path: &Path, errors: &mut Errors) {
    for field in ["name", "kind"] {
        if text(source, field).is_empty() {
            errors.required(&path.at(field), "");
        }
    }
    let (group, kind) = (text(source, "apiGroup"), text(source, "kind"));
    if group.is_empty() && kind != "PersistentVolumeClaim" {
        errors.invalid(path, kind, "");
    }
    if !group.is_empty() {
        errors.invalid_each(&path.at("apiGroup"), group, subdomain_errors(group));
    }
}

pub(super) fn check_storage_class(class: &Value, errors: &mut Errors) {
    let path = Path::new("provisioner");
    match text(class, "provisioner") {
        "" => errors.required(&path, ""),
        name => {
            let name = name.to_ascii_lowercase();
            errors.invalid_each(&path, &name, qualified_name_errors(&name));
        }
    }
    check_parameters(map(class, "parameters"), &Path::new("parameters"), errors);
    let (policy, policies) = (text(class, "reclaimPolicy"), ["Delete", "Retain"]);
    if !policy.is_empty() && !policies.contains(&policy) {
        errors.not_supported(&Path::new("reclaimPolicy"), policy, &policies);
    }
    let (binding, bindings) = (text(class, "volumeBindingMode"), ["Immediate", "WaitForFirstConsumer"]);
    if set(class, "volumeBindingMode").is_none() {
        errors.required(&Path::new("volumeBindingMode"), "");
    } else if !bindings.contains(&binding) {
        errors.not_supported(&Path::new("volumeBindingMode"), binding, &bindings);
    }
    check_topologies(
        list(class, "allowedTopologies"),
        &Path::new("allowedTopologies"),
        errors,
    );
}

fn check_parameters(parameters: Option<&Map<String, Value>>, path: &Path, errors: &mut Errors) {
    let Some(parameters) = parameters else { return };
    if parameters.len() > PARAMETERS_LIMIT {
        errors.too_long(path, format!("must have at most {PARAMETERS_LIMIT} bytes"));
        return;
    }
    if parameters.contains_key("") {
        errors.invalid(path, "", "field can not be empty.");
    }
    let size = |(key, value): (&String, &Value)| key.len() + value.as_str().unwrap_or_default().len();
    if parameters.iter().map(size).sum::<usize>() > PARAMETERS_SIZE_LIMIT {
        errors.too_long(path, format!("must have at most {PARAMETERS_SIZE_LIMIT} bytes"));
    }
}

fn check_topologies(topologies: &[Value], path: &Path, errors: &mut Errors) {
    for (i, topology) in topologies.iter().enumerate() {
        let path = path.index(i).at("matchLabelExpressions");
        let mut keys = Vec::new();
        for (i, requirement) in list(topology, "matchLabelExpressions").iter().enumerate() {
            let path = path.index(i);
            let (key, values) = (text(requirement, "key"), texts(requirement, "values"));
            if values.is_empty() {
                errors.required(&path.at("values"), "");
            }
            for (i, value) in values.iter().enumerate() {
                if values.iter().take(i).any(|earlier| earlier == value) {
                    errors.duplicate(&path.at("values").index(i), *value);
                }
            }
            check_label_key(key, &path.at("key"), errors);
            if keys.contains(&key) {
                errors.duplicate(&path.at("key"), key);
            }
            keys.push(key);
        }
        let same = |earlier: &&Value| *earlier == topology;
        let mut duplicates = topologies.iter().take(i).filter(same).count();
        if keys.is_empty() {
            // The server compares it with as many empty terms as there are terms.
            duplicates += topologies.len();
        }
        for _ in 0..duplicates {
            errors.duplicate(&path, "");
        }
    }
}
