//! Which printer prints a kind.

use serde_json::Value;

use super::printer::{Cells, Column, Printer, cells};
use super::{
    access, admission, apps, autoscaling, batch, config, csi, devices, event, flow_control, network, node, pod, policy,
    storage,
};
use crate::api::Kind;
use crate::kubectl::field;

/// Every printer: first those held to recordings, then those that follow the API server's source alone.
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
    admission::MUTATING_ADMISSION_POLICY,
    admission::MUTATING_ADMISSION_POLICY_BINDING,
    admission::MUTATING_WEBHOOK_CONFIGURATION,
    admission::VALIDATING_ADMISSION_POLICY,
    admission::VALIDATING_ADMISSION_POLICY_BINDING,
    admission::VALIDATING_WEBHOOK_CONFIGURATION,
    csi::CSI_DRIVER,
    csi::CSI_NODE,
    csi::CSI_STORAGE_CAPACITY,
    csi::VOLUME_ATTACHMENT,
    csi::VOLUME_ATTRIBUTES_CLASS,
    devices::DEVICE_CLASS,
    devices::RESOURCE_CLAIM,
    devices::RESOURCE_CLAIM_TEMPLATE,
    devices::RESOURCE_SLICE,
    flow_control::FLOW_SCHEMA,
    flow_control::PRIORITY_LEVEL_CONFIGURATION,
    network::SERVICE_CIDR,
    node::RUNTIME_CLASS,
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::printer::Cell;
    use super::*;

    #[test]
    fn every_row_has_a_cell_a_column_whatever_the_object() {
        for object in [
            json!({}),
            json!(null),
            json!({"metadata": 5, "spec": [], "status": "none"}),
        ] {
            for kind in Kind::all() {
                let cells = row(kind, &object, 0).expect("nothing here to refuse");
                assert_eq!(cells.len(), columns(kind).len(), "{kind} {object}");
            }
        }
    }

    #[test]
    fn kinds_without_recordings() {
        let check = |kind: Kind, object: Value, expect: &[&str]| {
            let cells = row(kind, &object, 0).expect("prints");
            assert_eq!(cells.iter().map(Cell::to_string).collect::<Vec<_>>(), expect, "{kind}");
        };
        let metadata = json!({"name": "x", "creationTimestamp": "1969-12-31T23:00:00Z"});
        let webhooks = json!({"metadata": metadata, "webhooks": [{}, {}]});
        check(Kind::VALIDATING_WEBHOOK_CONFIGURATION, webhooks, &["x", "2", "60m"]);
        let binding = json!({"metadata": metadata, "spec": {"policyName": "p", "paramRef": {"name": "limit"}}});
        check(
            Kind::VALIDATING_ADMISSION_POLICY_BINDING,
            binding,
            &["x", "p", "*/limit", "60m"],
        );
        let driver = json!({"metadata": metadata, "spec": {"volumeLifecycleModes": ["Persistent", "Ephemeral"]}});
        let cells = [
            "x",
            "true",
            "false",
            "false",
            "<unset>",
            "false",
            "Persistent,Ephemeral",
            "60m",
        ];
        check(Kind::CSI_DRIVER, driver, &cells);
        let claim = json!({"metadata": metadata, "status": {"allocation": {}, "reservedFor": [{}]}});
        check(Kind::RESOURCE_CLAIM, claim, &["x", "allocated,reserved", "60m"]);
        let exempt = json!({"metadata": metadata, "spec": {"type": "Exempt"}});
        let cells = ["x", "Exempt", "<none>", "<none>", "<none>", "<none>", "60m"];
        check(Kind::PRIORITY_LEVEL_CONFIGURATION, exempt, &cells);
        check(
            Kind::ROLE,
            json!({"metadata": metadata}),
            &["x", "1969-12-31T23:00:00Z"],
        );
    }
}
