//! Time zones by their names in the IANA database, as CronJobs' `timeZone` gives them.
//!
//! The database is compiled in: which hours there are in a zone must not depend on the machine that a scenario runs on.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZoneDatabase;

use super::Timestamp;

/// A time zone.
#[derive(Debug, Clone)]
pub struct TimeZone(jiff::tz::TimeZone);

impl TimeZone {
    /// Coordinated universal time, the zone of kube-controller-manager's own clock.
    pub fn utc() -> Self {
        TimeZone(jiff::tz::TimeZone::UTC)
    }

    /// The zone of this name, such as `Europe/Berlin`, written exactly so; the empty name is UTC, as in Go.
    pub fn named(name: &str) -> Option<Self> {
        if name.is_empty() {
            return Some(TimeZone::utc());
        }
        let zone = TimeZoneDatabase::bundled().get(name).ok()?;
        (zone.iana_name() == Some(name)).then_some(TimeZone(zone))
    }

    /// What clocks in the zone show then; none beyond the year 9999.
    pub fn clock(&self, time: Timestamp) -> Option<DateTime> {
        let time = jiff::Timestamp::from_second(time.secs()).ok()?;
        Some(self.0.to_datetime(time))
    }

    /// When a day begins in the zone: at midnight, or at the first moment after it where clocks skip it.
    pub fn start_of(&self, day: Date) -> Option<Timestamp> {
        let start = self.0.to_zoned(day.to_datetime(jiff::civil::Time::midnight())).ok()?;
        Some(Timestamp::from_secs(start.timestamp().as_second()))
    }

    /// A time as RFC 3339 writes it with the zone's offset: `2025-01-01T09:00:00+01:00`, in UTC `2025-01-01T08:00:00Z`.
    pub fn format(&self, time: Timestamp) -> String {
        let (Some(clock), Ok(at)) = (self.clock(time), jiff::Timestamp::from_second(time.secs())) else {
            return time.to_string();
        };
        let minutes = self.0.to_offset(at).seconds() / 60;
        if minutes == 0 {
            return format!("{}Z", clock.strftime("%Y-%m-%dT%H:%M:%S"));
        }
        let sign = if minutes < 0 { '-' } else { '+' };
        let minutes = minutes.unsigned_abs();
        let (hours, minutes) = (minutes / 60, minutes % 60);
        format!("{}{sign}{hours:02}:{minutes:02}", clock.strftime("%Y-%m-%dT%H:%M:%S"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_have_offsets_that_change_with_the_season() {
        let check = |zone: &str, time: &str, expect: &str| {
            let zone = TimeZone::named(zone).unwrap_or_else(TimeZone::utc);
            assert_eq!(time.parse().map(|time| zone.format(time)).unwrap_or_default(), expect);
        };
        check("", "2025-01-01T08:00:00Z", "2025-01-01T08:00:00Z");
        check("Europe/Berlin", "2025-01-01T08:00:00Z", "2025-01-01T09:00:00+01:00");
        check("Europe/Berlin", "2025-07-01T08:00:00Z", "2025-07-01T10:00:00+02:00");
        check("America/St_Johns", "2025-01-01T08:00:00Z", "2025-01-01T04:30:00-03:30");
    }

    #[test]
    fn names_are_exact() {
        for name in ["Europe/Atlantis", "europe/berlin", "Local"] {
            assert!(TimeZone::named(name).is_none(), "{name}");
        }
    }
}
