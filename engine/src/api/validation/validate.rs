//! Which checks each kind has.

use super::error::FieldError;
use super::fields::{Errors, Path, Shown, part};
use super::meta::{check_any_metadata, check_metadata, check_metadata_update};
use super::{
    autoscaling, config, cron_job, daemon_set, endpoints, ingress, job, job_update, namespace, network_policy, node,
    pod, pod_update, policy, quota, rbac, service, stateful_set, storage, storage_update, workload,
};
use crate::api::kind::Kind;
use crate::api::quote::go_quote;
use crate::settings::Settings;
use serde_json::Value;

/// Feature gates that decide what is refused.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Gates {
    /// `ContainerRestartRules`: whether a container may have a restart policy, and rules for it, of its own.
    pub restart_rules: bool,
}

impl Gates {
    /// As the settings of a cluster have them.
    pub fn of(settings: &Settings) -> Self {
        Gates {
            restart_rules: settings.is_on("ContainerRestartRules", RESTART_RULES_SINCE),
        }
    }
}

/// The minor release that has `ContainerRestartRules` on by default.
const RESTART_RULES_SINCE: u32 = 35;

/// What the API server refuses in a new object of this kind, which has its defaults; nothing if it accepts it.
pub fn validate_create(kind: Kind, object: &Value, gates: Gates) -> Vec<FieldError> {
    let mut errors = Errors(Vec::new(), gates);
    let labelled_late = (kind == Kind::JOB)
        .then(|| job::without_generated_labels(object))
        .flatten();
    let object = labelled_late.as_ref().unwrap_or(object);
    if has_own_metadata(kind) {
        check_metadata(kind, object, &mut errors);
    }
    match kind {
        Kind::POD => pod::check_pod(object, &mut errors),
        Kind::JOB => job::check_new_job(object, &mut errors),
        Kind::CRON_JOB => cron_job::check_new_cron_job(object, &mut errors),
        Kind::INGRESS => ingress::check_new_ingress(object, &mut errors),
        _ => check_content(kind, object, &mut errors),
    }
    // What all objects share is looked at once the kind's own checks are content.
    if errors.0.is_empty() {
        check_any_metadata(kind, object, &mut errors);
    }
    if errors.0.is_empty() && kind == Kind::NAMESPACE {
        namespace::check_pod_security(object, &mut errors);
    }
    errors.0
}

/// Kinds whose own checks leave the metadata alone.
fn has_own_metadata(kind: Kind) -> bool {
    !matches!(kind, Kind::POD_DISRUPTION_BUDGET)
}

/// What the API server refuses in the new state of an object.
///
/// It looks at the metadata first for every kind, and then has the kind's own checks, most of which look at them again: the list
/// of causes tells the same error twice, the message does not.
pub fn validate_update(kind: Kind, new: &Value, old: &Value, gates: Gates) -> Vec<FieldError> {
    let mut errors = Errors(Vec::new(), gates);
    check_any_metadata(kind, new, &mut errors);
    check_metadata_update(new, old, &mut errors);
    if kind != Kind::POD_DISRUPTION_BUDGET && kind != Kind::LIMIT_RANGE {
        check_metadata_update(new, old, &mut errors);
    }
    let before = update_checks(kind);
    if before.metadata_again {
        check_metadata(kind, new, &mut errors);
    }
    if before.change_first {
        check_change(kind, new, old, &mut errors);
    }
    for _ in 0..before.content {
        match kind {
            Kind::CRON_JOB => cron_job::check_cron_job(new, old, &mut errors),
            _ => check_content(kind, new, &mut errors),
        }
    }
    if !before.change_first {
        check_change(kind, new, old, &mut errors);
    }
    if errors.0.is_empty() && kind == Kind::NAMESPACE {
        namespace::check_pod_security_update(new, old, &mut errors);
    }
    errors.0
}

/// In which order a kind's update is checked.
struct UpdateChecks {
    /// Whether the name and the rest of the metadata are looked at as in a new object.
    metadata_again: bool,
    /// How often the content is checked as in a new object.
    content: usize,
    /// Whether what must not change comes before the content.
    change_first: bool,
}

