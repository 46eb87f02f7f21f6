//! The wall clock: the one place that reads it. What it says goes into fields that start with `wall`, so that two runs with
//! one seed differ in nothing else.

#![expect(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "how long a run takes is shown to people, and decides nothing"
)]

use std::time::Instant;

/// A stopwatch that runs from when it is made.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts.
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// Nanoseconds since it was started.
    pub fn elapsed_ns(self) -> u64 {
        u64::try_from(self.0.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }
}

/// The calendar time, RFC 3339 in UTC.
pub fn now_text() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
