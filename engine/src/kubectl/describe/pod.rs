//! `kubectl describe pod`.

use serde_json::Value;

use super::container::containers;
use super::events::events;
use super::page::Page;
use super::volume::volumes;
use crate::api::{PodSpec, qos_class};
use crate::kubectl::{field, text};

/// Describes a pod. `about` are the events that name it, `None` for `--show-events=false`; `now_ns` is the virtual time in
/// nanoseconds since the Unix epoch.
pub fn pod(object: &Value, about: Option<&[Value]>, now_ns: i64) -> String {
    let mut page = Page::default();
    identity(&mut page, object, now_ns);
    addresses(&mut page, object);
    if !field::items(object, "spec.initContainers").is_empty() {
        containers(
            &mut page,
            "Init Containers",
            object,
            "initContainers",
            "initContainerStatuses",
        );
    }
    containers(&mut page, "Containers", object, "containers", "containerStatuses");
    if !field::items(object, "spec.ephemeralContainers").is_empty() {
        containers(
            &mut page,
            "Ephemeral Containers",
            object,
            "ephemeralContainers",
            "ephemeralContainerStatuses",
        );
    }
    conditions(&mut page, object);
    volumes(&mut page, "Volumes", field::items(object, "spec.volumes"));
    page.field(0, "QoS Class", qos(object));
    page.labels("Node-Selectors", field::map(object, "spec.nodeSelector"));
    tolerations(&mut page, "Tolerations", object);
    topology_spread(&mut page, "Topology Spread Constraints", object);
    if let Some(about) = about {
        events(&mut page, about, now_ns);
    }
    page.finish()
}

/// The class noted at creation. A kubelet that refuses a pod overwrites the status without it; then it is computed.
fn qos(object: &Value) -> &str {
    match field::text(object, "status.qosClass") {
        "" => qos_class(&PodSpec::from_json(object.get("spec").cloned().unwrap_or_default())),
        class => class,
    }
}

fn identity(page: &mut Page, object: &Value, now_ns: i64) {
    page.field(0, "Name", field::text(object, "metadata.name"));
    page.field(0, "Namespace", field::text(object, "metadata.namespace"));
    if let Some(priority) = field::optional_integer(object, "spec.priority") {
        page.field(0, "Priority", priority);
    }
    page.field_if_set(0, "Priority Class Name", field::text(object, "spec.priorityClassName"));
    page.field_if_set(0, "Runtime Class Name", field::text(object, "spec.runtimeClassName"));
    page.field_if_set(0, "Service Account", field::text(object, "spec.serviceAccountName"));
    match field::text(object, "spec.nodeName") {
        "" => page.field(0, "Node", "<none>"),
        node => page.field(0, "Node", format!("{node}/{}", field::text(object, "status.hostIP"))),
    }
    if let Some(started) = field::optional_text(object, "status.startTime") {
        page.field(0, "Start Time", text::date(started));
    }
    page.labels("Labels", field::map(object, "metadata.labels"));
    page.annotations("Annotations", field::map(object, "metadata.annotations"));
    status(page, object, now_ns);
}

/// The phase; of a pod that is being deleted, since when instead, unless it has come to its end already.
fn status(page: &mut Page, object: &Value, now_ns: i64) {
    let phase = field::text(object, "status.phase");
    match field::optional_text(object, "metadata.deletionTimestamp") {
        Some(deleted) if !matches!(phase, "Failed" | "Succeeded") => {
            page.field(
                0,
                "Status",
                format!("Terminating (lasts {})", text::since_timestamp(deleted, now_ns)),
            );
            let grace_period_s = field::integer(object, "metadata.deletionGracePeriodSeconds");
            page.field(0, "Termination Grace Period", format!("{grace_period_s}s"));
        }
        _ => page.field(0, "Status", phase),
    }
    page.field_if_set(0, "Reason", field::text(object, "status.reason"));
    page.field_if_set(0, "Message", field::text(object, "status.message"));
    if let Some(profile) = field::at(object, "spec.securityContext.seccompProfile") {
        page.field(0, "SeccompProfile", field::text(profile, "type"));
        page.field_if_set(0, "LocalhostProfile", field::text(profile, "localhostProfile"));
    }
}

