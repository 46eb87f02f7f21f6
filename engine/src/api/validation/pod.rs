//! Pods and pod templates.

use super::affinity::check_affinity;
use super::container::{check_containers, check_init_containers};
use super::fields::{Errors, Path, go_strings, list, map, number, part, set, text, texts};
use super::labels::check_labels;
use super::names::label_errors;
use super::policy::check_preemption_policy;
use super::scheduling::{check_gates, check_spread, check_tolerations};
use super::security::check_pod_security;
use super::volume::{check_pull_secrets, check_volumes};
use crate::api::selector::names::subdomain_errors;
use serde_json::Value;
use std::net::IpAddr;

/// The policies of a pod, in the order the server names them.
pub(super) const RESTART_POLICIES: [&str; 3] = ["Always", "OnFailure", "Never"];
const DNS_POLICIES: [&str; 4] = ["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"];

/// A pod's spec beyond what a template's may say.
pub(super) fn check_pod(pod: &Value, errors: &mut Errors) {
    let (spec, path) = (part(pod, "spec"), Path::new("spec"));
    check_spec_of_pod(spec, &path, errors);
    if !list(spec, "ephemeralContainers").is_empty() {
        errors.forbidden(&path.at("ephemeralContainers"), "cannot be set on create");
    }
}

/// A pod's spec: a template's, and what is asked of pods only, since templates with it are about.
pub(super) fn check_spec_of_pod(spec: &Value, path: &Path, errors: &mut Errors) {
    check_pod_spec(spec, path, errors);
    for field in ["containers", "initContainers"] {
        for (i, container) in list(spec, field).iter().enumerate() {
            let image = text(container, "image");
            if image.trim() != image {
                let path = path.at(field).index(i).at("image");
                errors.invalid(&path, image, "must not have leading or trailing whitespace");
            }
        }
    }
}

pub(super) fn check_pod_spec(spec: &Value, path: &Path, errors: &mut Errors) {
    let volumes = check_volumes(spec, path, errors);
    check_containers(spec, &volumes, path, errors);
    check_init_containers(spec, &volumes, path, errors);
    errors.one_of(spec, "restartPolicy", path, &RESTART_POLICIES);
    errors.one_of(spec, "dnsPolicy", path, &DNS_POLICIES);
    check_labels(map(spec, "nodeSelector"), &path.at("nodeSelector"), errors);
    check_pod_security(part(spec, "securityContext"), &path.at("securityContext"), errors);
    check_pull_secrets(spec, path, errors);
    check_affinity(part(spec, "affinity"), &path.at("affinity"), errors);
    check_dns_config(spec, path, errors);
    check_gates(spec, path, errors);
    check_spread(spec, path, errors);
    check_names(spec, path, errors);
    if let Some(deadline) = number(spec, "activeDeadlineSeconds").filter(|s| !(1..=i64::from(i32::MAX)).contains(s)) {
        errors.invalid(
            &path.at("activeDeadlineSeconds"),
            deadline,
            "must be between 1 and 2147483647, inclusive",
        );
    }
    for field in ["hostname", "subdomain"] {
        let name = text(spec, field);
        if !name.is_empty() {
            errors.invalid_each(&path.at(field), name, label_errors(name));
        }
    }
    check_tolerations(spec, path, errors);
    check_host_aliases(spec, path, errors);
    for field in ["priorityClassName", "runtimeClassName"] {
        let name = text(spec, field);
        if !name.is_empty() {
            errors.invalid_each(&path.at(field), name, subdomain_errors(name));
        }
    }
    check_preemption_policy(spec, &path.at("preemptionPolicy"), errors);
    if let Some(os) = set(spec, "os") {
        match text(os, "name") {
            "" => errors.required(&path.at("os").at("name"), "cannot be empty"),
            "windows" => check_windows(spec, path, errors),
            "linux" => check_linux(spec, path, errors),
            other => errors.not_supported(&path.at("os"), other, &["linux", "windows"]),
        }
    }
}

const WINDOWS: &str = "cannot be set for a windows pod";

