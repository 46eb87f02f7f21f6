//! What the API server's admission does to a new pod.
//!
//! Admission happens once per template: all replicas share the admitted spec ([`admit_spec`]), and each only gets a status
//! ([`begin`]). The token volume's name is random per pod in reality; in the shared spec a placeholder stands for it, which
//! [`render_token_volume`] replaces by a name derived from the pod's identity when the pod is shown.
//!
//! Source: admission plugins DefaultTolerationSeconds, ServiceAccount, Priority; registry `pod/strategy.go` (status and QoS).
//! Not modelled: PriorityClasses other than the two built-in ones (the caller resolves those), LimitRanger, quotas.

use serde_json::{Value, json};
use smol_str::SmolStr;

use crate::api::{Condition, Pod, PodPhase, PodSpec, json as read};
use crate::settings::Settings;
use crate::sim::Random;

/// What the token volume is called in specs that pods share. Not a valid name, so it collides with no user's volume.
const TOKEN_VOLUME_PLACEHOLDER: &str = "kube-api-access-?????";
/// What every token volume's name begins with.
const TOKEN_VOLUME_PREFIX: &str = "kube-api-access-";
/// Where the token is mounted.
const TOKEN_MOUNT_PATH: &str = "/var/run/secrets/kubernetes.io/serviceaccount";
/// The priorities of the built-in PriorityClasses.
const SYSTEM_CLASSES: [(&str, i64); 2] = [
    ("system-cluster-critical", 2_000_000_000),
    ("system-node-critical", 2_000_001_000),
];

/// A pod spec as admission leaves it.
pub fn admit_spec(spec: &PodSpec, settings: &Settings) -> PodSpec {
    let mut tree = spec.json.clone();
    if let Some(object) = tree.as_object_mut() {
        add_priority(object);
        add_tolerations(object, settings);
        if settings.service_account_admission {
            add_service_account(object);
        }
    }
    PodSpec::from_json(tree)
}

/// The status of a new pod.
pub fn begin(pod: &mut Pod, now: crate::api::Timestamp) {
    pod.status.phase = PodPhase::Pending;
    pod.status.qos_class = SmolStr::new_static(crate::api::qos_class(&pod.spec));
    if !read::list(&pod.spec.json, "schedulingGates").is_empty() {
        let message = "Scheduling is blocked due to non-empty scheduling gates";
        let condition = Condition::new("PodScheduled", false, "SchedulingGated", message, now);
        Condition::set(&mut pod.status.conditions, condition);
    }
}

/// Admits a pod of its own (one that no controller made from a template).
pub fn admit(pod: &mut Pod, settings: &Settings, now: crate::api::Timestamp) {
    pod.spec = std::sync::Arc::new(admit_spec(&pod.spec, settings));
    begin(pod, now);
}

fn add_priority(spec: &mut serde_json::Map<String, Value>) {
    let class = spec
        .get("priorityClassName")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let priority = SYSTEM_CLASSES
        .iter()
        .find(|(name, _)| *name == class)
        .map_or(0, |(_, priority)| *priority);
    spec.entry("priority").or_insert_with(|| priority.into());
    spec.entry("preemptionPolicy")
        .or_insert_with(|| "PreemptLowerPriority".into());
}

/// Every pod bears a node that is not ready or unreachable for a while, unless it says something about such nodes itself.
fn add_tolerations(spec: &mut serde_json::Map<String, Value>, settings: &Settings) {
    let seconds = settings.default_toleration.as_secs();
    let tolerations = spec.entry("tolerations").or_insert_with(|| json!([]));
    let Some(tolerations) = tolerations.as_array_mut() else {
        return;
    };
    let present = tolerations.clone();
    for key in ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"] {
        let covers = |toleration: &Value| {
            let (named, effect) = (read::text(toleration, "key"), read::text(toleration, "effect"));
            (named.is_empty() || named == key) && (effect.is_empty() || effect == "NoExecute")
        };
        if !present.iter().any(covers) {
            tolerations.push(json!({
                "key": key, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": seconds,
            }));
        }
    }
}