fn addresses(page: &mut Page, object: &Value) {
    page.field(0, "IP", field::text(object, "status.podIP"));
    let ips = field::items(object, "status.podIPs");
    if ips.is_empty() {
        page.field(0, "IPs", "<none>");
    } else {
        page.line(0, "IPs:");
        ips.iter().for_each(|ip| page.field(1, "IP", field::text(ip, "ip")));
    }
    let owners = field::items(object, "metadata.ownerReferences");
    if let Some(owner) = owners.iter().find(|owner| field::boolean(owner, "controller")) {
        page.field(
            0,
            "Controlled By",
            format!("{}/{}", field::text(owner, "kind"), field::text(owner, "name")),
        );
    }
    page.field_if_set(0, "NominatedNodeName", field::text(object, "status.nominatedNodeName"));
}

/// Readiness gates and conditions. kubectl writes a space after both words, so these lines end in one.
fn conditions(page: &mut Page, object: &Value) {
    let conditions = field::items(object, "status.conditions");
    let gates = field::items(object, "spec.readinessGates");
    if !gates.is_empty() {
        page.line(0, "Readiness Gates:\n  Type\tStatus");
        for gate in gates.iter().map(|gate| field::text(gate, "conditionType")) {
            let condition = conditions
                .iter()
                .find(|condition| field::text(condition, "type") == gate);
            let status = condition.map_or("<none>", |condition| field::text(condition, "status"));
            page.line(1, format!("{gate} \t{status} "));
        }
    }
    if !conditions.is_empty() {
        page.line(0, "Conditions:\n  Type\tStatus");
        for condition in conditions {
            page.line(
                1,
                format!(
                    "{} \t{} ",
                    field::text(condition, "type"),
                    field::text(condition, "status")
                ),
            );
        }
    }
}

/// Tolerations by key, as `key=value:Effect op=Exists for 300s`.
pub fn tolerations(page: &mut Page, title: &str, object: &Value) {
    let mut tolerations: Vec<&Value> = field::items(object, "spec.tolerations").iter().collect();
    tolerations.sort_by_key(|toleration| field::text(toleration, "key"));
    page.list(title, tolerations.into_iter().map(toleration));
}

fn toleration(toleration: &Value) -> String {
    let (value, effect) = (field::text(toleration, "value"), field::text(toleration, "effect"));
    let mut text = field::text(toleration, "key").to_owned();
    if !value.is_empty() {
        text += &format!("={value}");
    }
    if !effect.is_empty() {
        text += &format!(":{effect}");
    }
    if field::text(toleration, "operator") == "Exists" && value.is_empty() {
        text += if text.is_empty() { "op=Exists" } else { " op=Exists" };
    }
    if let Some(seconds) = field::optional_integer(toleration, "tolerationSeconds") {
        text += &format!(" for {seconds}s");
    }
    text
}

/// Topology spread constraints by topology key; nothing at all without any.
pub fn topology_spread(page: &mut Page, title: &str, object: &Value) {
    let mut constraints: Vec<&Value> = field::items(object, "spec.topologySpreadConstraints").iter().collect();
    if constraints.is_empty() {
        return;
    }
    constraints.sort_by_key(|constraint| field::text(constraint, "topologyKey"));
    page.list(title, constraints.into_iter().map(topology_spread_constraint));
}

fn topology_spread_constraint(constraint: &Value) -> String {
    let key = field::text(constraint, "topologyKey");
    let otherwise = field::text(constraint, "whenUnsatisfiable");
    let skew = field::integer(constraint, "maxSkew");
    let selector = match field::at(constraint, "labelSelector") {
        Some(_) => format!(" for selector {}", text::selector(constraint, "labelSelector")),
        None => String::new(),
    };
    format!("{key}:{otherwise} when max skew {skew} is exceeded{selector}")
}
