//! Nodes.

use super::fields::{Errors, Path, Shown, list, part, set, text, texts};
use super::labels::check_label_key;
use super::resources::check_node_resources;
use super::scheduling::TAINT_EFFECTS;
use crate::api::quote::go_quote;
use crate::api::selector::names::label_value_errors;
use serde_json::Value;
use std::net::IpAddr;

pub(super) fn check_node(node: &Value, errors: &mut Errors) {
    let spec = part(node, "spec");
    // The server files taints under the metadata.
    check_taints(spec, &Path::new("metadata.taints"), errors);
    check_node_resources(part(node, "status"), &Path::new("status"), errors);
    let ranges = texts(spec, "podCIDRs");
    for (i, range) in ranges.iter().enumerate() {
        let is_range = range
            .split_once('/')
            .is_some_and(|(address, bits)| address.parse::<IpAddr>().is_ok() && bits.parse::<u8>().is_ok());
        if !is_range {
            let shown = Shown(super::fields::go_strings(&ranges).0);
            errors.invalid(&Path::new("spec.podCIDRs").index(i), shown, "must be valid CIDR");
        }
    }
}

fn check_taints(spec: &Value, path: &Path, errors: &mut Errors) {
    let mut seen = Vec::new();
    for (i, taint) in list(spec, "taints").iter().enumerate() {
        let path = path.index(i);
        let (key, value, effect) = (text(taint, "key"), text(taint, "value"), text(taint, "effect"));
        check_label_key(key, &path.at("key"), errors);
        let messages = label_value_errors(value);
        if !messages.is_empty() {
            errors.invalid(&path.at("value"), value, messages.join(";"));
        }
        errors.one_of(taint, "effect", &path, &TAINT_EFFECTS);
        if seen.contains(&(key, effect)) {
            let shown = format!(
                "core.Taint{{Key:{}, Value:{}, Effect:{}, TimeAdded:<nil>}}: taints must be unique by key and effect pair",
                go_quote(key),
                go_quote(value),
                go_quote(effect)
            );
            errors.duplicate(&path, Shown(shown));
        }
        seen.push((key, effect));
    }
}

pub(super) fn check_node_update(new: &Value, old: &Value, errors: &mut Errors) {
    let (new, old, path) = (part(new, "spec"), part(old, "spec"), Path::new("spec"));
    if !list(old, "podCIDRs").is_empty() && part(new, "podCIDRs") != part(old, "podCIDRs") {
        errors.forbidden(
            &path.at("podCIDRs"),
            "node updates may not change podCIDR except from \"\" to valid",
        );
    }
    if set(old, "providerID").is_some() && text(new, "providerID") != text(old, "providerID") {
        errors.forbidden(
            &path.at("providerID"),
            "node updates may not change providerID except from \"\" to valid",
        );
    }
}
