//! PodDisruptionBudget, PriorityClass, HorizontalPodAutoscaler.

use serde_json::Value;

use super::field;
use super::printer::{Cells, Column, PrintError, Printer, cells};
use super::text;
use crate::api::Kind;

/// How many metrics of an autoscaler are shown.
const SHOWN_METRICS: usize = 2;

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
        metrics(object)?,
        minimum.map_or_else(|| "<unset>".to_owned(), |replicas| replicas.to_string()),
        field::integer(object, "spec.maxReplicas"),
        field::integer(object, "status.currentReplicas"),
        text::age(object, now_ns),
    ])
}

/// `current/target` of the first two metrics, and how many are left out.
fn metrics(object: &Value) -> Result<String, PrintError> {
    let specs = field::items(object, "spec.metrics");
    let statuses = field::items(object, "status.currentMetrics");
    if specs.is_empty() {
        return Ok("<none>".to_owned());
    }
    let shown = specs.iter().enumerate().take(SHOWN_METRICS);
    let shown = shown
        .map(|(index, spec)| metric(spec, statuses.get(index)))
        .collect::<Result<Vec<_>, _>>()?
        .join(", ");
    Ok(match specs.len().saturating_sub(SHOWN_METRICS) {
        0 => shown,
        hidden => format!("{shown} + {hidden} more..."),
    })
}

/// One metric. A status belongs to the spec of the same position, whatever its type; it counts if it holds the same source.
fn metric(spec: &Value, status: Option<&Value>) -> Result<String, PrintError> {
    let source = match field::text(spec, "type") {
        "External" => "external",
        "Pods" => "pods",
        "Object" => "object",
        "Resource" => "resource",
        "ContainerResource" => "containerResource",
        _ => return Ok("<unknown type>".to_owned()),
    };
    let current = status.and_then(|status| field::at(status, source));
    let Some(spec) = field::at(spec, source) else {
        return Ok("<unknown>/<unknown>".to_owned());
    };
    let average = field::at(spec, "target.averageValue");
    match source {
        "pods" => Ok(format!(
            "{}/{}",
            value(current, "averageValue")?,
            quantity_or_nil(average)?
        )),
        "external" | "object" => match average {
            Some(_) => Ok(format!(
                "{}/{} (avg)",
                value_if_set(current, "averageValue")?,
                quantity_or_nil(average)?
            )),
            None => Ok(format!(
                "{}/{}",
                value(current, "value")?,
                quantity_or_nil(field::at(spec, "target.value"))?
            )),
        },
        _ => {
            let name = field::text(spec, "name");
            match average {
                Some(_) => Ok(format!(
                    "{name}: {}/{}",
                    value(current, "averageValue")?,
                    quantity_or_nil(average)?
                )),
                None => Ok(format!("{name}: {}/{}", utilization(current), target_utilization(spec))),
            }
        }
    }
}

/// A current value; `<unknown>` without a status, and Go's `<nil>` for a status without that value.
fn value(current: Option<&Value>, key: &str) -> Result<String, PrintError> {
    match current {
        None => Ok("<unknown>".to_owned()),
        Some(current) => quantity_or_nil(field::at(current, "current").and_then(|current| field::at(current, key))),
    }
}

/// As [`value`], where the printer looks whether the value is there.
fn value_if_set(current: Option<&Value>, key: &str) -> Result<String, PrintError> {
    let is_set = |status: &&Value| {
        field::at(status, "current")
            .and_then(|current| field::at(current, key))
            .is_some()
    };
    value(current.filter(is_set), key)
}

fn quantity_or_nil(quantity: Option<&Value>) -> Result<String, PrintError> {
    match quantity {
        None => Ok("<nil>".to_owned()),
        Some(_) => text::quantity("metrics", quantity),
    }
}

fn utilization(current: Option<&Value>) -> String {
    let percent = current.and_then(|current| field::optional_integer(current, "current.averageUtilization"));
    percent.map_or_else(|| "<unknown>".to_owned(), |percent| format!("{percent}%"))
}

fn target_utilization(spec: &Value) -> String {
    let percent = field::optional_integer(spec, "target.averageUtilization");
    percent.map_or_else(|| "<auto>".to_owned(), |percent| format!("{percent}%"))
}
