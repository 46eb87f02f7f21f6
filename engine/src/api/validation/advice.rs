//! What the API server warns of in an object that it accepts: names that make bad hostnames, things told twice, fractions of bytes.
//!
//! Source: the strategies' `WarningsOnCreate` and `pkg/api/pod/warnings.go`. What is deprecated is told of elsewhere.

use super::fields::{list, map, number, part, text};
use super::names::label_errors;
use crate::api::kind::Kind;
use crate::api::quantity::Quantity;
use serde_json::Value;

/// The warnings about an object that has its defaults; `is_new` tells a creation.
pub fn advice(kind: Kind, object: &Value, is_new: bool) -> Vec<String> {
    let mut warnings = Vec::new();
    if is_new {
        warnings.extend(name_warning(kind, text(part(object, "metadata"), "name")));
    }
    let spec = part(object, "spec");
    if kind == Kind::CRON_JOB && text(spec, "schedule").contains("TZ") {
        // The path has `spec` twice, as the server says it.
        warnings.push(
            "CRON_TZ or TZ used in spec.spec.schedule is not officially supported, see \
             https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details"
                .to_owned(),
        );
    }
    let (prefix, pod) = match kind {
        Kind::POD => ("", spec),
        Kind::CRON_JOB => {
            let job = part(part(spec, "jobTemplate"), "spec");
            ("spec.jobTemplate.spec.template.", part(part(job, "template"), "spec"))
        }
        Kind::DEPLOYMENT
        | Kind::REPLICA_SET
        | Kind::DAEMON_SET
        | Kind::STATEFUL_SET
        | Kind::REPLICATION_CONTROLLER
        | Kind::JOB => ("spec.template.", part(part(spec, "template"), "spec")),
        _ => return warnings,
    };
    for field in ["initContainers", "containers"] {
        for (i, container) in list(pod, field).iter().enumerate() {
            let path = format!("{prefix}spec.{field}[{i}]");
            warnings.extend(fractions(container, &path));
            warnings.extend(ports_told_twice(container, &path));
        }
    }
    warnings
}

/// Pods are called after their owner, and their hosts after them.
fn name_warning(kind: Kind, name: &str) -> Option<String> {
    let what = match kind {
        Kind::POD => "the Pod's hostname",
        Kind::DEPLOYMENT | Kind::REPLICA_SET | Kind::REPLICATION_CONTROLLER | Kind::JOB | Kind::CRON_JOB => {
            "Pod names and hostnames"
        }
        _ => return None,
    };
    let messages = label_errors(name);
    (!messages.is_empty()).then(|| {
        let messages = messages.join(" ");
        format!(
            "metadata.name: this is used in {what}, which can result in surprising behavior; a DNS label is recommended: \
             [{messages}]"
        )
    })
}

/// A byte has no fractions.
fn fractions(container: &Value, path: &str) -> Vec<String> {
    let resources = part(container, "resources");
    let mut warnings = Vec::new();
    for field in ["limits", "requests"] {
        for name in ["memory", "ephemeral-storage"] {
            let Some(amount) = map(resources, field).and_then(|amounts| amounts.get(name)) else {
                continue;
            };
            let Ok(quantity) = Quantity::from_json(amount) else {
                continue;
            };
            if quantity.milli_value() % 1000 != 0 {
                warnings.push(format!(
                    "{path}.resources.{field}[{name}]: fractional byte value \"{quantity}\" is invalid, must be an integer"
                ));
            }
        }
    }
    warnings
}

fn ports_told_twice(container: &Value, path: &str) -> Vec<String> {
    let ports = list(container, "ports");
    let place = |port: &Value| {
        let numbers = [number(port, "containerPort"), number(port, "hostPort")];
        (
            text(port, "protocol").to_owned(),
            numbers,
            text(port, "hostIP").to_owned(),
        )
    };
    let mut warnings = Vec::new();
    for (i, port) in ports.iter().enumerate() {
        let first = ports.iter().take(i).position(|earlier| place(earlier) == place(port));
        if let Some(first) = first {
            warnings.push(format!(
                "{path}.ports[{i}]: duplicate port definition with {path}.ports[{first}]"
            ));
        }
    }
    warnings
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_odd_is_told_of() {
        let check = |kind, object: Value, expect: &[&str]| assert_eq!(advice(kind, &object, true), expect, "{object}");
        check(
            Kind::DEPLOYMENT,
            json!({"metadata": {"name": "a.b"}}),
            &[
                "metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is \
               recommended: [must not contain dots]",
            ],
        );
        let port = json!({"containerPort": 80, "protocol": "TCP"});
        let container = json!({"ports": [port, port], "resources": {"limits": {"memory": "100m"}}});
        check(
            Kind::POD,
            json!({"metadata": {"name": "web"}, "spec": {"containers": [container]}}),
            &[
                "spec.containers[0].resources.limits[memory]: fractional byte value \"100m\" is invalid, must be an integer",
                "spec.containers[0].ports[1]: duplicate port definition with spec.containers[0].ports[0]",
            ],
        );
        check(Kind::CONFIG_MAP, json!({"metadata": {"name": "a.b"}}), &[]);
    }
}
