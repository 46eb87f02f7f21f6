//! Fields that a release knows but does not keep, because the feature gate they belong to is off by default.
//!
//! The strategies of kube-apiserver drop such fields from what clients send (`dropDisabledFields`); a default that
//! `pkg/apis/*/v1/defaults.go` sets only behind a gate is undone the same way. Source: documentation, "Feature gates": the release
//! in which a gate is first on by default. Fields that a release does not know at all are not told from others here.

use super::edit::Object;
use crate::api::kind::Kind;
use crate::api::schema::{FieldType, Schema, TypeInfo};
use serde_json::Value;

/// A type, a field of it, its feature gate, and the minor release of Kubernetes 1 in which that is on by default.
const GATED: [(&str, &str, &str, u32); 10] = [
    (
        "autoscaling.v2.HPAScalingRules",
        "tolerance",
        "HPAConfigurableTolerance",
        35,
    ),
    (
        "batch.v1.JobSpec",
        "backoffLimitPerIndex",
        "JobBackoffLimitPerIndex",
        29,
    ),
    ("batch.v1.JobSpec", "maxFailedIndexes", "JobBackoffLimitPerIndex", 29),
    (
        "batch.v1.JobSpec",
        "podReplacementPolicy",
        "JobPodReplacementPolicy",
        29,
    ),
    ("core.v1.Container", "resizePolicy", "InPlacePodVerticalScaling", 33),
    ("core.v1.Container", "restartPolicy", "SidecarContainers", 29),
    ("core.v1.PodSpec", "hostUsers", "UserNamespacesSupport", 33),
    ("core.v1.PodSpec", "resourceClaims", "DynamicResourceAllocation", 34),
    (
        "core.v1.ResourceRequirements",
        "claims",
        "DynamicResourceAllocation",
        34,
    ),
    ("core.v1.SecurityContext", "procMount", "ProcMountType", 33),
];

/// Nesting beyond which nothing is looked at; manifests are refused long before.
const DEPTH_LIMIT: usize = 250;

/// Drops what the release does not keep; `is_on` tells whether a feature gate is on, that is so by default since a minor release.
pub fn drop_disabled(kind: Kind, object: &mut Value, is_on: impl Fn(&str, u32) -> bool) {
    let gated: Vec<(&str, &str)> = GATED
        .into_iter()
        .filter(|(_, _, gate, minor)| !is_on(gate, *minor))
        // A CronJob's strategy looks at the pod template of its job alone.
        .filter(|(name, ..)| kind != Kind::CRON_JOB || *name != "batch.v1.JobSpec")
        .map(|(name, field, ..)| (name, field))
        .collect();
    if gated.is_empty() {
        return;
    }
    if let (Some(info), Some(fields)) = (Schema::builtin().of_kind(kind), object.as_object_mut()) {
        drop_in(fields, info, &gated, 0);
    }
}

/// Drops restart policies and rules of containers, sidecars' excepted: what a release does that knows them, with the gate
/// `ContainerRestartRules` off (`dropContainerRestartRules`).
pub fn drop_restart_rules(kind: Kind, object: &mut Value) {
    let place = match kind {
        Kind::POD => "/spec",
        Kind::CRON_JOB => "/spec/jobTemplate/spec/template/spec",
        _ => "/spec/template/spec",
    };
    let Some(spec) = object.pointer_mut(place) else { return };
    for list in ["initContainers", "containers", "ephemeralContainers"] {
        let containers = spec.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten();
        for container in containers.filter_map(Value::as_object_mut) {
            container.remove("restartPolicyRules");
            let is_sidecar = container.get("restartPolicy").is_some_and(|policy| policy == "Always");
            if list != "initContainers" || !is_sidecar {
                container.remove("restartPolicy");
            }
        }
    }
}

fn drop_in(object: &mut Object, info: &TypeInfo, gated: &[(&str, &str)], depth: usize) {
    if depth > DEPTH_LIMIT {
        return;
    }
    for (_, field) in gated.iter().filter(|(name, _)| *name == info.name) {
        let dropped = object.remove(*field);
        if *field == "procMount" && dropped.is_some() {
            // This one falls back to what every container has.
            object.insert("procMount".to_owned(), "Default".into());
        }
    }
    for (name, value) in object.iter_mut() {
        let Some(field) = info.field(name) else { continue };
        match (&field.field_type, value) {
            (FieldType::Object(id), Value::Object(inner)) => {
                if let Some(info) = Schema::builtin().type_info(*id) {
                    drop_in(inner, info, gated, depth + 1);
                }
            }
            (FieldType::List(item), Value::Array(items)) => {
                let Some(info) = Schema::builtin().object(item) else {
                    continue;
                };
                // Only an init container's restart policy is behind its gate; any other is refused.
                let is_kept =
                    |gate: &&(&str, &str)| name != "containers" || **gate != ("core.v1.Container", "restartPolicy");
                let gated: Vec<(&str, &str)> = gated.iter().filter(is_kept).copied().collect();
                for inner in items.iter_mut().filter_map(Value::as_object_mut) {
                    drop_in(inner, info, &gated, depth + 1);
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn restart_rules_go_but_sidecars_stay() {
        let mut pod = json!({"spec": {
            "initContainers": [{"restartPolicy": "Always", "restartPolicyRules": []}, {"restartPolicy": "Never"}],
            "containers": [{"restartPolicy": "Always"}],
        }});
        drop_restart_rules(Kind::POD, &mut pod);
        let expect = json!({"spec": {"initContainers": [{"restartPolicy": "Always"}, {}], "containers": [{}]}});
        assert_eq!(pod, expect);
    }

    #[test]
    fn fields_behind_gates_that_are_off_go() {
        let job = || json!({"spec": {"podReplacementPolicy": "Failed", "template": {"spec": {"initContainers": [{"restartPolicy": "Always"}]}}}});
        let check = |kind, minor: u32, expect: Value| {
            let mut object = job();
            drop_disabled(kind, &mut object, |_, since| minor >= since);
            assert_eq!(object, expect, "{kind} in 1.{minor}");
        };
        check(Kind::JOB, 34, job());
        check(
            Kind::JOB,
            28,
            json!({"spec": {"template": {"spec": {"initContainers": [{}]}}}}),
        );
    }
}
