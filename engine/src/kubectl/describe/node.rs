//! Nodes: what they have, who runs on them, how much of them is spoken for.

use serde_json::{Map, Value};

use super::Subject;
use super::head::{conditions, created, labels};
use super::page::Page;
use crate::api::quantity::Quantity;
use crate::api::{Kind, ObjectKey};
use crate::kubectl::printers::node::roles;
use crate::kubectl::{field, text};

/// Where the kubelets' leases are.
const LEASES: &str = "kube-node-lease";
/// The resources every node has, in the order in which what is allocated is shown.
const STANDARD: [&str; 3] = ["cpu", "memory", "ephemeral-storage"];
const SYSTEM: [(&str, &str); 10] = [
    ("Machine ID", "machineID"),
    ("System UUID", "systemUUID"),
    ("Boot ID", "bootID"),
    ("Kernel Version", "kernelVersion"),
    ("OS Image", "osImage"),
    ("Operating System", "operatingSystem"),
    ("Architecture", "architecture"),
    ("Container Runtime Version", "containerRuntimeVersion"),
    ("Kubelet Version", "kubeletVersion"),
    ("Kube-Proxy Version", "kubeProxyVersion"),
];

/// Describes a Node.
pub fn node(page: &mut Page, subject: &Subject<'_, '_>) {
    let object = subject.object();
    page.field(0, "Name", field::text(object, "metadata.name"));
    page.field(0, "Roles", roles(object));
    labels(page, object);
    created(page, object);
    let mut taints: Vec<String> = field::items(object, "spec.taints").iter().map(taint).collect();
    taints.sort();
    page.list("Taints", taints);
    page.field(0, "Unschedulable", field::boolean(object, "spec.unschedulable"));
    lease(page, subject);
    let header = [
        "Type",
        "Status",
        "LastHeartbeatTime",
        "LastTransitionTime",
        "Reason",
        "Message",
    ];
    let fields = [
        "type",
        "status",
        "lastHeartbeatTime",
        "lastTransitionTime",
        "reason",
        "message",
    ];
    conditions(page, object, &header, &fields);
    page.line(0, "Addresses:");
    for address in field::items(object, "status.addresses") {
        page.field(1, field::text(address, "type"), field::text(address, "address"));
    }
    for (title, path) in [("Capacity", "status.capacity"), ("Allocatable", "status.allocatable")] {
        page.line(0, format!("{title}:"));
        for (resource, amount) in field::map(object, path).into_iter().flatten() {
            page.field(1, resource, text::quantity(Some(amount)));
        }
    }
    page.line(0, "System Info:");
    let system = field::at(object, "status.nodeInfo").unwrap_or(&Value::Null);
    for (title, key) in SYSTEM {
        page.field(1, title, field::text(system, key));
    }
    page.field_if_set(0, "PodCIDR", field::text(object, "spec.podCIDR"));
    let ranges: Vec<&str> = field::items(object, "spec.podCIDRs")
        .iter()
        .filter_map(Value::as_str)
        .collect();
    page.field_if_set(0, "PodCIDRs", &ranges.join(","));
    page.field_if_set(0, "ProviderID", field::text(object, "spec.providerID"));
    allocation(page, subject);
}

fn taint(taint: &Value) -> String {
    let (key, effect) = (field::text(taint, "key"), field::text(taint, "effect"));
    match field::text(taint, "value") {
        "" => format!("{key}:{effect}"),
        value => format!("{key}={value}:{effect}"),
    }
}

fn lease(page: &mut Page, subject: &Subject<'_, '_>) {
    let key = ObjectKey::new(LEASES, subject.info.key.name.clone());
    page.line(0, "Lease:");
    let lease = subject.session.get(Kind::LEASE, &key).unwrap_or_default();
    page.field(
        1,
        "HolderIdentity",
        field::text_or(&lease, "spec.holderIdentity", "<unset>"),
    );
    for (title, path) in [("AcquireTime", "spec.acquireTime"), ("RenewTime", "spec.renewTime")] {
        let time = field::optional_text(&lease, path);
        page.field(1, title, time.map_or_else(|| "<unset>".to_owned(), text::date));
    }
}

/// Requests and limits of one resource.
type Amounts = (Quantity, Quantity);

