//! Exponential back-off as client-go's `flowcontrol.Backoff` counts it.
//!
//! Doubling from an initial delay up to a greatest one; forgotten when the event lies more than twice the greatest delay after
//! the last one. Source: client-go `util/flowcontrol/backoff.go`; documentation "Pod Lifecycle: container restarts".

use std::time::Duration;

use crate::sim::SimTime;

/// The back-off of one container or image.
#[derive(Debug, Clone, Copy)]
pub(super) struct Backoff {
    /// The present delay.
    pub delay: Duration,
    updated: SimTime,
}

/// The first and the greatest delay.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// The first delay.
    pub initial: Duration,
    /// The greatest delay.
    pub max: Duration,
}

impl Backoff {
    /// Counts one more failure that happened at `event`.
    pub fn next(present: Option<Backoff>, limits: Limits, event: SimTime, now: SimTime) -> Backoff {
        let delay = match present.filter(|backoff| !backoff.is_expired(limits, event)) {
            Some(backoff) => (backoff.delay * 2).min(limits.max),
            None => limits.initial,
        };
        Backoff { delay, updated: now }
    }

    /// Whether it is too early for another attempt after the failure at `event`.
    pub fn holds_since(&self, limits: Limits, event: SimTime, now: SimTime) -> bool {
        !self.is_expired(limits, event) && now.since(event) < self.delay
    }

    /// Whether it is too early for another attempt after the last one counted.
    pub fn holds(&self, limits: Limits, now: SimTime) -> bool {
        !self.is_expired(limits, now) && now.since(self.updated) < self.delay
    }

    fn is_expired(&self, limits: Limits, event: SimTime) -> bool {
        event.since(self.updated) > limits.max * 2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_up_to_the_greatest_and_start_anew_after_a_long_peace() {
        let limits = Limits {
            initial: Duration::from_secs(10),
            max: Duration::from_secs(300),
        };
        let mut backoff = None;
        let mut delay_at = |secs| {
            let at = SimTime::from_secs(secs);
            let next = Backoff::next(backoff, limits, at, at);
            backoff = Some(next);
            next.delay.as_secs()
        };
        let delays: Vec<u64> = [0, 10, 30, 70, 150, 310, 610, 1210, 1811]
            .into_iter()
            .map(&mut delay_at)
            .collect();
        assert_eq!(delays, [10, 20, 40, 80, 160, 300, 300, 300, 10]);
    }
}
