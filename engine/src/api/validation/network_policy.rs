//! NetworkPolicies (`pkg/apis/networking/validation`).

use super::address::Range;
use super::fields::{Errors, Path, Shown, go_strings, list, number, part, set, text, texts};
use super::labels::check_label_selector;
use super::names::port_number_error;
use super::probe::check_port as check_port_value;
use serde_json::Value;

const PROTOCOLS: [&str; 3] = ["TCP", "UDP", "SCTP"];
const POLICY_TYPES: [&str; 2] = ["Ingress", "Egress"];

pub(super) fn check_network_policy(policy: &Value, errors: &mut Errors) {
    let (spec, path) = (part(policy, "spec"), Path::new("spec"));
    check_label_selector(part(spec, "podSelector"), &path.at("podSelector"), errors);
    for (direction, peers) in [("ingress", "from"), ("egress", "to")] {
        for (i, rule) in list(spec, direction).iter().enumerate() {
            let path = path.at(direction).index(i);
            for (i, port) in list(rule, "ports").iter().enumerate() {
                check_port(port, &path.at("ports").index(i), errors);
            }
            for (i, peer) in list(rule, peers).iter().enumerate() {
                check_peer(peer, &path.at(peers).index(i), errors);
            }
        }
    }
    let types = texts(spec, "policyTypes");
    let path = path.at("policyTypes");
    if types.len() > POLICY_TYPES.len() {
        let shown = go_strings(&types).0.replacen("[]string", "[]networking.PolicyType", 1);
        return errors.invalid(&path, Shown(shown), "may not specify more than two policyTypes");
    }
    for (i, policy_type) in types.into_iter().enumerate() {
        if !POLICY_TYPES.contains(&policy_type) {
            errors.not_supported(&path.index(i), policy_type, &POLICY_TYPES);
        }
    }
}

fn check_port(port: &Value, path: &Path, errors: &mut Errors) {
    errors.one_of_if_set(port, "protocol", path, &PROTOCOLS);
    let end = number(port, "endPort");
    let end_path = path.at("endPort");
    match set(port, "port") {
        None => {
            if let Some(end) = end {
                errors.invalid(&end_path, end, "may not be specified when `port` is not specified");
            }
        }
        Some(name) if name.is_string() => {
            if let Some(end) = end {
                errors.invalid(&end_path, end, "may not be specified when `port` is non-numeric");
            }
            check_port_value(name, &path.at("port"), errors);
        }
        Some(first) => {
            check_port_value(first, &path.at("port"), errors);
            let Some(end) = end else { return };
            if end < first.as_i64().unwrap_or_default() {
                // The server shows the port, not its end.
                let shown = first.as_i64().unwrap_or_default();
                errors.invalid(&end_path, shown, "must be greater than or equal to `port`");
            }
            if let Some(message) = port_number_error(end) {
                errors.invalid(&end_path, end, message);
            }
        }
    }
}

fn check_peer(peer: &Value, path: &Path, errors: &mut Errors) {
    let mut selectors = 0;
    for selector in ["podSelector", "namespaceSelector"] {
        if let Some(value) = set(peer, selector) {
            selectors += 1;
            check_label_selector(value, &path.at(selector), errors);
        }
    }
    let block = set(peer, "ipBlock");
    if let Some(block) = block {
        check_block(block, &path.at("ipBlock"), errors);
    }
    match (selectors, block) {
        (0, None) => errors.required(path, "must specify a peer"),
        (1.., Some(_)) => errors.forbidden(path, "may not specify both ipBlock and another peer"),
        _ => {}
    }
}

fn check_block(block: &Value, path: &Path, errors: &mut Errors) {
    const NO_RANGE: &str = "not a valid CIDR";
    let cidr = text(block, "cidr");
    if cidr.is_empty() {
        return errors.required(&path.at("cidr"), "");
    }
    let Some(whole) = Range::parse(cidr) else {
        return errors.invalid(&path.at("cidr"), cidr, NO_RANGE);
    };
    for (i, except) in texts(block, "except").into_iter().enumerate() {
        let path = path.at("except").index(i);
        match Range::parse(except) {
            None => return errors.invalid(&path, except, NO_RANGE),
            Some(part) if !whole.holds(part) => {
                errors.invalid(&path, except, "must be a strict subset of `cidr`");
            }
            Some(_) => {}
        }
    }
}
