//! How the API server shares itself out: FlowSchema, PriorityLevelConfiguration.
//!
//! Deliberately not modelled: the order of flow schemas in a list, which is by precedence.

use serde_json::Value;

use super::printer::{Cell, Cells, Column, Printer, cells};
use crate::api::Kind;
use crate::kubectl::{field, text};

/// The printer of flow schemas.
pub const FLOW_SCHEMA: Printer = Printer {
    kind: Kind::FLOW_SCHEMA,
    columns: &[
        Column::NAME,
        Column::text("PriorityLevel"),
        Column::text("MatchingPrecedence"),
        Column::text("DistinguisherMethod"),
        Column::AGE,
        Column::text("MissingPL"),
    ],
    cells: flow_schema,
};

fn flow_schema(object: &Value, now_ns: i64) -> Cells {
    let conditions = field::items(object, "status.conditions");
    let dangling = conditions
        .iter()
        .find(|condition| field::text(condition, "type") == "Dangling");
    let method = field::at(object, "spec.distinguisherMethod");
    Ok(cells![
        field::text(object, "metadata.name"),
        field::text(object, "spec.priorityLevelConfiguration.name"),
        field::integer(object, "spec.matchingPrecedence"),
        method.map_or("<none>", |method| field::text(method, "type")),
        text::age(object, now_ns),
        dangling.map_or("?", |condition| field::text(condition, "status")),
    ])
}

/// The printer of priority level configurations.
pub const PRIORITY_LEVEL_CONFIGURATION: Printer = Printer {
    kind: Kind::PRIORITY_LEVEL_CONFIGURATION,
    columns: &[
        Column::NAME,
        Column::text("Type"),
        Column::text("NominalConcurrencyShares"),
        Column::text("Queues"),
        Column::text("HandSize"),
        Column::text("QueueLengthLimit"),
        Column::AGE,
    ],
    cells: priority_level,
};

fn priority_level(object: &Value, now_ns: i64) -> Cells {
    let limited = field::at(object, "spec.limited");
    let queuing = field::at(object, "spec.limited.limitResponse.queuing");
    let number = |source: Option<&Value>, key| {
        source.map_or_else(
            || Cell::from("<none>"),
            |source| Cell::from(field::integer(source, key)),
        )
    };
    Ok(cells![
        field::text(object, "metadata.name"),
        field::text(object, "spec.type"),
        number(limited, "nominalConcurrencyShares"),
        number(queuing, "queues"),
        number(queuing, "handSize"),
        number(queuing, "queueLengthLimit"),
        text::age(object, now_ns),
    ])
}
