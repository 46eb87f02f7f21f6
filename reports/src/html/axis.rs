//! The time axis: virtual time to a share of the width, and where the ticks stand.

use crate::duration;

const SECOND_NS: u64 = 1_000_000_000;

/// Distances between ticks that people can count in, in nanoseconds.
const STEPS_NS: [u64; 26] = [
    SECOND_NS / 1_000,
    SECOND_NS / 500,
    SECOND_NS / 200,
    SECOND_NS / 100,
    SECOND_NS / 50,
    SECOND_NS / 20,
    SECOND_NS / 10,
    SECOND_NS / 5,
    SECOND_NS / 2,
    SECOND_NS,
    2 * SECOND_NS,
    5 * SECOND_NS,
    10 * SECOND_NS,
    15 * SECOND_NS,
    30 * SECOND_NS,
    60 * SECOND_NS,
    120 * SECOND_NS,
    300 * SECOND_NS,
    600 * SECOND_NS,
    900 * SECOND_NS,
    1_800 * SECOND_NS,
    3_600 * SECOND_NS,
    7_200 * SECOND_NS,
    10_800 * SECOND_NS,
    21_600 * SECOND_NS,
    43_200 * SECOND_NS,
];

/// At most so many ticks stand on the axis, without the one at zero.
const TICKS_MAX: u64 = 9;

/// A linear axis from zero to `span_ns`.
#[derive(Debug, Clone, Copy)]
pub struct Axis {
    span_ns: u64,
}

/// A place on the axis with its text.
#[derive(Debug, PartialEq, Eq)]
pub struct Tick {
    /// Percent of the width.
    pub x: String,
    /// The time in words.
    pub label: String,
    /// So near the right edge that the text belongs to its left.
    pub at_end: bool,
}

impl Axis {
    /// An axis of that length; none for zero.
    pub fn new(span_ns: u64) -> Option<Self> {
        (span_ns > 0).then_some(Self { span_ns })
    }

    /// Where a time stands: percent of the width, 0 to 100.
    pub fn percent(self, at_ns: u64) -> f64 {
        // Nanoseconds beyond 2^53 lose their last digits here; a pixel is coarser by far.
        (at_ns.min(self.span_ns) as f64) * 100.0 / (self.span_ns as f64)
    }

    /// The ticks, zero first.
    pub fn ticks(self) -> Vec<Tick> {
        let fits = |step_ns: &u64| self.span_ns / step_ns <= TICKS_MAX;
        let day_ns = 86_400 * SECOND_NS;
        let step_ns = STEPS_NS.into_iter().find(fits).unwrap_or_else(|| {
            let days = self.span_ns / day_ns / TICKS_MAX + 1;
            day_ns.saturating_mul(days)
        });
        let count = self.span_ns / step_ns;
        let times = (0..=count.min(TICKS_MAX)).map(|index| index * step_ns);
        let tick = times.map(|at_ns| {
            let percent = self.percent(at_ns);
            Tick {
                x: percent_text(percent),
                label: duration::human(at_ns),
                at_end: percent > 95.0,
            }
        });
        tick.collect()
    }
}

/// A share of the width as SVG wants it, with as many digits as a wide screen can show.
pub fn percent_text(percent: f64) -> String {
    let text = format!("{percent:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    format!("{text}%")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(span_ns: u64, expect: &str) {
        let ticks = Axis::new(span_ns).expect("a span").ticks();
        let labels: Vec<_> = ticks.iter().map(|tick| tick.label.as_str()).collect();
        assert_eq!(labels.join(" "), expect, "{span_ns} ns");
    }

    #[test]
    fn ticks_stand_at_round_times() {
        check(1, "0s");
        check(4_000_000_000, "0s 500ms 1s 1.5s 2s 2.5s 3s 3.5s 4s");
        check(45 * SECOND_NS, "0s 5s 10s 15s 20s 25s 30s 35s 40s 45s");
        check(400 * SECOND_NS, "0s 1m 2m 3m 4m 5m 6m");
        check(30 * 86_400 * SECOND_NS, "0s 4d 8d 12d 16d 20d 24d 28d");
        assert!(Axis::new(0).is_none());
        assert!(Axis::new(u64::MAX).expect("a span").ticks().len() <= 10);
    }

    #[test]
    fn shares_have_few_digits_and_stay_inside() {
        let axis = Axis::new(3 * SECOND_NS).expect("a span");
        for (at_ns, expect) in [
            (0, "0%"),
            (SECOND_NS, "33.33%"),
            (3 * SECOND_NS, "100%"),
            (u64::MAX, "100%"),
        ] {
            assert_eq!(percent_text(axis.percent(at_ns)), expect);
        }
    }
}