/// The pods that have not ended, and the sums of what they ask for.
fn allocation(page: &mut Page, subject: &Subject<'_, '_>) {
    let object = subject.object();
    let objects = subject.session.cluster.store().objects();
    let mut pods: Vec<Value> = objects
        .pods_on(&subject.info.key.name)
        .filter_map(|pod| objects.object(Kind::POD, &pod.meta.key()))
        .map(|pod| subject.session.external(pod))
        .filter(|pod| !matches!(field::text(pod, "status.phase"), "Succeeded" | "Failed"))
        .collect();
    let name = |pod: &Value| {
        let of = |path| field::text(pod, path).to_owned();
        (of("metadata.namespace"), of("metadata.name"))
    };
    pods.sort_by_key(name);
    let allocatable = field::map(object, "status.allocatable").or_else(|| field::map(object, "status.capacity"));
    page.field(0, "Non-terminated Pods", format!("({} in total)", pods.len()));
    page.line(
        1,
        "Namespace\tName\t\tCPU Requests\tCPU Limits\tMemory Requests\tMemory Limits\tAge",
    );
    page.line(
        1,
        "---------\t----\t\t------------\t----------\t---------------\t-------------\t---",
    );
    for pod in &pods {
        let shares: Vec<String> = ["cpu", "memory"]
            .iter()
            .flat_map(|resource| {
                let (requests, limits) = amounts(pod, resource);
                [
                    share(&requests, allocatable, resource),
                    share(&limits, allocatable, resource),
                ]
            })
            .collect();
        let (namespace, name) = name(pod);
        let age = text::age(pod, subject.now_ns);
        page.line(1, format!("{namespace}\t{name}\t\t{}\t{age}", shares.join("\t")));
    }
    page.line(
        0,
        "Allocated resources:\n  (Total limits may be over 100 percent, i.e., overcommitted.)",
    );
    page.line(1, "Resource\tRequests\tLimits");
    page.line(1, "--------\t--------\t------");
    let total = |resource: &str| {
        pods.iter().fold((Quantity::zero(), Quantity::zero()), |sum, pod| {
            let (requests, limits) = amounts(pod, resource);
            (sum.0.add(&requests), sum.1.add(&limits))
        })
    };
    let others = allocatable.into_iter().flatten().map(|(resource, _)| resource.as_str());
    let others: Vec<&str> = others
        .filter(|resource| !STANDARD.contains(resource) && *resource != "pods")
        .collect();
    for resource in STANDARD {
        let (requests, limits) = total(resource);
        let (requests, limits) = (
            share(&requests, allocatable, resource),
            share(&limits, allocatable, resource),
        );
        page.line(1, format!("{resource}\t{requests}\t{limits}"));
    }
    for resource in others {
        let (requests, limits) = total(resource);
        let is_huge = resource.starts_with("hugepages-");
        let cell = |amount: &Quantity| match is_huge {
            true => share(amount, allocatable, resource),
            false => amount.to_string(),
        };
        page.line(1, format!("{resource}\t{}\t{}", cell(&requests), cell(&limits)));
    }
}

/// `500m (25%)` of what the node can give.
fn share(amount: &Quantity, allocatable: Option<&Map<String, Value>>, resource: &str) -> String {
    let whole = allocatable
        .and_then(|all| all.get(resource))
        .and_then(|amount| Quantity::from_json(amount).ok());
    let whole = whole.map_or(0, |whole| whole.milli_value());
    let percent = match whole {
        0 => 0,
        whole => i128::from(amount.milli_value()) * 100 / i128::from(whole),
    };
    format!("{amount} ({percent}%)")
}

/// What a pod asks for: the sum over its containers and sidecars, or more where an init container needs more.
fn amounts(pod: &Value, resource: &str) -> Amounts {
    let of = |list: &str| {
        let amount = |container: &Value| {
            let amounts = field::map(container, &format!("resources.{list}"));
            let amount = amounts.and_then(|amounts| amounts.get(resource));
            amount
                .and_then(|amount| Quantity::from_json(amount).ok())
                .unwrap_or_else(Quantity::zero)
        };
        let containers = field::items(pod, "spec.containers");
        let sum = containers
            .iter()
            .fold(Quantity::zero(), |sum, container| sum.add(&amount(container)));
        let (mut sidecars, mut peak) = (Quantity::zero(), Quantity::zero());
        for init in field::items(pod, "spec.initContainers") {
            let needed = sidecars.add(&amount(init));
            if field::text(init, "restartPolicy") == "Always" {
                sidecars = needed.clone();
            }
            if needed.sub(&peak).sign() > 0 {
                peak = needed;
            }
        }
        let running = sum.add(&sidecars);
        if peak.sub(&running).sign() > 0 { peak } else { running }
    };
    (of("requests"), of("limits"))
}
