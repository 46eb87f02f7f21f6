//! What the API server does to an object that is created (`PrepareForCreate` of each kind's strategy, and the admission plugins
//! that look at nothing but the object): a status given is dropped, the first generation is 1, and so on.

use super::edit::{Object, each, ensure, field, text};
use super::workload::default_job_labels;
use crate::api::kind::Kind;
use crate::api::{PodSpec, qos_class};
use serde_json::{Value, json};

/// Prepares a new object that already has its defaults. `uid` is the one it is going to have.
pub fn prepare_for_create(kind: Kind, object: &mut Value, uid: &str) {
    let Some(fields) = object.as_object_mut() else { return };
    reset_status(kind, fields);
    if !kind.is_namespaced()
        && let Some(metadata) = field(fields, "metadata")
    {
        metadata.remove("namespace");
    }
    if has_generation(kind)
        && let Some(metadata) = ensure(fields, "metadata")
    {
        metadata.insert("generation".to_owned(), json!(1));
    }
    match kind {
        Kind::POD => prepare_pod(fields),
        Kind::JOB => prepare_job(fields, uid),
        Kind::SECRET => prepare_secret(fields),
        Kind::SERVICE => prepare_service(fields),
        Kind::DAEMON_SET => annotate(fields, "deprecated.daemonset.template.generation", "1"),
        Kind::NAMESPACE => {
            if let Some(spec) = ensure(fields, "spec") {
                add_text(spec, "finalizers", "kubernetes");
            }
        }
        Kind::PERSISTENT_VOLUME => protect(fields, "kubernetes.io/pv-protection"),
        Kind::PERSISTENT_VOLUME_CLAIM => {
            drop_other_sources(fields);
            protect(fields, "kubernetes.io/pvc-protection");
        }
        _ => {}
    }
}

/// Kinds whose `metadata.generation` counts changes of the spec.
pub fn has_generation(kind: Kind) -> bool {
    [
        Kind::DEPLOYMENT,
        Kind::REPLICA_SET,
        Kind::STATEFUL_SET,
        Kind::DAEMON_SET,
        Kind::REPLICATION_CONTROLLER,
        Kind::JOB,
        Kind::CRON_JOB,
        Kind::POD_DISRUPTION_BUDGET,
        Kind::INGRESS,
        Kind::NETWORK_POLICY,
        Kind::ENDPOINT_SLICE,
        Kind::PRIORITY_CLASS,
        Kind::INGRESS_CLASS,
        Kind::FLOW_SCHEMA,
        Kind::PRIORITY_LEVEL_CONFIGURATION,
        Kind::VALIDATING_WEBHOOK_CONFIGURATION,
        Kind::MUTATING_WEBHOOK_CONFIGURATION,
        Kind::CUSTOM_RESOURCE_DEFINITION,
    ]
    .contains(&kind)
}

/// Drops a status given by the client; nodes keep theirs, since kubelets register with it.
fn reset_status(kind: Kind, object: &mut Object) {
    if kind == Kind::NODE || !object.contains_key("status") {
        return;
    }
    let status = match kind {
        Kind::POD | Kind::PERSISTENT_VOLUME | Kind::PERSISTENT_VOLUME_CLAIM => json!({"phase": "Pending"}),
        Kind::NAMESPACE => json!({"phase": "Active"}),
        _ => json!({}),
    };
    object.insert("status".to_owned(), status);
    let mut whole = Value::Object(std::mem::take(object));
    super::canonical(kind, &mut whole);
    if let Value::Object(fields) = whole {
        *object = fields;
    }
}

/// A pod's quality-of-service class is fixed when it is created.
fn prepare_pod(pod: &mut Object) {
    let class = qos_class(&PodSpec::from_json(pod.get("spec").cloned().unwrap_or_default()));
    if let Some(status) = ensure(pod, "status") {
        status.insert("qosClass".to_owned(), json!(class));
    }
    if let Some(spec) = field(pod, "spec") {
        add_default_tolerations(spec);
    }
}

