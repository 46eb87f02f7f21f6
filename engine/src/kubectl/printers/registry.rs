//! Which printer prints a kind.

use serde_json::Value;

use super::printer::{Cells, Column, Printer, cells};
use super::{access, apps, autoscaling, batch, config, event, network, node, pod, policy, storage};
use crate::api::Kind;
use crate::kubectl::field;

/// Every printer, by kind.
const PRINTERS: &[Printer] = &[
    access::CERTIFICATE_SIGNING_REQUEST,
    access::CLUSTER_ROLE_BINDING,
    config::CONFIG_MAP,
    apps::CONTROLLER_REVISION,
    batch::CRON_JOB,
    apps::DAEMON_SET,
    apps::DEPLOYMENT,
    network::ENDPOINT_SLICE,
    network::ENDPOINTS,
    event::EVENT,
    autoscaling::HORIZONTAL_POD_AUTOSCALER,
    network::INGRESS,
    network::INGRESS_CLASS,
    batch::JOB,
    node::LEASE,
    config::NAMESPACE,
    network::NETWORK_POLICY,
    node::NODE,
    storage::PERSISTENT_VOLUME,
    storage::PERSISTENT_VOLUME_CLAIM,
    pod::POD,
    policy::POD_DISRUPTION_BUDGET,
    apps::POD_TEMPLATE,
    policy::PRIORITY_CLASS,
    apps::REPLICA_SET,
    apps::REPLICATION_CONTROLLER,
    config::RESOURCE_QUOTA,
    access::ROLE_BINDING,
    config::SECRET,
    network::SERVICE,
    config::SERVICE_ACCOUNT,
    apps::STATEFUL_SET,
    storage::STORAGE_CLASS,
];

/// What the API server shows of kinds without a printer of their own (apiserver `registry/rest`, default table convertor).
const DEFAULT_COLUMNS: &[Column] = &[
    Column::NAME,
    Column {
        name: "Created At",
        type_name: "date",
        format: "",
        priority: 0,
    },
];

fn printer(kind: Kind) -> Option<&'static Printer> {
    PRINTERS.iter().find(|printer| printer.kind == kind)
}

/// The columns of a kind, wide ones included.
pub fn columns(kind: Kind) -> &'static [Column] {
    printer(kind).map_or(DEFAULT_COLUMNS, |printer| printer.columns)
}

/// The wide row of an object: one cell a column, as the API server serves it. `now_ns` is the virtual time in nanoseconds
/// since the Unix epoch.
///
/// # Errors
/// An object that the API server's printer refuses as well.
pub fn row(kind: Kind, object: &Value, now_ns: i64) -> Cells {
    match printer(kind) {
        Some(printer) => (printer.cells)(object, now_ns),
        None => Ok(cells![
            field::text(object, "metadata.name"),
            field::text(object, "metadata.creationTimestamp")
        ]),
    }
}