fn update_checks(kind: Kind) -> UpdateChecks {
    let checks = |metadata_again, content, change_first| UpdateChecks {
        metadata_again,
        content,
        change_first,
    };
    match kind {
        Kind::REPLICA_SET | Kind::DAEMON_SET | Kind::REPLICATION_CONTROLLER | Kind::NODE => checks(true, 2, false),
        Kind::CONFIG_MAP | Kind::SECRET | Kind::SERVICE => checks(true, 1, true),
        Kind::DEPLOYMENT
        | Kind::STATEFUL_SET
        | Kind::JOB
        | Kind::CRON_JOB
        | Kind::HORIZONTAL_POD_AUTOSCALER
        | Kind::NETWORK_POLICY
        | Kind::NAMESPACE
        | Kind::POD_DISRUPTION_BUDGET => checks(false, 1, false),
        Kind::PRIORITY_CLASS | Kind::STORAGE_CLASS => checks(false, 0, false),
        _ => checks(true, 1, false),
    }
}

/// The checks of a kind that are the same for a new and for a changed object.
fn check_content(kind: Kind, object: &Value, errors: &mut Errors) {
    match kind {
        Kind::POD => pod::check_spec_of_pod(part(object, "spec"), &Path::new("spec"), errors),
        Kind::DEPLOYMENT => workload::check_deployment(object, errors),
        Kind::REPLICA_SET => workload::check_replica_set(object, errors),
        Kind::REPLICATION_CONTROLLER => workload::check_replication_controller(object, errors),
        Kind::STATEFUL_SET => stateful_set::check_stateful_set(object, errors),
        Kind::DAEMON_SET => daemon_set::check_daemon_set(object, errors),
        Kind::JOB => job::check_job(object, errors),
        Kind::SERVICE => service::check_service(object, errors),
        Kind::ENDPOINT_SLICE => endpoints::check_endpoint_slice(object, errors),
        Kind::ENDPOINTS => endpoints::check_endpoints(object, errors),
        Kind::INGRESS => ingress::check_ingress(object, errors),
        Kind::NETWORK_POLICY => network_policy::check_network_policy(object, errors),
        Kind::HORIZONTAL_POD_AUTOSCALER => autoscaling::check_autoscaler(object, errors),
        Kind::POD_DISRUPTION_BUDGET => policy::check_budget(object, errors),
        Kind::PRIORITY_CLASS => policy::check_priority_class(object, errors),
        Kind::PERSISTENT_VOLUME => storage::check_persistent_volume(object, errors),
        Kind::PERSISTENT_VOLUME_CLAIM => storage::check_claim(object, errors),
        Kind::STORAGE_CLASS => storage::check_storage_class(object, errors),
        Kind::CONFIG_MAP => config::check_config_map(object, errors),
        Kind::SECRET => config::check_secret(object, errors),
        Kind::RESOURCE_QUOTA => quota::check_quota(object, errors),
        Kind::LIMIT_RANGE => quota::check_limit_range(object, errors),
        Kind::NAMESPACE => namespace::check_namespace(object, errors),
        Kind::NODE => node::check_node(object, errors),
        Kind::ROLE | Kind::CLUSTER_ROLE => rbac::check_role(object, kind.is_namespaced(), errors),
        Kind::ROLE_BINDING | Kind::CLUSTER_ROLE_BINDING => rbac::check_binding(object, kind.is_namespaced(), errors),
        Kind::LEASE => rbac::check_lease(object, errors),
        _ => {}
    }
}

