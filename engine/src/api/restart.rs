//! Whether a container that has ended is started again: the pod's policy, its own, and its rules for exit codes.
//!
//! Source: `pkg/api/v1/pod/util.go` (`ContainerShouldRestart`, `IsContainerRestartable`); documentation "Pod Lifecycle: container
//! restarts". A container's own policy and rules are there behind the gate `ContainerRestartRules`; the API server drops them
//! without it. Not modelled: the action `RestartAllContainers` of later releases.

use serde_json::Value;

use super::{Container, json};

/// `spec.restartPolicy`.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum RestartPolicy {
    /// Containers are restarted however they ended.
    #[default]
    Always,
    /// Containers are restarted when they failed.
    OnFailure,
    /// Containers are never restarted.
    Never,
}

impl RestartPolicy {
    /// Reads the API's text.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "Always" => Some(RestartPolicy::Always),
            "OnFailure" => Some(RestartPolicy::OnFailure),
            "Never" => Some(RestartPolicy::Never),
            _ => None,
        }
    }
}

/// One of a container's `restartPolicyRules`: the action is always to restart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestartRule {
    /// Whether it fits the listed exit codes (`In`), or all others (`NotIn`).
    pub is_in: bool,
    /// Exit codes.
    pub exit_codes: Vec<i32>,
}

impl RestartRule {
    /// Reads a rule.
    pub fn from_json(value: &Value) -> Self {
        let codes = value.get("exitCodes").unwrap_or(&Value::Null);
        let values = json::list(codes, "values").iter();
        RestartRule {
            is_in: json::text(codes, "operator") != "NotIn",
            exit_codes: values.filter_map(|code| i32::try_from(code.as_i64()?).ok()).collect(),
        }
    }

    fn fits(&self, exit_code: i32) -> bool {
        self.exit_codes.contains(&exit_code) == self.is_in
    }
}

impl Container {
    /// Whether it is started again after it has ended so, in a pod of this policy.
    pub fn restarts_after(&self, exit_code: i32, of_pod: RestartPolicy) -> bool {
        let fits = self.restart_policy.is_some() && self.restart_rules.iter().any(|rule| rule.fits(exit_code));
        let policy = self.restart_policy.unwrap_or(of_pod);
        fits || match policy {
            RestartPolicy::Always => true,
            RestartPolicy::OnFailure => exit_code != 0,
            RestartPolicy::Never => false,
        }
    }

    /// Whether it is started again when the kubelet itself has stopped it: no exit code decides then.
    pub fn restarts_when_stopped(&self, of_pod: RestartPolicy) -> bool {
        self.restart_policy.unwrap_or(of_pod) != RestartPolicy::Never
    }

    /// Whether there is any end after which it is started again.
    pub fn is_restartable(&self, of_pod: RestartPolicy) -> bool {
        let has_rules = self.restart_policy.is_some() && !self.restart_rules.is_empty();
        has_rules || self.restarts_when_stopped(of_pod)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn rules_come_before_the_containers_policy_and_that_before_the_pods() {
        let rule =
            |operator: &str| json!([{ "action": "Restart", "exitCodes": { "operator": operator, "values": [42] } }]);
        let check = |policy: Value, rules: Value, of_pod, expect: [bool; 3]| {
            let value = json!({ "name": "app", "restartPolicy": policy, "restartPolicyRules": rules });
            let container = Container::from_json(&value);
            let seen = [0, 1, 42].map(|code| container.restarts_after(code, of_pod));
            assert_eq!(seen, expect, "{value} in a pod of {of_pod:?}");
        };
        check(Value::Null, Value::Null, RestartPolicy::OnFailure, [false, true, true]);
        check(
            json!("Never"),
            Value::Null,
            RestartPolicy::Always,
            [false, false, false],
        );
        check(
            json!("OnFailure"),
            Value::Null,
            RestartPolicy::Never,
            [false, true, true],
        );
        check(json!("Never"), rule("In"), RestartPolicy::Always, [false, false, true]);
        check(json!("Never"), rule("NotIn"), RestartPolicy::Never, [true, true, false]);
        check(
            json!("OnFailure"),
            rule("NotIn"),
            RestartPolicy::Never,
            [true, true, true],
        );
        check(Value::Null, rule("In"), RestartPolicy::Never, [false, false, false]);
    }
}
