//! StorageClasses, the default one, and the one that clusters here begin with.

use serde_json::{Value, json as tree};
use smol_str::SmolStr;

use super::{annotation, body};
use crate::api::{Kind, Object, ObjectKey, json};
use crate::store::Objects;

/// The provisioner of classes whose volumes are made by hand.
pub const NO_PROVISIONER: &str = "kubernetes.io/no-provisioner";
/// What marks the default class.
const DEFAULT: &str = "storageclass.kubernetes.io/is-default-class";
/// The older mark.
const BETA_DEFAULT: &str = "storageclass.beta.kubernetes.io/is-default-class";

/// A StorageClass.
#[derive(Debug, Clone)]
pub struct Class {
    /// Who makes volumes.
    pub provisioner: SmolStr,
    /// Volumes are bound when a pod needs them (`WaitForFirstConsumer`).
    pub waits: bool,
    /// What becomes of a volume whose claim is gone.
    pub reclaim_policy: SmolStr,
    /// Where volumes can be made: any of these, each a list of labels and their values; everywhere if there are none.
    pub topologies: Vec<Vec<(SmolStr, Vec<SmolStr>)>>,
    /// How volumes are mounted.
    pub mount_options: Vec<SmolStr>,
}

impl Class {
    /// Reads a class.
    pub fn of(object: &Object) -> Self {
        let body = body(object);
        let term = |term: &Value| {
            let expressions = json::list(term, "matchLabelExpressions").iter();
            expressions
                .map(|expression| (json::text(expression, "key"), json::texts(expression, "values")))
                .collect()
        };
        Class {
            provisioner: json::text(body, "provisioner"),
            waits: json::text(body, "volumeBindingMode") == "WaitForFirstConsumer",
            reclaim_policy: json::text(body, "reclaimPolicy"),
            topologies: json::list(body, "allowedTopologies").iter().map(term).collect(),
            mount_options: json::texts(body, "mountOptions"),
        }
    }

    /// The class of this name.
    pub fn named(name: &str, objects: &Objects) -> Option<Self> {
        if name.is_empty() {
            return None;
        }
        objects
            .object(Kind::STORAGE_CLASS, &ObjectKey::cluster(name))
            .map(Class::of)
    }
}

/// The class of claims that name none: of those marked as default the newest, of equally old ones the first by name
/// (admission plugin DefaultStorageClass).
pub fn default_class(objects: &Objects) -> Option<SmolStr> {
    let is_default = |object: &&Object| {
        let annotations = &object.meta().annotations;
        let mut marks = [DEFAULT, BETA_DEFAULT].into_iter();
        marks.any(|mark| annotations.get(mark).is_some_and(|value| value == "true"))
    };
    let defaults = objects.of_kind(Kind::STORAGE_CLASS).filter(is_default);
    let newest = defaults.min_by_key(|object| (std::cmp::Reverse(object.meta().creation), object.meta().name.clone()));
    newest.map(|object| object.meta().name.clone())
}

/// Gives a claim that names no class the default one, if there is one. Returns whether that changed it.
pub fn assign_default_class(claim: &mut Value, objects: &Objects) -> bool {
    let beta = claim
        .pointer("/metadata/annotations")
        .and_then(|annotations| annotations.get(annotation::BETA_CLASS));
    let has_beta = beta.is_some();
    let Some(spec) = claim.get_mut("spec").and_then(Value::as_object_mut) else {
        return false;
    };
    let names_class = spec.get("storageClassName").is_some_and(|class| !class.is_null());
    match default_class(objects).filter(|_| !has_beta && !names_class) {
        Some(class) => {
            spec.insert("storageClassName".to_owned(), class.as_str().into());
            true
        }
        None => false,
    }
}

/// The class that a cluster of a scenario begins with, as a managed cluster's: the default, network disks that any node of
/// their zone can attach, one at a time, made when the first pod needs them.
pub fn standard_class() -> Value {
    tree!({
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": { "name": "standard", "annotations": { DEFAULT: "true" } },
        "provisioner": "disk.csi.example.com",
        "reclaimPolicy": "Delete",
        "volumeBindingMode": "WaitForFirstConsumer",
        "allowVolumeExpansion": true,
    })
}
