//! Defaults of pods and of pod templates (`SetDefaults_Pod`, `SetDefaults_PodSpec`, `SetDefaults_Container`, …).

use super::edit::{Object, at, default, default_zero, each, ensure, field, text};
use super::volume::default_volume;
use serde_json::{Value, json};

/// Defaults of a pod that templates do not get: requests from limits, service links, host ports.
pub(super) fn default_pod(pod: &mut Object) {
    let Some(spec) = field(pod, "spec") else { return };
    default(spec, "enableServiceLinks", true);
    let on_host_network = spec.get("hostNetwork") == Some(&Value::Bool(true));
    for containers in ["initContainers", "containers"] {
        for container in each(spec, containers) {
            requests_from_limits(container);
            if on_host_network {
                for port in each(container, "ports") {
                    let number = port.get("containerPort").cloned().unwrap_or_default();
                    default_zero(port, "hostPort", number);
                }
            }
        }
    }
    default_pod_spec(spec);
}

fn requests_from_limits(container: &mut Object) {
    let Some(resources) = field(container, "resources") else {
        return;
    };
    let limits = resources
        .get("limits")
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default();
    if limits.is_empty() {
        return;
    }
    let Some(requests) = ensure(resources, "requests") else {
        return;
    };
    for (resource, limit) in limits {
        default(requests, &resource, limit);
    }
}

/// Defaults of a pod template inside a workload.
pub(super) fn default_template(owner_spec: &mut Object) {
    if let Some(spec) = at(owner_spec, &["template", "spec"]) {
        default_pod_spec(spec);
    }
}

fn default_pod_spec(spec: &mut Object) {
    default_zero(spec, "dnsPolicy", "ClusterFirst");
    default_zero(spec, "restartPolicy", "Always");
    default_zero(spec, "schedulerName", "default-scheduler");
    default(spec, "securityContext", json!({}));
    default(spec, "terminationGracePeriodSeconds", 30);
    // A negative grace period means the shortest.
    if spec
        .get("terminationGracePeriodSeconds")
        .and_then(Value::as_i64)
        .is_some_and(|seconds| seconds < 0)
    {
        spec.insert("terminationGracePeriodSeconds".to_owned(), json!(1));
    }
    // The older name of the field follows the newer one, and stands in for it.
    let account = [text(spec, "serviceAccountName"), text(spec, "serviceAccount")]
        .into_iter()
        .find(|name| !name.is_empty());
    if let Some(account) = account.map(str::to_owned) {
        spec.insert("serviceAccountName".to_owned(), json!(account));
        spec.insert("serviceAccount".to_owned(), json!(account));
    }
    for containers in ["initContainers", "containers", "ephemeralContainers"] {
        each(spec, containers).for_each(default_container);
    }
    each(spec, "volumes").for_each(default_volume);
}

fn default_container(container: &mut Object) {
    let policy = if has_latest_tag(text(container, "image")) {
        "Always"
    } else {
        "IfNotPresent"
    };
    default_zero(container, "imagePullPolicy", policy);
    default_zero(container, "terminationMessagePath", "/dev/termination-log");
    default_zero(container, "terminationMessagePolicy", "File");
    for port in each(container, "ports") {
        default_zero(port, "protocol", "TCP");
    }
    for variable in each(container, "env") {
        if let Some(reference) = at(variable, &["valueFrom", "fieldRef"]) {
            default_zero(reference, "apiVersion", "v1");
        }
    }
    for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
        if let Some(probe) = field(container, probe) {
            default_probe(probe);
        }
    }
    for hook in ["postStart", "preStop"] {
        if let Some(http) = at(container, &["lifecycle", hook, "httpGet"]) {
            default_http_get(http);
        }
    }
}

fn default_probe(probe: &mut Object) {
    default_zero(probe, "timeoutSeconds", 1);
    default_zero(probe, "periodSeconds", 10);
    default_zero(probe, "successThreshold", 1);
    default_zero(probe, "failureThreshold", 3);
    if let Some(http) = field(probe, "httpGet") {
        default_http_get(http);
    }
    if let Some(grpc) = field(probe, "grpc") {
        default(grpc, "service", "");
    }
}

fn default_http_get(http: &mut Object) {
    default_zero(http, "path", "/");
    default_zero(http, "scheme", "HTTP");
}

/// Whether an image reference names the tag `latest`, or no tag and no digest, which means the same. A text that is no image
/// reference has no tag.
fn has_latest_tag(image: &str) -> bool {
    if image.contains('@') {
        return false;
    }
    let (path, last) = image.rsplit_once('/').unwrap_or(("", image));
    let (name, tag) = last.split_once(':').unwrap_or((last, "latest"));
    let is_name_character = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-');
    let is_path_character = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/' | ':' | '[' | ']');
    let is_reference = !name.is_empty() && name.chars().all(is_name_character) && path.chars().all(is_path_character);
    is_reference && tag == "latest"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_without_a_tag_are_latest() {
        for (image, expect) in [
            ("nginx", true),
            ("nginx:latest", true),
            ("nginx:1.25", false),
            ("localhost:5000/nginx", true),
            ("localhost:5000/nginx:1", false),
            ("nginx@sha256:0123", false),
            ("", false),
            ("Not An Image", false),
        ] {
            assert_eq!(has_latest_tag(image), expect, "{image}");
        }
    }
}
