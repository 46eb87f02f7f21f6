//! Services.

use super::fields::{Errors, Path, Shown, go_strings, list, map, number, part, set, text, texts};
use super::labels::{check_label_key, check_labels};
use super::names::{label_errors, port_number_error};
use super::probe::check_port;
use crate::api::quote::go_quote;
use crate::api::selector::names::subdomain_errors;
use serde_json::Value;
use std::net::IpAddr;

const TYPES: [&str; 4] = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];
const PROTOCOLS: [&str; 3] = ["SCTP", "TCP", "UDP"];
const POLICIES: [&str; 2] = ["Cluster", "Local"];
const ADDRESS: &str = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
const AFFINITY_LIMIT_SECONDS: i64 = 86_400;

pub(super) fn check_service(service: &Value, errors: &mut Errors) {
    let (spec, path) = (part(service, "spec"), Path::new("spec"));
    let kind = text(spec, "type");
    let is_headless = text(spec, "clusterIP") == "None";
    if list(spec, "ports").is_empty() && !is_headless && kind != "ExternalName" {
        errors.required(&path.at("ports"), "");
    }
    check_type(spec, kind, is_headless, &path, errors);
    check_ports(spec, &path, errors);
    check_labels(map(spec, "selector"), &path.at("selector"), errors);
    check_affinity(spec, &path, errors);
    check_addresses(spec, kind, &path, errors);
    errors.one_of(spec, "type", &path, &TYPES);
    if kind == "ClusterIP" {
        for (i, port) in list(spec, "ports").iter().enumerate() {
            if number(port, "nodePort").is_some_and(|port| port != 0) {
                let path = path.at("ports").index(i).at("nodePort");
                errors.forbidden(&path, "may not be used when `type` is 'ClusterIP'");
            }
        }
    }
    check_distinct_ports(spec, &path, errors);
    check_load_balancer(spec, kind, &path, errors);
    check_traffic_policies(spec, kind, &path, errors);
}

fn check_type(spec: &Value, kind: &str, is_headless: bool, path: &Path, errors: &mut Errors) {
    if is_headless && matches!(kind, "LoadBalancer" | "NodePort") {
        let detail = format!("may not be set to 'None' for {kind} services");
        errors.invalid(&path.at("clusterIPs").index(0), "None", detail);
    }
    if kind != "ExternalName" {
        return;
    }
    if set(spec, "clusterIPs").is_some() || !text(spec, "clusterIP").is_empty() {
        errors.forbidden(&path.at("clusterIPs"), "may not be set for ExternalName services");
    }
    let name = text(spec, "externalName").trim_end_matches('.');
    if name.is_empty() {
        errors.required(&path.at("externalName"), "");
    } else {
        errors.invalid_each(&path.at("externalName"), name, subdomain_errors(name));
    }
}

fn check_ports(spec: &Value, path: &Path, errors: &mut Errors) {
    let ports = list(spec, "ports");
    let mut names = Vec::new();
    for (i, port) in ports.iter().enumerate() {
        let path = path.at("ports").index(i);
        let name = text(port, "name");
        if name.is_empty() && ports.len() > 1 {
            errors.required(&path.at("name"), "");
        } else if !name.is_empty() {
            errors.invalid_each(&path.at("name"), name, label_errors(name));
            if names.contains(&name) {
                errors.duplicate(&path.at("name"), name);
            }
            names.push(name);
        }
        let value = number(port, "port").unwrap_or_default();
        if let Some(message) = port_number_error(value) {
            errors.invalid(&path.at("port"), value, message);
        }
        errors.one_of(port, "protocol", &path, &PROTOCOLS);
        check_port(part(port, "targetPort"), &path.at("targetPort"), errors);
        let protocol = text(port, "appProtocol");
        if set(port, "appProtocol").is_some() {
            check_label_key(protocol, &path.at("appProtocol"), errors);
        }
    }
}

fn check_affinity(spec: &Value, path: &Path, errors: &mut Errors) {
    errors.one_of(spec, "sessionAffinity", path, &["ClientIP", "None"]);
    let path = path.at("sessionAffinityConfig");
    let config = set(spec, "sessionAffinityConfig");
    match (text(spec, "sessionAffinity"), config) {
        ("None", Some(_)) => errors.forbidden(&path, "must not be set when session affinity is None"),
        ("ClientIP", Some(config)) => {
            let timeout = number(part(config, "clientIP"), "timeoutSeconds").unwrap_or_default();
            if timeout <= 0 || timeout > AFFINITY_LIMIT_SECONDS {
                let detail = format!("must be greater than 0 and less than {AFFINITY_LIMIT_SECONDS}");
                errors.invalid(&path.at("clientIP").at("timeoutSeconds"), timeout, detail);
            }
        }
        _ => {}
    }
}

