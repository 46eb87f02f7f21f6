//! NetworkPolicies. They are described; nobody obeys them, as no traffic flows.

use serde_json::Value;

use super::Subject;
use super::head::{labels, name, scalar};
use super::page::Page;
use crate::kubectl::{field, text};

/// Describes a NetworkPolicy.
pub fn network_policy(page: &mut Page, subject: &Subject<'_, '_>) {
    let object = subject.object();
    name(page, object);
    let created = field::text(object, "metadata.creationTimestamp");
    page.field(0, "Created on", created.replace('T', " ").replace('Z', " +0000 UTC"));
    labels(page, object);
    page.line(0, "Spec:");
    let selector = text::selector(object, "spec.podSelector");
    page.line(
        1,
        match selector.as_str() {
            "<none>" => {
                "PodSelector:     <none> (Allowing the specific traffic to all pods in this namespace)".to_owned()
            }
            selector => format!("PodSelector:     {selector}"),
        },
    );
    let types: Vec<&str> = field::items(object, "spec.policyTypes")
        .iter()
        .filter_map(Value::as_str)
        .collect();
    let affects = |direction: &str| types.contains(&direction) || (types.is_empty() && direction == "Ingress");
    for (direction, word, peers, peer) in [("Ingress", "ingress", "from", "From"), ("Egress", "egress", "to", "To")] {
        if !affects(direction) {
            page.line(1, format!("Not affecting {word} traffic"));
            continue;
        }
        page.line(1, format!("Allowing {word} traffic:"));
        let rules = field::map(object, "spec").and_then(|spec| spec.get(word)?.as_array());
        let rules = rules.map(Vec::as_slice).unwrap_or_default();
        if rules.is_empty() {
            page.line(
                2,
                format!("<none> (Selected pods are isolated for {word} connectivity)"),
            );
        }
        for (index, rule) in rules.iter().enumerate() {
            ports(page, rule);
            self::peers(page, field::items(rule, peers), peer);
            if index + 1 < rules.len() {
                page.line(2, "----------");
            }
        }
    }
    page.line(1, format!("Policy Types: {}", types.join(", ")));
}

fn ports(page: &mut Page, rule: &Value) {
    let ports = field::items(rule, "ports");
    if ports.is_empty() {
        page.line(2, "To Port: <any> (traffic allowed to all ports)");
    }
    for port in ports {
        let protocol = field::text_or(port, "protocol", "TCP");
        let number = scalar(port, "port", "<any>");
        match field::optional_integer(port, "endPort") {
            Some(end) => page.line(2, format!("To Port Range: {number}-{end}/{protocol}")),
            None => page.line(2, format!("To Port: {number}/{protocol}")),
        }
    }
}

fn peers(page: &mut Page, peers: &[Value], word: &str) {
    if peers.is_empty() {
        let side = if word == "From" { "source" } else { "destination" };
        page.line(2, format!("{word}: <any> (traffic not restricted by {side})"));
    }
    for peer in peers {
        page.line(2, format!("{word}:"));
        for (title, key) in [
            ("NamespaceSelector", "namespaceSelector"),
            ("PodSelector", "podSelector"),
        ] {
            if field::at(peer, key).is_some() {
                page.line(3, format!("{title}: {}", text::selector(peer, key)));
            }
        }
        if let Some(block) = field::at(peer, "ipBlock") {
            page.line(3, "IPBlock:");
            page.line(4, format!("CIDR: {}", field::text(block, "cidr")));
            let except: Vec<&str> = field::items(block, "except").iter().filter_map(Value::as_str).collect();
            page.line(4, format!("Except: {}", except.join(", ")));
        }
    }
}
