//! `TZ=` in a CronJob's schedule: `spec.timeZone` is the place for it, so since v1.29 a new CronJob may not have it there. One that
//! has it already keeps it, with a warning.
//!
//! No plugin does this but the validation of CronJobs, which here knows nothing of releases. Source: `pkg/apis/batch/validation`
//! (`validateScheduleFormat`); documentation "CronJob: Unsupported TimeZone specification".

use super::Refusal;
use crate::api::Object;
use crate::settings::Settings;

/// Looks at a CronJob that is to be stored, perhaps in the place of `live`.
///
/// # Errors
/// Its schedule names a zone, and that of `live` does not.
pub fn validate(object: &Object, live: Option<&Object>, settings: &Settings) -> Result<(), Refusal> {
    let schedule = |object: &Object| match object {
        Object::CronJob(cron_job) => cron_job.spec.schedule.clone(),
        _ => Default::default(),
    };
    let (new, old) = (schedule(object), live.map(schedule).unwrap_or_default());
    if !settings.since(1, 29) || !new.contains("TZ") || old.contains("TZ") {
        return Ok(());
    }
    let detail = "cannot use TZ or CRON_TZ in schedule, use timeZone field instead";
    Err(Refusal::Invalid(vec![format!(
        "spec.schedule: Invalid value: {new:?}: {detail}"
    )]))
}
