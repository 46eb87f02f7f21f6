//! CronJobs: schedules, time zones, the template of their jobs (`pkg/apis/batch/validation`).

use super::fields::{Errors, Path, flag, part, set, text};
use super::job::check_job_spec;
use super::labels::go_label_selector;
use crate::api::{CronSchedule, TimeZone};
use serde_json::Value;

/// The most characters of a name: the jobs' names add eleven to it.
const NAME_LIMIT: usize = 52;
const CONCURRENCY: [&str; 3] = ["Allow", "Forbid", "Replace"];

pub(super) fn check_new_cron_job(cron_job: &Value, errors: &mut Errors) {
    check_cron_job(cron_job, &Value::Null, errors);
    let name = text(part(cron_job, "metadata"), "name");
    if name.len() > NAME_LIMIT {
        let detail = format!("must be no more than {NAME_LIMIT} characters");
        errors.invalid(&Path::new("metadata.name"), name, detail);
    }
}

pub(super) fn check_cron_job(cron_job: &Value, old: &Value, errors: &mut Errors) {
    let (spec, path) = (part(cron_job, "spec"), Path::new("spec"));
    let schedule = text(spec, "schedule");
    let schedule_path = path.at("schedule");
    if schedule.is_empty() {
        errors.required(&schedule_path, "");
    } else if let Some(message) = schedule_error(schedule) {
        errors.invalid(&schedule_path, schedule, message);
    }
    if schedule.contains("TZ") && set(spec, "timeZone").is_some() {
        let detail = "cannot use both timeZone field and TZ or CRON_TZ in schedule";
        errors.invalid(&schedule_path, schedule, detail);
    }
    errors.nonnegative(spec, "startingDeadlineSeconds", &path);
    if part(spec, "timeZone") != part(part(old, "spec"), "timeZone") {
        check_time_zone(text(spec, "timeZone"), &path.at("timeZone"), errors);
    }
    errors.one_of(spec, "concurrencyPolicy", &path, &CONCURRENCY);
    check_job_template(part(spec, "jobTemplate"), &path.at("jobTemplate"), errors);
    errors.nonnegative(spec, "successfulJobsHistoryLimit", &path);
    errors.nonnegative(spec, "failedJobsHistoryLimit", &path);
}

fn check_job_template(template: &Value, path: &Path, errors: &mut Errors) {
    let (spec, path) = (part(template, "spec"), path.at("spec"));
    check_job_spec(spec, &path, errors);
    if let Some(selector) = set(spec, "selector") {
        let detail = "`selector` will be auto-generated";
        errors.invalid(&path.at("selector"), go_label_selector(selector), detail);
    }
    if flag(spec, "manualSelector") {
        let shown = super::fields::Shown("true".to_owned());
        errors.not_supported(&path.at("manualSelector"), shown, &["nil", "false"]);
    }
}

/// What is wrong with a schedule, perhaps with a zone before it.
fn schedule_error(schedule: &str) -> Option<String> {
    let mut fields = schedule;
    if schedule.starts_with("TZ=") || schedule.starts_with("CRON_TZ=") {
        let (zone, rest) = schedule.split_once(' ').unwrap_or((schedule, ""));
        let zone = zone.split_once('=').map_or("", |(_, zone)| zone);
        if zone != "Local" && TimeZone::named(zone).is_none() {
            return Some(format!("provided bad location {zone}: unknown time zone {zone}"));
        }
        fields = rest.trim();
    }
    CronSchedule::parse(fields).err().map(|error| error.to_string())
}

fn check_time_zone(zone: &str, path: &Path, errors: &mut Errors) {
    if zone.is_empty() {
        return errors.invalid(path, zone, "timeZone must be nil or non-empty string");
    }
    if zone.eq_ignore_ascii_case("local") {
        let detail = "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones";
        return errors.invalid(path, zone, detail);
    }
    if TimeZone::named(zone).is_none() {
        errors.invalid(path, zone, format!("unknown time zone {zone}"));
    }
}
