//! How storage drivers present themselves: CSIDriver, CSINode, CSIStorageCapacity, VolumeAttachment, VolumeAttributesClass.

use serde_json::Value;

use super::printer::{Cells, Column, Printer, cells};
use crate::api::Kind;
use crate::kubectl::{field, text};

/// The printer of CSI drivers.
pub const CSI_DRIVER: Printer = Printer {
    kind: Kind::CSI_DRIVER,
    columns: &[
        Column::NAME,
        Column::boolean("AttachRequired"),
        Column::boolean("PodInfoOnMount"),
        Column::boolean("StorageCapacity"),
        Column::text("TokenRequests"),
        Column::boolean("RequiresRepublish"),
        Column::text("Modes"),
        Column::AGE,
    ],
    cells: csi_driver,
};

fn csi_driver(object: &Value, now_ns: i64) -> Cells {
    let modes: Vec<&str> = field::items(object, "spec.volumeLifecycleModes")
        .iter()
        .filter_map(Value::as_str)
        .collect();
    let audiences = field::at(object, "spec.tokenRequests").map(|_| {
        let requests = field::items(object, "spec.tokenRequests").iter();
        requests
            .map(|request| field::text(request, "audience"))
            .collect::<Vec<_>>()
            .join(",")
    });
    Ok(cells![
        field::text(object, "metadata.name"),
        field::optional_boolean(object, "spec.attachRequired").unwrap_or(true),
        field::boolean(object, "spec.podInfoOnMount"),
        field::boolean(object, "spec.storageCapacity"),
        audiences.unwrap_or_else(|| "<unset>".to_owned()),
        field::boolean(object, "spec.requiresRepublish"),
        if modes.is_empty() {
            "<none>".to_owned()
        } else {
            modes.join(",")
        },
        text::age(object, now_ns),
    ])
}

/// The printer of CSI nodes.
pub const CSI_NODE: Printer = Printer {
    kind: Kind::CSI_NODE,
    columns: &[Column::NAME, Column::integer("Drivers"), Column::AGE],
    cells: |object, now_ns| {
        Ok(cells![
            field::text(object, "metadata.name"),
            field::list_len(object, "spec.drivers"),
            text::age(object, now_ns),
        ])
    },
};

/// The printer of CSI storage capacities.
pub const CSI_STORAGE_CAPACITY: Printer = Printer {
    kind: Kind::CSI_STORAGE_CAPACITY,
    columns: &[Column::NAME, Column::text("StorageClassName"), Column::text("Capacity")],
    cells: |object, _now_ns| {
        let capacity = field::at(object, "capacity");
        Ok(cells![
            field::text(object, "metadata.name"),
            field::text(object, "storageClassName"),
            capacity.map_or_else(|| "<unset>".to_owned(), |_| text::quantity(capacity)),
        ])
    },
};

/// The printer of volume attachments.
pub const VOLUME_ATTACHMENT: Printer = Printer {
    kind: Kind::VOLUME_ATTACHMENT,
    columns: &[
        Column::NAME,
        // The API server marks this one as a name as well.
        Column {
            format: "name",
            ..Column::text("Attacher")
        },
        Column::text("PV"),
        Column::text("Node"),
        Column::boolean("Attached"),
        Column::AGE,
    ],
    cells: |object, now_ns| {
        Ok(cells![
            field::text(object, "metadata.name"),
            field::text(object, "spec.attacher"),
            field::text(object, "spec.source.persistentVolumeName"),
            field::text(object, "spec.nodeName"),
            field::boolean(object, "status.attached"),
            text::age(object, now_ns),
        ])
    },
};

/// The printer of volume attributes classes.
pub const VOLUME_ATTRIBUTES_CLASS: Printer = Printer {
    kind: Kind::VOLUME_ATTRIBUTES_CLASS,
    columns: &[Column::NAME, Column::text("DriverName"), Column::AGE],
    cells: |object, now_ns| {
        Ok(cells![
            field::text(object, "metadata.name"),
            field::text(object, "driverName"),
            text::age(object, now_ns),
        ])
    },
};
