//! Small kinds of the core group: ConfigMap, Secret, ServiceAccount, Namespace, ResourceQuota.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::printer::{Cells, Column, Printer, cells};
use crate::api::Kind;
use crate::kubectl::{field, text};

/// The printer of config maps.
pub const CONFIG_MAP: Printer = Printer {
    kind: Kind::CONFIG_MAP,
    columns: &[Column::NAME, Column::text("Data"), Column::AGE],
    cells: |object, now_ns| {
        let entries = field::map_len(object, "data") + field::map_len(object, "binaryData");
        Ok(cells![
            field::text(object, "metadata.name"),
            entries,
            text::age(object, now_ns)
        ])
    },
};

/// The printer of secrets.
pub const SECRET: Printer = Printer {
    kind: Kind::SECRET,
    columns: &[Column::NAME, Column::text("Type"), Column::text("Data"), Column::AGE],
    cells: |object, now_ns| {
        Ok(cells![
            field::text(object, "metadata.name"),
            field::text(object, "type"),
            secret_entries(object),
            text::age(object, now_ns),
        ])
    },
};

/// The keys of a secret's `data`, which `stringData` writes into as well.
fn secret_entries(object: &Value) -> i64 {
    let keys = |path| field::map(object, path).into_iter().flat_map(Map::keys);
    keys("data").chain(keys("stringData")).collect::<BTreeSet<_>>().len() as i64
}

/// The printer of service accounts.
pub const SERVICE_ACCOUNT: Printer = Printer {
    kind: Kind::SERVICE_ACCOUNT,
    columns: &[Column::NAME, Column::text("Secrets"), Column::AGE],
    cells: |object, now_ns| {
        Ok(cells![
            field::text(object, "metadata.name"),
            field::list_len(object, "secrets"),
            text::age(object, now_ns),
        ])
    },
};

/// The printer of namespaces.
pub const NAMESPACE: Printer = Printer {
    kind: Kind::NAMESPACE,
    columns: &[Column::NAME, Column::text("Status"), Column::AGE],
    cells: |object, now_ns| {
        Ok(cells![
            field::text(object, "metadata.name"),
            field::text(object, "status.phase"),
            text::age(object, now_ns),
        ])
    },
};

/// The printer of resource quotas.
pub const RESOURCE_QUOTA: Printer = Printer {
    kind: Kind::RESOURCE_QUOTA,
    columns: &[
        Column::NAME,
        Column::AGE,
        Column::text("Request"),
        Column::text("Limit"),
    ],
    cells: resource_quota,
};

/// Used over hard for every resource with a hard limit: those named `limits.…` in a column of their own.
fn resource_quota(object: &Value, now_ns: i64) -> Cells {
    let (mut requests, mut limits) = (Vec::new(), Vec::new());
    for (resource, hard) in field::map(object, "status.hard").into_iter().flatten() {
        let used = field::map(object, "status.used").and_then(|used| used.get(resource));
        let entry = format!("{resource}: {}/{}", text::quantity(used), text::quantity(Some(hard)));
        if resource.starts_with("limits.") {
            limits.push(entry)
        } else {
            requests.push(entry)
        }
    }
    Ok(cells![
        field::text(object, "metadata.name"),
        text::age(object, now_ns),
        requests.join(", "),
        limits.join(", "),
    ])
}
