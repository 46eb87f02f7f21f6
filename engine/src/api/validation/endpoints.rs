//! EndpointSlices and Endpoints (`pkg/apis/discovery/validation`, `pkg/apis/core/validation`).

use super::address::check_ordinary_ip;
use super::fields::{Errors, Path, list, map, number, part, set, text, texts};
use super::labels::{check_label_key, check_labels};
use super::names::{label_errors, port_number_error};
use crate::api::selector::names::{label_value_errors, subdomain_errors};
use serde_json::Value;
use std::net::IpAddr;

const ADDRESS_TYPES: [&str; 3] = ["FQDN", "IPv4", "IPv6"];
const PROTOCOLS: [&str; 3] = ["SCTP", "TCP", "UDP"];
const ENDPOINTS_LIMIT: usize = 1000;
const ADDRESSES_LIMIT: usize = 100;
const PORTS_LIMIT: usize = 20_000;
const ZONES_LIMIT: usize = 8;

pub(super) fn check_endpoint_slice(slice: &Value, errors: &mut Errors) {
    let address_type = text(slice, "addressType");
    match address_type {
        "" => errors.required(&Path::new("addressType"), ""),
        other if !ADDRESS_TYPES.contains(&other) => {
            errors.not_supported(&Path::new("addressType"), other, &ADDRESS_TYPES);
        }
        _ => {}
    }
    let (endpoints, path) = (list(slice, "endpoints"), Path::new("endpoints"));
    if endpoints.len() > ENDPOINTS_LIMIT {
        errors.too_many(&path, endpoints.len(), ENDPOINTS_LIMIT);
    } else {
        for (i, endpoint) in endpoints.iter().enumerate() {
            check_endpoint(endpoint, address_type, &path.index(i), errors);
        }
    }
    check_slice_ports(list(slice, "ports"), &Path::new("ports"), errors);
}

fn check_endpoint(endpoint: &Value, address_type: &str, path: &Path, errors: &mut Errors) {
    let addresses_path = path.at("addresses");
    let addresses = texts(endpoint, "addresses");
    if addresses.is_empty() {
        errors.required(&addresses_path, "must contain at least 1 address");
    } else if addresses.len() > ADDRESSES_LIMIT {
        errors.too_many(&addresses_path, addresses.len(), ADDRESSES_LIMIT);
    }
    for (i, address) in addresses.into_iter().enumerate() {
        let path = addresses_path.index(i);
        let parsed = address.parse::<IpAddr>();
        match address_type {
            "IPv4" => {
                if !matches!(parsed, Ok(IpAddr::V4(_))) {
                    errors.invalid(&path, address, "must be a valid IPv4 address");
                }
                check_ordinary_ip(address, &path, errors);
            }
            "IPv6" => {
                if !matches!(parsed, Ok(IpAddr::V6(_))) {
                    errors.invalid(&path, address, "must be a valid IPv6 address");
                }
                check_ordinary_ip(address, &path, errors);
            }
            "FQDN" => check_full_name(address, &path, errors),
            _ => {}
        }
    }
    if set(endpoint, "nodeName").is_some() {
        let node = text(endpoint, "nodeName");
        errors.invalid_each(&path.at("nodeName"), node, subdomain_errors(node));
    }
    let topology_path = path.at("deprecatedTopology");
    check_labels(map(endpoint, "deprecatedTopology"), &topology_path, errors);
    if set(endpoint, "hostname").is_some() {
        let host = text(endpoint, "hostname");
        errors.invalid_each(&path.at("hostname"), host, label_errors(host));
    }
    check_hints(part(endpoint, "hints"), &path.at("hints").at("forZones"), errors);
}

/// A name of at least two labels, perhaps with a dot behind it.
fn check_full_name(name: &str, path: &Path, errors: &mut Errors) {
    if name.is_empty() {
        return errors.required(path, "");
    }
    let stem = name.strip_suffix('.').unwrap_or(name);
    let messages = subdomain_errors(stem);
    if !messages.is_empty() {
        return errors.invalid(path, name, messages.join(","));
    }
    if !stem.contains('.') {
        let detail = "should be a domain with at least two segments separated by dots";
        return errors.invalid(path, name, detail);
    }
    for label in stem.split('.') {
        errors.invalid_each(path, label, label_errors(label));
    }
}

