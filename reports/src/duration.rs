//! Durations as people say them: `0s`, `250ms`, `4.2s`, `1m30s`, `2h14m`, `3d4h`.
//!
//! Two units at most: a report shows magnitudes; the record has the nanoseconds.

const UNITS: [(&str, u64); 6] = [
    ("d", 86_400_000_000_000),
    ("h", 3_600_000_000_000),
    ("m", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
    ("µs", 1_000),
];

/// `ns` nanoseconds in words, rounded down to what is shown.
pub fn human(ns: u64) -> String {
    for (index, (unit, size_ns)) in UNITS.into_iter().enumerate() {
        if ns < size_ns {
            continue;
        }
        let whole = ns / size_ns;
        let rest_ns = ns % size_ns;
        if size_ns <= 1_000_000_000 {
            let tenths = rest_ns / (size_ns / 10);
            // A tenth tells something about small numbers only.
            return if tenths > 0 && (whole < 10 || unit == "s") {
                format!("{whole}.{tenths}{unit}")
            } else {
                format!("{whole}{unit}")
            };
        }
        let Some((smaller, smaller_ns)) = UNITS.get(index + 1) else {
            break;
        };
        let part = rest_ns / smaller_ns;
        return if part > 0 {
            format!("{whole}{unit}{part}{smaller}")
        } else {
            format!("{whole}{unit}")
        };
    }
    if ns == 0 { "0s".to_owned() } else { format!("{ns}ns") }
}

#[cfg(test)]
mod tests {
    use super::human;

    fn check(ns: u64, expect: &str) {
        assert_eq!(human(ns), expect, "{ns} ns");
    }

    #[test]
    fn durations_read_as_people_say_them() {
        check(0, "0s");
        check(999, "999ns");
        check(1_000, "1µs");
        check(1_500_000, "1.5ms");
        check(250_900_000, "250ms");
        check(1_000_000_000, "1s");
        check(12_340_000_000, "12.3s");
        check(59_999_999_999, "59.9s");
        check(90_000_000_000, "1m30s");
        check(300_000_000_000, "5m");
        check(8_040_000_000_000, "2h14m");
        check(90_000_000_000_000, "1d1h");
        check(u64::MAX, "213503d23h");
    }
}
