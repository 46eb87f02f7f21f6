//! PodDisruptionBudgets, PriorityClasses and HorizontalPodAutoscalers.

use serde_json::Value;

use super::Subject;
use super::head::{conditions, created, labels, name, one_line, scalar};
use super::page::Page;
use crate::kubectl::{field, text};

/// Describes a PodDisruptionBudget.
pub fn budget(page: &mut Page, subject: &Subject<'_, '_>) {
    let object = subject.object();
    name(page, object);
    if field::at(object, "spec.minAvailable").is_some() {
        page.field(0, "Min available", scalar(object, "spec.minAvailable", ""));
    } else if field::at(object, "spec.maxUnavailable").is_some() {
        page.field(0, "Max unavailable", scalar(object, "spec.maxUnavailable", ""));
    }
    match field::at(object, "spec.selector") {
        Some(_) => page.field(0, "Selector", text::selector(object, "spec.selector")),
        None => page.field(0, "Selector", "<unset>"),
    }
    page.line(0, "Status:");
    for (title, path) in [
        ("Allowed disruptions", "status.disruptionsAllowed"),
        ("Current", "status.currentHealthy"),
        ("Desired", "status.desiredHealthy"),
        ("Total", "status.expectedPods"),
    ] {
        page.field(2, title, field::integer(object, path));
    }
}

/// Describes a PriorityClass.
pub fn priority_class(page: &mut Page, subject: &Subject<'_, '_>) {
    let object = subject.object();
    page.field(0, "Name", field::text(object, "metadata.name"));
    page.field(0, "Value", field::integer(object, "value"));
    page.field(0, "GlobalDefault", field::boolean(object, "globalDefault"));
    page.field(0, "PreemptionPolicy", field::text(object, "preemptionPolicy"));
    page.field(0, "Description", field::text(object, "description"));
    one_line(page, "Annotations", object, "metadata.annotations");
}

/// Describes a HorizontalPodAutoscaler.
pub fn autoscaler(page: &mut Page, subject: &Subject<'_, '_>) {
    let object = subject.object();
    name(page, object);
    labels(page, object);
    created(page, object);
    let target = |key| field::text(field::at(object, "spec.scaleTargetRef").unwrap_or(&Value::Null), key);
    page.field(0, "Reference", format!("{}/{}", target("kind"), target("name")));
    page.field(0, "Metrics", "( current / target )");
    let current = field::items(object, "status.currentMetrics");
    for (index, metric) in field::items(object, "spec.metrics").iter().enumerate() {
        self::metric(page, metric, current.get(index));
    }
    page.field(0, "Min replicas", scalar(object, "spec.minReplicas", "<unset>"));
    page.field(0, "Max replicas", field::integer(object, "spec.maxReplicas"));
    if let Some(behavior) = field::at(object, "spec.behavior") {
        page.line(0, "Behavior:");
        for (title, key) in [("Scale Up", "scaleUp"), ("Scale Down", "scaleDown")] {
            if let Some(rules) = field::at(behavior, key) {
                scaling(page, title, rules);
            }
        }
    }
    let count = |path| field::integer(object, path);
    page.field(
        0,
        &format!("{} pods", target("kind")),
        format!(
            "{} current / {} desired",
            count("status.currentReplicas"),
            count("status.desiredReplicas")
        ),
    );
    let header = ["Type", "Status", "Reason", "Message"];
    conditions(page, object, &header, &["type", "status", "reason", "message"]);
}

fn metric(page: &mut Page, spec: &Value, status: Option<&Value>) {
    let of_pod = |source: &str, status: Option<&Value>| -> Option<(String, String)> {
        let spec = field::at(spec, source)?;
        let status = status.and_then(|status| field::at(status, source));
        let name = field::text(spec, "name");
        let current = status.and_then(|status| field::at(status, "current"));
        let value = |key| current.and_then(|current| field::at(current, key));
        if field::at(spec, "target.averageValue").is_some() {
            let target = text::quantity(field::at(spec, "target.averageValue"));
            let seen =
                value("averageValue").map_or_else(|| "<unknown>".to_owned(), |value| text::quantity(Some(value)));
            return Some((format!("resource {name} on pods"), format!("{seen} / {target}")));
        }
        let target = field::optional_integer(spec, "target.averageUtilization")
            .map_or_else(|| "<auto>".to_owned(), |percent| format!("{percent}%"));
        let seen = value("averageUtilization").and_then(Value::as_i64).map_or_else(
            || "<unknown>".to_owned(),
            |percent| format!("{percent}% ({})", text::quantity(value("averageValue"))),
        );
        let title = format!("resource {name} on pods  (as a percentage of request)");
        Some((title, format!("{seen} / {target}")))
    };
    let line = match field::text(spec, "type") {
        "Resource" => of_pod("resource", status),
        "ContainerResource" => of_pod("containerResource", status),
        other => Some((format!("{} metric", other.to_ascii_lowercase()), "<unknown>".to_owned())),
    };
    if let Some((title, value)) = line {
        page.field(1, &title, value);
    }
}

fn scaling(page: &mut Page, title: &str, rules: &Value) {
    page.line(1, format!("{title}:"));
    if let Some(seconds) = field::optional_integer(rules, "stabilizationWindowSeconds") {
        page.line(2, format!("Stabilization Window: {seconds} seconds"));
    }
    let policies = field::items(rules, "policies");
    if policies.is_empty() {
        return;
    }
    page.line(
        2,
        format!("Select Policy: {}", field::text_or(rules, "selectPolicy", "Max")),
    );
    page.line(2, "Policies:");
    for policy in policies {
        page.line(
            3,
            format!(
                "- Type: {}\tValue: {}\tPeriod: {} seconds",
                field::text(policy, "type"),
                field::integer(policy, "value"),
                field::integer(policy, "periodSeconds")
            ),
        );
    }
}
