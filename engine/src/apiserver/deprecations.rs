//! What the API server warns of because it is deprecated, or does nothing: fields, annotations, labels of nodes.
//!
//! Source: `pkg/api/pod/warnings.go`, `pkg/api/persistentvolume/util.go`, `pkg/api/persistentvolumeclaim/util.go`,
//! `pkg/api/node/util.go` and the strategies' `WarningsOnCreate` of kube-apiserver; the releases are those of the "Deprecated API"
//! and volume pages. The object has its defaults. Order: as the server looks.

use serde_json::Value;

use crate::api::{Kind, json};

/// Volume types that are gone or going, in the order in which pods are looked at; and the releases.
const VOLUMES: [(&str, &str); 9] = [
    ("photonPersistentDisk", "deprecated in v1.11, non-functional in v1.16+"),
    ("gitRepo", "deprecated in v1.11"),
    ("scaleIO", "deprecated in v1.16, non-functional in v1.22+"),
    ("flocker", "deprecated in v1.22, non-functional in v1.25+"),
    ("storageos", "deprecated in v1.22, non-functional in v1.25+"),
    ("quobyte", "deprecated in v1.22, non-functional in v1.25+"),
    ("glusterfs", "deprecated in v1.25, non-functional in v1.26+"),
    ("cephfs", "deprecated in v1.28, non-functional in v1.31+"),
    ("rbd", "deprecated in v1.28, non-functional in v1.31+"),
];

/// Labels of nodes by their old names: the release that renamed them, and the new name.
const NODE_LABELS: [(&str, &str, &str); 5] = [
    ("beta.kubernetes.io/arch", "v1.14", "kubernetes.io/arch"),
    ("beta.kubernetes.io/os", "v1.14", "kubernetes.io/os"),
    (
        "failure-domain.beta.kubernetes.io/region",
        "v1.17",
        "topology.kubernetes.io/region",
    ),
    (
        "failure-domain.beta.kubernetes.io/zone",
        "v1.17",
        "topology.kubernetes.io/zone",
    ),
    (
        "beta.kubernetes.io/instance-type",
        "v1.17",
        "node.kubernetes.io/instance-type",
    ),
];

/// Annotations of pods that fields have taken the place of.
const POD_ANNOTATIONS: [(&str, &str); 3] = [
    (
        "scheduler.alpha.kubernetes.io/critical-pod",
        "non-functional in v1.16+; use the \"priorityClassName\" field instead",
    ),
    (
        "security.alpha.kubernetes.io/sysctls",
        "non-functional in v1.11+; use the \"sysctls\" field instead",
    ),
    (
        "security.alpha.kubernetes.io/unsafe-sysctls",
        "non-functional in v1.11+; use the \"sysctls\" field instead",
    ),
];

/// The annotation that named a claim's or volume's storage class.
const STORAGE_CLASS: &str = "volume.beta.kubernetes.io/storage-class";
/// The annotation that named an Ingress' class.
const INGRESS_CLASS: &str = "kubernetes.io/ingress.class";

/// What the server warns of.
pub fn deprecations(kind: Kind, object: &Value) -> Vec<String> {
    let mut warnings = Warnings::default();
    let at = |pointer: &str| object.pointer(pointer).unwrap_or(&Value::Null);
    match kind {
        Kind::POD => warnings.pod("", object),
        Kind::POD_TEMPLATE => warnings.pod("template.", at("/template")),
        Kind::CRON_JOB => warnings.pod("spec.jobTemplate.spec.template.", at("/spec/jobTemplate/spec/template")),
        Kind::DEPLOYMENT
        | Kind::REPLICA_SET
        | Kind::DAEMON_SET
        | Kind::STATEFUL_SET
        | Kind::REPLICATION_CONTROLLER
        | Kind::JOB => warnings.pod("spec.template.", at("/spec/template")),
        Kind::PERSISTENT_VOLUME => warnings.volume(object),
        Kind::PERSISTENT_VOLUME_CLAIM => warnings.storage_class(object),
        Kind::ENDPOINT_SLICE if object.get("addressType").is_some_and(|kind| kind == "FQDN") => {
            warnings.add("spec.addressType", "FQDN endpoints are deprecated");
        }
        Kind::INGRESS if has_annotation(object, INGRESS_CLASS) => warnings.0.push(format!(
            "annotation \"{INGRESS_CLASS}\" is deprecated, please use 'spec.ingressClassName' instead"
        )),
        _ => {}
    }
    warnings.0
}

fn has_annotation(object: &Value, name: &str) -> bool {
    let annotations = object.get("metadata").and_then(|metadata| metadata.get("annotations"));
    annotations.is_some_and(|annotations| annotations.get(name).is_some())
}

/// What the internal API calls a volume's source, which is what the server names.
fn internal_name(source: &str) -> &str {
    if source == "storageos" { "storageOS" } else { source }
}

fn node_label(label: &str) -> Option<String> {
    let (_, since, instead) = NODE_LABELS.iter().find(|(old, ..)| *old == label)?;
    Some(format!("deprecated since {since}; use \"{instead}\" instead"))
}

