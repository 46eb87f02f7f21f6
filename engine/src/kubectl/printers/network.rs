//! What pods are reached by: Service, Endpoints, EndpointSlice, Ingress, IngressClass, NetworkPolicy,
//! ServiceCIDR.

use std::collections::BTreeSet;

use serde_json::Value;

use super::printer::{Cells, Column, Printer, cells};
use crate::api::Kind;
use crate::kubectl::{field, text};

/// How many hosts of an ingress are shown.
const SHOWN_HOSTS: usize = 3;

/// The printer of services.
pub const SERVICE: Printer = Printer {
    kind: Kind::SERVICE,
    columns: &[
        Column::NAME,
        Column::text("Type"),
        Column::text("Cluster-IP"),
        Column::text("External-IP"),
        Column::text("Port(s)"),
        Column::AGE,
        Column::text("Selector").wide(),
    ],
    cells: service,
};

fn service(object: &Value, now_ns: i64) -> Cells {
    let cluster_ip = field::items(object, "spec.clusterIPs")
        .first()
        .and_then(Value::as_str)
        .unwrap_or("<none>");
    Ok(cells![
        field::text(object, "metadata.name"),
        field::text(object, "spec.type"),
        cluster_ip,
        external_ip(object),
        service_ports(object),
        text::age(object, now_ns),
        text::labels(object, "spec.selector"),
    ])
}

/// Where a service is reached from outside, by its type.
fn external_ip(object: &Value) -> String {
    let mut addresses: Vec<&str> = field::items(object, "spec.externalIPs")
        .iter()
        .filter_map(Value::as_str)
        .collect();
    let placeholder = match field::text(object, "spec.type") {
        "ClusterIP" | "NodePort" => "<none>",
        "LoadBalancer" => {
            addresses.splice(0..0, load_balancer_addresses(object));
            "<pending>"
        }
        "ExternalName" => return field::text(object, "spec.externalName").to_owned(),
        _ => return "<unknown>".to_owned(),
    };
    if addresses.is_empty() {
        placeholder.to_owned()
    } else {
        addresses.join(",")
    }
}

/// The load balancer's addresses in order of their text: of each entry the IP or else the host name, every one once.
fn load_balancer_addresses(object: &Value) -> BTreeSet<&str> {
    let entries = field::items(object, "status.loadBalancer.ingress").iter();
    let addresses = entries.map(|entry| field::text_or(entry, "ip", field::text(entry, "hostname")));
    addresses.filter(|address| !address.is_empty()).collect()
}

/// `80/TCP`, or `80:30080/TCP` with a node port.
fn service_ports(object: &Value) -> String {
    let ports = field::items(object, "spec.ports").iter().map(|port| {
        let (number, protocol) = (field::integer(port, "port"), field::text(port, "protocol"));
        match field::integer(port, "nodePort") {
            node_port if node_port > 0 => format!("{number}:{node_port}/{protocol}"),
            _ => format!("{number}/{protocol}"),
        }
    });
    let ports = ports.collect::<Vec<_>>().join(",");
    if ports.is_empty() { "<none>".to_owned() } else { ports }
}

/// The printer of endpoints.
pub const ENDPOINTS: Printer = Printer {
    kind: Kind::ENDPOINTS,
    columns: &[Column::NAME, Column::text("Endpoints"), Column::AGE],
    cells: |object, now_ns| {
        Ok(cells![
            field::text(object, "metadata.name"),
            endpoints(object),
            text::age(object, now_ns)
        ])
    },
};

/// Every ready address with every port of its subset, the ports outermost; the bare addresses of a subset without ports.
fn endpoints(object: &Value) -> String {
    let subsets = field::items(object, "subsets");
    if subsets.is_empty() {
        return "<none>".to_owned();
    }
    let mut list = Vec::new();
    for subset in subsets {
        let addresses = || {
            field::items(subset, "addresses")
                .iter()
                .map(|address| field::text(address, "ip"))
        };
        let ports = field::items(subset, "ports");
        if ports.is_empty() {
            list.extend(addresses().map(str::to_owned));
        }
        for port in ports {
            let number = field::integer(port, "port");
            list.extend(addresses().map(|ip| match ip.contains([':', '%']) {
                true => format!("[{ip}]:{number}"),
                false => format!("{ip}:{number}"),
            }));
        }
    }
    text::shortened(list)
}

/// The printer of endpoint slices.
pub const ENDPOINT_SLICE: Printer = Printer {
    kind: Kind::ENDPOINT_SLICE,
    columns: &[
        Column::NAME,
        Column::text("AddressType"),
        Column::text("Ports"),
        Column::text("Endpoints"),
        Column::AGE,
    ],
    cells: endpoint_slice,
};

