//! Cron schedules, such as `*/15 9-17 * * mon-fri`, and when they are next due.
//!
//! Source: robfig/cron v3 (`ParseStandard`, `SpecSchedule.Next`), which kube-apiserver validates and kube-controller-manager
//! schedules with; documentation "CronJob: Schedule syntax". The next time is found by leaping over months, days and hours
//! that do not match, so it costs the same however far away it is. Not modelled: `TZ=` in a schedule, which the API refuses.

use std::time::Duration;

use jiff::civil::DateTime;

use super::{TimeZone, Timestamp, duration};

/// Beyond this many years nothing is searched: such a schedule is never due.
const YEARS_MAX: i16 = 5;
/// Marks a field written as `*` or `?`: days of the month and of the week must both match then, otherwise either.
const STAR: u64 = 1 << 63;

/// When something is due again and again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CronSchedule {
    /// At the minutes that match five fields.
    At(CronFields),
    /// So long after the last time: `@every 5m`.
    Every(Duration),
}

/// The five fields, each a set of numbers as bits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CronFields {
    minutes: u64,
    hours: u64,
    days_of_month: u64,
    months: u64,
    days_of_week: u64,
}

/// Why a text is no schedule, in the words of the real parser.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct CronError(String);

/// What a field may hold.
struct Bounds {
    min: u32,
    max: u32,
    /// Names of numbers, the first one that of `names_from`.
    names: &'static [&'static str],
    names_from: u32,
}

const MINUTES: Bounds = Bounds::numbers(0, 59);
const HOURS: Bounds = Bounds::numbers(0, 23);
const DAYS_OF_MONTH: Bounds = Bounds::numbers(1, 31);
const MONTHS: Bounds = Bounds {
    names: &[
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ],
    names_from: 1,
    ..Bounds::numbers(1, 12)
};
const DAYS_OF_WEEK: Bounds = Bounds {
    names: &["sun", "mon", "tue", "wed", "thu", "fri", "sat"],
    ..Bounds::numbers(0, 6)
};

impl Bounds {
    const fn numbers(min: u32, max: u32) -> Self {
        Bounds {
            min,
            max,
            names: &[],
            names_from: 0,
        }
    }

    /// A list of ranges.
    fn parse(&self, field: &str) -> Result<u64, CronError> {
        let mut ranges = field.split(',').filter(|range| !range.is_empty());
        ranges.try_fold(0, |bits, range| Ok(bits | self.range(range)?))
    }

    /// `*`, `5`, `1-5`, each perhaps with `/step`; `5/step` goes on to the end.
    fn range(&self, text: &str) -> Result<u64, CronError> {
        let error = |message: String| Err(CronError(format!("{message}: {text}")));
        let mut parts = text.split('/');
        let (range, step) = (parts.next().unwrap_or_default(), parts.next());
        let mut ends = range.split('-');
        let (low, high) = (ends.next().unwrap_or_default(), ends.next());
        let is_star = low == "*" || low == "?";
        let (start, mut end) = if is_star {
            (self.min, self.max)
        } else {
            let start = self.number(low)?;
            let end = high.map_or(Ok(start), |high| self.number(high))?;
            if ends.next().is_some() {
                return error("too many hyphens".to_owned());
            }
            (start, end)
        };
        let mut star = if is_star { STAR } else { 0 };
        let step = match step {
            None => 1,
            Some(step) => {
                let step = integer(step)?;
                if high.is_none() {
                    end = self.max;
                }
                if step > 1 {
                    star = 0;
                }
                step
            }
        };
        if parts.next().is_some() {
            return error("too many slashes".to_owned());
        }
        let (min, max) = (self.min, self.max);
        if start < min {
            return error(format!("beginning of range ({start}) below minimum ({min})"));
        }
        if end > max {
            return error(format!("end of range ({end}) above maximum ({max})"));
        }
        if start > end {
            return error(format!("beginning of range ({start}) beyond end of range ({end})"));
        }
        let Some(step) = usize::try_from(step).ok().filter(|step| *step > 0) else {
            return error("step of range should be a positive number".to_owned());
        };
        Ok((start..=end)
            .step_by(step)
            .fold(star, |bits, number| bits | 1 << number))
    }

