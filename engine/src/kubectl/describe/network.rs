//! Services, Endpoints, EndpointSlices and Ingresses.

use serde_json::Value;

use super::Subject;
use super::head::{go_list, labels, name, one_line, scalar, table};
use super::page::Page;
use crate::api::{Kind, ObjectKey};
use crate::kubectl::{field, text};

/// The label that ties EndpointSlices to their Service.
const SERVICE_NAME: &str = "kubernetes.io/service-name";

/// Describes a Service.
pub fn service(page: &mut Page, subject: &Subject<'_, '_>) {
    let object = subject.object();
    name(page, object);
    labels(page, object);
    one_line(page, "Selector", object, "spec.selector");
    page.field(0, "Type", field::text(object, "spec.type"));
    page.field_if_set(0, "IP Family Policy", field::text(object, "spec.ipFamilyPolicy"));
    page.field(0, "IP Families", joined(object, "spec.ipFamilies"));
    page.field(0, "IP", field::text(object, "spec.clusterIP"));
    page.field(0, "IPs", joined(object, "spec.clusterIPs"));
    if !field::items(object, "spec.externalIPs").is_empty() {
        page.field(
            0,
            "External IPs",
            go_list(object, "spec.externalIPs").replace(['[', ']'], ""),
        );
    }
    page.field_if_set(0, "Desired LoadBalancer IP", field::text(object, "spec.loadBalancerIP"));
    page.field_if_set(0, "External Name", field::text(object, "spec.externalName"));
    let ingress: Vec<&str> = field::items(object, "status.loadBalancer.ingress")
        .iter()
        .map(|entry| field::text_or(entry, "ip", field::text(entry, "hostname")))
        .collect();
    if !ingress.is_empty() {
        page.field(0, "LoadBalancer Ingress", format!("{} (VIP)", ingress.join(", ")));
    }
    for port in field::items(object, "spec.ports") {
        let (port_name, protocol) = (field::text_or(port, "name", "<unset>"), field::text(port, "protocol"));
        let number = |key| field::integer(port, key);
        page.field(0, "Port", format!("{port_name}\t{}/{protocol}", number("port")));
        page.field(
            0,
            "TargetPort",
            format!("{}/{protocol}", scalar(port, "targetPort", "0")),
        );
        if number("nodePort") != 0 {
            page.field(0, "NodePort", format!("{port_name}\t{}/{protocol}", number("nodePort")));
        }
        let addresses = addresses(subject, &subject.info.key.name, field::text(port, "name"));
        page.field(0, "Endpoints", addresses);
    }
    page.field(0, "Session Affinity", field::text(object, "spec.sessionAffinity"));
    for (title, path) in [
        ("External Traffic Policy", "spec.externalTrafficPolicy"),
        ("Internal Traffic Policy", "spec.internalTrafficPolicy"),
    ] {
        page.field_if_set(0, title, field::text(object, path));
    }
    page.field_if_set(
        0,
        "HealthCheck NodePort",
        &scalar(object, "spec.healthCheckNodePort", ""),
    );
    let ranges = joined(object, "spec.loadBalancerSourceRanges");
    if ranges != "<none>" {
        page.field(0, "LoadBalancer Source Ranges", ranges);
    }
}

fn joined(object: &Value, path: &str) -> String {
    let items: Vec<&str> = field::items(object, path).iter().filter_map(Value::as_str).collect();
    if items.is_empty() {
        "<none>".to_owned()
    } else {
        items.join(",")
    }
}

/// The ready endpoints of a Service's port: the first three, and how many more; empty if there are none.
fn addresses(subject: &Subject<'_, '_>, service: &str, port_name: &str) -> String {
    let is_of_service = |slice: &Value| {
        let labels = field::map(slice, "metadata.labels");
        labels.and_then(|labels| labels.get(SERVICE_NAME)?.as_str()) == Some(service)
    };
    let mut all = Vec::new();
    for slice in subject.neighbours(Kind::ENDPOINT_SLICE).filter(is_of_service) {
        let ports = field::items(&slice, "ports");
        for port in ports.iter().filter(|port| field::text(port, "name") == port_name) {
            let number = field::integer(port, "port");
            for endpoint in field::items(&slice, "endpoints") {
                if field::optional_boolean(endpoint, "conditions.ready") == Some(false) {
                    continue;
                }
                let hosts = field::items(endpoint, "addresses").iter().filter_map(Value::as_str);
                all.extend(hosts.map(|host| format!("{host}:{number}")));
            }
        }
    }
    text::shortened(all)
}

/// Describes Endpoints.
pub fn endpoints(page: &mut Page, subject: &Subject<'_, '_>) {
    let object = subject.object();
    name(page, object);
    labels(page, object);
    page.line(0, "Subsets:");
    for subset in field::items(object, "subsets") {
        let hosts = |key| {
            let hosts: Vec<&str> = field::items(subset, key)
                .iter()
                .map(|address| field::text(address, "ip"))
                .collect();
            if hosts.is_empty() {
                "<none>".to_owned()
            } else {
                hosts.join(",")
            }
        };
        page.field(1, "Addresses", hosts("addresses"));
        page.field(1, "NotReadyAddresses", hosts("notReadyAddresses"));
        let ports = field::items(subset, "ports");
        if !ports.is_empty() {
            page.line(1, "Ports:");
            page.line(2, "Name\tPort\tProtocol");
            page.line(2, "----\t----\t--------");
        }
        for row in ports.iter().map(port_row) {
            page.line(2, row.join("\t"));
        }
        page.line(0, "");
    }
}

