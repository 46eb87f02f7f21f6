//! A point in calendar time, as the API shows it.

use std::fmt;
use std::num::NonZero;
use std::str::FromStr;
use std::time::Duration;

use serde_json::Value;

use crate::sim::SimTime;

/// A time as the API shows it: whole seconds since the Unix epoch (`metav1.Time` has no more).
///
/// Kept so that `Option<Timestamp>` is no larger: objects have many times that may be missing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(NonZero<u64>);

/// The Unix epoch as a [`Timestamp`] keeps it: in the middle, so that earlier times are smaller numbers. The least of all, 0, is left out.
const EPOCH_KEPT: u64 = 1 << 63;

impl Timestamp {
    /// When the simulation starts unless a scenario says otherwise: 2025-01-01T00:00:00Z.
    pub const DEFAULT_EPOCH: Timestamp = Timestamp::from_secs(1_735_689_600);

    /// So many seconds after the Unix epoch.
    pub const fn from_secs(secs: i64) -> Self {
        match NonZero::new(secs.cast_unsigned() ^ EPOCH_KEPT) {
            Some(kept) => Timestamp(kept),
            None => Timestamp(NonZero::<u64>::MIN),
        }
    }

    /// The seconds since the Unix epoch.
    pub const fn secs(self) -> i64 {
        (self.0.get() ^ EPOCH_KEPT).cast_signed()
    }

    /// The calendar time of an instant of a simulation that started at `self`.
    pub fn at(self, now: SimTime) -> Timestamp {
        Timestamp::from_secs(
            self.secs()
                .saturating_add(i64::try_from(now.as_secs()).unwrap_or(i64::MAX)),
        )
    }

    /// The instant of a simulation that started at `self` which this calendar time stands for; its start, if it lies before.
    pub fn instant(self, time: Timestamp) -> SimTime {
        SimTime::from_secs(u64::try_from(time.secs().saturating_sub(self.secs())).unwrap_or(0))
    }

    /// This many seconds later.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Timestamp {
        Timestamp::from_secs(
            self.secs()
                .saturating_add(i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)),
        )
    }
}

impl Default for Timestamp {
    /// The Unix epoch.
    fn default() -> Self {
        Timestamp::from_secs(0)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Timestamp({self})")
    }
}

impl fmt::Display for Timestamp {
    /// RFC 3339 in UTC, as the API prints times.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_second(self.secs()) {
            Ok(time) => write!(f, "{time}"),
            Err(_) => f.write_str("9999-12-31T23:59:59Z"),
        }
    }
}

impl FromStr for Timestamp {
    type Err = jiff::Error;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse::<jiff::Timestamp>()
            .map(|time| Timestamp::from_secs(time.as_second()))
    }
}

impl From<Timestamp> for Value {
    fn from(time: Timestamp) -> Value {
        Value::String(time.to_string())
    }
}
