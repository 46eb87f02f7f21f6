//! What the API server's admission does to a new pod.
//!
//! Admission happens once per template: all replicas share the admitted spec ([`admit_spec`]), and each only gets a status
//! ([`begin`]). The token volume's name is random per pod in reality; in the shared spec a placeholder stands for it, which
//! [`render_token_volume`] replaces by a name derived from the pod's identity when the pod is shown.
//!
//! Source: admission plugins DefaultTolerationSeconds, ServiceAccount, Priority; registry `pod/strategy.go` (status, QoS and
//! `matchLabelKeys`). Not modelled: LimitRanger, quotas.

use serde_json::{Value, json};
use smol_str::SmolStr;

use crate::api::{Condition, Kind, Labels, Object, ObjectKey, Pod, PodPhase, PodSpec, PodTemplate, json as read};
use crate::settings::Settings;
use crate::sim::Random;
use crate::store::Store;

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

/// The spec of a controller's pods, as admission leaves it: [`admit_spec`] with what depends on the cluster (PriorityClasses)
/// and on the pods' labels (`matchLabelKeys`).
///
/// # Errors
/// Why such pods are forbidden.
pub fn admit_template(template: &PodTemplate, store: &Store, settings: &Settings) -> Result<PodSpec, Forbidden> {
    let mut tree = template.spec.json.clone();
    if let Some(object) = tree.as_object_mut() {
        resolve_priority(object, store)?;
        merge_label_keys(object, &template.labels);
    }
    Ok(admit_spec(&PodSpec::from_json(tree), settings))
}

/// Why a pod is forbidden; the texts are Kubernetes' own.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Forbidden {
    /// Its PriorityClass does not exist.
    #[error("no PriorityClass with name {0} was found")]
    NoPriorityClass(String),
    /// It names another priority than its class.
    #[error(
        "the integer value of priority ({given}) must not be provided in pod spec; priority admission controller computed {computed} \
         from the given PriorityClass name"
    )]
    Priority {
        /// What it says.
        given: i64,
        /// What its class says.
        computed: i64,
    },
}

/// The priority of a pod, by its class or by the default one.
///
/// # Errors
/// See [`Forbidden`].
pub fn resolve_priority(spec: &mut serde_json::Map<String, Value>, store: &Store) -> Result<(), Forbidden> {
    let class = spec.get("priorityClassName").and_then(Value::as_str);
    let class = class.unwrap_or_default().to_owned();
    let objects = store.objects();
    let found = if class.is_empty() {
        let mut classes = objects.of_kind(Kind::PRIORITY_CLASS).map(Object::to_json);
        classes.find(|class| read::flag(class, "globalDefault"))
    } else {
        let class = objects.object(Kind::PRIORITY_CLASS, &ObjectKey::cluster(class.as_str()));
        class.map(Object::to_json)
    };
    let Some(found) = found else {
        return if class.is_empty() || SYSTEM_CLASSES.iter().any(|(name, _)| *name == class) {
            Ok(())
        } else {
            Err(Forbidden::NoPriorityClass(class))
        };
    };
    let computed = read::int(&found, "value").unwrap_or(0);
    if let Some(given) = spec
        .get("priority")
        .and_then(Value::as_i64)
        .filter(|given| *given != computed)
    {
        return Err(Forbidden::Priority { given, computed });
    }
    let policy = read::text(&found, "preemptionPolicy");
    let policy = if policy.is_empty() {
        "PreemptLowerPriority"
    } else {
        &policy
    };
    let name = found.pointer("/metadata/name").cloned().unwrap_or_default();
    spec.insert("priorityClassName".to_owned(), name);
    spec.insert("priority".to_owned(), computed.into());
    spec.entry("preemptionPolicy").or_insert_with(|| policy.into());
    Ok(())
}

/// Merges `matchLabelKeys` and `mismatchLabelKeys` of affinity terms, and the former of spread constraints, into their label
/// selectors with the pod's own values. Documentation: "Assigning Pods to Nodes: matchLabelKeys".
fn merge_label_keys(spec: &mut serde_json::Map<String, Value>, labels: &Labels) {
    for kind in ["podAffinity", "podAntiAffinity"] {
        let Some(affinity) = spec.get_mut("affinity").and_then(|affinity| affinity.get_mut(kind)) else {
            continue;
        };
        for (list, of) in [
            ("requiredDuringSchedulingIgnoredDuringExecution", ""),
            ("preferredDuringSchedulingIgnoredDuringExecution", "/podAffinityTerm"),
        ] {
            let terms = affinity.get_mut(list).and_then(Value::as_array_mut);
            for term in terms.into_iter().flatten().filter_map(|term| term.pointer_mut(of)) {
                merge_keys_of(term, labels);
            }
        }
    }
    let constraints = spec.get_mut("topologySpreadConstraints").and_then(Value::as_array_mut);
    for constraint in constraints.into_iter().flatten() {
        merge_keys_of(constraint, labels);
    }
}

fn merge_keys_of(term: &mut Value, labels: &Labels) {
    for (list, operator) in [("matchLabelKeys", "In"), ("mismatchLabelKeys", "NotIn")] {
        for key in read::texts(term, list) {
            let selector = term.get_mut("labelSelector").and_then(Value::as_object_mut);
            let (Some(selector), Some(value)) = (selector, labels.get(&key)) else {
                continue;
            };
            let requirement = json!({ "key": key.as_str(), "operator": operator, "values": [value.as_str()] });
            let expressions = selector.entry("matchExpressions").or_insert_with(|| json!([]));
            if let Some(expressions) = expressions.as_array_mut().filter(|list| !list.contains(&requirement)) {
                expressions.push(requirement);
            }
        }
    }
}

/// A pod spec as admission leaves it, as far as that follows from the spec alone.
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
    let mut tree = pod.spec.json.clone();
    if let Some(object) = tree.as_object_mut() {
        merge_label_keys(object, &pod.meta.labels);
    }
    pod.spec = std::sync::Arc::new(admit_spec(&PodSpec::from_json(tree), settings));
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
    fn label_keys_are_merged_into_selectors() {
        let labels = Labels::new([("app".into(), "web".into()), ("hash".into(), "1".into())].into());
        let term = json!({ "topologyKey": "zone", "matchLabelKeys": ["hash", "none"], "mismatchLabelKeys": ["app"],
            "labelSelector": { "matchLabels": { "app": "web" } } });
        let required = "requiredDuringSchedulingIgnoredDuringExecution";
        let mut spec = json!({ "affinity": { "podAffinity": { required: [term] } } });
        merge_label_keys(spec.as_object_mut().expect("an object"), &labels);
        let selector = &spec["affinity"]["podAffinity"][required][0]["labelSelector"];
        let expect = json!([{ "key": "hash", "operator": "In", "values": ["1"] },
            { "key": "app", "operator": "NotIn", "values": ["web"] }]);
        assert_eq!(selector["matchExpressions"], expect);
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