/// What must not change in a kind's objects.
fn check_change(kind: Kind, new: &Value, old: &Value, errors: &mut Errors) {
    match kind {
        Kind::POD => pod_update::check_pod_update(new, old, errors),
        Kind::DEPLOYMENT | Kind::REPLICA_SET | Kind::DAEMON_SET => workload::check_selector_update(new, old, errors),
        Kind::STATEFUL_SET => stateful_set::check_stateful_set_update(new, old, errors),
        Kind::JOB => job_update::check_job_update(new, old, errors),
        Kind::SERVICE => service::check_service_update(new, old, errors),
        Kind::ENDPOINT_SLICE => {
            let (new, old, path) = (
                part(new, "addressType"),
                part(old, "addressType"),
                Path::new("addressType"),
            );
            errors.immutable(new, old, &path, |kind| {
                Shown(go_quote(kind.as_str().unwrap_or_default()))
            });
        }
        Kind::PRIORITY_CLASS => policy::check_priority_class_update(new, old, errors),
        Kind::PERSISTENT_VOLUME => storage_update::check_persistent_volume_update(new, old, errors),
        Kind::PERSISTENT_VOLUME_CLAIM => storage_update::check_claim_update(new, old, errors),
        Kind::STORAGE_CLASS => storage_update::check_storage_class_update(new, old, errors),
        Kind::CONFIG_MAP => config::check_frozen(new, old, errors),
        Kind::SECRET => config::check_secret_update(new, old, errors),
        Kind::RESOURCE_QUOTA => quota::check_quota_update(new, old, errors),
        Kind::NODE => node::check_node_update(new, old, errors),
        Kind::ROLE_BINDING | Kind::CLUSTER_ROLE_BINDING => rbac::check_binding_update(new, old, errors),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::error::{invalid_message, kubectl_message};
    use super::*;
    use crate::api::defaulting::default_object;
    use serde_json::json;

    fn refusals(kind: Kind, mut object: Value) -> Vec<String> {
        default_object(kind, &mut object);
        let errors = validate_create(kind, &object, Gates::default());
        errors.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn good_objects_pass() {
        let spec = json!({"containers": [{"name": "a", "image": "i"}]});
        let template = json!({"metadata": {"labels": {"app": "web"}}, "spec": spec});
        for (kind, spec) in [
            (Kind::POD, spec),
            (
                Kind::DEPLOYMENT,
                json!({"selector": {"matchLabels": {"app": "web"}}, "template": template}),
            ),
            (
                Kind::REPLICA_SET,
                json!({"selector": {"matchLabels": {"app": "web"}}, "template": template}),
            ),
            (Kind::SERVICE, json!({"ports": [{"port": 80}]})),
            (Kind::NODE, json!({})),
        ] {
            assert_eq!(
                refusals(kind, json!({"metadata": {"name": "web"}, "spec": spec})),
                Vec::<String>::new(),
                "{kind}"
            );
        }
    }

    #[test]
    fn bad_fields_are_named() {
        let pod = json!({"metadata": {"name": "web"}, "spec": {"containers": [{"name": "A_"}], "restartPolicy": "x"}});
        let seen = refusals(Kind::POD, pod);
        assert_eq!(seen.len(), 3, "{seen:?}");
        assert!(
            seen[0].starts_with("spec.containers[0].name: Invalid value: \"A_\": a lowercase RFC 1123 label"),
            "{seen:?}"
        );
        assert_eq!(seen[1], "spec.containers[0].image: Required value");
        let restart =
            "spec.restartPolicy: Unsupported value: \"x\": supported values: \"Always\", \"OnFailure\", \"Never\"";
        assert_eq!(seen[2], restart);
    }

    #[test]
    fn a_selector_must_match_its_template_and_cannot_change() {
        let deployment = |selected: &str, labelled: &str| {
            let spec = json!({"containers": [{"name": "a", "image": "i"}]});
            let mut object = json!({"metadata": {"name": "web"}, "spec": {
                "selector": {"matchLabels": {"app": selected}},
                "template": {"metadata": {"labels": {"app": labelled}}, "spec": spec},
            }});
            default_object(Kind::DEPLOYMENT, &mut object);
            object
        };
        let errors = validate_create(Kind::DEPLOYMENT, &deployment("web", "b"), Gates::default());
        let text = "spec.template.metadata.labels: Invalid value: map[string]string{\"app\":\"b\"}: `selector` does not match \
                    template `labels`";
        assert_eq!(
            invalid_message(Kind::DEPLOYMENT, "web", &errors),
            format!("Deployment.apps \"web\" is invalid: {text}")
        );
        assert_eq!(
            kubectl_message(Kind::DEPLOYMENT, "web", &errors),
            format!("The Deployment \"web\" is invalid: {text}")
        );
        let errors = validate_update(
            Kind::DEPLOYMENT,
            &deployment("b", "b"),
            &deployment("a", "a"),
            Gates::default(),
        );
        assert_eq!(errors.len(), 1, "{errors:?}");
        assert!(
            errors[0].detail == "field is immutable" && errors[0].path == "spec.selector",
            "{errors:?}"
        );
    }

    #[test]
    fn odd_shapes_are_no_reason_to_panic() {
        for odd in [
            json!(null),
            json!(5),
            json!([]),
            json!({"spec": 5}),
            json!({"metadata": [], "spec": {"containers": {}}}),
        ] {
            for kind in Kind::all() {
                let created = validate_create(kind, &odd, Gates::default());
                assert!(created.iter().any(|e| e.path == "metadata.name"), "{kind} {odd}");
                let updated = validate_update(kind, &odd, &odd, Gates::default());
                assert!(updated.len() >= created.len().min(1), "{kind} {odd}");
            }
        }
    }
}
