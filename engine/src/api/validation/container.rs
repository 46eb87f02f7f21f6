//! Containers of a pod: the ordinary, the init and the ephemeral ones.

use super::env::{check_env, check_env_from};
use super::fields::{Errors, Path, list, number, part, set, text};
use super::names::{label_errors, port_name_errors, port_number_error};
use super::probe::{check_lifecycle, check_probes};
use super::resources::check_resources;
use super::restart::{check_init_restart, check_restart};
use super::security::check_container_security;
use super::volume::{check_devices, check_mounts};
use serde_json::Value;

const PULL_POLICIES: [&str; 3] = ["Always", "IfNotPresent", "Never"];
const MESSAGE_POLICIES: [&str; 2] = ["File", "FallbackToLogsOnError"];
const PROTOCOLS: [&str; 3] = ["SCTP", "TCP", "UDP"];

pub(super) fn check_containers(spec: &Value, volumes: &[&str], path: &Path, errors: &mut Errors) {
    let path = path.at("containers");
    let containers = list(spec, "containers");
    if containers.is_empty() {
        return errors.required(&path, "");
    }
    let mut names = Vec::new();
    for (i, container) in containers.iter().enumerate() {
        let path = path.index(i);
        check_common(container, spec, volumes, &path, errors);
        check_unique(text(container, "name"), &mut names, &path, errors);
        check_lifecycle(part(container, "lifecycle"), &path.at("lifecycle"), errors);
        check_probes(container, &path, errors);
        check_restart(container, &path, errors);
    }
    check_host_ports(containers, &path, errors);
}

pub(super) fn check_init_containers(spec: &Value, volumes: &[&str], path: &Path, errors: &mut Errors) {
    let path = path.at("initContainers");
    let mut names: Vec<&str> = list(spec, "containers").iter().map(|c| text(c, "name")).collect();
    for (i, container) in list(spec, "initContainers").iter().enumerate() {
        let path = path.index(i);
        check_common(container, spec, volumes, &path, errors);
        let restarts = text(container, "restartPolicy") == "Always";
        check_init_restart(container, &path, errors);
        check_unique(text(container, "name"), &mut names, &path, errors);
        check_host_ports(std::slice::from_ref(container), &path, errors);
        if restarts {
            check_lifecycle(part(container, "lifecycle"), &path.at("lifecycle"), errors);
            check_probes(container, &path, errors);
            continue;
        }
        for field in ["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"] {
            if set(container, field).is_some() {
                errors.forbidden(
                    &path.at(field),
                    "may not be set for init containers without restartPolicy=Always",
                );
            }
        }
    }
}

/// What an ephemeral container has in common with the others.
pub(super) fn check_debug_container(
    container: &Value,
    spec: &Value,
    volumes: &[&str],
    path: &Path,
    errors: &mut Errors,
) {
    check_common(container, spec, volumes, path, errors);
}

fn check_unique<'a>(name: &'a str, names: &mut Vec<&'a str>, path: &Path, errors: &mut Errors) {
    if names.contains(&name) {
        errors.duplicate(&path.at("name"), name);
    }
    // A name that is missing is told of once, as missing.
    if !name.is_empty() {
        names.push(name);
    }
}

fn check_common(container: &Value, spec: &Value, volumes: &[&str], path: &Path, errors: &mut Errors) {
    match text(container, "name") {
        "" => errors.required(&path.at("name"), ""),
        name => errors.invalid_each(&path.at("name"), name, label_errors(name)),
    }
    if text(container, "image").is_empty() {
        errors.required(&path.at("image"), "");
    }
    errors.one_of(container, "terminationMessagePolicy", path, &MESSAGE_POLICIES);
    check_ports(container, path, errors);
    check_env(container, path, errors);
    check_env_from(container, path, errors);
    check_mounts(container, volumes, path, errors);
    check_devices(container, spec, path, errors);
    errors.one_of(container, "imagePullPolicy", path, &PULL_POLICIES);
    check_resources(part(container, "resources"), &path.at("resources"), errors);
    check_container_security(part(container, "securityContext"), &path.at("securityContext"), errors);
}

fn check_ports(container: &Value, path: &Path, errors: &mut Errors) {
    let mut names = Vec::new();
    for (i, port) in list(container, "ports").iter().enumerate() {
        let path = path.at("ports").index(i);
        let name = text(port, "name");
        if !name.is_empty() {
            let messages = port_name_errors(name);
            if messages.is_empty() && names.contains(&name) {
                errors.duplicate(&path.at("name"), name);
            }
            if messages.is_empty() {
                names.push(name);
            }
            errors.invalid_each(&path.at("name"), name, messages);
        }
        match number(port, "containerPort").unwrap_or_default() {
            0 => errors.required(&path.at("containerPort"), ""),
            number => check_port_number(number, &path.at("containerPort"), errors),
        }
        if let Some(host_port) = number(port, "hostPort").filter(|port| *port != 0) {
            check_port_number(host_port, &path.at("hostPort"), errors);
        }
        errors.one_of(port, "protocol", &path, &PROTOCOLS);
    }
}

fn check_port_number(port: i64, path: &Path, errors: &mut Errors) {
    if let Some(message) = port_number_error(port) {
        errors.invalid(path, port, message);
    }
}

/// Two containers of a pod cannot take the same port of the node.
fn check_host_ports(containers: &[Value], path: &Path, errors: &mut Errors) {
    let mut taken = Vec::new();
    for (i, container) in containers.iter().enumerate() {
        for (j, port) in list(container, "ports").iter().enumerate() {
            let Some(host_port) = number(port, "hostPort").filter(|port| *port != 0) else {
                continue;
            };
            let place = format!("{}/{}/{host_port}", text(port, "protocol"), text(port, "hostIP"));
            if taken.contains(&place) {
                errors.duplicate(&path.index(i).at("ports").index(j).at("hostPort"), place.as_str());
            }
            taken.push(place);
        }
    }
}
