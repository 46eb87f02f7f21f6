//! ResourceQuotas, LimitRanges, and Namespaces, which show both.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Subject;
use super::head::{conditions, labels};
use super::page::Page;
use crate::api::Kind;
use crate::kubectl::{field, text};

/// What the scopes of a quota mean, as kubectl explains them.
const SCOPES: [(&str, &str); 4] = [
    (
        "Terminating",
        "Matches all pods that have an active deadline. These pods have a limited lifespan on a node before being actively \
         terminated by the system.",
    ),
    (
        "NotTerminating",
        "Matches all pods that do not have an active deadline. These pods usually include long running pods whose container \
         command is not expected to terminate.",
    ),
    (
        "BestEffort",
        "Matches all pods that do not have resource requirements set. These pods have a best effort quality of service.",
    ),
    (
        "NotBestEffort",
        "Matches all pods that have at least one resource requirement set. These pods have a burstable or guaranteed quality of \
         service.",
    ),
];
const LIMIT_HEADER: [&str; 7] = [
    "Type",
    "Resource",
    "Min",
    "Max",
    "Default Request",
    "Default Limit",
    "Max Limit/Request Ratio",
];

/// Describes a ResourceQuota.
pub fn quota(page: &mut Page, subject: &Subject<'_, '_>) {
    let object = subject.object();
    super::head::name(page, object);
    scopes(page, "", object);
    page.line(0, "Resource\tUsed\tHard");
    page.line(0, "--------\t----\t----");
    used(page, "", object);
}

fn scopes(page: &mut Page, indent: &str, quota: &Value) {
    let scopes: Vec<&str> = field::items(quota, "spec.scopes")
        .iter()
        .filter_map(Value::as_str)
        .collect();
    if scopes.is_empty() {
        return;
    }
    page.line(0, format!("{indent}Scopes:\t{}", scopes.join(", ")));
    for (_, words) in SCOPES.iter().filter(|(scope, _)| scopes.contains(scope)) {
        page.line(0, format!("{indent} * {words}"));
    }
}

fn used(page: &mut Page, indent: &str, quota: &Value) {
    for (resource, hard) in field::map(quota, "status.hard").into_iter().flatten() {
        let used = field::map(quota, "status.used").and_then(|used| used.get(resource));
        let (used, hard) = (text::quantity(used), text::quantity(Some(hard)));
        page.line(0, format!("{indent}{resource}\t{used}\t{hard}"));
    }
}

/// Describes a LimitRange.
pub fn limit_range(page: &mut Page, subject: &Subject<'_, '_>) {
    let object = subject.object();
    super::head::name(page, object);
    limit_rows(page, "", std::slice::from_ref(object));
}

fn limit_rows(page: &mut Page, indent: &str, ranges: &[Value]) {
    let dashes: Vec<String> = LIMIT_HEADER.iter().map(|word| "-".repeat(word.len())).collect();
    page.line(0, format!("{indent}{}", LIMIT_HEADER.join("\t")));
    page.line(0, format!("{indent}{}", dashes.join("\t")));
    for limit in ranges.iter().flat_map(|range| field::items(range, "spec.limits")) {
        let lists = ["min", "max", "defaultRequest", "default", "maxLimitRequestRatio"];
        let resources: BTreeSet<&String> = lists
            .iter()
            .filter_map(|list| field::map(limit, list))
            .flat_map(|list| list.keys())
            .collect();
        for resource in resources {
            let amount = |list: &&str| {
                let amount = field::map(limit, list).and_then(|list| list.get(resource));
                amount.map_or_else(|| "-".to_owned(), |amount| text::quantity(Some(amount)))
            };
            let amounts: Vec<String> = lists.iter().map(amount).collect();
            let of_type = field::text(limit, "type");
            page.line(0, format!("{indent}{of_type}\t{resource}\t{}", amounts.join("\t")));
        }
    }
}

/// Describes a Namespace.
pub fn namespace(page: &mut Page, subject: &Subject<'_, '_>) {
    let object = subject.object();
    let name = field::text(object, "metadata.name");
    page.field(0, "Name", name);
    labels(page, object);
    page.field(0, "Status", field::text(object, "status.phase"));
    let header = ["Type", "Status", "LastTransitionTime", "Reason", "Message"];
    let fields = ["type", "status", "lastTransitionTime", "reason", "message"];
    conditions(page, object, &header, &fields);
    let inside = |kind| -> Vec<Value> {
        let objects = subject.session.cluster.store().objects();
        objects
            .of_kind_in(kind, name)
            .map(|object| subject.session.external(object))
            .collect()
    };
    let quotas = inside(Kind::RESOURCE_QUOTA);
    page.line(0, "");
    page.line(
        0,
        if quotas.is_empty() {
            "No resource quota."
        } else {
            "Resource Quotas"
        },
    );
    for quota in &quotas {
        page.field(0, " Name", field::text(quota, "metadata.name"));
        scopes(page, " ", quota);
        page.line(0, " Resource\tUsed\tHard");
        page.line(0, " --------\t---\t---");
        used(page, " ", quota);
    }
    let ranges = inside(Kind::LIMIT_RANGE);
    page.line(0, "");
    if ranges.is_empty() {
        return page.line(0, "No LimitRange resource.");
    }
    page.line(0, "Resource Limits");
    limit_rows(page, " ", &ranges);
}