fn port_row(port: &Value) -> Vec<String> {
    vec![
        field::text_or(port, "name", "<unset>").to_owned(),
        scalar(port, "port", "<unset>"),
        field::text(port, "protocol").to_owned(),
    ]
}

/// Describes an EndpointSlice.
pub fn endpoint_slice(page: &mut Page, subject: &Subject<'_, '_>) {
    let object = subject.object();
    name(page, object);
    labels(page, object);
    page.field(0, "AddressType", field::text(object, "addressType"));
    let ports: Vec<Vec<String>> = field::items(object, "ports").iter().map(port_row).collect();
    if ports.is_empty() {
        page.line(0, "Ports: <unset>");
    } else {
        table(page, "Ports", &["Name", "Port", "Protocol"], &ports);
    }
    let endpoints = field::items(object, "endpoints");
    page.line(
        0,
        if endpoints.is_empty() {
            "Endpoints: <none>"
        } else {
            "Endpoints:"
        },
    );
    for endpoint in endpoints {
        page.field(1, "- Addresses", joined(endpoint, "addresses").replace(',', ", "));
        page.line(2, "Conditions:");
        page.field(3, "Ready", scalar(endpoint, "conditions.ready", "<unset>"));
        page.field(2, "Hostname", field::text_or(endpoint, "hostname", "<unset>"));
        if let Some(target) = field::at(endpoint, "targetRef") {
            let (kind, name) = (field::text(target, "kind"), field::text(target, "name"));
            page.field(2, "TargetRef", format!("{kind}/{name}"));
        }
        page.field(2, "NodeName", field::text_or(endpoint, "nodeName", "<unset>"));
        page.field(2, "Zone", field::text_or(endpoint, "zone", "<unset>"));
    }
}

/// Describes an Ingress.
pub fn ingress(page: &mut Page, subject: &Subject<'_, '_>) {
    let object = subject.object();
    page.field(0, "Name", field::text(object, "metadata.name"));
    page.labels("Labels", field::map(object, "metadata.labels"));
    page.field(0, "Namespace", field::text(object, "metadata.namespace"));
    let addresses: Vec<&str> = field::items(object, "status.loadBalancer.ingress")
        .iter()
        .map(|entry| field::text_or(entry, "ip", field::text(entry, "hostname")))
        .collect();
    page.field(0, "Address", addresses.join(","));
    page.field(
        0,
        "Ingress Class",
        field::text_or(object, "spec.ingressClassName", "<none>"),
    );
    let default = field::at(object, "spec.defaultBackend")
        .map_or_else(|| "<default>".to_owned(), |default| backend(subject, default));
    page.field(0, "Default backend", &default);
    let certificates = field::items(object, "spec.tls");
    if !certificates.is_empty() {
        page.line(0, "TLS:");
    }
    for certificate in certificates {
        let hosts = joined(certificate, "hosts");
        page.line(
            1,
            match field::text(certificate, "secretName") {
                "" => format!("SNI routes {hosts}"),
                secret => format!("{secret} terminates {}", hosts.replace("<none>", "")),
            },
        );
    }
    page.line(0, "Rules:\n  Host\tPath\tBackends");
    page.line(1, "----\t----\t--------");
    let rules = field::items(object, "spec.rules");
    let mut is_empty = true;
    for rule in rules.iter().filter(|rule| field::at(rule, "http").is_some()) {
        is_empty = false;
        page.line(1, format!("{}\t", field::text_or(rule, "host", "*")));
        for path in field::items(rule, "http.paths") {
            let backend = backend(subject, field::at(path, "backend").unwrap_or(&Value::Null));
            page.line(2, format!("\t{} \t{backend}", field::text(path, "path")));
        }
    }
    if is_empty {
        page.line(1, format!("*\t*\t{default}"));
    }
    page.annotations("Annotations", field::map(object, "metadata.annotations"));
}

/// `web:80 (10.0.0.1:80)`.
fn backend(subject: &Subject<'_, '_>, backend: &Value) -> String {
    let Some(service) = field::at(backend, "service") else {
        let of = |key| field::text(field::at(backend, "resource").unwrap_or(&Value::Null), key);
        return format!(
            "APIGroup: {}, Kind: {}, Name: {}",
            of("apiGroup"),
            of("kind"),
            of("name")
        );
    };
    let name = field::text(service, "name");
    let shown = format!(
        "{name}:{}",
        match field::text(service, "port.name") {
            "" => field::integer(service, "port.number").to_string(),
            port => port.to_owned(),
        }
    );
    let key = ObjectKey::new(subject.info.key.namespace.clone(), name);
    let Some(object) = subject.session.get(Kind::SERVICE, &key) else {
        return format!("{shown} (<error: services \"{name}\" not found>)");
    };
    let is_meant = |port: &&Value| {
        let number = field::optional_integer(service, "port.number");
        number.map_or_else(
            || field::text(port, "name") == field::text(service, "port.name"),
            |number| field::integer(port, "port") == number,
        )
    };
    let ports = field::items(&object, "spec.ports");
    let port = ports.iter().find(is_meant).map(|port| field::text(port, "name"));
    let addresses = addresses(subject, name, port.unwrap_or_default());
    format!("{shown} ({addresses})")
}
