//! Who may do what: RoleBinding, ClusterRoleBinding, CertificateSigningRequest.

use serde_json::Value;

use super::printer::{Cells, Column, Printer, cells};
use crate::api::{Kind, duration};
use crate::kubectl::{field, text};

const BINDING_COLUMNS: &[Column] = &[
    Column::NAME,
    Column::text("Role"),
    Column::AGE,
    Column::text("Users").wide(),
    Column::text("Groups").wide(),
    Column::text("ServiceAccounts").wide(),
];

/// The printer of role bindings.
pub const ROLE_BINDING: Printer = Printer {
    kind: Kind::ROLE_BINDING,
    columns: BINDING_COLUMNS,
    cells: binding,
};

/// The printer of cluster role bindings.
pub const CLUSTER_ROLE_BINDING: Printer = Printer {
    kind: Kind::CLUSTER_ROLE_BINDING,
    columns: BINDING_COLUMNS,
    cells: binding,
};

fn binding(object: &Value, now_ns: i64) -> Cells {
    let (mut users, mut groups, mut service_accounts) = (Vec::new(), Vec::new(), Vec::new());
    for subject in field::items(object, "subjects") {
        let name = field::text(subject, "name");
        match field::text(subject, "kind") {
            "User" => users.push(name.to_owned()),
            "Group" => groups.push(name.to_owned()),
            "ServiceAccount" => service_accounts.push(format!("{}/{name}", field::text(subject, "namespace"))),
            _ => {}
        }
    }
    Ok(cells![
        field::text(object, "metadata.name"),
        format!(
            "{}/{}",
            field::text(object, "roleRef.kind"),
            field::text(object, "roleRef.name")
        ),
        text::age(object, now_ns),
        users.join(", "),
        groups.join(", "),
        service_accounts.join(", "),
    ])
}

/// The printer of certificate signing requests.
pub const CERTIFICATE_SIGNING_REQUEST: Printer = Printer {
    kind: Kind::CERTIFICATE_SIGNING_REQUEST,
    columns: &[
        Column::NAME,
        Column::AGE,
        Column::text("SignerName"),
        Column::text("Requestor"),
        Column::text("RequestedDuration"),
        Column::text("Condition"),
    ],
    cells: certificate_signing_request,
};

fn certificate_signing_request(object: &Value, now_ns: i64) -> Cells {
    let requested = field::optional_integer(object, "spec.expirationSeconds");
    let requested = requested.map(|seconds| duration::human(seconds.saturating_mul(duration::SECOND_NS)));
    Ok(cells![
        field::text(object, "metadata.name"),
        text::age(object, now_ns),
        field::text_or(object, "spec.signerName", "<none>"),
        field::text(object, "spec.username"),
        requested.unwrap_or_else(|| "<none>".to_owned()),
        request_condition(object),
    ])
}

/// What became of a request. A condition counts by being there; its status is not looked at.
fn request_condition(object: &Value) -> String {
    let conditions = field::items(object, "status.conditions");
    let has = |type_name: &str| {
        conditions
            .iter()
            .any(|condition| field::text(condition, "type") == type_name)
    };
    let decision = match (has("Denied"), has("Approved")) {
        (true, _) => "Denied",
        (false, true) => "Approved",
        (false, false) => "Pending",
    };
    let failed = if has("Failed") { ",Failed" } else { "" };
    let issued = if field::text(object, "status.certificate").is_empty() {
        ""
    } else {
        ",Issued"
    };
    format!("{decision}{failed}{issued}")
}
