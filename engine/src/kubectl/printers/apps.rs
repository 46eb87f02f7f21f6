//! Workloads: Deployment, ReplicaSet, StatefulSet, DaemonSet, ReplicationController, PodTemplate, ControllerRevision.

use serde_json::Value;

use super::printer::{Cells, Column, PrintError, Printer, cells};
use crate::api::Kind;
use crate::kubectl::{field, text};

/// The printer of deployments.
pub const DEPLOYMENT: Printer = Printer {
    kind: Kind::DEPLOYMENT,
    columns: &[
        Column::NAME,
        Column::text("Ready"),
        Column::text("Up-to-date"),
        Column::text("Available"),
        Column::AGE,
        Column::text("Containers").wide(),
        Column::text("Images").wide(),
        Column::text("Selector").wide(),
    ],
    cells: deployment,
};

fn deployment(object: &Value, now_ns: i64) -> Cells {
    let (names, images) = text::containers(object, "spec.template.spec.containers");
    Ok(cells![
        field::text(object, "metadata.name"),
        ready_of_desired(object),
        field::integer(object, "status.updatedReplicas"),
        field::integer(object, "status.availableReplicas"),
        text::age(object, now_ns),
        names,
        images,
        text::deployment_selector(object, "spec.selector"),
    ])
}

/// Deployments and stateful sets: `readyReplicas/replicas`.
fn ready_of_desired(object: &Value) -> String {
    format!(
        "{}/{}",
        field::integer(object, "status.readyReplicas"),
        field::integer(object, "spec.replicas")
    )
}

const REPLICA_COLUMNS: &[Column] = &[
    Column::NAME,
    Column::integer("Desired"),
    Column::integer("Current"),
    Column::integer("Ready"),
    Column::AGE,
    Column::text("Containers").wide(),
    Column::text("Images").wide(),
    Column::text("Selector").wide(),
];

/// The printer of replica sets.
pub const REPLICA_SET: Printer = Printer {
    kind: Kind::REPLICA_SET,
    columns: REPLICA_COLUMNS,
    cells: |object, now_ns| replicas(object, now_ns, text::selector(object, "spec.selector")),
};

/// The printer of replication controllers, whose selector is a plain label set.
pub const REPLICATION_CONTROLLER: Printer = Printer {
    kind: Kind::REPLICATION_CONTROLLER,
    columns: REPLICA_COLUMNS,
    cells: |object, now_ns| replicas(object, now_ns, text::labels(object, "spec.selector")),
};

fn replicas(object: &Value, now_ns: i64, selector: String) -> Cells {
    let (names, images) = text::containers(object, "spec.template.spec.containers");
    Ok(cells![
        field::text(object, "metadata.name"),
        field::integer(object, "spec.replicas"),
        field::integer(object, "status.replicas"),
        field::integer(object, "status.readyReplicas"),
        text::age(object, now_ns),
        names,
        images,
        selector,
    ])
}

/// The printer of stateful sets.
pub const STATEFUL_SET: Printer = Printer {
    kind: Kind::STATEFUL_SET,
    columns: &[
        Column::NAME,
        Column::text("Ready"),
        Column::AGE,
        Column::text("Containers").wide(),
        Column::text("Images").wide(),
    ],
    cells: stateful_set,
};

fn stateful_set(object: &Value, now_ns: i64) -> Cells {
    let (names, images) = text::containers(object, "spec.template.spec.containers");
    Ok(cells![
        field::text(object, "metadata.name"),
        ready_of_desired(object),
        text::age(object, now_ns),
        names,
        images,
    ])
}

/// The printer of daemon sets.
pub const DAEMON_SET: Printer = Printer {
    kind: Kind::DAEMON_SET,
    columns: &[
        Column::NAME,
        Column::integer("Desired"),
        Column::integer("Current"),
        Column::integer("Ready"),
        Column::integer("Up-to-date"),
        Column::integer("Available"),
        Column::text("Node Selector"),
        Column::AGE,
        Column::text("Containers").wide(),
        Column::text("Images").wide(),
        Column::text("Selector").wide(),
    ],
    cells: daemon_set,
};

fn daemon_set(object: &Value, now_ns: i64) -> Cells {
    let (names, images) = text::containers(object, "spec.template.spec.containers");
    Ok(cells![
        field::text(object, "metadata.name"),
        field::integer(object, "status.desiredNumberScheduled"),
        field::integer(object, "status.currentNumberScheduled"),
        field::integer(object, "status.numberReady"),
        field::integer(object, "status.updatedNumberScheduled"),
        field::integer(object, "status.numberAvailable"),
        text::labels(object, "spec.template.spec.nodeSelector"),
        text::age(object, now_ns),
        names,
        images,
        text::selector(object, "spec.selector"),
    ])
}

/// The printer of pod templates, the one kind here without an age.
pub const POD_TEMPLATE: Printer = Printer {
    kind: Kind::POD_TEMPLATE,
    columns: &[
        Column::NAME,
        Column::text("Containers"),
        Column::text("Images"),
        Column::text("Pod Labels"),
    ],
    cells: pod_template,
};

fn pod_template(object: &Value, _now_ns: i64) -> Cells {
    let (names, images) = text::containers(object, "template.spec.containers");
    Ok(cells![
        field::text(object, "metadata.name"),
        names,
        images,
        text::labels(object, "template.metadata.labels")
    ])
}

/// The printer of controller revisions.
pub const CONTROLLER_REVISION: Printer = Printer {
    kind: Kind::CONTROLLER_REVISION,
    columns: &[
        Column::NAME,
        Column::text("Controller"),
        Column::text("Revision"),
        Column::AGE,
    ],
    cells: controller_revision,
};

fn controller_revision(object: &Value, now_ns: i64) -> Cells {
    Ok(cells![
        field::text(object, "metadata.name"),
        controller(object)?,
        field::integer(object, "revision"),
        text::age(object, now_ns),
    ])
}

/// The first owner that is the controller, as `kind.group/name`; the name alone if it has neither kind nor group.
fn controller(object: &Value) -> Result<String, PrintError> {
    let owners = field::items(object, "metadata.ownerReferences");
    let Some(owner) = owners.iter().find(|owner| field::boolean(owner, "controller")) else {
        return Ok("<none>".to_owned());
    };
    let (kind, name) = (field::text(owner, "kind"), field::text(owner, "name"));
    let prefix = match (kind, group_of(field::text(owner, "apiVersion"))?) {
        ("", "") => return Ok(name.to_owned()),
        (kind, "") => kind.to_lowercase(),
        (kind, group) => format!("{kind}.{group}").to_lowercase(),
    };
    Ok(format!("{prefix}/{name}"))
}

/// The group of an `apiVersion`, empty for the core group.
fn group_of(api_version: &str) -> Result<&str, PrintError> {
    match api_version.split_once('/') {
        None => Ok(""),
        Some((group, version)) if !version.contains('/') => Ok(group),
        Some(_) => Err(PrintError::GroupVersion(api_version.to_owned())),
    }
}
