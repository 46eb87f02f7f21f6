//! Deployments, ReplicaSets, ReplicationControllers, StatefulSets and DaemonSets.

use serde_json::Value;

use super::Subject;
use super::head::{conditions, controller, created, go_list, labels, name, one_line, scalar};
use super::page::Page;
use super::template::template;
use crate::api::{Kind, Uid};
use crate::kubectl::printers::storage;
use crate::kubectl::{field, text};

const CONDITIONS: [&str; 3] = ["Type", "Status", "Reason"];
const CONDITION_FIELDS: [&str; 3] = ["type", "status", "reason"];
/// What the controller adds to a ReplicaSet's template.
const HASH_LABEL: &str = "pod-template-hash";

/// Describes a Deployment.
pub fn deployment(page: &mut Page, subject: &Subject<'_, '_>) {
    let object = subject.object();
    name(page, object);
    created(page, object);
    labels(page, object);
    page.field(0, "Selector", text::selector(object, "spec.selector"));
    let count = |path| field::integer(object, path);
    page.field(
        0,
        "Replicas",
        format!(
            "{} desired | {} updated | {} total | {} available | {} unavailable",
            count("spec.replicas"),
            count("status.updatedReplicas"),
            count("status.replicas"),
            count("status.availableReplicas"),
            count("status.unavailableReplicas")
        ),
    );
    page.field(0, "StrategyType", field::text(object, "spec.strategy.type"));
    page.field(0, "MinReadySeconds", count("spec.minReadySeconds"));
    if let Some(rolling) = field::at(object, "spec.strategy.rollingUpdate") {
        let amount = |path| scalar(rolling, path, "<nil>");
        page.field(
            0,
            "RollingUpdateStrategy",
            format!(
                "{} max unavailable, {} max surge",
                amount("maxUnavailable"),
                amount("maxSurge")
            ),
        );
    }
    pod_template(page, object);
    conditions(page, object, &CONDITIONS, &CONDITION_FIELDS);
    let (new, old): (Vec<Value>, Vec<Value>) = owned(subject, Kind::REPLICA_SET)
        .into_iter()
        .partition(|set| is_of_template(set, object));
    page.field(0, "OldReplicaSets", replica_sets(&old));
    page.field(0, "NewReplicaSet", replica_sets(new.get(..1).unwrap_or_default()));
}

fn replica_sets(sets: &[Value]) -> String {
    let one = |set: &Value| {
        let (created, wanted) = (
            field::integer(set, "status.replicas"),
            field::integer(set, "spec.replicas"),
        );
        let name = field::text(set, "metadata.name");
        format!("{name} ({created}/{wanted} replicas created)")
    };
    match sets {
        [] => "<none>".to_owned(),
        sets => sets.iter().map(one).collect::<Vec<_>>().join(", "),
    }
}

fn is_of_template(set: &Value, deployment: &Value) -> bool {
    let mut template = field::at(set, "spec.template").cloned().unwrap_or_default();
    if let Some(labels) = template.pointer_mut("/metadata/labels").and_then(Value::as_object_mut) {
        labels.remove(HASH_LABEL);
    }
    Some(&template) == field::at(deployment, "spec.template")
}

/// Describes a ReplicaSet or a ReplicationController.
pub fn replica_set(page: &mut Page, subject: &Subject<'_, '_>) {
    let object = subject.object();
    name(page, object);
    if subject.info.kind == Kind::REPLICATION_CONTROLLER {
        one_line(page, "Selector", object, "spec.selector");
    } else {
        page.field(0, "Selector", text::selector(object, "spec.selector"));
    }
    labels(page, object);
    controller(page, object);
    let count = |path| field::integer(object, path);
    page.field(
        0,
        "Replicas",
        format!(
            "{} current / {} desired",
            count("status.replicas"),
            count("spec.replicas")
        ),
    );
    pods_status(page, subject);
    pod_template(page, object);
    conditions(page, object, &CONDITIONS, &CONDITION_FIELDS);
}