fn endpoint_slice(object: &Value, now_ns: i64) -> Cells {
    let unset = |list: String| if list.is_empty() { "<unset>".to_owned() } else { list };
    let ports = field::items(object, "ports")
        .iter()
        .map(|port| match field::optional_integer(port, "port") {
            Some(number) => number.to_string(),
            None => field::optional_text(port, "name").unwrap_or("*").to_owned(),
        });
    let endpoints = field::items(object, "endpoints")
        .iter()
        .flat_map(|endpoint| field::items(endpoint, "addresses"));
    let addresses = endpoints.map(|address| address.as_str().unwrap_or_default().to_owned());
    Ok(cells![
        field::text(object, "metadata.name"),
        field::text(object, "addressType"),
        unset(text::shortened(ports.collect())),
        unset(text::shortened(addresses.collect())),
        text::age(object, now_ns),
    ])
}

/// The printer of ingresses.
pub const INGRESS: Printer = Printer {
    kind: Kind::INGRESS,
    columns: &[
        Column::NAME,
        Column::text("Class"),
        Column::text("Hosts"),
        Column::text("Address"),
        Column::text("Ports"),
        Column::AGE,
    ],
    cells: ingress,
};

fn ingress(object: &Value, now_ns: i64) -> Cells {
    let addresses = load_balancer_addresses(object)
        .into_iter()
        .collect::<Vec<_>>()
        .join(",");
    Ok(cells![
        field::text(object, "metadata.name"),
        field::optional_text(object, "spec.ingressClassName").unwrap_or("<none>"),
        hosts(object),
        addresses,
        if field::items(object, "spec.tls").is_empty() {
            "80"
        } else {
            "80, 443"
        },
        text::age(object, now_ns),
    ])
}

/// The first three hosts. What is left out counts rules, those without a host included, once three hosts are shown and
/// rules follow.
fn hosts(object: &Value) -> String {
    let rules = field::items(object, "spec.rules");
    let mut list = Vec::new();
    let mut shortened = false;
    for host in rules.iter().map(|rule| field::text(rule, "host")) {
        shortened |= list.len() == SHOWN_HOSTS;
        if !shortened && !host.is_empty() {
            list.push(host);
        }
    }
    match list.join(",") {
        _ if list.is_empty() => "*".to_owned(),
        shown if shortened => format!("{shown} + {} more...", rules.len() - SHOWN_HOSTS),
        shown => shown,
    }
}

/// The printer of ingress classes.
pub const INGRESS_CLASS: Printer = Printer {
    kind: Kind::INGRESS_CLASS,
    columns: &[
        Column::NAME,
        Column::text("Controller"),
        Column::text("Parameters"),
        Column::AGE,
    ],
    cells: |object, now_ns| {
        Ok(cells![
            field::text(object, "metadata.name"),
            field::text(object, "spec.controller"),
            parameters(object),
            text::age(object, now_ns),
        ])
    },
};

/// The reference to a class's parameters, as `Kind.group/name`.
fn parameters(object: &Value) -> String {
    let Some(parameters) = field::at(object, "spec.parameters") else {
        return "<none>".to_owned();
    };
    let group = field::optional_text(parameters, "apiGroup")
        .map(|group| format!(".{group}"))
        .unwrap_or_default();
    format!(
        "{}{group}/{}",
        field::text(parameters, "kind"),
        field::text(parameters, "name")
    )
}

/// The printer of network policies.
pub const NETWORK_POLICY: Printer = Printer {
    kind: Kind::NETWORK_POLICY,
    columns: &[Column::NAME, Column::text("Pod-Selector"), Column::AGE],
    cells: |object, now_ns| {
        Ok(cells![
            field::text(object, "metadata.name"),
            text::selector(object, "spec.podSelector"),
            text::age(object, now_ns),
        ])
    },
};

/// The printer of the ranges that cluster IPs come from.
pub const SERVICE_CIDR: Printer = Printer {
    kind: Kind::SERVICE_CIDR,
    columns: &[Column::NAME, Column::text("CIDRs"), Column::AGE],
    cells: |object, now_ns| {
        let cidrs: Vec<&str> = field::items(object, "spec.cidrs")
            .iter()
            .filter_map(Value::as_str)
            .collect();
        Ok(cells![
            field::text(object, "metadata.name"),
            cidrs.join(","),
            text::age(object, now_ns)
        ])
    },
};
