//! What each kind's checks refuse, told by the messages.

use super::{Gates, validate_create, validate_status_update, validate_update};
use crate::api::defaulting::default_object;
use crate::api::kind::Kind;
use serde_json::{Value, json};

/// An object of a kind, named `web`, with these fields and its defaults.
fn object(kind: Kind, fields: Value) -> Value {
    let mut object = json!({"metadata": {"name": "web"}});
    if let (Some(object), Value::Object(fields)) = (object.as_object_mut(), fields) {
        object.extend(fields);
    }
    default_object(kind, &mut object);
    object
}

fn check(kind: Kind, fields: Value, expect: &[&str]) {
    let seen: Vec<String> = validate_create(kind, &object(kind, fields.clone()), Gates::default())
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(seen, expect, "{kind} {fields}");
}

fn check_update(kind: Kind, old: Value, new: Value, expect: &[&str]) {
    let errors = validate_update(kind, &object(kind, new.clone()), &object(kind, old), Gates::default());
    let seen: Vec<String> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(seen, expect, "{kind} {new}");
}

#[test]
fn autoscalers() {
    let target = json!({"kind": "Deployment", "name": "web"});
    check(
        Kind::HORIZONTAL_POD_AUTOSCALER,
        json!({"spec": {"maxReplicas": 3, "scaleTargetRef": target}}),
        &[],
    );
    check(
        Kind::HORIZONTAL_POD_AUTOSCALER,
        json!({"spec": {"minReplicas": 2, "maxReplicas": 1, "scaleTargetRef": {"kind": "De/p"}}}),
        &[
            "spec.maxReplicas: Invalid value: 1: must be greater than or equal to `minReplicas`",
            "spec.scaleTargetRef.kind: Invalid value: \"De/p\": may not contain '/'",
            "spec.scaleTargetRef.name: Required value",
        ],
    );
    let metric = json!({"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Value"}}});
    check(
        Kind::HORIZONTAL_POD_AUTOSCALER,
        json!({"spec": {"maxReplicas": 3, "scaleTargetRef": target, "metrics": [metric]}}),
        &[
            "spec.metrics[0].resource.target.averageUtilization: Required value: must set either a target raw value or a target \
             utilization",
        ],
    );
}

#[test]
fn ingresses_and_network_policies() {
    check(
        Kind::INGRESS,
        json!({"spec": {"rules": [{"host": "10.0.0.1", "http": {"paths": [
            {"path": "/a//b", "pathType": "Exact", "backend": {"service": {"name": "s", "port": {"number": 80}}}},
            {"path": "x", "pathType": "Prefix", "backend": {}},
        ]}}]}}),
        &[
            "spec.rules[0].host: Invalid value: \"10.0.0.1\": must be a DNS name, not an IP address",
            "spec.rules[0].http.paths[0].path: Invalid value: \"/a//b\": must not contain '//'",
            "spec.rules[0].http.paths[1].path: Invalid value: \"x\": must be an absolute path",
            "spec.rules[0].http.paths[1].backend: Invalid value: \"\": resource or service backend is required",
        ],
    );
    check(
        Kind::NETWORK_POLICY,
        json!({"spec": {"podSelector": {}, "egress": [{
            "ports": [{"port": 80, "endPort": 70}],
            "to": [{"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16", "11.0.0.0/16"]}}, {}],
        }]}}),
        &[
            "spec.egress[0].ports[0].endPort: Invalid value: 80: must be greater than or equal to `port`",
            "spec.egress[0].to[0].ipBlock.except[1]: Invalid value: \"11.0.0.0/16\": must be a strict subset of `cidr`",
            "spec.egress[0].to[1]: Required value: must specify a peer",
        ],
    );
}

#[test]
fn cron_jobs() {
    let template = json!({"spec": {"template": {"spec": {
        "restartPolicy": "Never", "containers": [{"name": "a", "image": "i"}],
    }}}});
    check(
        Kind::CRON_JOB,
        json!({"spec": {"schedule": "* * * * *", "jobTemplate": template}}),
        &[],
    );
    check(
        Kind::CRON_JOB,
        json!({"spec": {"schedule": "TZ=UTC 61 * * * *", "timeZone": "Mars/Base", "jobTemplate": template}}),
        &[
            "spec.schedule: Invalid value: \"TZ=UTC 61 * * * *\": end of range (61) above maximum (59): 61",
            "spec.schedule: Invalid value: \"TZ=UTC 61 * * * *\": cannot use both timeZone field and TZ or CRON_TZ in schedule",
            "spec.timeZone: Invalid value: \"Mars/Base\": unknown time zone Mars/Base",
        ],
    );
}

