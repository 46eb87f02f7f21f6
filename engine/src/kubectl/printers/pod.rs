//! Pods: the row of `kubectl get pods`.

use serde_json::Value;

use super::pod_input::JsonPod;
use super::pod_status::{PodColumns, PodSummary, Restarts, summarize};
use super::printer::{Cells, Column, Printer, cells};
use crate::api::Kind;
use crate::kubectl::{field, text};

/// The printer of pods.
pub const POD: Printer = Printer {
    kind: Kind::POD,
    columns: &[
        Column::NAME,
        Column::text("Ready"),
        Column::text("Status"),
        Column::text("Restarts"),
        Column::AGE,
        Column::text("IP").wide(),
        Column::text("Node").wide(),
        Column::text("Nominated Node").wide(),
        Column::text("Readiness Gates").wide(),
    ],
    cells: pod,
};

fn pod(object: &Value, now_ns: i64) -> Cells {
    let input = JsonPod(object);
    let summary = summarize(&input);
    Ok(cells![
        field::text(object, "metadata.name"),
        ready_text(&summary),
        summary.status.as_ref(),
        restarts_text(summary.restarts, now_ns),
        text::age(object, now_ns),
        pod_ip(object),
        field::text_or(object, "spec.nodeName", "<none>"),
        field::text_or(object, "status.nominatedNodeName", "<none>"),
        readiness_gates(object),
    ])
}

/// The READY cell, e.g. `1/2`.
pub fn ready_text(summary: &PodSummary<'_>) -> String {
    format!("{}/{}", summary.ready, summary.total)
}

/// The RESTARTS cell, e.g. `3 (5m ago)`.
pub fn restarts_text(restarts: Restarts, now_ns: i64) -> String {
    match restarts {
        Restarts {
            count,
            last_finished_at_ns: Some(finished_at_ns),
        } if count != 0 => {
            format!("{count} ({} ago)", text::since(finished_at_ns, now_ns))
        }
        Restarts { count, .. } => count.to_string(),
    }
}

/// `podIP`, which wins over a differing `podIPs[0]`.
fn pod_ip(object: &Value) -> &str {
    let first = field::items(object, "status.podIPs")
        .first()
        .map_or("", |ip| field::text(ip, "ip"));
    let ip = field::text_or(object, "status.podIP", first);
    if ip.is_empty() { "<none>" } else { ip }
}

/// How many of the readiness gates have a true condition; a gate listed twice counts twice.
fn readiness_gates(object: &Value) -> String {
    let gates = field::items(object, "spec.readinessGates");
    if gates.is_empty() {
        return "<none>".to_owned();
    }
    let pod = JsonPod(object);
    let is_true = |gate: &&Value| {
        let type_name = field::text(gate, "conditionType");
        pod.conditions()
            .find(|c| c.type_name == type_name)
            .is_some_and(|c| c.status == "True")
    };
    format!("{}/{}", gates.iter().filter(is_true).count(), gates.len())
}
