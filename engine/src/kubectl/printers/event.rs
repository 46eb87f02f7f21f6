//! Events, in both their shapes: the old one counts (`count`, `lastTimestamp`), the new one has an `eventTime` and a series.

use serde_json::Value;

use super::printer::{Cells, Column, Printer, cells};
use crate::api::Kind;
use crate::kubectl::{field, text};

/// The printer of events.
pub const EVENT: Printer = Printer {
    kind: Kind::EVENT,
    columns: &[
        Column::text("Last Seen"),
        Column::text("Type"),
        Column::text("Reason"),
        Column::text("Object"),
        Column::text("Subobject").wide(),
        Column::text("Source").wide(),
        Column::text("Message"),
        Column::text("First Seen").wide(),
        Column::text("Count").wide(),
        Column::NAME.wide(),
    ],
    cells: event,
};

fn event(object: &Value, now_ns: i64) -> Cells {
    let time = |path| text::timestamp_ns(field::text(object, path));
    let first = time("firstTimestamp").or_else(|| time("eventTime"));
    let (last, count) = if field::at(object, "series").is_some() {
        (time("series.lastObservedTime"), field::integer(object, "series.count"))
    } else {
        // An event of the new shape that happened once has no count.
        (time("lastTimestamp").or(first), field::integer(object, "count").max(1))
    };
    let age =
        |then_ns: Option<i64>| then_ns.map_or_else(|| "<unknown>".to_owned(), |then_ns| text::since(then_ns, now_ns));
    Ok(cells![
        age(last),
        field::text(object, "type"),
        field::text(object, "reason"),
        involved_object(object),
        field::text(object, "involvedObject.fieldPath"),
        source(object),
        field::text(object, "message").trim(),
        age(first),
        count,
        field::text(object, "metadata.name"),
    ])
}

/// What the event is about, as `pod/web-0`.
fn involved_object(object: &Value) -> String {
    let kind = field::text(object, "involvedObject.kind").to_lowercase();
    match field::text(object, "involvedObject.name") {
        "" => kind,
        name => format!("{kind}/{name}"),
    }
}

/// Who reported it, as `kubelet, node-1`.
fn source(object: &Value) -> String {
    let component = field::text_or(object, "source.component", field::text(object, "reportingComponent"));
    match field::text_or(object, "source.host", field::text(object, "reportingInstance")) {
        "" => component.to_owned(),
        instance => format!("{component}, {instance}"),
    }
}
