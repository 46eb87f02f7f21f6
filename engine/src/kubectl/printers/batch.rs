//! Job and CronJob.

use serde_json::Value;

use super::printer::{Cells, Column, Printer, cells};
use crate::api::Kind;
use crate::kubectl::{field, text};

/// The printer of jobs.
pub const JOB: Printer = Printer {
    kind: Kind::JOB,
    columns: &[
        Column::NAME,
        Column::text("Status"),
        Column::text("Completions"),
        Column::text("Duration"),
        Column::AGE,
        Column::text("Containers").wide(),
        Column::text("Images").wide(),
        Column::text("Selector").wide(),
    ],
    cells: job,
};

fn job(object: &Value, now_ns: i64) -> Cells {
    let (names, images) = text::containers(object, "spec.template.spec.containers");
    Ok(cells![
        field::text(object, "metadata.name"),
        job_status(object),
        completions(object),
        job_duration(object, now_ns),
        text::age(object, now_ns),
        names,
        images,
        text::selector(object, "spec.selector"),
    ])
}

/// What a job is doing, by its conditions. A deleted one that is not finished is terminating, suspended or not.
fn job_status(object: &Value) -> &'static str {
    let has = |type_name: &str| {
        let conditions = field::items(object, "status.conditions");
        let first = conditions
            .iter()
            .find(|condition| field::text(condition, "type") == type_name);
        first.is_some_and(|condition| field::text(condition, "status") == "True")
    };
    if has("Complete") {
        "Complete"
    } else if has("Failed") {
        "Failed"
    } else if field::at(object, "metadata.deletionTimestamp").is_some() {
        "Terminating"
    } else if has("Suspended") {
        "Suspended"
    } else if has("FailureTarget") {
        "FailureTarget"
    } else {
        "Running"
    }
}

/// How many pods succeeded of how many that must. Without `completions` one success is enough, of any of the parallel ones.
fn completions(object: &Value) -> String {
    let succeeded = field::integer(object, "status.succeeded");
    if let Some(completions) = field::optional_integer(object, "spec.completions") {
        return format!("{succeeded}/{completions}");
    }
    match field::integer(object, "spec.parallelism") {
        parallelism if parallelism > 1 => format!("{succeeded}/1 of {parallelism}"),
        _ => format!("{succeeded}/1"),
    }
}

/// From the start to the completion, or to now; nothing before the start.
fn job_duration(object: &Value, now_ns: i64) -> String {
    let time = |path| field::optional_text(object, path).map(|time| text::timestamp_ns(time).unwrap_or(i64::MIN));
    let Some(started_at_ns) = time("status.startTime") else {
        return String::new();
    };
    text::since(started_at_ns, time("status.completionTime").unwrap_or(now_ns))
}

/// The printer of cron jobs.
pub const CRON_JOB: Printer = Printer {
    kind: Kind::CRON_JOB,
    columns: &[
        Column::NAME,
        Column::text("Schedule"),
        Column::text("Timezone"),
        Column::boolean("Suspend"),
        Column::integer("Active"),
        Column::text("Last Schedule"),
        Column::AGE,
        Column::text("Containers").wide(),
        Column::text("Images").wide(),
        Column::text("Selector").wide(),
    ],
    cells: cron_job,
};

fn cron_job(object: &Value, now_ns: i64) -> Cells {
    let (names, images) = text::containers(object, "spec.jobTemplate.spec.template.spec.containers");
    let last_schedule = field::optional_text(object, "status.lastScheduleTime")
        .map_or_else(|| "<none>".to_owned(), |time| text::since_timestamp(time, now_ns));
    Ok(cells![
        field::text(object, "metadata.name"),
        field::text(object, "spec.schedule"),
        field::optional_text(object, "spec.timeZone").unwrap_or("<none>"),
        text::optional_boolean(field::optional_boolean(object, "spec.suspend")),
        field::list_len(object, "status.active"),
        last_schedule,
        text::age(object, now_ns),
        names,
        images,
        text::selector(object, "spec.jobTemplate.spec.selector"),
    ])
}
