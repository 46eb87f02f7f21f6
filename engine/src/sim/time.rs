//! Virtual time: nanoseconds since the start of the simulation.
//!
//! One integer, so that comparing, adding and hashing instants is exact on every machine. Calendar time exists only at
//! the edge, where [`Timestamp`](crate::api::Timestamp) adds the scenario's epoch.

use std::fmt;
use std::ops::{Add, AddAssign, Sub};
use std::time::Duration;

/// An instant of virtual time, in nanoseconds since the simulation started.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SimTime(u64);

impl SimTime {
    /// The start of the simulation.
    pub const ZERO: SimTime = SimTime(0);
    /// Later than anything that can be scheduled.
    pub const MAX: SimTime = SimTime(u64::MAX);

    /// The instant `nanos` nanoseconds after the start.
    pub const fn from_nanos(nanos: u64) -> Self {
        SimTime(nanos)
    }

    /// The instant `millis` milliseconds after the start.
    pub const fn from_millis(millis: u64) -> Self {
        SimTime(millis.saturating_mul(1_000_000))
    }

    /// The instant `secs` seconds after the start.
    pub const fn from_secs(secs: u64) -> Self {
        SimTime(secs.saturating_mul(1_000_000_000))
    }

    /// Nanoseconds since the start.
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// Whole seconds since the start.
    pub const fn as_secs(self) -> u64 {
        self.0 / 1_000_000_000
    }

    /// How long ago `earlier` was; zero if it lies ahead.
    pub const fn since(self, earlier: SimTime) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }

    /// The first instant of the series `start`, `start + period`, … that is not before `self`; `start` if `period` is zero.
    ///
    /// This is how periodic work that changes nothing costs nothing: its next interesting tick is computed, not walked to.
    pub fn next_tick(self, start: SimTime, period: Duration) -> SimTime {
        let period = nanos(period);
        if self <= start || period == 0 {
            return start;
        }
        let ticks = (self.0 - start.0).div_ceil(period);
        SimTime(start.0.saturating_add(ticks.saturating_mul(period)))
    }
}

/// A duration in nanoseconds; what does not fit (584 years) saturates.
fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

impl Add<Duration> for SimTime {
    type Output = SimTime;
    fn add(self, rhs: Duration) -> SimTime {
        SimTime(self.0.saturating_add(nanos(rhs)))
    }
}

impl AddAssign<Duration> for SimTime {
    fn add_assign(&mut self, rhs: Duration) {
        *self = *self + rhs;
    }
}

impl Sub<Duration> for SimTime {
    type Output = SimTime;
    fn sub(self, rhs: Duration) -> SimTime {
        SimTime(self.0.saturating_sub(nanos(rhs)))
    }
}

impl fmt::Display for SimTime {
    /// `h:mm:ss.mmm`, as in log lines.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (secs, millis) = (self.as_secs(), self.0 / 1_000_000 % 1000);
        write!(f, "{}:{:02}:{:02}.{millis:03}", secs / 3600, secs / 60 % 60, secs % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_tick_is_never_before_now() {
        let check = |now, start, period, expect| {
            let tick = SimTime::from_secs(now).next_tick(SimTime::from_secs(start), Duration::from_secs(period));
            assert_eq!(
                tick,
                SimTime::from_secs(expect),
                "now {now}, start {start}, period {period}"
            );
        };
        check(0, 7, 10, 7);
        check(7, 7, 10, 7);
        check(8, 7, 10, 17);
        check(17, 7, 10, 17);
        check(3_600, 7, 10, 3_607);
        check(9, 7, 0, 7);
    }

    #[test]
    fn displays_hours_minutes_and_milliseconds() {
        assert_eq!(SimTime::from_millis(3_723_004).to_string(), "1:02:03.004");
    }
}
