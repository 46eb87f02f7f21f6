//! What stands between a request and the store: webhook configurations, admission policies and their bindings.

use serde_json::Value;

use super::printer::{Cells, Column, Printer, cells};
use crate::api::Kind;
use crate::kubectl::{field, text};

const WEBHOOK_COLUMNS: &[Column] = &[Column::NAME, Column::integer("Webhooks"), Column::AGE];
const BINDING_COLUMNS: &[Column] = &[
    Column::NAME,
    Column::text("PolicyName"),
    Column::text("ParamRef"),
    Column::AGE,
];

/// The printer of mutating webhook configurations.
pub const MUTATING_WEBHOOK_CONFIGURATION: Printer = Printer {
    kind: Kind::MUTATING_WEBHOOK_CONFIGURATION,
    columns: WEBHOOK_COLUMNS,
    cells: webhooks,
};

/// The printer of validating webhook configurations.
pub const VALIDATING_WEBHOOK_CONFIGURATION: Printer = Printer {
    kind: Kind::VALIDATING_WEBHOOK_CONFIGURATION,
    columns: WEBHOOK_COLUMNS,
    cells: webhooks,
};

/// The printer of mutating admission policies.
pub const MUTATING_ADMISSION_POLICY: Printer = Printer {
    kind: Kind::MUTATING_ADMISSION_POLICY,
    columns: &[
        Column::NAME,
        Column::integer("Mutations"),
        Column::text("ParamKind"),
        Column::AGE,
    ],
    cells: |object, now_ns| policy(object, "spec.mutations", now_ns),
};

/// The printer of validating admission policies.
pub const VALIDATING_ADMISSION_POLICY: Printer = Printer {
    kind: Kind::VALIDATING_ADMISSION_POLICY,
    columns: &[
        Column::NAME,
        Column::integer("Validations"),
        Column::text("ParamKind"),
        Column::AGE,
    ],
    cells: |object, now_ns| policy(object, "spec.validations", now_ns),
};

/// The printer of mutating admission policy bindings.
pub const MUTATING_ADMISSION_POLICY_BINDING: Printer = Printer {
    kind: Kind::MUTATING_ADMISSION_POLICY_BINDING,
    columns: BINDING_COLUMNS,
    cells: binding,
};

/// The printer of validating admission policy bindings.
pub const VALIDATING_ADMISSION_POLICY_BINDING: Printer = Printer {
    kind: Kind::VALIDATING_ADMISSION_POLICY_BINDING,
    columns: BINDING_COLUMNS,
    cells: binding,
};

fn webhooks(object: &Value, now_ns: i64) -> Cells {
    Ok(cells![
        field::text(object, "metadata.name"),
        field::list_len(object, "webhooks"),
        text::age(object, now_ns),
    ])
}

fn policy(object: &Value, rules: &str, now_ns: i64) -> Cells {
    let param_kind = field::at(object, "spec.paramKind")
        .map(|kind| format!("{}/{}", field::text(kind, "apiVersion"), field::text(kind, "kind")));
    Ok(cells![
        field::text(object, "metadata.name"),
        field::list_len(object, rules),
        param_kind.unwrap_or_else(|| "<unset>".to_owned()),
        text::age(object, now_ns),
    ])
}

fn binding(object: &Value, now_ns: i64) -> Cells {
    Ok(cells![
        field::text(object, "metadata.name"),
        field::text(object, "spec.policyName"),
        parameter(object),
        text::age(object, now_ns),
    ])
}

/// The parameter object bound, as `namespace/name`; whether one without a namespace needs any can't be told from here. One
/// that is meant by labels shows its selector (in kubectl as a Go structure, which no one reads).
fn parameter(object: &Value) -> String {
    let name = field::text(object, "spec.paramRef.name");
    if !name.is_empty() {
        return format!("{}/{name}", field::text_or(object, "spec.paramRef.namespace", "*"));
    }
    match field::at(object, "spec.paramRef.selector") {
        Some(_) => text::selector(object, "spec.paramRef.selector"),
        None => "<unset>".to_owned(),
    }
}
