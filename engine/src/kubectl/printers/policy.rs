//! PodDisruptionBudget, PriorityClass.

use serde_json::Value;

use super::printer::{Column, Printer, cells};
use crate::api::Kind;
use crate::kubectl::{field, text};

/// The printer of pod disruption budgets.
pub const POD_DISRUPTION_BUDGET: Printer = Printer {
    kind: Kind::POD_DISRUPTION_BUDGET,
    columns: &[
        Column::NAME,
        Column::text("Min Available"),
        Column::text("Max Unavailable"),
        Column::integer("Allowed Disruptions"),
        Column::AGE,
    ],
    cells: |object, now_ns| {
        Ok(cells![
            field::text(object, "metadata.name"),
            int_or_string(object, "spec.minAvailable"),
            int_or_string(object, "spec.maxUnavailable"),
            field::integer(object, "status.disruptionsAllowed"),
            text::age(object, now_ns),
        ])
    },
};

fn int_or_string(object: &Value, path: &str) -> String {
    match field::at(object, path) {
        None => "N/A".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(number) => number.to_string(),
    }
}

/// The printer of priority classes.
pub const PRIORITY_CLASS: Printer = Printer {
    kind: Kind::PRIORITY_CLASS,
    columns: &[
        Column::NAME,
        Column::integer("Value"),
        Column::boolean("Global-Default"),
        Column::AGE,
        Column::text("PreemptionPolicy"),
    ],
    cells: |object, now_ns| {
        Ok(cells![
            field::text(object, "metadata.name"),
            field::integer(object, "value"),
            field::boolean(object, "globalDefault"),
            text::age(object, now_ns),
            field::text(object, "preemptionPolicy"),
        ])
    },
};