    fn number(&self, text: &str) -> Result<u32, CronError> {
        let lower = text.to_lowercase();
        match self.names.iter().position(|name| *name == lower) {
            Some(position) => Ok(self.names_from + u32::try_from(position).unwrap_or(0)),
            None => integer(text),
        }
    }
}

fn integer(text: &str) -> Result<u32, CronError> {
    match text.parse::<i64>() {
        Ok(number) if number < 0 => Err(CronError(format!("negative number ({number}) not allowed: {text}"))),
        Ok(number) => Ok(u32::try_from(number).unwrap_or(u32::MAX)),
        Err(_) => Err(CronError(format!(
            "failed to parse int from {text}: strconv.Atoi: parsing \"{text}\": invalid syntax"
        ))),
    }
}

impl CronSchedule {
    /// Reads a schedule.
    ///
    /// # Errors
    /// What the real parser says of it.
    pub fn parse(text: &str) -> Result<Self, CronError> {
        if text.is_empty() {
            return Err(CronError("empty spec string".to_owned()));
        }
        if text.starts_with('@') {
            return descriptor(text);
        }
        let fields: Vec<&str> = text.split_whitespace().collect();
        let [minutes, hours, days_of_month, months, days_of_week] = fields.as_slice() else {
            let (found, fields) = (fields.len(), fields.join(" "));
            return Err(CronError(format!(
                "expected exactly 5 fields, found {found}: [{fields}]"
            )));
        };
        Ok(CronSchedule::At(CronFields {
            minutes: MINUTES.parse(minutes)?,
            hours: HOURS.parse(hours)?,
            days_of_month: DAYS_OF_MONTH.parse(days_of_month)?,
            months: MONTHS.parse(months)?,
            days_of_week: DAYS_OF_WEEK.parse(days_of_week)?,
        }))
    }

    /// The first time later than `after` at which it is due; none within the next five years.
    pub fn next(&self, after: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        match self {
            CronSchedule::Every(period) => Some(after.plus(*period)),
            CronSchedule::At(fields) => fields.next(after, zone),
        }
    }
}

/// `@hourly` and its like.
fn descriptor(text: &str) -> Result<CronSchedule, CronError> {
    if let Some(period) = text.strip_prefix("@every ") {
        let ns = duration::parse_ns(period)
            .map_err(|error| CronError(format!("failed to parse duration {text}: {error}")))?;
        let seconds = u64::try_from(ns / 1_000_000_000).unwrap_or(0).max(1);
        return Ok(CronSchedule::Every(Duration::from_secs(seconds)));
    }
    let fields = match text {
        "@yearly" | "@annually" => "0 0 1 1 *",
        "@monthly" => "0 0 1 * *",
        "@weekly" => "0 0 * * 0",
        "@daily" | "@midnight" => "0 0 * * *",
        "@hourly" => "0 * * * *",
        _ => return Err(CronError(format!("unrecognized descriptor: {text}"))),
    };
    CronSchedule::parse(fields)
}

impl CronFields {
    fn next(&self, after: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let mut time = Timestamp::from_secs(after.secs().checked_add(1)?);
        let last_year = zone.clock(time)?.year().saturating_add(YEARS_MAX);
        loop {
            let clock = zone.clock(time)?;
            if clock.year() > last_year {
                return None;
            }
            let (minute, second) = (i64::from(clock.minute()), i64::from(clock.second()));
            let candidate = if !has(self.months, clock.month()) {
                zone.start_of(clock.date().last_of_month().tomorrow().ok()?)?
            } else if !self.has_day(clock) {
                zone.start_of(clock.date().tomorrow().ok()?)?
            } else if !has(self.hours, clock.hour()) {
                Timestamp::from_secs(time.secs() + 3600 - minute * 60 - second)
            } else if !has(self.minutes, clock.minute()) || second != 0 {
                Timestamp::from_secs(time.secs() + 60 - second)
            } else {
                return Some(time);
            };
            // Every leap goes forward; a zone whose clock would lead back ends the search.
            time = Some(candidate).filter(|candidate| *candidate > time)?;
        }
    }

