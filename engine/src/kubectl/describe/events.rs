//! The events at the end of a description.

use serde_json::Value;

use super::page::Page;
use crate::kubectl::{field, text};

/// Adds the table of events, oldest first by when they were last seen; events of the new shape, which have no such time,
/// come first.
pub fn events(page: &mut Page, events: &[Value], now_ns: i64) {
    if events.is_empty() {
        return page.field(0, "Events", "<none>");
    }
    let mut events: Vec<&Value> = events.iter().collect();
    events.sort_by_key(|event| text::timestamp_ns(field::text(event, "lastTimestamp")));
    page.line(0, "Events:\n  Type\tReason\tAge\tFrom\tMessage");
    page.line(1, "----\t------\t----\t----\t-------");
    for event in events {
        let source = field::text_or(event, "source.component", field::text(event, "reportingComponent"));
        let cells = [
            field::text(event, "type"),
            field::text(event, "reason"),
            &interval(event, now_ns),
            source,
            field::text(event, "message").trim(),
        ];
        page.line(1, cells.join("\t"));
    }
}

/// How long ago; of an event that came again, when last, how often and since when.
fn interval(event: &Value, now_ns: i64) -> String {
    let age = |path| text::since_timestamp(field::text(event, path), now_ns);
    let first = match text::timestamp_ns(field::text(event, "eventTime")) {
        Some(then_ns) => text::since(then_ns, now_ns),
        None => age("firstTimestamp"),
    };
    let (last, count) = match field::at(event, "series") {
        Some(series) => (age("series.lastObservedTime"), field::integer(series, "count")),
        None => match field::integer(event, "count") {
            count if count > 1 => (age("lastTimestamp"), count),
            _ => return first,
        },
    };
    format!("{last} (x{count} over {first})")
}