/// Describes a StatefulSet.
pub fn stateful_set(page: &mut Page, subject: &Subject<'_, '_>) {
    let object = subject.object();
    name(page, object);
    created(page, object);
    page.field(0, "Selector", text::selector(object, "spec.selector"));
    labels(page, object);
    let count = |path| field::integer(object, path);
    page.field(
        0,
        "Replicas",
        format!(
            "{} desired | {} total",
            count("spec.replicas"),
            count("status.replicas")
        ),
    );
    page.field(0, "Update Strategy", field::text(object, "spec.updateStrategy.type"));
    if let Some(rolling) = field::at(object, "spec.updateStrategy.rollingUpdate") {
        for (title, path) in [("Partition", "partition"), ("MaxUnavailable", "maxUnavailable")] {
            page.field_if_set(1, title, &scalar(rolling, path, ""));
        }
    }
    pods_status(page, subject);
    pod_template(page, object);
    claim_templates(page, field::items(object, "spec.volumeClaimTemplates"));
}

fn claim_templates(page: &mut Page, templates: &[Value]) {
    if templates.is_empty() {
        return page.field(0, "Volume Claims", "<none>");
    }
    page.line(0, "Volume Claims:");
    for claim in templates {
        page.field(1, "Name", field::text(claim, "metadata.name"));
        page.field(1, "StorageClass", storage::class(claim));
        page.labels("  Labels", field::map(claim, "metadata.labels"));
        page.annotations("  Annotations", field::map(claim, "metadata.annotations"));
        let capacity = field::at(claim, "spec.resources.requests.storage");
        page.field(
            1,
            "Capacity",
            capacity.map_or_else(|| "<default>".to_owned(), |amount| text::quantity(Some(amount))),
        );
        page.field(1, "Access Modes", go_list(claim, "spec.accessModes"));
    }
}

/// Describes a DaemonSet.
pub fn daemon_set(page: &mut Page, subject: &Subject<'_, '_>) {
    let object = subject.object();
    name(page, object);
    page.field(0, "Selector", text::selector(object, "spec.selector"));
    one_line(page, "Node-Selector", object, "spec.template.spec.nodeSelector");
    labels(page, object);
    for (title, path) in [
        ("Desired Number of Nodes Scheduled", "status.desiredNumberScheduled"),
        ("Current Number of Nodes Scheduled", "status.currentNumberScheduled"),
        (
            "Number of Nodes Scheduled with Up-to-date Pods",
            "status.updatedNumberScheduled",
        ),
        (
            "Number of Nodes Scheduled with Available Pods",
            "status.numberAvailable",
        ),
        ("Number of Nodes Misscheduled", "status.numberMisscheduled"),
    ] {
        // kubectl writes no tab here.
        page.line(0, format!("{title}: {}", field::integer(object, path)));
    }
    pods_status(page, subject);
    pod_template(page, object);
}

fn pod_template(page: &mut Page, object: &Value) {
    template(page, field::at(object, "spec.template").unwrap_or(&Value::Null));
}

/// The objects of a kind that the subject owns, by name.
pub fn owned(subject: &Subject<'_, '_>, kind: Kind) -> Vec<Value> {
    let uid: Uid = field::text(subject.object(), "metadata.uid")
        .parse()
        .unwrap_or_default();
    let objects = subject.session.cluster.store().objects();
    let mut owned: Vec<Value> = objects
        .owned_of_kind(uid, kind)
        .map(|object| subject.session.external(object))
        .collect();
    owned.sort_by(|a, b| field::text(a, "metadata.name").cmp(field::text(b, "metadata.name")));
    owned
}

/// How many of the subject's pods are in which phase.
fn pods_status(page: &mut Page, subject: &Subject<'_, '_>) {
    let pods = owned(subject, Kind::POD);
    let count = |phase| {
        pods.iter()
            .filter(|pod| field::text(pod, "status.phase") == phase)
            .count()
    };
    page.field(
        0,
        "Pods Status",
        format!(
            "{} Running / {} Waiting / {} Succeeded / {} Failed",
            count("Running"),
            count("Pending"),
            count("Succeeded"),
            count("Failed")
        ),
    );
}
