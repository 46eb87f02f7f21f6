//! Durations: Go's `time.Duration` as flags, fields and messages write it (`1m20s`), and the AGE texts of kubectl.
//!
//! A duration is an `i64` of nanoseconds, as in Go, so its range and its roundings are the same: about ±292 years.

use super::quote::go_quote;

/// Nanoseconds in a microsecond.
pub const MICROSECOND_NS: i64 = 1_000;
/// Nanoseconds in a millisecond.
pub const MILLISECOND_NS: i64 = 1_000_000;
/// Nanoseconds in a second.
pub const SECOND_NS: i64 = 1_000_000_000;
/// Nanoseconds in a minute.
pub const MINUTE_NS: i64 = 60 * SECOND_NS;
/// Nanoseconds in an hour.
pub const HOUR_NS: i64 = 60 * MINUTE_NS;

/// Why a text is no duration. The texts are Go's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DurationError {
    /// No number where one must be, or out of range.
    #[error("time: invalid duration {}", go_quote(text))]
    Invalid {
        /// The whole text.
        text: String,
    },
    /// A number without a unit.
    #[error("time: missing unit in duration {}", go_quote(text))]
    MissingUnit {
        /// The whole text.
        text: String,
    },
    /// A unit that is none of `ns us µs ms s m h`.
    #[error("time: unknown unit {} in duration {}", go_quote(unit), go_quote(text))]
    UnknownUnit {
        /// The unit.
        unit: String,
        /// The whole text.
        text: String,
    },
}

/// Reads a duration as Go's `time.ParseDuration`: `300ms`, `-1.5h`, `2h45m`; a bare `0`, but no other number without a unit.
/// Returns nanoseconds.
///
/// # Errors
/// See [`DurationError`].
pub fn parse_ns(text: &str) -> Result<i64, DurationError> {
    let invalid = || DurationError::Invalid { text: text.to_owned() };
    let negative = text.starts_with('-');
    let mut rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    if rest == "0" {
        return Ok(0);
    }
    if rest.is_empty() {
        return Err(invalid());
    }
    // Summed as u64: the most negative duration has no positive counterpart.
    let mut total: u64 = 0;
    while !rest.is_empty() {
        let (term, after) = parse_term(rest, text)?;
        total = total.checked_add(term).filter(|&t| t <= 1 << 63).ok_or_else(invalid)?;
        rest = after;
    }
    match (negative, i64::try_from(total)) {
        (true, _) => Ok((total as i64).wrapping_neg()),
        (false, Ok(total)) => Ok(total),
        (false, Err(_)) => Err(invalid()),
    }
}

/// One number with its unit from the front of `rest`, in nanoseconds, and what follows it.
fn parse_term<'a>(rest: &'a str, text: &str) -> Result<(u64, &'a str), DurationError> {
    let invalid = || DurationError::Invalid { text: text.to_owned() };
    let (whole, after_whole) = split_while(rest, |c| c.is_ascii_digit());
    let (fraction, after) = match after_whole.strip_prefix('.') {
        Some(after_point) => split_while(after_point, |c| c.is_ascii_digit()),
        None => ("", after_whole),
    };
    if whole.is_empty() && fraction.is_empty() {
        return Err(invalid());
    }
    let (unit, after) = split_while(after, |c| c != '.' && !c.is_ascii_digit());
    let scale_ns = match unit {
        "ns" => 1,
        "us" | "µs" | "μs" => MICROSECOND_NS,
        "ms" => MILLISECOND_NS,
        "s" => SECOND_NS,
        "m" => MINUTE_NS,
        "h" => HOUR_NS,
        "" => return Err(DurationError::MissingUnit { text: text.to_owned() }),
        _ => {
            return Err(DurationError::UnknownUnit {
                unit: unit.to_owned(),
                text: text.to_owned(),
            });
        }
    } as u64;
    let whole: u64 = if whole.is_empty() {
        0
    } else {
        whole.parse().map_err(|_| invalid())?
    };
    let ns = whole
        .checked_mul(scale_ns)
        .filter(|&ns| ns <= 1 << 63)
        .ok_or_else(invalid)?;
    let ns = ns
        .checked_add(fraction_ns(fraction, scale_ns))
        .filter(|&ns| ns <= 1 << 63)
        .ok_or_else(invalid)?;
    Ok((ns, after))
}

