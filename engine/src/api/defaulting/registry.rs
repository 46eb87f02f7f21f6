//! Which defaults each kind has.

use super::autoscaling::{convert_autoscaler, default_autoscaler, default_limit_range};
use super::canonical::canonical;
use super::edit::{Object, default, default_zero, each, ensure, field};
use super::network::{
    default_endpoint_slice, default_endpoints, default_network_policy, default_role_binding, default_service,
};
use super::pod::default_pod;
use super::storage::{default_claim, default_csi_driver, default_persistent_volume, default_storage_class};
use super::workload::{
    default_cron_job, default_daemon_set, default_deployment, default_job, default_pod_template,
    default_priority_class, default_replica_set, default_replication_controller, default_stateful_set,
};
use crate::api::kind::Kind;
use serde_json::{Value, json};

/// Sets the defaults the API server sets when it decodes an object of this kind, and gives it the server's shape. The object is
/// one that decoded; anything else is left as it is where it does not fit.
pub fn default_object(kind: Kind, object: &mut Value) {
    if let (Kind::HORIZONTAL_POD_AUTOSCALER, Some(fields)) = (kind, object.as_object_mut()) {
        convert_autoscaler(fields);
    }
    canonical(kind, object);
    let Some(fields) = object.as_object_mut() else { return };
    default_fields(kind, fields);
}

fn default_fields(kind: Kind, object: &mut Object) {
    match kind {
        Kind::POD => default_pod(object),
        Kind::POD_TEMPLATE => default_pod_template(object),
        Kind::DEPLOYMENT => default_deployment(object),
        Kind::REPLICA_SET => default_replica_set(object),
        Kind::STATEFUL_SET => default_stateful_set(object),
        Kind::DAEMON_SET => default_daemon_set(object),
        Kind::REPLICATION_CONTROLLER => default_replication_controller(object),
        Kind::JOB => default_job(object),
        Kind::CRON_JOB => default_cron_job(object),
        Kind::PRIORITY_CLASS => default_priority_class(object),
        Kind::SERVICE => default_service(object),
        Kind::ENDPOINTS => default_endpoints(object),
        Kind::ENDPOINT_SLICE => default_endpoint_slice(object),
        Kind::NETWORK_POLICY => default_network_policy(object),
        Kind::PERSISTENT_VOLUME => default_persistent_volume(object),
        Kind::PERSISTENT_VOLUME_CLAIM => default_claim(object),
        Kind::STORAGE_CLASS => default_storage_class(object),
        Kind::CSI_DRIVER => default_csi_driver(object),
        Kind::HORIZONTAL_POD_AUTOSCALER => default_autoscaler(object),
        Kind::LIMIT_RANGE => default_limit_range(object),
        Kind::ROLE_BINDING | Kind::CLUSTER_ROLE_BINDING => default_role_binding(object),
        Kind::SECRET => default_zero(object, "type", "Opaque"),
        Kind::NODE => default_node(object),
        Kind::NAMESPACE => default_namespace(object),
        Kind::MUTATING_WEBHOOK_CONFIGURATION | Kind::VALIDATING_WEBHOOK_CONFIGURATION => default_webhooks(kind, object),
        _ => {}
    }
}

/// What a node can give to pods is what it has, unless it says otherwise.
fn default_node(node: &mut Object) {
    if let Some(status) = field(node, "status")
        && let Some(capacity) = status.get("capacity").cloned()
    {
        default(status, "allocatable", capacity);
    }
    if let Some(spec) = field(node, "spec")
        && let Some(range) = spec.get("podCIDR").cloned()
    {
        default(spec, "podCIDRs", json!([range]));
    }
}

/// Every namespace carries its name as a label, so that selectors can name it.
fn default_namespace(namespace: &mut Object) {
    let name = field(namespace, "metadata").and_then(|m| m.get("name").cloned());
    if let (Some(name), Some(metadata)) = (name, field(namespace, "metadata"))
        && let Some(labels) = ensure(metadata, "labels")
    {
        labels.insert("kubernetes.io/metadata.name".to_owned(), name);
    }
    if let Some(status) = ensure(namespace, "status") {
        default_zero(status, "phase", "Active");
    }
}

fn default_webhooks(kind: Kind, configuration: &mut Object) {
    for webhook in each(configuration, "webhooks") {
        default(webhook, "failurePolicy", "Fail");
        default(webhook, "matchPolicy", "Equivalent");
        default(webhook, "namespaceSelector", json!({}));
        default(webhook, "objectSelector", json!({}));
        default(webhook, "timeoutSeconds", 10);
        if kind == Kind::MUTATING_WEBHOOK_CONFIGURATION {
            default(webhook, "reinvocationPolicy", "Never");
        }
        for rule in each(webhook, "rules") {
            default(rule, "scope", "*");
        }
        if let Some(service) = field(webhook, "clientConfig").and_then(|config| field(config, "service")) {
            default(service, "port", 443);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kind: Kind, mut object: Value, pointer: &str, expect: Value) {
        default_object(kind, &mut object);
        assert_eq!(
            object.pointer(pointer).cloned().unwrap_or_default(),
            expect,
            "{kind} {pointer}: {object}"
        );
    }

    #[test]
    fn unset_fields_get_their_defaults() {
        let pod = json!({"metadata": {"name": "p"}, "spec": {"containers": [{"name": "a", "image": "i", "env": []}]}});
        check(
            Kind::POD,
            pod.clone(),
            "/spec/containers/0",
            json!({
                "name": "a", "image": "i", "imagePullPolicy": "Always", "resources": {},
                "terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File",
            }),
        );
        check(Kind::POD, pod, "/spec/enableServiceLinks", json!(true));
        let template = json!({"spec": {"containers": [{"name": "a"}]}});
        check(
            Kind::DEPLOYMENT,
            json!({"spec": {"template": template}}),
            "/spec/strategy",
            json!({
                "type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"},
            }),
        );
        check(
            Kind::DEPLOYMENT,
            json!({"spec": {"template": template}}),
            "/spec/template/spec/restartPolicy",
            json!("Always"),
        );
        check(
            Kind::DEPLOYMENT,
            json!({"spec": {"strategy": {"type": "Recreate"}}}),
            "/spec/strategy",
            json!({"type": "Recreate"}),
        );
        check(
            Kind::SERVICE,
            json!({"spec": {"ports": [{"port": 80}]}}),
            "/spec/ports",
            json!([
                {"port": 80, "protocol": "TCP", "targetPort": 80},
            ]),
        );
    }

    #[test]
    fn what_holds_nothing_is_left_out_or_written_as_go_does() {
        let spec = json!({"replicas": 0, "paused": false, "minReadySeconds": 0, "bogus": 1, "strategy": null});
        check(Kind::DEPLOYMENT, json!({"spec": spec}), "/spec/replicas", json!(0));
        check(Kind::DEPLOYMENT, json!({"spec": spec}), "/spec/paused", json!(null));
        check(Kind::DEPLOYMENT, json!({"spec": spec}), "/spec/bogus", json!(null));
        check(Kind::DEPLOYMENT, json!({}), "/status", json!({}));
        check(Kind::REPLICA_SET, json!({}), "/status", json!({"replicas": 0}));
    }

    #[test]
    fn setting_defaults_twice_changes_nothing() {
        for kind in Kind::all() {
            let mut once =
                json!({"metadata": {"name": "x"}, "spec": {"template": {"spec": {"containers": [{"name": "a"}]}}}});
            default_object(kind, &mut once);
            let mut twice = once.clone();
            default_object(kind, &mut twice);
            assert_eq!(once, twice, "{kind}");
        }
    }
}