#[derive(Default)]
struct Warnings(Vec<String>);

impl Warnings {
    fn add(&mut self, path: &str, message: &str) {
        self.0.push(format!("{path}: {message}"));
    }

    /// A pod, or a template at a path that ends with a point.
    fn pod(&mut self, path: &str, pod: &Value) {
        let spec = pod.get("spec").unwrap_or(&Value::Null);
        self.node_labels(path, spec);
        for (name, message) in POD_ANNOTATIONS {
            if has_annotation(pod, name) {
                self.add(&format!("{path}metadata.annotations[{name}]"), message);
            }
        }
        for (i, volume) in json::list(spec, "volumes").iter().enumerate() {
            for (source, message) in VOLUMES {
                if volume.get(source).is_some() {
                    let source = internal_name(source);
                    self.add(&format!("{path}spec.volumes[{i}].{source}"), message);
                }
            }
        }
    }

    fn node_labels(&mut self, path: &str, spec: &Value) {
        let selector = spec.get("nodeSelector").and_then(Value::as_object);
        for label in selector.into_iter().flatten().map(|(label, _)| label) {
            if let Some(message) = node_label(label) {
                self.add(&format!("{path}spec.nodeSelector[{label}]"), &message);
            }
        }
        let affinity = spec.pointer("/affinity/nodeAffinity").unwrap_or(&Value::Null);
        let affinity_path = format!("{path}spec.affinity.nodeAffinity");
        let required = "requiredDuringSchedulingIgnoredDuringExecution";
        let terms = affinity.get(required).unwrap_or(&Value::Null);
        for (i, term) in json::list(terms, "nodeSelectorTerms").iter().enumerate() {
            self.term(&format!("{affinity_path}.{required}.nodeSelectorTerms[{i}]"), term);
        }
        let preferred = "preferredDuringSchedulingIgnoredDuringExecution";
        for (i, term) in json::list(affinity, preferred).iter().enumerate() {
            let preference = term.get("preference").unwrap_or(&Value::Null);
            self.term(&format!("{affinity_path}.{preferred}[{i}].preference"), preference);
        }
        for (i, spread) in json::list(spec, "topologySpreadConstraints").iter().enumerate() {
            let path = format!("{path}spec.topologySpreadConstraints[{i}]");
            let label = json::text(spread, "topologyKey");
            if let Some(message) = node_label(&label) {
                self.add(&format!("{path}.topologyKey"), &format!("{label} is {message}"));
            }
            if spread.get("labelSelector").is_none() {
                let message = "a null labelSelector results in matching no pod";
                self.add(&format!("{path}.labelSelector"), message);
            }
        }
    }

    fn term(&mut self, path: &str, term: &Value) {
        for (i, expression) in json::list(term, "matchExpressions").iter().enumerate() {
            let label = json::text(expression, "key");
            if let Some(message) = node_label(&label) {
                let path = format!("{path}.matchExpressions[{i}].key");
                self.add(&path, &format!("{label} is {message}"));
            }
        }
    }

    fn volume(&mut self, volume: &Value) {
        self.storage_class(volume);
        let spec = volume.get("spec").unwrap_or(&Value::Null);
        for (source, message) in VOLUMES {
            if spec.get(source).is_some() {
                self.add(&format!("spec.{}", internal_name(source)), message);
            }
        }
        let terms = spec.pointer("/nodeAffinity/required").unwrap_or(&Value::Null);
        for (i, term) in json::list(terms, "nodeSelectorTerms").iter().enumerate() {
            self.term(&format!("spec.nodeAffinity.required.nodeSelectorTerms[{i}]"), term);
        }
    }

    fn storage_class(&mut self, object: &Value) {
        if has_annotation(object, STORAGE_CLASS) {
            let path = format!("metadata.annotations[{STORAGE_CLASS}]");
            self.add(
                &path,
                "deprecated since v1.8; use \"storageClassName\" attribute instead",
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_deprecated_is_told_of_with_its_place() {
        let check = |kind, object: Value, expect: &[&str]| assert_eq!(deprecations(kind, &object), expect, "{object}");
        let template = json!({"spec": {"nodeSelector": {"beta.kubernetes.io/os": "linux"}, "volumes": [{"name": "v", "gitRepo": {}}]}});
        check(
            Kind::DEPLOYMENT,
            json!({"spec": {"template": template}}),
            &[
                "spec.template.spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use \"kubernetes.io/os\" instead",
                "spec.template.spec.volumes[0].gitRepo: deprecated in v1.11",
            ],
        );
        check(
            Kind::PERSISTENT_VOLUME,
            json!({"spec": {"storageos": {}}}),
            &["spec.storageOS: deprecated in v1.22, non-functional in v1.25+"],
        );
        check(
            Kind::POD,
            json!({"spec": {"volumes": [{"name": "v", "emptyDir": {}}]}}),
            &[],
        );
    }
}
