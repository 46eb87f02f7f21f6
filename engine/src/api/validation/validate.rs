//! Which checks each kind has.

use super::error::FieldError;
use super::fields::{Errors, Path, part};
use super::meta::{check_metadata, check_metadata_update};
use super::node::{check_node, check_node_update};
use super::pod::{check_pod, check_pod_spec};
use super::pod_update::check_pod_update;
use super::service::{check_service, check_service_update};
use super::workload::{check_deployment, check_replica_set, check_selector_update};
use crate::api::kind::Kind;
use serde_json::Value;

/// What the API server refuses in a new object of this kind, which has its defaults; nothing if it accepts it.
pub fn validate_create(kind: Kind, object: &Value) -> Vec<FieldError> {
    let mut errors = Errors::default();
    check_metadata(kind, object, &mut errors);
    match kind {
        Kind::POD => check_pod(object, &mut errors),
        _ => check_content(kind, object, &mut errors),
    }
    errors.0
}

/// What the API server refuses in the new state of an object.
pub fn validate_update(kind: Kind, new: &Value, old: &Value) -> Vec<FieldError> {
    let mut errors = Errors::default();
    check_metadata_update(new, old, &mut errors);
    check_metadata(kind, new, &mut errors);
    match kind {
        Kind::POD => {
            check_pod_spec(part(new, "spec"), &Path::new("spec"), &mut errors);
            check_pod_update(new, old, &mut errors);
        }
        Kind::SERVICE => {
            check_service_update(new, old, &mut errors);
            check_content(kind, new, &mut errors);
        }
        Kind::NODE => {
            check_content(kind, new, &mut errors);
            check_node_update(new, old, &mut errors);
        }
        Kind::DEPLOYMENT | Kind::REPLICA_SET => {
            check_content(kind, new, &mut errors);
            check_selector_update(new, old, &mut errors);
        }
        _ => check_content(kind, new, &mut errors),
    }
    errors.0
}

/// The checks of a kind that are the same for a new and for a changed object.
fn check_content(kind: Kind, object: &Value, errors: &mut Errors) {
    match kind {
        Kind::DEPLOYMENT => check_deployment(object, errors),
        Kind::REPLICA_SET => check_replica_set(object, errors),
        Kind::SERVICE => check_service(object, errors),
        Kind::NODE => check_node(object, errors),
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
        validate_create(kind, &object).iter().map(ToString::to_string).collect()
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
        let errors = validate_create(Kind::DEPLOYMENT, &deployment("web", "b"));
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
        let errors = validate_update(Kind::DEPLOYMENT, &deployment("b", "b"), &deployment("a", "a"));
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
                let created = validate_create(kind, &odd);
                assert!(created.iter().any(|e| e.path == "metadata.name"), "{kind} {odd}");
                let updated = validate_update(kind, &odd, &odd);
                assert!(updated.len() >= created.len().min(1), "{kind} {odd}");
            }
        }
    }
}
