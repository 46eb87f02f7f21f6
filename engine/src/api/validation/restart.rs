//! A container's own restart policy, and its rules for exit codes.
//!
//! Source: kube-apiserver `pkg/apis/core/validation` (`validateContainerRestartPolicy`); documentation "Pod Lifecycle: individual
//! container restart policy and rules". Without the gate `ContainerRestartRules` only sidecars may say anything.

use super::fields::{Errors, Path, list, set, text};
use serde_json::Value;

const POLICIES: [&str; 3] = ["Always", "Never", "OnFailure"];
const OPERATORS: [&str; 2] = ["In", "NotIn"];
const RULES_MAX: usize = 20;
const CODES_MAX: usize = 255;

/// Checks an ordinary container.
pub(super) fn check_restart(container: &Value, path: &Path, errors: &mut Errors) {
    if errors.1.restart_rules {
        check_own(container, path, errors);
    } else if set(container, "restartPolicy").is_some() {
        errors.forbidden(&path.at("restartPolicy"), "may not be set for non-init containers");
    }
}

/// Checks an init container: without the gate a sidecar, or nothing.
pub(super) fn check_init_restart(container: &Value, path: &Path, errors: &mut Errors) {
    let policy = text(container, "restartPolicy");
    if errors.1.restart_rules {
        check_own(container, path, errors);
    } else if policy != "Always" && set(container, "restartPolicy").is_some() {
        errors.not_supported(&path.at("restartPolicy"), policy, &["Always"]);
    }
}

fn check_own(container: &Value, path: &Path, errors: &mut Errors) {
    let rules = list(container, "restartPolicyRules");
    match set(container, "restartPolicy") {
        None if !rules.is_empty() => errors.required(
            &path.at("restartPolicy"),
            "must specify restartPolicy when restart rules are used",
        ),
        None => {}
        Some(_) => errors.one_of(container, "restartPolicy", path, &POLICIES),
    }
    if rules.len() > RULES_MAX {
        errors.too_many(&path.at("restartPolicyRules"), rules.len(), RULES_MAX);
    }
    for (i, rule) in rules.iter().enumerate() {
        check_rule(rule, &path.at("restartPolicyRules").index(i), errors);
    }
}

fn check_rule(rule: &Value, path: &Path, errors: &mut Errors) {
    errors.one_of(rule, "action", path, &["Restart"]);
    let path = path.at("exitCodes");
    let Some(codes) = set(rule, "exitCodes") else {
        return errors.required(&path, "must be specified");
    };
    errors.one_of(codes, "operator", &path, &OPERATORS);
    let values = list(codes, "values").len();
    if values > CODES_MAX {
        errors.too_many(&path.at("values"), values, CODES_MAX);
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Gates, validate_create};
    use crate::api::kind::Kind;
    use serde_json::{Value, json};

    #[test]
    fn a_container_may_have_rules_of_its_own_behind_the_gate() {
        let check = |extra: Value, restart_rules, expect: &[&str]| {
            let mut container = json!({ "name": "app", "image": "app", "terminationMessagePolicy": "File", "imagePullPolicy": "Never" });
            let members = extra.as_object().into_iter().flatten();
            members.for_each(|(name, value)| container[name] = value.clone());
            let pod = json!({
                "metadata": { "name": "p", "namespace": "default" },
                "spec": { "containers": [container], "restartPolicy": "Never", "dnsPolicy": "Default", "terminationGracePeriodSeconds": 1 },
            });
            let errors = validate_create(Kind::POD, &pod, Gates { restart_rules });
            let told: Vec<String> = errors
                .iter()
                .map(|error| format!("{}: {}", error.path, error.body()))
                .collect();
            assert_eq!(told, expect, "{extra}");
        };
        let rule =
            |action, operator| json!({ "action": action, "exitCodes": { "operator": operator, "values": [42] } });
        check(
            json!({ "restartPolicy": "Never" }),
            false,
            &["spec.containers[0].restartPolicy: Forbidden: may not be set for non-init containers"],
        );
        check(
            json!({ "restartPolicy": "Never", "restartPolicyRules": [rule("Restart", "In")] }),
            true,
            &[],
        );
        check(
            json!({ "restartPolicyRules": [rule("Restart", "In")] }),
            true,
            &[
                "spec.containers[0].restartPolicy: Required value: must specify restartPolicy when restart rules are used",
            ],
        );
        check(
            json!({ "restartPolicy": "Sometimes", "restartPolicyRules": [rule("Stop", "Is")] }),
            true,
            &[
                "spec.containers[0].restartPolicy: Unsupported value: \"Sometimes\": supported values: \"Always\", \"Never\", \"OnFailure\"",
                "spec.containers[0].restartPolicyRules[0].action: Unsupported value: \"Stop\": supported values: \"Restart\"",
                "spec.containers[0].restartPolicyRules[0].exitCodes.operator: Unsupported value: \"Is\": supported values: \"In\", \"NotIn\"",
            ],
        );
    }
}
