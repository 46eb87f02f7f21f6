//! Which start of a CronJob is due, how many were missed, and when the next one comes.
//!
//! Source: `utils.go` (`mostRecentScheduleTime`, `nextScheduleTime`) and `nextScheduleTimeDuration`.

use std::time::Duration;

use crate::api::{CronJob, CronSchedule, TimeZone, Timestamp};

/// More missed starts than these are reported.
const MISSED_MAX: i64 = 100;

/// What has come due since the last start.
#[derive(Debug, PartialEq, Eq)]
pub struct Due {
    /// The latest start that is due, if one is.
    pub at: Option<Timestamp>,
    /// So many were missed that something must be wrong.
    pub too_many_missed: bool,
}

/// A schedule that is never due, or whose starts coincide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("time difference between two schedules is less than 1 second")]
pub struct NeverDue;

/// A schedule and the zone of its clock.
#[derive(Debug)]
pub struct Timetable {
    /// When Jobs start.
    pub schedule: CronSchedule,
    /// By whose clock.
    pub zone: TimeZone,
}

impl Timetable {
    /// What is due now, not later than its deadline.
    pub fn due(&self, cron_job: &CronJob, now: Timestamp) -> Result<Due, NeverDue> {
        let deadline = cron_job.spec.starting_deadline_seconds.unwrap_or(i64::MAX);
        let earliest = since(cron_job).max(Timestamp::from_secs(now.secs().saturating_sub(deadline)));
        self.most_recent(earliest, now)
    }

    /// The next start; none if none ever comes. It lies ahead even where the estimate below finds no start that was missed.
    pub fn next(&self, cron_job: &CronJob, now: Timestamp) -> Option<Timestamp> {
        let earliest = since(cron_job);
        let from = self
            .most_recent(earliest, now)
            .map_or(now, |due| due.at.unwrap_or(earliest));
        let next = self.schedule.next(from, &self.zone)?;
        if next > now {
            Some(next)
        } else {
            self.schedule.next(now, &self.zone)
        }
    }

    /// The latest start after `earliest` that is not after now. Starts are counted as if all were as far apart as the first two,
    /// so that of an uneven schedule none may be found: that is the real controller's estimate.
    fn most_recent(&self, earliest: Timestamp, now: Timestamp) -> Result<Due, NeverDue> {
        let one = |at| Due {
            at,
            too_many_missed: false,
        };
        let first = self.schedule.next(earliest, &self.zone).ok_or(NeverDue)?;
        if now < first {
            return Ok(one(None));
        }
        let second = self.schedule.next(first, &self.zone).ok_or(NeverDue)?;
        if now < second {
            return Ok(one(Some(first)));
        }
        let period = (second.secs() - first.secs()).max(1);
        let missed = (now.secs() - first.secs()) / period + 1;
        // One period back from the estimate, so that an uneven schedule is met as well.
        let mut latest = None;
        let mut at = Timestamp::from_secs(first.secs() + (missed - 2) * period);
        while let Some(next) = self.schedule.next(at, &self.zone).filter(|next| *next <= now) {
            (latest, at) = (Some(next), next);
        }
        Ok(Due {
            at: latest,
            too_many_missed: missed > MISSED_MAX,
        })
    }
}

/// Starts before this have been dealt with.
fn since(cron_job: &CronJob) -> Timestamp {
    let created = cron_job.meta.creation.unwrap_or_default();
    cron_job.status.last_schedule_time.unwrap_or(created)
}

/// How much later than the start the controller looks, so that clocks that differ a little do no harm (`nextScheduleDelta`).
pub const LOOK_AFTER: Duration = Duration::from_millis(100);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Resource;

    #[test]
    fn the_latest_missed_start_is_due() {
        let check = |schedule: &str, deadline: Option<i64>, now: &str, expect: Option<&str>, too_many: bool| {
            let spec = serde_json::json!({ "schedule": schedule, "startingDeadlineSeconds": deadline });
            let object =
                serde_json::json!({ "metadata": { "creationTimestamp": "2025-01-01T00:00:30Z" }, "spec": spec });
            let cron_job = CronJob::from_json(object);
            let (Ok(schedule), Ok(now)) = (CronSchedule::parse(schedule), now.parse()) else {
                panic!("{schedule} at {now}");
            };
            let table = Timetable {
                schedule,
                zone: TimeZone::utc(),
            };
            let due = Due {
                at: expect.and_then(|expect| expect.parse().ok()),
                too_many_missed: too_many,
            };
            assert_eq!(table.due(&cron_job, now), Ok(due), "{:?} at {now}", table.schedule);
        };
        check("* * * * *", None, "2025-01-01T00:00:59Z", None, false);
        check(
            "* * * * *",
            None,
            "2025-01-01T00:01:00Z",
            Some("2025-01-01T00:01:00Z"),
            false,
        );
        check(
            "* * * * *",
            None,
            "2025-01-01T00:05:30Z",
            Some("2025-01-01T00:05:00Z"),
            false,
        );
        check(
            "* * * * *",
            None,
            "2025-01-01T02:00:00Z",
            Some("2025-01-01T02:00:00Z"),
            true,
        );
        check(
            "* * * * *",
            Some(100),
            "2025-01-01T02:00:30Z",
            Some("2025-01-01T02:00:00Z"),
            false,
        );
        let weekdays = "0 0 * * 1-5";
        check(
            weekdays,
            None,
            "2025-01-03T12:00:00Z",
            Some("2025-01-03T00:00:00Z"),
            false,
        );
        check(weekdays, None, "2025-01-05T12:00:00Z", None, false);
        check("0 * * * *", Some(10), "2025-01-01T02:00:30Z", None, false);
    }

    #[test]
    fn the_next_start_lies_ahead() {
        let check = |schedule: &str, now: &str, expect: &str| {
            let object = serde_json::json!({
                "metadata": { "creationTimestamp": "2025-01-01T00:00:30Z" }, "spec": { "schedule": schedule },
            });
            let (Ok(schedule), Ok(now)) = (CronSchedule::parse(schedule), now.parse()) else {
                panic!("{schedule} at {now}");
            };
            let table = Timetable {
                schedule,
                zone: TimeZone::utc(),
            };
            let next = table.next(&CronJob::from_json(object), now);
            assert_eq!(next.map(|next| next.to_string()).as_deref(), Some(expect));
        };
        check("*/10 * * * *", "2025-01-01T00:00:40Z", "2025-01-01T00:10:00Z");
        check("*/10 * * * *", "2025-01-01T00:35:00Z", "2025-01-01T00:40:00Z");
        check("0 0 * * 1-5", "2025-01-05T12:00:00Z", "2025-01-06T00:00:00Z");
    }

    #[test]
    fn a_day_that_never_comes_is_an_error() {
        let Ok(schedule) = CronSchedule::parse("59 23 31 2 *") else {
            panic!("it is a schedule all the same")
        };
        let table = Timetable {
            schedule,
            zone: TimeZone::utc(),
        };
        let cron_job = CronJob::from_json(serde_json::json!({}));
        assert_eq!(table.due(&cron_job, Timestamp::DEFAULT_EPOCH), Err(NeverDue));
        assert_eq!(table.next(&cron_job, Timestamp::DEFAULT_EPOCH), None);
    }
}
