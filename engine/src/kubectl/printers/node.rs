//! Node, Lease, RuntimeClass.

use std::collections::BTreeSet;

use serde_json::Value;

use super::printer::{Cells, Column, Printer, cells};
use crate::api::Kind;
use crate::kubectl::{field, text};

/// Labels whose key names a role: `node-role.kubernetes.io/<role>`.
const ROLE_LABEL_PREFIX: &str = "node-role.kubernetes.io/";
/// The label whose value names a role.
const ROLE_LABEL: &str = "kubernetes.io/role";

/// The printer of nodes.
pub const NODE: Printer = Printer {
    kind: Kind::NODE,
    columns: &[
        Column::NAME,
        Column::text("Status"),
        Column::text("Roles"),
        Column::AGE,
        Column::text("Version"),
        Column::text("Internal-IP").wide(),
        Column::text("External-IP").wide(),
        Column::text("OS-Image").wide(),
        Column::text("Kernel-Version").wide(),
        Column::text("Container-Runtime").wide(),
    ],
    cells: node,
};

fn node(object: &Value, now_ns: i64) -> Cells {
    Ok(cells![
        field::text(object, "metadata.name"),
        status(object),
        roles(object),
        text::age(object, now_ns),
        field::text(object, "status.nodeInfo.kubeletVersion"),
        address(object, "InternalIP"),
        address(object, "ExternalIP"),
        field::text_or(object, "status.nodeInfo.osImage", "<unknown>"),
        field::text_or(object, "status.nodeInfo.kernelVersion", "<unknown>"),
        field::text_or(object, "status.nodeInfo.containerRuntimeVersion", "<unknown>"),
    ])
}

/// The last Ready condition, and whether the node is cordoned.
fn status(object: &Value) -> String {
    let conditions = field::items(object, "status.conditions");
    let ready = match conditions
        .iter()
        .rfind(|condition| field::text(condition, "type") == "Ready")
    {
        Some(condition) if field::text(condition, "status") == "True" => "Ready",
        Some(_) => "NotReady",
        None => "Unknown",
    };
    let cordoned = if field::boolean(object, "spec.unschedulable") {
        ",SchedulingDisabled"
    } else {
        ""
    };
    format!("{ready}{cordoned}")
}

pub(in crate::kubectl) fn roles(object: &Value) -> String {
    let mut roles = BTreeSet::new();
    for (key, value) in field::map(object, "metadata.labels").into_iter().flatten() {
        match key.strip_prefix(ROLE_LABEL_PREFIX) {
            Some(role) => roles.insert(role),
            None if key == ROLE_LABEL => roles.insert(value.as_str().unwrap_or_default()),
            None => false,
        };
    }
    roles.remove("");
    if roles.is_empty() {
        "<none>".to_owned()
    } else {
        roles.into_iter().collect::<Vec<_>>().join(",")
    }
}

/// The first address of a type.
fn address<'v>(object: &'v Value, type_name: &str) -> &'v str {
    let addresses = field::items(object, "status.addresses");
    let first = addresses
        .iter()
        .find(|address| field::text(address, "type") == type_name);
    first.map_or("<none>", |address| field::text(address, "address"))
}

/// The printer of leases.
pub const LEASE: Printer = Printer {
    kind: Kind::LEASE,
    columns: &[Column::NAME, Column::text("Holder"), Column::AGE],
    cells: |object, now_ns| {
        Ok(cells![
            field::text(object, "metadata.name"),
            field::text(object, "spec.holderIdentity"),
            text::age(object, now_ns),
        ])
    },
};

/// The printer of runtime classes.
pub const RUNTIME_CLASS: Printer = Printer {
    kind: Kind::RUNTIME_CLASS,
    columns: &[Column::NAME, Column::text("Handler"), Column::AGE],
    cells: |object, now_ns| {
        Ok(cells![
            field::text(object, "metadata.name"),
            field::text(object, "handler"),
            text::age(object, now_ns)
        ])
    },
};
