//! How much memory a process uses over time, in closed form: the instant at which a limit is crossed is computed, not found.

use std::time::Duration;

/// Memory use: an amount, perhaps another one from some moment on, and a steady leak on top.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct MemoryUse {
    /// From the start on, in bytes.
    pub initial_bytes: u64,
    /// From then on so much instead, in bytes.
    pub later: Option<(Duration, u64)>,
    /// Bytes added every minute, evenly.
    pub leak_bytes_per_minute: u64,
}

impl MemoryUse {
    /// Bytes in use after `elapsed`.
    pub fn at(&self, elapsed: Duration) -> u64 {
        let base = match self.later {
            Some((after, bytes)) if elapsed >= after => bytes,
            _ => self.initial_bytes,
        };
        let leaked = u128::from(self.leak_bytes_per_minute) * elapsed.as_millis() / 60_000;
        base.saturating_add(u64::try_from(leaked).unwrap_or(u64::MAX))
    }

    /// When more than `limit_bytes` are first in use; none if never.
    pub fn exceeds_at(&self, limit_bytes: u64) -> Option<Duration> {
        let leak_reaches = |base: u64, from: Duration| -> Option<Duration> {
            if base > limit_bytes {
                return Some(from);
            }
            if self.leak_bytes_per_minute == 0 {
                return None;
            }
            let missing = u128::from(limit_bytes - base) + 1;
            let millis = (missing * 60_000).div_ceil(u128::from(self.leak_bytes_per_minute));
            Some(Duration::from_millis(u64::try_from(millis).unwrap_or(u64::MAX)).max(from))
        };
        let first = leak_reaches(self.initial_bytes, Duration::ZERO);
        match self.later {
            None => first,
            Some((after, bytes)) => first.filter(|at| *at < after).or_else(|| leak_reaches(bytes, after)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_instant_at_which_the_limit_is_crossed() {
        let secs = Duration::from_secs;
        let check = |initial, later: Option<(u64, u64)>, leak, limit, expect: Option<u64>| {
            let memory = MemoryUse {
                initial_bytes: initial,
                later: later.map(|(after, bytes)| (secs(after), bytes)),
                leak_bytes_per_minute: leak,
            };
            let at = memory.exceeds_at(limit);
            assert_eq!(at, expect.map(secs), "{memory:?}");
            if let Some(at) = at {
                assert!(memory.at(at) > limit);
            }
        };
        check(100, None, 0, 128, None);
        check(300, None, 0, 128, Some(0));
        check(0, Some((30, 300)), 0, 128, Some(30));
        check(100, None, 60, 159, Some(60));
        check(100, Some((600, 10)), 60, 159, Some(60));
        check(100, Some((30, 159)), 60, 159, Some(30));
    }
}