/// What Windows does not know.
fn check_windows(spec: &Value, path: &Path, errors: &mut Errors) {
    let context = part(spec, "securityContext");
    let context_path = path.at("securityContext");
    let in_context = |field: &str, errors: &mut Errors| {
        if set(context, field).is_some() {
            errors.forbidden(&context_path.at(field), WINDOWS);
        }
    };
    in_context("seLinuxOptions", errors);
    for field in ["hostPID", "hostIPC"] {
        if spec.get(field) == Some(&Value::Bool(true)) {
            errors.forbidden(&context_path.at(field), WINDOWS);
        }
    }
    for field in ["seccompProfile", "fsGroup", "fsGroupChangePolicy"] {
        in_context(field, errors);
    }
    if !list(context, "sysctls").is_empty() {
        in_context("sysctls", errors);
    }
    if set(spec, "shareProcessNamespace").is_some() {
        errors.forbidden(&context_path.at("shareProcessNamespace"), WINDOWS);
    }
    for field in ["runAsUser", "runAsGroup"] {
        in_context(field, errors);
    }
    if !list(context, "supplementalGroups").is_empty() {
        in_context("supplementalGroups", errors);
    }
    for field in ["initContainers", "containers", "ephemeralContainers"] {
        for (i, container) in list(spec, field).iter().enumerate() {
            let path = path.at(field).index(i).at("securityContext");
            let context = part(container, "securityContext");
            for field in [
                "capabilities",
                "readOnlyRootFilesystem",
                "privileged",
                "allowPrivilegeEscalation",
                "procMount",
                "runAsUser",
                "runAsGroup",
                "seLinuxOptions",
                "seccompProfile",
            ] {
                if set(context, field).is_some() {
                    errors.forbidden(&path.at(field), WINDOWS);
                }
            }
        }
    }
}

fn check_linux(spec: &Value, path: &Path, errors: &mut Errors) {
    let check = |context: &Value, path: Path, errors: &mut Errors| {
        if set(context, "windowsOptions").is_some() {
            let detail = "windows options cannot be set for a linux pod";
            errors.forbidden(&path.at("windowsOptions"), detail);
        }
    };
    check(part(spec, "securityContext"), path.at("securityContext"), errors);
    for field in ["containers", "initContainers"] {
        for (i, container) in list(spec, field).iter().enumerate() {
            let path = path.at(field).index(i).at("securityContext");
            check(part(container, "securityContext"), path, errors);
        }
    }
}

fn check_names(spec: &Value, path: &Path, errors: &mut Errors) {
    for field in ["serviceAccountName", "nodeName"] {
        let name = text(spec, field);
        if !name.is_empty() {
            errors.invalid_each(&path.at(field), name, subdomain_errors(name));
        }
    }
}

fn check_dns_config(spec: &Value, path: &Path, errors: &mut Errors) {
    let path = path.at("dnsConfig");
    let config = part(spec, "dnsConfig");
    let servers = texts(config, "nameservers");
    if text(spec, "dnsPolicy") == "None" && servers.is_empty() {
        errors.required(
            &path.at("nameservers"),
            "must provide at least one DNS nameserver when `dnsPolicy` is None",
        );
    }
    if servers.len() > 3 {
        errors.invalid(
            &path.at("nameservers"),
            go_strings(&servers),
            "must not have more than 3 nameservers",
        );
    }
    for (i, server) in servers.iter().enumerate() {
        if server.parse::<IpAddr>().is_err() {
            errors.invalid(&path.at("nameservers").index(i), *server, "must be valid IP address");
        }
    }
    for (i, search) in texts(config, "searches").into_iter().enumerate() {
        let search_name = search.strip_suffix('.').unwrap_or(search);
        errors.invalid_each(&path.at("searches").index(i), search, subdomain_errors(search_name));
    }
    for (i, option) in list(config, "options").iter().enumerate() {
        if text(option, "name").is_empty() {
            errors.required(&path.at("options").index(i), "must not be empty");
        }
    }
}

fn check_host_aliases(spec: &Value, path: &Path, errors: &mut Errors) {
    let path = path.at("hostAliases");
    for alias in list(spec, "hostAliases") {
        let address = text(alias, "ip");
        if address.parse::<IpAddr>().is_err() {
            errors.invalid(&path.at("ip"), address, "must be valid IP address");
        }
        for name in texts(alias, "hostnames") {
            errors.invalid_each(&path.at("hostnames"), name, subdomain_errors(name));
        }
    }
}