fn check_addresses(spec: &Value, kind: &str, path: &Path, errors: &mut Errors) {
    let addresses = texts(spec, "clusterIPs");
    if kind != "ExternalName" {
        if !addresses.is_empty() && text(spec, "clusterIP").is_empty() {
            errors.invalid(
                &path.at("clusterIPs"),
                go_strings(&addresses),
                "must be empty when `clusterIP` is not specified",
            );
        }
        let given = if addresses.is_empty() {
            vec![text(spec, "clusterIP")]
        } else {
            addresses
        };
        for (i, address) in given.into_iter().enumerate() {
            if !matches!(address, "" | "None") && address.parse::<IpAddr>().is_err() {
                errors.invalid(&path.at("clusterIPs").index(i), address, ADDRESS);
            }
        }
        check_families(spec, path, errors);
    }
    for (i, address) in texts(spec, "externalIPs").into_iter().enumerate() {
        let path = path.at("externalIPs").index(i);
        match address.parse::<IpAddr>() {
            Err(_) => errors.invalid(&path, address, ADDRESS),
            Ok(ip) if ip.is_unspecified() => {
                errors.invalid(&path, address, format!("may not be unspecified ({address})"))
            }
            Ok(ip) if ip.is_loopback() => {
                errors.invalid(
                    &path,
                    address,
                    "may not be in the loopback range (127.0.0.0/8, ::1/128)",
                );
            }
            Ok(_) => {}
        }
    }
}

fn check_families(spec: &Value, path: &Path, errors: &mut Errors) {
    let mut seen = Vec::new();
    for (i, family) in texts(spec, "ipFamilies").into_iter().enumerate() {
        let path = path.at("ipFamilies").index(i);
        if !matches!(family, "IPv4" | "IPv6") {
            errors.not_supported(&path, family, &["IPv4", "IPv6"]);
        }
        if seen.contains(&family) {
            errors.duplicate(&path, family);
        }
        seen.push(family);
    }
}

fn check_distinct_ports(spec: &Value, path: &Path, errors: &mut Errors) {
    let (mut node_ports, mut ports) = (Vec::new(), Vec::new());
    for (i, port) in list(spec, "ports").iter().enumerate() {
        let path = path.at("ports").index(i);
        let node_port = number(port, "nodePort").unwrap_or_default();
        let taken = (text(port, "protocol"), node_port);
        if node_port != 0 && node_ports.contains(&taken) {
            errors.duplicate(&path.at("nodePort"), node_port);
        }
        node_ports.push(taken);
        let place = (text(port, "protocol"), number(port, "port"));
        if ports.contains(&place) {
            let shown = format!(
                "core.ServicePort{{Name:\"\", Protocol:{}, AppProtocol:(*string)(nil), Port:{}, \
                 TargetPort:intstr.IntOrString{{Type:0, IntVal:0, StrVal:\"\"}}, NodePort:0}}",
                go_quote(text(port, "protocol")),
                place.1.unwrap_or_default(),
            );
            errors.duplicate(&path, Shown(shown));
        }
        ports.push(place);
    }
}

fn check_load_balancer(spec: &Value, kind: &str, path: &Path, errors: &mut Errors) {
    let ranges = texts(spec, "loadBalancerSourceRanges");
    if !ranges.is_empty() {
        let path = path.at("LoadBalancerSourceRanges");
        if kind != "LoadBalancer" {
            errors.forbidden(&path, "may only be used when `type` is 'LoadBalancer'");
        }
        if ranges.iter().any(|range| !is_range(range.trim())) {
            let shown = format!("[{}]", ranges.join(" "));
            let detail = "must be a list of IP ranges. For example, 10.240.0.0/24,10.250.0.0/24 ";
            errors.invalid(&path, shown.as_str(), detail);
        }
    }
    if kind == "LoadBalancer" {
        return;
    }
    for field in ["allocateLoadBalancerNodePorts", "loadBalancerClass"] {
        if set(spec, field).is_some() {
            errors.forbidden(&path.at(field), "may only be used when `type` is 'LoadBalancer'");
        }
    }
}

fn is_range(range: &str) -> bool {
    let Some((address, bits)) = range.split_once('/') else {
        return false;
    };
    match (address.parse::<IpAddr>(), bits.parse::<u8>()) {
        (Ok(IpAddr::V4(_)), Ok(bits)) => bits <= 32,
        (Ok(IpAddr::V6(_)), Ok(bits)) => bits <= 128,
        _ => false,
    }
}

fn check_traffic_policies(spec: &Value, kind: &str, path: &Path, errors: &mut Errors) {
    let is_exposed = matches!(kind, "NodePort" | "LoadBalancer");
    if set(spec, "externalTrafficPolicy").is_some() {
        let policy = text(spec, "externalTrafficPolicy");
        if !is_exposed {
            let detail = "may only be set when `type` is 'NodePort' or 'LoadBalancer'";
            errors.invalid(&path.at("externalTrafficPolicy"), policy, detail);
        }
        errors.one_of_if_set(spec, "externalTrafficPolicy", path, &POLICIES);
    } else if is_exposed && TYPES.contains(&kind) {
        errors.required(&path.at("externalTrafficPolicy"), "");
    }
    errors.one_of_if_set(spec, "internalTrafficPolicy", path, &POLICIES);
}

/// A service keeps its address as long as its type needs one.
pub(super) fn check_service_update(new: &Value, old: &Value, errors: &mut Errors) {
    let (new, old, path) = (part(new, "spec"), part(old, "spec"), Path::new("spec"));
    let (before, now) = (texts(old, "clusterIPs"), texts(new, "clusterIPs"));
    if text(new, "type") == "ExternalName" || text(old, "type") == "ExternalName" {
        return;
    }
    let (Some(before), Some(now_first)) = (before.first(), now.first()) else {
        return;
    };
    if before != now_first {
        errors.invalid(
            &path.at("clusterIPs").index(0),
            go_strings(&now),
            "may not change once set",
        );
    }
}
