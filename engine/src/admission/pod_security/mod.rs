//! PodSecurity: holds pods against the Pod Security Standard that their namespace's labels name.
//!
//! `pod-security.kubernetes.io/enforce` refuses pods; `…/warn` warns whoever makes a pod, or a workload whose pods would break
//! the standard. Source: `k8s.io/pod-security-admission`; documentation "Pod Security Standards", "Pod Security Admission". Not
//! modelled: `…/audit`, which shows nowhere here, exemptions, older versions of a standard than the simulated release's, AppArmor.

mod baseline;
mod containers;
mod restricted;

use serde_json::Value;

use super::Refusal;
use crate::api::{Kind, Labels, Object, ObjectKey};
use crate::settings::Settings;
use crate::store::Store;

/// One thing that a standard forbids: in short, and where.
pub(super) struct Violation {
    reason: String,
    detail: String,
}

impl Violation {
    fn new(reason: impl Into<String>, detail: impl Into<String>) -> Option<Self> {
        Some(Violation {
            reason: reason.into(),
            detail: detail.into(),
        })
    }
}

/// What a namespace asks for in one mode.
struct Policy {
    level: String,
    version: String,
}

impl Policy {
    fn of(labels: &Labels, mode: &str) -> Option<Self> {
        let label = |suffix: &str| labels.get(format!("pod-security.kubernetes.io/{mode}{suffix}").as_str());
        let level = label("").filter(|level| matches!(level.as_str(), "baseline" | "restricted"))?;
        Some(Policy {
            level: level.to_string(),
            version: label("-version").map_or("latest".to_owned(), ToString::to_string),
        })
    }

    /// What a pod of this spec violates, as messages say it.
    fn violations(&self, spec: &Value, settings: &Settings) -> Option<String> {
        let is_restricted = self.level == "restricted";
        let mut found = baseline::check(spec, is_restricted, settings);
        if is_restricted {
            found.extend(restricted::check(spec));
        }
        if found.is_empty() {
            return None;
        }
        let texts = found
            .iter()
            .map(|violation| format!("{} ({})", violation.reason, violation.detail));
        let texts: Vec<String> = texts.collect();
        Some(format!(
            "PodSecurity \"{}:{}\": {}",
            self.level,
            self.version,
            texts.join(", ")
        ))
    }
}

fn labels_of(namespace: &str, store: &Store) -> Labels {
    let namespace = store.objects().object(Kind::NAMESPACE, &ObjectKey::cluster(namespace));
    namespace
        .map(|namespace| namespace.meta().labels.clone())
        .unwrap_or_default()
}

/// Holds a pod's spec against what its namespace enforces.
pub fn validate(namespace: &str, spec: &Value, store: &Store, settings: &Settings) -> Result<(), Refusal> {
    let policy = Policy::of(&labels_of(namespace, store), "enforce");
    match policy.and_then(|policy| policy.violations(spec, settings)) {
        Some(violations) => Err(Refusal::because(format!("violates {violations}"))),
        None => Ok(()),
    }
}

/// What the namespace warns of: a pod, or a workload whose pods would be no better.
pub fn warning(object: &Object, store: &Store, settings: &Settings) -> Option<String> {
    let policy = Policy::of(&labels_of(&object.meta().namespace, store), "warn")?;
    let template = |pointer: &str| object.to_json().pointer(pointer).cloned();
    let spec = match object.kind() {
        Kind::POD => template("/spec"),
        Kind::CRON_JOB => template("/spec/jobTemplate/spec/template/spec"),
        Kind::POD_TEMPLATE => template("/template/spec"),
        Kind::REPLICATION_CONTROLLER
        | Kind::REPLICA_SET
        | Kind::DEPLOYMENT
        | Kind::STATEFUL_SET
        | Kind::DAEMON_SET
        | Kind::JOB => template("/spec/template/spec"),
        _ => None,
    };
    let violations = policy.violations(&spec?, settings)?;
    Some(format!("would violate {violations}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn violations_are_told_in_order() {
        let check = |level: &str, spec: Value, expect: Option<&str>| {
            let policy = Policy {
                level: level.to_owned(),
                version: "latest".to_owned(),
            };
            let expect = expect.map(|text| format!("PodSecurity \"{level}:latest\": {text}"));
            assert_eq!(policy.violations(&spec, &Settings::default()), expect, "{spec}");
        };
        let plain = json!({ "containers": [{ "name": "app" }] });
        check("baseline", plain, None);
        let shared = json!({ "hostPID": true, "hostNetwork": true, "containers": [
            { "name": "a", "securityContext": { "privileged": true } }, { "name": "b", "securityContext": { "privileged": true } }] });
        let expect = "host namespaces (hostNetwork=true, hostPID=true), \
                      privileged (containers \"a\", \"b\" must not set securityContext.privileged=true)";
        check("baseline", shared, Some(expect));
        let safe = json!({ "securityContext": { "runAsNonRoot": true, "seccompProfile": { "type": "RuntimeDefault" } },
            "containers": [{ "name": "app", "securityContext":
                { "allowPrivilegeEscalation": false, "capabilities": { "drop": ["ALL"] } } }],
            "volumes": [{ "name": "tmp", "emptyDir": {} }] });
        check("restricted", safe.clone(), None);
        let mut root = safe;
        root["securityContext"]["runAsUser"] = 0.into();
        root["volumes"][0] = json!({ "name": "disk", "hostPath": { "path": "/" } });
        let expect = "restricted volume types (volume \"disk\" uses restricted volume type \"hostPath\"), \
                      runAsUser=0 (pod must not set runAsUser=0)";
        check("restricted", root, Some(expect));
    }
}
