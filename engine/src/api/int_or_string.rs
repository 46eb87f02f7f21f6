//! `IntOrString`: a number, or a percentage of a total, as in `maxSurge`, `maxUnavailable` and `minAvailable`; also a port by
//! number or by name.
//!
//! Scaling follows apimachinery's `GetScaledValueFromIntOrPercent`, floating point included, so that roundings agree.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::quote::go_quote;

/// A number or a string; a string such as `"25%"` is a share of a total.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum IntOrString {
    /// A number.
    Int(i32),
    /// Anything else: a percentage, or a name.
    String(SmolStr),
}

/// Why an [`IntOrString`] is no amount. The texts are Kubernetes' own.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IntOrStringError {
    /// There is no value.
    #[error("nil value for IntOrString")]
    Nil,
    /// A string that does not end in `%`.
    #[error("invalid value for IntOrString: invalid type: string is not a percentage")]
    NotAPercentage,
    /// What stands before the `%` is no integer.
    #[error(
        "invalid value for IntOrString: invalid value {}: strconv.Atoi: parsing {}: {reason}",
        go_quote(text),
        go_quote(text.strip_suffix('%').unwrap_or(text))
    )]
    NotAnInteger {
        /// The whole string.
        text: SmolStr,
        /// `invalid syntax` or `value out of range`.
        reason: &'static str,
    },
}

impl IntOrString {
    /// The amount meant: the number itself, or the percentage of `total`, rounded up or down to a whole number.
    /// It may be negative or exceed `total`; Kubernetes leaves those to validation.
    ///
    /// # Errors
    /// The string is no percentage.
    pub fn scaled_value(&self, total: i64, round_up: bool) -> Result<i64, IntOrStringError> {
        match self {
            IntOrString::Int(value) => Ok(i64::from(*value)),
            IntOrString::String(text) => {
                let share = percentage(text)? as f64 * total as f64 / 100.0;
                Ok(if round_up { share.ceil() } else { share.floor() } as i64)
            }
        }
    }
}

fn percentage(text: &SmolStr) -> Result<i64, IntOrStringError> {
    use std::num::IntErrorKind::{NegOverflow, PosOverflow};
    let digits = text.strip_suffix('%').ok_or(IntOrStringError::NotAPercentage)?;
    digits.parse::<i64>().map_err(|e| IntOrStringError::NotAnInteger {
        text: text.clone(),
        reason: match e.kind() {
            PosOverflow | NegOverflow => "value out of range",
            _ => "invalid syntax",
        },
    })
}

impl std::fmt::Display for IntOrString {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            IntOrString::Int(value) => value.fmt(f),
            IntOrString::String(text) => f.write_str(text),
        }
    }
}

impl From<i32> for IntOrString {
    fn from(value: i32) -> Self {
        IntOrString::Int(value)
    }
}

impl From<&str> for IntOrString {
    fn from(text: &str) -> Self {
        IntOrString::String(text.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales() {
        let check = |value: IntOrString, total, up, down| {
            assert_eq!(value.scaled_value(total, true), Ok(up), "{value} of {total}, up");
            assert_eq!(value.scaled_value(total, false), Ok(down), "{value} of {total}, down");
        };
        check(3.into(), 10, 3, 3);
        check(IntOrString::from("25%"), 10, 3, 2);
        check(IntOrString::from("-25%"), 10, -2, -3);
        check(IntOrString::from("+150%"), 3, 5, 4);
        check(IntOrString::from("9223372036854775807%"), i64::MAX, i64::MAX, i64::MAX);
    }

    #[test]
    fn refuses() {
        let check = |text: &str, expect: &str| {
            let seen = IntOrString::from(text)
                .scaled_value(10, true)
                .map_err(|e| e.to_string());
            assert_eq!(seen, Err(format!("invalid value for IntOrString: {expect}")));
        };
        check("http", "invalid type: string is not a percentage");
        check("", "invalid type: string is not a percentage");
        check("%", r#"invalid value "%": strconv.Atoi: parsing "": invalid syntax"#);
        check(
            "1_0%",
            r#"invalid value "1_0%": strconv.Atoi: parsing "1_0": invalid syntax"#,
        );
        check(
            "-99999999999999999999%",
            r#"invalid value "-99999999999999999999%": strconv.Atoi: parsing "-99999999999999999999": value out of range"#,
        );
    }

    #[test]
    fn round_trips_through_json() {
        let check = |text: &str| {
            let value: IntOrString = serde_json::from_str(text).expect(text);
            assert_eq!(serde_json::to_string(&value).expect(text), text);
        };
        check("3");
        check("\"25%\"");
        assert!(serde_json::from_str::<IntOrString>("2147483648").is_err());
    }
}