/// The default service account, and its token in every container that mounts nothing else there.
fn add_service_account(spec: &mut serde_json::Map<String, Value>) {
    let account = spec
        .entry("serviceAccountName")
        .or_insert_with(|| "default".into())
        .clone();
    spec.entry("serviceAccount").or_insert(account);
    if spec.get("automountServiceAccountToken") == Some(&Value::Bool(false)) {
        return;
    }
    let mounts = |container: &Value| {
        let mounts = read::list(container, "volumeMounts");
        mounts
            .iter()
            .any(|mount| read::text(mount, "mountPath") == TOKEN_MOUNT_PATH)
    };
    let mut mounted = false;
    for list in ["initContainers", "containers"] {
        let containers = spec.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten();
        for container in containers.filter(|container| !mounts(container)) {
            let Some(container) = container.as_object_mut() else {
                continue;
            };
            let mount = json!({ "name": TOKEN_VOLUME_PLACEHOLDER, "mountPath": TOKEN_MOUNT_PATH, "readOnly": true });
            let list = container.entry("volumeMounts").or_insert_with(|| json!([]));
            list.as_array_mut()
                .into_iter()
                .for_each(|list| list.push(mount.clone()));
            mounted = true;
        }
    }
    if mounted {
        let volumes = spec.entry("volumes").or_insert_with(|| json!([]));
        volumes
            .as_array_mut()
            .into_iter()
            .for_each(|volumes| volumes.push(token_volume()));
    }
}

fn token_volume() -> Value {
    let namespace =
        json!([{ "path": "namespace", "fieldRef": { "apiVersion": "v1", "fieldPath": "metadata.namespace" } }]);
    json!({
        "name": TOKEN_VOLUME_PLACEHOLDER,
        "projected": { "defaultMode": 420, "sources": [
            { "serviceAccountToken": { "expirationSeconds": 3607, "path": "token" } },
            { "configMap": { "name": "kube-root-ca.crt", "items": [{ "key": "ca.crt", "path": "ca.crt" }] } },
            { "downwardAPI": { "items": namespace } },
        ] },
    })
}

/// Gives the token volume in a shown spec its name, which follows from the pod's identity (`uid_bits`).
pub fn render_token_volume(spec: &mut Value, uid_bits: u64) {
    let is_placeholder = |value: &Value| read::text(value, "name") == TOKEN_VOLUME_PLACEHOLDER;
    if !read::list(spec, "volumes").iter().any(is_placeholder) {
        return;
    }
    let name = format!("{TOKEN_VOLUME_PREFIX}{}", Random::new(uid_bits).name_suffix(5));
    let rename = |list: Option<&mut Value>| {
        for entry in list.and_then(Value::as_array_mut).into_iter().flatten() {
            if is_placeholder(entry) {
                entry["name"] = name.as_str().into();
            }
        }
    };
    rename(spec.get_mut("volumes"));
    for list in ["initContainers", "containers"] {
        for container in spec.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
            rename(container.get_mut("volumeMounts"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admitted(spec: Value) -> Value {
        admit_spec(&PodSpec::from_json(spec), &Settings::default()).json
    }

    #[test]
    fn tolerations_are_added_unless_the_pod_speaks_of_such_nodes() {
        let check = |tolerations: Value, expect: &[&str]| {
            let spec = admitted(json!({ "containers": [], "tolerations": tolerations }));
            let keys: Vec<_> = read::list(&spec, "tolerations")
                .iter()
                .map(|entry| read::text(entry, "key"))
                .collect();
            assert_eq!(keys, expect);
        };
        let (not_ready, unreachable) = ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable");
        check(json!([]), &[not_ready, unreachable]);
        check(json!([{ "operator": "Exists" }]), &[""]);
        check(
            json!([{ "key": not_ready, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 5 }]),
            &[not_ready, unreachable],
        );
        check(
            json!([{ "key": "gpu", "operator": "Exists", "effect": "NoSchedule" }]),
            &["gpu", not_ready, unreachable],
        );
    }

    #[test]
    fn token_volumes_are_named_by_the_pod() {
        let mut spec = admitted(json!({ "containers": [{ "name": "app", "image": "app" }] }));
        render_token_volume(&mut spec, 7);
        let name = read::text(&spec["volumes"][0], "name");
        assert!(name.starts_with("kube-api-access-") && !name.contains('?'), "{name}");
        assert_eq!(read::text(&spec["containers"][0]["volumeMounts"][0], "name"), name);
        let spec = admitted(json!({ "containers": [], "automountServiceAccountToken": false }));
        assert_eq!(spec.get("volumes"), None);
    }
}