fn check_hints(hints: &Value, path: &Path, errors: &mut Errors) {
    let zones = list(hints, "forZones");
    if zones.len() > ZONES_LIMIT {
        return errors.too_many(path, zones.len(), ZONES_LIMIT);
    }
    let mut seen = Vec::new();
    for (i, zone) in zones.iter().enumerate() {
        let (path, name) = (path.index(i).at("name"), text(zone, "name"));
        if seen.contains(&name) {
            errors.duplicate(&path, name);
        }
        seen.push(name);
        errors.invalid_each(&path, name, label_value_errors(name));
    }
}

fn check_slice_ports(ports: &[Value], path: &Path, errors: &mut Errors) {
    if ports.len() > PORTS_LIMIT {
        return errors.too_many(path, ports.len(), PORTS_LIMIT);
    }
    let mut names = Vec::new();
    for (i, port) in ports.iter().enumerate() {
        let path = path.index(i);
        let name = text(port, "name");
        if !name.is_empty() {
            errors.invalid_each(&path.at("name"), name, label_errors(name));
        }
        if names.contains(&name) {
            errors.duplicate(&path.at("name"), name);
        }
        names.push(name);
        errors.one_of(port, "protocol", &path, &PROTOCOLS);
        if set(port, "appProtocol").is_some() {
            check_label_key(text(port, "appProtocol"), &path.at("appProtocol"), errors);
        }
    }
}

/// The older kind.
pub(super) fn check_endpoints(endpoints: &Value, errors: &mut Errors) {
    for (i, subset) in list(endpoints, "subsets").iter().enumerate() {
        let path = Path::new("subsets").index(i);
        let is_empty = list(subset, "addresses").is_empty() && list(subset, "notReadyAddresses").is_empty();
        if is_empty {
            errors.required(&path, "must specify `addresses` or `notReadyAddresses`");
        }
        for field in ["addresses", "notReadyAddresses"] {
            for (i, address) in list(subset, field).iter().enumerate() {
                check_endpoint_address(address, &path.at(field).index(i), errors);
            }
        }
        let ports = list(subset, "ports");
        for (i, port) in ports.iter().enumerate() {
            check_endpoint_port(port, ports.len() > 1, &path.at("ports").index(i), errors);
        }
    }
}

fn check_endpoint_address(address: &Value, path: &Path, errors: &mut Errors) {
    let ip = text(address, "ip");
    if ip.parse::<IpAddr>().is_err() {
        let detail = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
        errors.invalid(&path.at("ip"), ip, detail);
    }
    let host = text(address, "hostname");
    if !host.is_empty() {
        errors.invalid_each(&path.at("hostname"), host, label_errors(host));
    }
    if set(address, "nodeName").is_some() {
        let node = text(address, "nodeName");
        errors.invalid_each(&path.at("nodeName"), node, subdomain_errors(node));
    }
    if ip.parse::<IpAddr>().is_ok() {
        check_ordinary_ip(ip, &path.at("ip"), errors);
    }
}

fn check_endpoint_port(port: &Value, needs_name: bool, path: &Path, errors: &mut Errors) {
    match text(port, "name") {
        "" if needs_name => errors.required(&path.at("name"), ""),
        "" => {}
        name => errors.invalid_each(&path.at("name"), name, label_errors(name)),
    }
    let number = number(port, "port").unwrap_or_default();
    if let Some(message) = port_number_error(number) {
        errors.invalid(&path.at("port"), number, message);
    }
    errors.one_of(port, "protocol", path, &PROTOCOLS);
    if set(port, "appProtocol").is_some() {
        check_label_key(text(port, "appProtocol"), &path.at("appProtocol"), errors);
    }
}