/// The nanoseconds in `0.digits` units, truncated; digits beyond what a u64 holds do not count. In floating point, as Go does it.
fn fraction_ns(digits: &str, scale_ns: u64) -> u64 {
    let mut numerator: u64 = 0;
    let mut denominator = 1.0;
    for digit in digits.bytes() {
        let next = numerator
            .checked_mul(10)
            .and_then(|n| n.checked_add(u64::from(digit - b'0')));
        match next {
            Some(next) if next <= 1 << 63 => numerator = next,
            _ => break,
        }
        denominator *= 10.0;
    }
    (numerator as f64 * (scale_ns as f64 / denominator)) as u64
}

fn split_while(text: &str, keep: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(|c| !keep(c)).unwrap_or(text.len()))
}

/// A duration as Go's `Duration.String` prints it: `1h15m30.918s`, `100ms`, `1.5µs`, `0s`.
pub fn format_ns(duration_ns: i64) -> String {
    let sign = if duration_ns < 0 { "-" } else { "" };
    let ns = duration_ns.unsigned_abs();
    let second = SECOND_NS as u64;
    if ns == 0 {
        return "0s".to_owned();
    }
    if ns < second {
        let (unit, digits) = match ns {
            0..1_000 => ("ns", 0),
            1_000..1_000_000 => ("µs", 3),
            _ => ("ms", 6),
        };
        return format!("{sign}{}{unit}", decimal(ns, digits));
    }
    let (minutes, below_ns) = (ns / (60 * second), ns % (60 * second));
    let seconds = decimal(below_ns, 9);
    match (minutes / 60, minutes % 60) {
        (0, 0) => format!("{sign}{seconds}s"),
        (0, minutes) => format!("{sign}{minutes}m{seconds}s"),
        (hours, minutes) => format!("{sign}{hours}h{minutes}m{seconds}s"),
    }
}

/// `value / 10^digits`, without trailing zeros behind the point.
fn decimal(value: u64, digits: usize) -> String {
    let scale = 10_u64.pow(digits as u32);
    let fraction = format!("{:0digits$}", value % scale);
    match fraction.trim_end_matches('0') {
        "" => format!("{}", value / scale),
        fraction => format!("{}.{fraction}", value / scale),
    }
}

/// The AGE text of `kubectl get`: two or three significant figures (`119s`, `3m5s`, `2d7h`, `3y40d`). A second in the future is
/// forgiven (`0s`: clocks differ), more is `<invalid>`. Kubernetes: apimachinery `duration.HumanDuration`.
pub fn human(duration_ns: i64) -> String {
    let seconds = duration_ns / SECOND_NS;
    let (minutes, hours) = (seconds / 60, seconds / 3600);
    let days = hours / 24;
    let two = |a: i64, a_unit: &str, b: i64, b_unit: &str| match b {
        0 => format!("{a}{a_unit}"),
        b => format!("{a}{a_unit}{b}{b_unit}"),
    };
    match seconds {
        ..-1 => "<invalid>".to_owned(),
        -1 => "0s".to_owned(),
        0..120 => format!("{seconds}s"),
        _ if minutes < 10 => two(minutes, "m", seconds % 60, "s"),
        _ if hours < 3 => format!("{minutes}m"),
        _ if hours < 8 => two(hours, "h", minutes % 60, "m"),
        _ if hours < 48 => format!("{hours}h"),
        _ if days < 8 => two(days, "d", hours % 24, "h"),
        _ if days < 2 * 365 => format!("{days}d"),
        _ if days < 8 * 365 => two(days / 365, "y", days % 365, "d"),
        _ => format!("{}y", days / 365),
    }
}