    /// If both days are restricted, either may match.
    fn has_day(&self, clock: DateTime) -> bool {
        let of_month = has(self.days_of_month, clock.day());
        let of_week = has(self.days_of_week, clock.weekday().to_sunday_zero_offset());
        if (self.days_of_month | self.days_of_week) & STAR != 0 {
            of_month && of_week
        } else {
            of_month || of_week
        }
    }
}

fn has(bits: u64, number: i8) -> bool {
    u32::try_from(number).is_ok_and(|number| bits >> number & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_time() {
        let check = |schedule: &str, zone: &str, after: &str, expect: Option<&str>| {
            let zone = TimeZone::named(zone).unwrap_or_else(TimeZone::utc);
            let after: Timestamp = after.parse().unwrap_or_default();
            let next = CronSchedule::parse(schedule).map(|schedule| schedule.next(after, &zone));
            assert_eq!(
                next,
                Ok(expect.and_then(|expect| expect.parse().ok())),
                "{schedule} after {after}"
            );
        };
        // A Wednesday.
        let new_year = "2025-01-01T00:00:00Z";
        check("* * * * *", "", new_year, Some("2025-01-01T00:01:00Z"));
        check("*/15 * * * *", "", "2025-01-01T00:07:30Z", Some("2025-01-01T00:15:00Z"));
        check("30 9-17/4 * * mon-fri", "", new_year, Some("2025-01-01T09:30:00Z"));
        check("0 0 * * Sun", "", new_year, Some("2025-01-05T00:00:00Z"));
        check("@hourly", "", new_year, Some("2025-01-01T01:00:00Z"));
        check("@weekly", "", new_year, Some("2025-01-05T00:00:00Z"));
        check("@yearly", "", new_year, Some("2026-01-01T00:00:00Z"));
        check("@every 90s", "", new_year, Some("2025-01-01T00:01:30Z"));
        // Either day will do if both are restricted; both must match if one is `*`.
        check("0 0 13 * 5", "", new_year, Some("2025-01-03T00:00:00Z"));
        check("0 0 29 2 *", "", new_year, Some("2028-02-29T00:00:00Z"));
        check("59 23 31 2 *", "", new_year, None);
        // Zones: an hour that is skipped, and one that comes twice.
        check("0 9 * * *", "Asia/Seoul", new_year, Some("2025-01-02T00:00:00Z"));
        check(
            "30 2 * * *",
            "Europe/Berlin",
            "2025-03-29T12:00:00Z",
            Some("2025-03-31T00:30:00Z"),
        );
        check(
            "30 2 * * *",
            "Europe/Berlin",
            "2025-10-26T00:30:00Z",
            Some("2025-10-26T01:30:00Z"),
        );
    }

    #[test]
    fn what_is_no_schedule_is_refused_in_the_real_words() {
        let check = |schedule: &str, expect: &str| {
            let error = CronSchedule::parse(schedule).err().map(|error| error.to_string());
            assert_eq!(error.as_deref(), Some(expect));
        };
        check("", "empty spec string");
        check("* * *", "expected exactly 5 fields, found 3: [* * *]");
        check("60 * * * *", "end of range (60) above maximum (59): 60");
        check("* * 0 * *", "beginning of range (0) below minimum (1): 0");
        check("5-1 * * * *", "beginning of range (5) beyond end of range (1): 5-1");
        check("1-2-3 * * * *", "too many hyphens: 1-2-3");
        check("*/2/3 * * * *", "too many slashes: */2/3");
        check("*/0 * * * *", "step of range should be a positive number: */0");
        check(
            "a * * * *",
            "failed to parse int from a: strconv.Atoi: parsing \"a\": invalid syntax",
        );
        check("* * * * 7", "end of range (7) above maximum (6): 7");
        check("@often", "unrecognized descriptor: @often");
    }
}
