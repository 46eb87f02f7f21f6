//! Which printer prints a kind.

use serde_json::Value;

use super::printer::{Cell, Column, PrintError, Printer};
use super::{access, apps, batch, config, event, network, node, pod, policy, storage};

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
    policy::HORIZONTAL_POD_AUTOSCALER,
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

/// The printer of a kind (as in `kind: Pod`), if there is one.
pub fn printer(kind: &str) -> Option<&'static Printer> {
    PRINTERS.iter().find(|printer| printer.kind == kind)
}

/// The printer of a kind by its lower-case name, which is how recordings and `kubectl get` name it (`replicaset`).
pub fn printer_by_resource(resource: &str) -> Option<&'static Printer> {
    PRINTERS.iter().find(|printer| printer.kind.to_lowercase() == resource)
}

/// The columns of a kind, wide ones included.
///
/// # Errors
/// [`PrintError::UnknownKind`].
pub fn columns(kind: &str) -> Result<&'static [Column], PrintError> {
    printer(kind)
        .map(|printer| printer.columns)
        .ok_or_else(|| PrintError::UnknownKind(kind.to_owned()))
}

/// The wide row of an object: one cell a column, as the API server serves it. `now_ns` is the virtual time in nanoseconds
/// since the Unix epoch.
///
/// # Errors
/// An unknown kind, or an object that the API server's printer refuses as well.
pub fn row(kind: &str, object: &Value, now_ns: i64) -> Result<Vec<Cell>, PrintError> {
    let printer = printer(kind).ok_or_else(|| PrintError::UnknownKind(kind.to_owned()))?;
    (printer.cells)(object, now_ns)
}

/// An object's name with its kind, as `kubectl get -o name` prints it: `pod/web-0`, `deployment.apps/web`.
pub fn resource_name(kind: &str, group: &str, name: &str) -> String {
    let kind = kind.to_lowercase();
    if group.is_empty() {
        format!("{kind}/{name}")
    } else {
        format!("{kind}.{group}/{name}")
    }
}