/// The shorter text with one figure (`1m`, `2d`), as in Kubernetes' `duration.ShortHumanDuration`.
pub fn short_human(duration_ns: i64) -> String {
    let seconds = duration_ns / SECOND_NS;
    let (minutes, hours) = (seconds / 60, seconds / 3600);
    match seconds {
        ..-1 => "<invalid>".to_owned(),
        -1 => "0s".to_owned(),
        0..60 => format!("{seconds}s"),
        _ if minutes < 60 => format!("{minutes}m"),
        _ if hours < 24 => format!("{hours}h"),
        _ if hours < 24 * 365 => format!("{}d", hours / 24),
        _ => format!("{}y", hours / 24 / 365),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::draws::Draws;

    #[test]
    fn parses_as_go() {
        let check = |text, expect| assert_eq!(parse_ns(text), Ok(expect), "{text}");
        check("0", 0);
        check("-0", 0);
        check("5s", 5 * SECOND_NS);
        check("1m20s", 80 * SECOND_NS);
        check("-1.5h", -90 * MINUTE_NS);
        check("+.5s", 500 * MILLISECOND_NS);
        check("1.s", SECOND_NS);
        check("3ns4us5µs6μs", 15_003);
        check("0.3333333333333333333h", 20 * MINUTE_NS);
        check("0.9223372036854775807s", 922_337_203);
        check("9223372036854775807ns", i64::MAX);
        check("-9223372036854775808ns", i64::MIN);
        check("9223372036s854775807ns", i64::MAX);
    }

    #[test]
    fn refuses_as_go() {
        let check = |text, expect: &str| assert_eq!(parse_ns(text).map_err(|e| e.to_string()), Err(expect.to_owned()));
        check("", r#"time: invalid duration """#);
        check("-", r#"time: invalid duration "-""#);
        check(".s", r#"time: invalid duration ".s""#);
        check("s", r#"time: invalid duration "s""#);
        check("3", r#"time: missing unit in duration "3""#);
        check("1h3", r#"time: missing unit in duration "1h3""#);
        check("1d", r#"time: unknown unit "d" in duration "1d""#);
        check("1 s", r#"time: unknown unit " s" in duration "1 s""#);
        check(
            "9223372036854775808ns",
            r#"time: invalid duration "9223372036854775808ns""#,
        );
        check(
            "99999999999999999999s",
            r#"time: invalid duration "99999999999999999999s""#,
        );
        check("3000000h", r#"time: invalid duration "3000000h""#);
    }

    #[test]
    fn formats_as_go_and_reads_it_back() {
        let check = |duration_ns, expect: &str| {
            assert_eq!(format_ns(duration_ns), expect);
            assert_eq!(parse_ns(expect), Ok(duration_ns));
        };
        check(0, "0s");
        check(1, "1ns");
        check(1_100, "1.1µs");
        check(2_200_000, "2.2ms");
        check(-500_000_000, "-500ms");
        check(10 * SECOND_NS, "10s");
        check(80 * SECOND_NS, "1m20s");
        check(5 * MINUTE_NS, "5m0s");
        check(HOUR_NS + 500_000_000, "1h0m0.5s");
        check(i64::MAX, "2562047h47m16.854775807s");
        check(i64::MIN, "-2562047h47m16.854775808s");
    }

    #[test]
    fn ages() {
        let check = |seconds: i64, text: &str, short: &str| {
            assert_eq!(
                (
                    human(seconds * SECOND_NS).as_str(),
                    short_human(seconds * SECOND_NS).as_str()
                ),
                (text, short)
            );
        };
        check(-2, "<invalid>", "<invalid>");
        check(-1, "0s", "0s");
        check(119, "119s", "1m");
        check(185, "3m5s", "3m");
        check(3 * 3600 + 60, "3h1m", "3h");
        check(50 * 3600, "2d2h", "2d");
        check(3 * 365 * 86_400 + 40 * 86_400, "3y40d", "3y");
    }

    #[test]
    fn what_parses_is_read_back_the_same_and_nothing_panics() {
        let mut draws = Draws(3);
        let pieces = [
            "0", "1", "59", "99999999", ".", "-", "+", "h", "m", "s", "ms", "us", "µs", "ns", "d", " ",
        ];
        let mut parsed = 0;
        for _ in 0..50_000 {
            let text = draws.text(8, &pieces);
            if let Ok(duration_ns) = parse_ns(&text) {
                parsed += 1;
                assert_eq!(parse_ns(&format_ns(duration_ns)), Ok(duration_ns), "{text}");
                assert!(
                    !human(duration_ns).is_empty() && !short_human(duration_ns).is_empty(),
                    "{text}"
                );
            }
        }
        assert!(parsed > 1_000, "the generator must hit durations: {parsed}");
    }
}
