//! HorizontalPodAutoscaler, and the TARGETS cell with its many shapes.

use serde_json::Value;

use super::printer::{Cells, Column, Printer, cells};
use crate::api::Kind;
use crate::kubectl::{field, text};

/// How many metrics of an autoscaler are shown.
const SHOWN_METRICS: usize = 2;

/// The printer of horizontal pod autoscalers.
pub const HORIZONTAL_POD_AUTOSCALER: Printer = Printer {
    kind: Kind::HORIZONTAL_POD_AUTOSCALER,
    columns: &[
        Column::NAME,
        Column::text("Reference"),
        Column::text("Targets"),
        Column::text("MinPods"),
        Column::text("MaxPods"),
        Column::text("Replicas"),
        Column::AGE,
    ],
    cells: horizontal_pod_autoscaler,
};

fn horizontal_pod_autoscaler(object: &Value, now_ns: i64) -> Cells {
    let target = |key| field::text(object, key);
    let minimum = field::optional_integer(object, "spec.minReplicas");
    Ok(cells![
        field::text(object, "metadata.name"),
        format!(
            "{}/{}",
            target("spec.scaleTargetRef.kind"),
            target("spec.scaleTargetRef.name")
        ),
        metrics(object),
        minimum.map_or_else(|| "<unset>".to_owned(), |replicas| replicas.to_string()),
        field::integer(object, "spec.maxReplicas"),
        field::integer(object, "status.currentReplicas"),
        text::age(object, now_ns),
    ])
}

/// `current/target` of the first two metrics, and how many are left out.
fn metrics(object: &Value) -> String {
    let specs = field::items(object, "spec.metrics");
    if specs.is_empty() {
        return "<none>".to_owned();
    }
    let statuses = field::items(object, "status.currentMetrics");
    let shown = specs.iter().enumerate().take(SHOWN_METRICS);
    let shown: Vec<String> = shown.map(|(index, spec)| metric(spec, statuses.get(index))).collect();
    let shown = shown.join(", ");
    match specs.len().saturating_sub(SHOWN_METRICS) {
        0 => shown,
        hidden => format!("{shown} + {hidden} more..."),
    }
}

/// One metric. A status belongs to the spec of the same position, whatever its type; it counts if it holds the same source.
fn metric(spec: &Value, status: Option<&Value>) -> String {
    let type_name = field::text(spec, "type");
    let source = match type_name {
        "External" => "external",
        "Pods" => "pods",
        "Object" => "object",
        "Resource" => "resource",
        "ContainerResource" => "containerResource",
        _ => return "<unknown type>".to_owned(),
    };
    let current = status.and_then(|status| field::at(status, source));
    let target = field::at(spec, source).and_then(|source| field::at(source, "target"));
    let average_is_set = target.is_some_and(|target| field::at(target, "averageValue").is_some());
    let name = field::at(spec, source).map_or("", |source| field::text(source, "name"));
    match type_name {
        "Pods" => format!(
            "{}/{}",
            current_value(current, "averageValue"),
            quantity(target, "averageValue")
        ),
        "External" | "Object" if average_is_set => {
            let current = current.filter(|status| field::at(status, "current.averageValue").is_some());
            format!(
                "{}/{} (avg)",
                current_value(current, "averageValue"),
                quantity(target, "averageValue")
            )
        }
        "External" | "Object" => format!("{}/{}", current_value(current, "value"), quantity(target, "value")),
        _ if average_is_set => {
            format!(
                "{name}: {}/{}",
                current_value(current, "averageValue"),
                quantity(target, "averageValue")
            )
        }
        _ => {
            let current = current.and_then(|status| field::at(status, "current"));
            format!(
                "{name}: {}/{}",
                utilization(current, "<unknown>"),
                utilization(target, "<auto>")
            )
        }
    }
}

/// A current value; `<unknown>` without a status of the metric.
fn current_value(status: Option<&Value>, key: &str) -> String {
    match status {
        None => "<unknown>".to_owned(),
        Some(status) => quantity(field::at(status, "current"), key),
    }
}

/// A quantity, or `<nil>` (Go's word for it) where there is none.
fn quantity(values: Option<&Value>, key: &str) -> String {
    let value = values.and_then(|values| field::at(values, key));
    value.map_or_else(|| "<nil>".to_owned(), |_| text::quantity(value))
}

fn utilization(values: Option<&Value>, placeholder: &str) -> String {
    let percent = values.and_then(|values| field::optional_integer(values, "averageUtilization"));
    percent.map_or_else(|| placeholder.to_owned(), |percent| format!("{percent}%"))
}
