//! Dynamic resource allocation: DeviceClass, ResourceClaim, ResourceClaimTemplate, ResourceSlice.

use serde_json::Value;

use super::printer::{Cells, Column, Printer, cells};
use crate::api::Kind;
use crate::kubectl::{field, text};

/// The printer of device classes.
pub const DEVICE_CLASS: Printer = Printer {
    kind: Kind::DEVICE_CLASS,
    columns: &[Column::NAME, Column::AGE],
    cells: name_and_age,
};

/// The printer of resource claim templates.
pub const RESOURCE_CLAIM_TEMPLATE: Printer = Printer {
    kind: Kind::RESOURCE_CLAIM_TEMPLATE,
    columns: &[Column::NAME, Column::AGE],
    cells: name_and_age,
};

fn name_and_age(object: &Value, now_ns: i64) -> Cells {
    Ok(cells![field::text(object, "metadata.name"), text::age(object, now_ns)])
}

/// The printer of resource claims.
pub const RESOURCE_CLAIM: Printer = Printer {
    kind: Kind::RESOURCE_CLAIM,
    columns: &[Column::NAME, Column::text("State"), Column::AGE],
    cells: |object, now_ns| {
        Ok(cells![
            field::text(object, "metadata.name"),
            claim_state(object),
            text::age(object, now_ns)
        ])
    },
};

fn claim_state(object: &Value) -> String {
    let is_deleted = field::at(object, "metadata.deletionTimestamp").is_some();
    let is_allocated = field::at(object, "status.allocation").is_some();
    let is_reserved = is_allocated && !field::items(object, "status.reservedFor").is_empty();
    let states = [
        (is_deleted, "deleted"),
        (!is_allocated && !is_deleted, "pending"),
        (is_allocated, "allocated"),
        (is_reserved, "reserved"),
    ];
    let states = states.into_iter().filter_map(|(holds, state)| holds.then_some(state));
    states.collect::<Vec<_>>().join(",")
}

/// The printer of resource slices.
pub const RESOURCE_SLICE: Printer = Printer {
    kind: Kind::RESOURCE_SLICE,
    columns: &[
        Column::NAME,
        Column::text("Node"),
        Column::text("Driver"),
        Column::text("Pool"),
        Column::AGE,
    ],
    cells: |object, now_ns| {
        Ok(cells![
            field::text(object, "metadata.name"),
            field::text(object, "spec.nodeName"),
            field::text(object, "spec.driver"),
            field::text(object, "spec.pool.name"),
            text::age(object, now_ns),
        ])
    },
};