/// The admission plugin DefaultTolerationSeconds: a pod bears an unready or unreachable node for five minutes.
pub(super) fn add_default_tolerations(spec: &mut Object) {
    const SECONDS: i32 = 300;
    for taint in ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"] {
        let tolerated = each(spec, "tolerations").any(|t| {
            matches!(text(t, "key"), key if key == taint || key.is_empty())
                && matches!(text(t, "effect"), "NoExecute" | "")
        });
        if tolerated {
            continue;
        }
        let toleration =
            json!({"key": taint, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": SECONDS});
        match spec.get_mut("tolerations").and_then(Value::as_array_mut) {
            Some(tolerations) => tolerations.push(toleration),
            None => {
                spec.insert("tolerations".to_owned(), json!([toleration]));
            }
        }
    }
}

/// A job selects its pods by its own uid, unless its author selects by hand.
fn prepare_job(job: &mut Object, uid: &str) {
    let name = field(job, "metadata")
        .map(|m| text(m, "name").to_owned())
        .unwrap_or_default();
    let Some(spec) = field(job, "spec") else { return };
    if spec.get("manualSelector") == Some(&Value::Bool(true)) {
        return;
    }
    if let Some(labels) = field(spec, "template")
        .and_then(|t| ensure(t, "metadata"))
        .and_then(|m| ensure(m, "labels"))
    {
        for prefix in ["batch.kubernetes.io/", ""] {
            labels.insert(format!("{prefix}controller-uid"), json!(uid));
            labels.insert(format!("{prefix}job-name"), json!(name));
        }
    }
    // What the author selects by nevertheless stays, and is refused later.
    if let Some(labels) = ensure(spec, "selector").and_then(|selector| ensure(selector, "matchLabels")) {
        labels.insert("batch.kubernetes.io/controller-uid".to_owned(), json!(uid));
    }
    default_job_labels(job);
}

/// A claim can be filled from another claim or a snapshot; a `dataSource` of any other kind is dropped, with the
/// `dataSourceRef` that was made of it.
fn drop_other_sources(claim: &mut Object) {
    let Some(spec) = field(claim, "spec") else { return };
    let Some(source) = spec.get("dataSource").and_then(Value::as_object) else {
        return;
    };
    let known = [
        ("", "PersistentVolumeClaim"),
        ("snapshot.storage.k8s.io", "VolumeSnapshot"),
    ];
    if known.contains(&(text(source, "apiGroup"), text(source, "kind"))) {
        return;
    }
    if spec.get("dataSourceRef") == spec.get("dataSource") {
        spec.remove("dataSourceRef");
    }
    spec.remove("dataSource");
}

/// `stringData` is written into `data`.
pub(super) fn prepare_secret(secret: &mut Object) {
    let Some(Value::Object(plain)) = secret.remove("stringData") else {
        return;
    };
    if let Some(data) = ensure(secret, "data") {
        for (key, value) in plain {
            data.insert(key, json!(base64(value.as_str().unwrap_or_default().as_bytes())));
        }
    }
}

/// A cluster of one address family: what the service registry fills in without allocating anything.
fn prepare_service(service: &mut Object) {
    let Some(spec) = field(service, "spec") else { return };
    if text(spec, "type") == "ExternalName" {
        return;
    }
    let is_headless = text(spec, "clusterIP") == "None";
    let selects = spec.contains_key("selector");
    if is_headless && !selects && !spec.contains_key("ipFamilyPolicy") {
        spec.insert("ipFamilyPolicy".to_owned(), json!("RequireDualStack"));
        spec.entry("ipFamilies").or_insert(json!(["IPv4", "IPv6"]));
    }
    spec.entry("ipFamilyPolicy").or_insert(json!("SingleStack"));
    spec.entry("ipFamilies").or_insert(json!(["IPv4"]));
    let address = text(spec, "clusterIP").to_owned();
    if !address.is_empty() {
        spec.entry("clusterIPs").or_insert(json!([address]));
    }
}

pub(super) fn annotate(object: &mut Object, key: &str, value: &str) {
    if let Some(annotations) = ensure(object, "metadata").and_then(|m| ensure(m, "annotations")) {
        annotations.insert(key.to_owned(), json!(value));
    }
}

/// The admission plugin StorageObjectInUseProtection.
fn protect(object: &mut Object, finalizer: &str) {
    if let Some(metadata) = ensure(object, "metadata") {
        add_text(metadata, "finalizers", finalizer);
    }
}

fn add_text(object: &mut Object, list: &str, text: &str) {
    if let Some(texts) = object.entry(list).or_insert(json!([])).as_array_mut()
        && !texts.iter().any(|t| t == text)
    {
        texts.push(json!(text));
    }
}

/// Bytes in base64, padded.
pub(crate) fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let group = chunk.iter().fold(0u32, |group, byte| group << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for i in 0..4 {
            let digit = (group >> (18 - 6 * i)) & 63;
            let letter = ALPHABET.get(digit as usize).copied().map_or('=', char::from);
            text.push(if i <= chunk.len() { letter } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_pads() {
        for (plain, expect) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
        ] {
            assert_eq!(base64(plain.as_bytes()), expect);
        }
    }
}