#[test]
fn storage() {
    check(
        Kind::PERSISTENT_VOLUME,
        json!({"spec": {"capacity": {"storage": "0"}, "accessModes": ["RW"], "nfs": {"server": "s", "path": "x"}}}),
        &[
            "spec.accessModes: Unsupported value: \"RW\": supported values: \"ReadOnlyMany\", \"ReadWriteMany\", \
             \"ReadWriteOnce\", \"ReadWriteOncePod\"",
            "spec.capacity[storage]: Invalid value: \"0\": must be greater than zero",
            "spec.nfs.path: Invalid value: \"x\": must be an absolute path",
        ],
    );
    check(
        Kind::PERSISTENT_VOLUME_CLAIM,
        json!({"spec": {"accessModes": ["ReadWriteOncePod", "ReadWriteOnce"]}}),
        &[
            "spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes",
            "spec.resources[storage]: Required value",
        ],
    );
    check_update(
        Kind::STORAGE_CLASS,
        json!({"provisioner": "a.io/b"}),
        json!({"provisioner": "a.io/c"}),
        &["provisioner: Forbidden: updates to provisioner are forbidden."],
    );
}

#[test]
fn config_maps_and_secrets() {
    check(
        Kind::CONFIG_MAP,
        json!({"data": {"a": "1", "..b": "2"}, "binaryData": {"a": "MQ=="}}),
        &[
            "data[..b]: Invalid value: \"..b\": must not start with '..'",
            "data[a]: Invalid value: \"a\": duplicate of key present in binaryData",
        ],
    );
    check(
        Kind::SECRET,
        json!({"type": "kubernetes.io/dockerconfigjson", "data": {".dockerconfigjson": "eHl6"}}),
        &[
            "data[.dockerconfigjson]: Invalid value: \"<secret contents redacted>\": invalid character 'x' looking for beginning \
             of value",
        ],
    );
    check_update(
        Kind::CONFIG_MAP,
        json!({"immutable": true, "data": {"a": "1"}}),
        json!({"data": {"a": "2"}}),
        &[
            "immutable: Forbidden: field is immutable when `immutable` is set",
            "data: Forbidden: field is immutable when `immutable` is set",
        ],
    );
}

#[test]
fn quotas_limits_budgets_and_classes() {
    check(
        Kind::RESOURCE_QUOTA,
        json!({"spec": {"hard": {"foo": "1"}, "scopes": ["Terminating", "NotTerminating"]}}),
        &[
            "spec.hard[foo]: Invalid value: \"foo\": must be a standard resource type or fully qualified",
            "spec.hard[foo]: Invalid value: \"foo\": must be a standard resource for quota",
            "spec.scopes: Invalid value: []core.ResourceQuotaScope{\"Terminating\", \"NotTerminating\"}: conflicting scopes",
        ],
    );
    check(
        Kind::LIMIT_RANGE,
        json!({"spec": {"limits": [{"type": "Pod", "min": {"cpu": "2"}, "max": {"cpu": "1"}}]}}),
        &[
            "spec.limits[0].min[cpu]: Invalid value: resource.Quantity{i:resource.int64Amount{value:2, scale:0}, \
             d:resource.infDecAmount{Dec:(*inf.Dec)(nil)}, s:\"2\", Format:\"DecimalSI\"}: min value 2 is greater than max value 1",
        ],
    );
    check(
        Kind::POD_DISRUPTION_BUDGET,
        json!({"spec": {"maxUnavailable": "110%"}}),
        &[
            "spec.maxUnavailable: Invalid value: intstr.IntOrString{Type:1, IntVal:0, StrVal:\"110%\"}: must not be greater than \
             100%",
        ],
    );
    check(
        Kind::PRIORITY_CLASS,
        json!({"value": 2_000_000_000}),
        &["value: Forbidden: maximum allowed value of a user defined priority is 1000000000"],
    );
}

#[test]
fn roles() {
    check(
        Kind::CLUSTER_ROLE,
        json!({"rules": [{"verbs": ["get"], "nonResourceURLs": ["/x"]}, {}]}),
        &[
            "rules[1].verbs: Required value: verbs must contain at least one value",
            "rules[1].apiGroups: Required value: resource rules must supply at least one api group",
            "rules[1].resources: Required value: resource rules must supply at least one resource",
        ],
    );
}

#[test]
fn a_status_counts_no_more_than_there_is() {
    let status = json!({"replicas": 1, "readyReplicas": 2, "availableReplicas": 3});
    let new = json!({"metadata": {"name": "web"}, "status": status});
    let errors = validate_status_update(Kind::STATEFUL_SET, &new, &new);
    let seen: Vec<String> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(
        seen,
        [
            "status.readyReplicas: Invalid value: 2: cannot be greater than status.replicas",
            "status.availableReplicas: Invalid value: 3: cannot be greater than status.replicas",
            "status.availableReplicas: Invalid value: 3: cannot be greater than status.readyReplicas",
        ]
    );
}
