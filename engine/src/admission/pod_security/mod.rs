//! PodSecurity: holds pods against the Pod Security Standard that their namespace's labels name.
//!
//! `pod-security.kubernetes.io/enforce` refuses pods; `…/warn` warns whoever makes a pod, or a workload whose pods would break
//! the standard. Source: `k8s.io/pod-security-admission`; documentation "Pod Security Standards", "Pod Security Admission". Not
//! modelled: `…/audit`, which shows nowhere here, exemptions, older versions of a standard than the simulated release's.

mod baseline;
mod containers;
mod namespace;
mod restricted;

pub use namespace::{check_labels, warn_of_pods};

use serde_json::Value;

use super::Refusal;
use crate::api::{Kind, Labels, Object, ObjectKey, json as read};
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

/// What the standards look at in a pod, or in a template of pods.
#[derive(Clone, Copy)]
pub struct PodLook<'a> {
    /// `metadata.annotations`.
    pub annotations: &'a Labels,
    /// `spec`.
    pub spec: &'a Value,
}

/// What a namespace asks for in one mode.
#[derive(PartialEq, Eq)]
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

    /// What a pod violates, check by check.
    fn found(&self, pod: PodLook<'_>, settings: &Settings) -> Vec<Violation> {
        let is_restricted = self.level == "restricted";
        let mut found = baseline::check(pod, is_restricted, settings);
        if is_restricted {
            found.extend(restricted::check(pod.spec));
        }
        found
    }

    /// What a pod violates, as messages say it.
    fn violations(&self, pod: PodLook<'_>, settings: &Settings) -> Option<String> {
        let found = self.found(pod, settings);
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

/// Holds a pod against what its namespace enforces.
pub fn validate(namespace: &str, pod: PodLook<'_>, store: &Store, settings: &Settings) -> Result<(), Refusal> {
    let policy = Policy::of(&labels_of(namespace, store), "enforce");
    match policy.and_then(|policy| policy.violations(pod, settings)) {
        Some(violations) => Err(Refusal::because(format!("violates {violations}"))),
        None => Ok(()),
    }
}

/// What the namespace warns of: a pod, or a workload whose pods would be no better.
pub fn warning(object: &Object, store: &Store, settings: &Settings) -> Option<String> {
    let policy = Policy::of(&labels_of(&object.meta().namespace, store), "warn")?;
    let path = match object.kind() {
        Kind::POD => "",
        Kind::CRON_JOB => "/spec/jobTemplate/spec/template",
        Kind::POD_TEMPLATE => "/template",
        Kind::REPLICATION_CONTROLLER
        | Kind::REPLICA_SET
        | Kind::DEPLOYMENT
        | Kind::STATEFUL_SET
        | Kind::DAEMON_SET
        | Kind::JOB => "/spec/template",
        _ => return None,
    };
    let whole = object.to_json();
    let template = whole.pointer(path)?;
    let annotations = Labels::new(read::labels(template.get("metadata")?, "annotations").as_ref().clone());
    let pod = PodLook {
        annotations: &annotations,
        spec: template.get("spec")?,
    };
    let violations = policy.violations(pod, settings)?;
    Some(format!("would violate {violations}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A container of the name "old" has its profile in an annotation.
    fn annotation(spec: &Value) -> smol_str::SmolStr {
        let is_old = spec.pointer("/containers/1/name").is_some_and(|name| name == "old");
        if is_old {
            "unconfined".into()
        } else {
            "runtime/default".into()
        }
    }

    #[test]
    fn violations_are_told_in_order() {
        let check = |level: &str, spec: Value, expect: Option<&str>| {
            let policy = Policy {
                level: level.to_owned(),
                version: "latest".to_owned(),
            };
            let expect = expect.map(|text| format!("PodSecurity \"{level}:latest\": {text}"));
            let pod = PodLook {
                annotations: &Labels::new(
                    [(
                        "container.apparmor.security.beta.kubernetes.io/old".into(),
                        annotation(&spec),
                    )]
                    .into(),
                ),
                spec: &spec,
            };
            assert_eq!(policy.violations(pod, &Settings::default()), expect, "{spec}");
        };
        let plain = json!({ "containers": [{ "name": "app" }] });
        check("baseline", plain, None);
        let free = json!({ "type": "Unconfined" });
        let unconfined = json!({ "securityContext": { "appArmorProfile": { "type": "RuntimeDefault" } }, "containers": [
            { "name": "a", "securityContext": { "appArmorProfile": free } }, { "name": "old" }] });
        let expect = "forbidden AppArmor profiles (container \"a\" and annotation must not set AppArmor profile type to \
                      \"Unconfined\", \"container.apparmor.security.beta.kubernetes.io/old=\"unconfined\"\")";
        check("baseline", unconfined, Some(expect));
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
