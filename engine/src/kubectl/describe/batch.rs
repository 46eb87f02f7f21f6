//! Jobs and CronJobs.

use serde_json::Value;

use super::Subject;
use super::head::{controller, labels, name, scalar};
use super::page::Page;
use super::template::template;
use crate::kubectl::{field, text};

/// The longest list of completed indexes shown whole, in characters.
const LONGEST_INDEXES: usize = 50;

/// Describes a Job.
pub fn job(page: &mut Page, subject: &Subject<'_, '_>) {
    let object = subject.object();
    name(page, object);
    page.field(0, "Selector", text::selector(object, "spec.selector"));
    labels(page, object);
    controller(page, object);
    if field::at(object, "spec.parallelism").is_some() {
        page.field(0, "Parallelism", field::integer(object, "spec.parallelism"));
    }
    page.field(0, "Completions", scalar(object, "spec.completions", "<unset>"));
    for (title, path) in [
        ("Completion Mode", "spec.completionMode"),
        ("Suspend", "spec.suspend"),
        ("Backoff Limit", "spec.backoffLimit"),
        ("TTL Seconds After Finished", "spec.ttlSecondsAfterFinished"),
    ] {
        page.field_if_set(0, title, &scalar(object, path, ""));
    }
    times(page, object);
    if let Some(seconds) = field::optional_integer(object, "spec.activeDeadlineSeconds") {
        page.field(0, "Active Deadline Seconds", format!("{seconds}s"));
    }
    let count = |path| field::integer(object, path);
    let ready = field::optional_integer(object, "status.ready")
        .map(|ready| format!(" ({ready} Ready)"))
        .unwrap_or_default();
    page.field(
        0,
        "Pods Statuses",
        format!(
            "{} Active{ready} / {} Succeeded / {} Failed",
            count("status.active"),
            count("status.succeeded"),
            count("status.failed")
        ),
    );
    if field::text(object, "spec.completionMode") == "Indexed" {
        page.field(
            0,
            "Completed Indexes",
            indexes(field::text(object, "status.completedIndexes")),
        );
    }
    template(page, field::at(object, "spec.template").unwrap_or(&Value::Null));
}

fn times(page: &mut Page, object: &Value) {
    let (start, end) = (
        field::text(object, "status.startTime"),
        field::text(object, "status.completionTime"),
    );
    if !start.is_empty() {
        page.field(0, "Start Time", text::date(start));
    }
    if !end.is_empty() {
        page.field(0, "Completed At", text::date(end));
    }
    if let (Some(start_ns), Some(end_ns)) = (text::timestamp_ns(start), text::timestamp_ns(end)) {
        page.field(0, "Duration", text::since(start_ns, end_ns));
    }
}

/// Completed indexes, cut at a comma where they are too long.
fn indexes(list: &str) -> String {
    if list.is_empty() {
        return "<none>".to_owned();
    }
    let Some(start) = list.get(..LONGEST_INDEXES).filter(|_| list.len() > LONGEST_INDEXES) else {
        return list.to_owned();
    };
    let end = start.rfind(',').map_or(0, |comma| comma + 1);
    format!("{}...", start.get(..end).unwrap_or_default())
}

/// Describes a CronJob.
pub fn cron_job(page: &mut Page, subject: &Subject<'_, '_>) {
    let object = subject.object();
    name(page, object);
    labels(page, object);
    page.field(0, "Schedule", field::text(object, "spec.schedule"));
    page.field_if_set(0, "Time Zone", field::text(object, "spec.timeZone"));
    page.field(0, "Concurrency Policy", field::text(object, "spec.concurrencyPolicy"));
    page.field(
        0,
        "Suspend",
        text::optional_boolean(field::optional_boolean(object, "spec.suspend")),
    );
    let unset = |path| scalar(object, path, "<unset>");
    page.field(
        0,
        "Successful Job History Limit",
        unset("spec.successfulJobsHistoryLimit"),
    );
    page.field(0, "Failed Job History Limit", unset("spec.failedJobsHistoryLimit"));
    let deadline = field::optional_integer(object, "spec.startingDeadlineSeconds");
    page.field(
        0,
        "Starting Deadline Seconds",
        deadline.map_or_else(|| "<unset>".to_owned(), |seconds| format!("{seconds}s")),
    );
    let job = field::at(object, "spec.jobTemplate.spec").unwrap_or(&Value::Null);
    match field::at(job, "selector") {
        Some(_) => page.field(0, "Selector", text::selector(job, "selector")),
        None => page.field(0, "Selector", "<unset>"),
    }
    page.field(0, "Parallelism", scalar(job, "parallelism", "<unset>"));
    page.field(0, "Completions", scalar(job, "completions", "<unset>"));
    if let Some(seconds) = field::optional_integer(job, "activeDeadlineSeconds") {
        page.field(0, "Active Deadline Seconds", format!("{seconds}s"));
    }
    template(page, field::at(job, "template").unwrap_or(&Value::Null));
    let last = field::optional_text(object, "status.lastScheduleTime");
    page.field(
        0,
        "Last Schedule Time",
        last.map_or_else(|| "<unset>".to_owned(), text::date),
    );
    let active: Vec<&str> = field::items(object, "status.active")
        .iter()
        .map(|job| field::text(job, "name"))
        .collect();
    page.field(
        0,
        "Active Jobs",
        if active.is_empty() {
            "<none>".to_owned()
        } else {
            active.join(", ")
        },
    );
}
