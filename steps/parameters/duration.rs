//! `{duration}`: `90s`, `1h30m`, `250ms`, `5 minutes`.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::ParameterError;
use super::pattern::{duration, parameter};

/// A length of virtual time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct VirtualDuration(pub Duration);

parameter!(VirtualDuration, "duration", duration!());

/// Longer than this nothing can be simulated: ten years.
const SECONDS_MAX: u64 = 10 * 366 * 24 * 3600;

/// Units in milliseconds, longer names first so that `ms` is not read as `m`.
const UNITS: [(&str, u64); 10] = [
    ("millisecond", 1),
    ("second", 1000),
    ("minute", 60_000),
    ("hour", 3_600_000),
    ("day", 86_400_000),
    ("ms", 1),
    ("s", 1000),
    ("m", 60_000),
    ("h", 3_600_000),
    ("d", 86_400_000),
];

impl FromStr for VirtualDuration {
    type Err = ParameterError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let nonsense = || {
            ParameterError::new(format!(
                "`{text}` is no duration; write for example `90s`, `1h30m` or `5 minutes`"
            ))
        };
        let too_long = || ParameterError::new(format!("`{text}` is longer than the ten years that can be simulated"));
        let mut rest = text;
        let mut total = Duration::ZERO;
        while !rest.is_empty() {
            let digits = rest
                .find(|c: char| !c.is_ascii_digit() && c != '.')
                .ok_or_else(nonsense)?;
            let (number, after) = rest.split_at(digits);
            let after = after.trim_start();
            let (name, unit_ms) = UNITS
                .into_iter()
                .find(|(name, _)| after.starts_with(name))
                .ok_or_else(nonsense)?;
            let after = after.get(name.len()..).unwrap_or_default();
            // `seconds`: only a word has a plural.
            rest = if name.len() > 2 {
                after.strip_prefix('s').unwrap_or(after)
            } else {
                after
            };
            total = total
                .checked_add(amount(number, unit_ms).ok_or_else(too_long)?)
                .ok_or_else(too_long)?;
        }
        if total.as_secs() > SECONDS_MAX {
            Err(too_long())
        } else {
            Ok(Self(total))
        }
    }
}

/// `number` times the unit; a fraction down to nanoseconds.
fn amount(number: &str, unit_ms: u64) -> Option<Duration> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let whole = Duration::from_millis(whole.parse::<u64>().ok()?.checked_mul(unit_ms)?);
    let digits: String = fraction.chars().take(9).collect();
    let scale = 10_u64.checked_pow(u32::try_from(digits.len()).ok()?)?;
    let part = digits
        .parse::<u64>()
        .unwrap_or(0)
        .checked_mul(unit_ms)?
        .checked_mul(1_000_000)?;
    whole.checked_add(Duration::from_nanos(part / scale))
}

impl fmt::Display for VirtualDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&shakedown_reports::duration::human(
            u64::try_from(self.0.as_nanos()).unwrap_or(u64::MAX),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameters::check_parameter;

    fn check(text: &str, expect_ms: Option<u64>) {
        check_parameter(text, expect_ms.map(|ms| VirtualDuration(Duration::from_millis(ms))));
    }

    #[test]
    fn units_and_words() {
        check("90s", Some(90_000));
        check("5m", Some(300_000));
        check("1h30m", Some(5_400_000));
        check("250ms", Some(250));
        check("1m5s250ms", Some(65_250));
        check("1.5s", Some(1500));
        check("0s", Some(0));
        check("2d", Some(172_800_000));
        check("90 seconds", Some(90_000));
        check("1 second", Some(1000));
        check("5 minutes", Some(300_000));
        check("1 hour", Some(3_600_000));
        check("1 day", Some(86_400_000));
        check("500 milliseconds", Some(500));
    }

    #[test]
    fn other_text_is_no_duration() {
        for text in ["", "5", "s", "-5s", "5 s", "5minutes", "5 fortnights", "1h 30m"] {
            check(text, None);
        }
    }

    #[test]
    fn impossible_lengths_are_errors_and_no_panics() {
        for text in ["99999999999999999999s", "11000d", "9223372036854775807h"] {
            let error = text.parse::<VirtualDuration>().expect_err("too long");
            assert!(error.to_string().contains("longer than the ten years"), "{error}");
        }
    }
}
