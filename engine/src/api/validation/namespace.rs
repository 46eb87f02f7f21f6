//! Namespaces: the finalizers in their spec, and the labels that say which Pod Security Standard holds in them.

use super::fields::{Errors, Path, map, part, texts};
use super::meta::check_finalizer;
use serde_json::Value;

/// The Pod Security Standards.
const LEVELS: [&str; 3] = ["privileged", "baseline", "restricted"];

pub(super) fn check_namespace(namespace: &Value, errors: &mut Errors) {
    for finalizer in texts(part(namespace, "spec"), "finalizers") {
        check_finalizer(finalizer, &Path::new("spec.finalizers"), errors);
    }
}

/// The labels of the admission plugin PodSecurity, which looks at a namespace once it is valid otherwise.
pub(super) fn check_pod_security(namespace: &Value, errors: &mut Errors) {
    let labels = map(part(namespace, "metadata"), "labels");
    let label = |key: &str| labels.and_then(|labels| labels.get(key)).and_then(Value::as_str);
    for mode in ["enforce", "audit", "warn"] {
        let key = format!("pod-security.kubernetes.io/{mode}");
        let path = |key: &str| Path::new("metadata.labels").key(key);
        if let Some(level) = label(&key).filter(|level| !LEVELS.contains(level)) {
            errors.invalid(&path(&key), level, format!("must be one of {}", LEVELS.join(", ")));
        }
        let key = format!("{key}-version");
        if let Some(version) = label(&key).filter(|version| !is_version(version)) {
            errors.invalid(&path(&key), version, "must be \"latest\" or \"v1.x\"");
        }
    }
}

/// Labels that were bad before may stay so.
pub(super) fn check_pod_security_update(new: &Value, old: &Value, errors: &mut Errors) {
    let mut before = Errors::default();
    check_pod_security(old, &mut before);
    if before.0.is_empty() {
        check_pod_security(new, errors);
    }
}

fn is_version(version: &str) -> bool {
    let minor = version.strip_prefix("v1.").unwrap_or_default();
    let is_number = !minor.is_empty() && minor.bytes().all(|digit| digit.is_ascii_digit());
    version == "latest" || (is_number && (minor == "0" || !minor.starts_with('0')))
}
