//! Reading quantities, step by step as `resource.ParseQuantity` does: which form a text ends in follows from its length.

use std::str::FromStr;
use std::sync::Arc;

use serde::de::{Deserializer, Error as _};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use super::decimal::Decimal;
use super::{Amount, Format, Quantity};

/// The largest exponent that is read, in either direction. Kubernetes has no limit of its own.
pub const LARGEST_EXPONENT: i32 = 10_000;

/// The most digits that are sure to fit an `i64`.
const INT_DIGITS: i64 = 18;
/// The smallest scale that is kept: nano. What is finer is rounded away from zero.
const NANO: i32 = -9;

/// Why a text is no quantity. The texts are Kubernetes' own, but for the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum QuantityError {
    /// Not a number with a suffix.
    #[error("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'")]
    Format,
    /// The number is none.
    #[error("unable to parse numeric part of quantity")]
    Numeric,
    /// The suffix is none.
    #[error("unable to parse quantity's suffix")]
    Suffix,
    /// The exponent or the number of digits is beyond [`LARGEST_EXPONENT`].
    #[error("quantity is beyond 10000 digits")]
    TooLong,
}

impl FromStr for Quantity {
    type Err = QuantityError;

    fn from_str(text: &str) -> Result<Quantity, QuantityError> {
        if text.is_empty() {
            return Err(QuantityError::Format);
        }
        let parts = split(text)?;
        let suffix = interpret(parts.suffix).ok_or(QuantityError::Suffix)?;
        if text.len() > LARGEST_EXPONENT as usize || suffix.exponent.unsigned_abs() > LARGEST_EXPONENT as u32 {
            return Err(QuantityError::TooLong);
        }
        match int_amount(&parts, &suffix) {
            Some((amount, keeps_text)) => {
                let mut quantity = Quantity {
                    amount,
                    format: suffix.format,
                    verbatim: None,
                };
                if keeps_text && quantity.canonical() != text {
                    quantity.verbatim = Some(Arc::from(text));
                }
                Ok(quantity)
            }
            None => decimal_quantity(&parts, &suffix),
        }
    }
}

/// A text taken apart. `numerator` has no leading zeros, but is `0` where nothing else is left.
struct Parts<'a> {
    negative: bool,
    numerator: &'a str,
    denominator: &'a str,
    /// Whether there was any digit at all.
    has_digit: bool,
    suffix: &'a str,
}

fn split(text: &str) -> Result<Parts<'_>, QuantityError> {
    let digits_end = |text: &str| text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let trimmed = unsigned.trim_start_matches('0');
    let (numerator, rest) = trimmed.split_at(digits_end(trimmed));
    let (denominator, suffix) = match rest.strip_prefix('.') {
        Some(after_point) => after_point.split_at(digits_end(after_point)),
        None => ("", rest),
    };
    let exponent = suffix.trim_start_matches(|c| "eEinumkKMGTP".contains(c));
    let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
    if digits_end(exponent) < exponent.len() {
        return Err(QuantityError::Format);
    }
    Ok(Parts {
        negative: text.starts_with('-'),
        has_digit: trimmed.len() < unsigned.len() || !numerator.is_empty() || !denominator.is_empty(),
        numerator: if numerator.is_empty() { "0" } else { numerator },
        denominator,
        suffix,
    })
}

struct Suffix {
    format: Format,
    /// Of 2 for [`Format::BinarySI`], else of 10.
    exponent: i32,
}

fn interpret(suffix: &str) -> Option<Suffix> {
    let (format, exponent) = match suffix {
        "n" => (Format::DecimalSI, -9),
        "u" => (Format::DecimalSI, -6),
        "m" => (Format::DecimalSI, -3),
        "" => (Format::DecimalSI, 0),
        "k" => (Format::DecimalSI, 3),
        "M" => (Format::DecimalSI, 6),
        "G" => (Format::DecimalSI, 9),
        "T" => (Format::DecimalSI, 12),
        "P" => (Format::DecimalSI, 15),
        "E" => (Format::DecimalSI, 18),
        "Ki" => (Format::BinarySI, 10),
        "Mi" => (Format::BinarySI, 20),
        "Gi" => (Format::BinarySI, 30),
        "Ti" => (Format::BinarySI, 40),
        "Pi" => (Format::BinarySI, 50),
        "Ei" => (Format::BinarySI, 60),
        _ => {
            let exponent: i64 = suffix.strip_prefix(['e', 'E'])?.parse().ok()?;
            // Kubernetes takes the low 32 bits.
            (Format::DecimalExponent, exponent as i32)
        }
    };
    Some(Suffix { format, exponent })
}

/// The integer form, where the digits are few enough, and whether Kubernetes then prints the text as it was.
fn int_amount(parts: &Parts<'_>, suffix: &Suffix) -> Option<(Amount, bool)> {
    let (numerator, denominator) = (parts.numerator.len() as i64, parts.denominator.len() as i64);
    let (scale, factor, room) = match suffix.format {
        Format::DecimalSI | Format::DecimalExponent => (suffix.exponent, 1, INT_DIGITS - numerator - denominator),
        // A power of two takes about three decimal digits for ten binary ones.
        Format::BinarySI if denominator == 0 => {
            let room = 15 - numerator - i64::from(suffix.exponent) * 3 / 10 - 1;
            (0, 1_i64 << suffix.exponent, room)
        }
        Format::BinarySI => return None,
    };
    let scale = scale.checked_sub(i32::try_from(denominator).ok()?)?;
    if room < 0 || scale < NANO {
        return None;
    }
    let digits = [parts.numerator, parts.denominator].concat();
    let magnitude: i64 = digits.parse().ok()?;
    let value = magnitude.checked_mul(factor)?;
    let keeps_text = match suffix.format {
        Format::BinarySI => magnitude & 7 != 0,
        _ => scale % 3 == 0 && !digits.ends_with("000") && !digits.starts_with('0'),
    };
    Some((
        Amount::Int {
            value: if parts.negative { -value } else { value },
            scale,
        },
        keeps_text,
    ))
}

/// The decimal form: rounded away from zero to nano, and capped where it is binary.
fn decimal_quantity(parts: &Parts<'_>, suffix: &Suffix) -> Result<Quantity, QuantityError> {
    if !parts.has_digit {
        return Err(QuantityError::Numeric);
    }
    let scale = i32::try_from(parts.denominator.len()).map_err(|_| QuantityError::TooLong)?;
    let mut format = suffix.format;
    let mut amount = Decimal::from_digits(&[parts.numerator, parts.denominator].concat(), scale);
    if format == Format::BinarySI {
        amount.multiply(1 << suffix.exponent);
    } else {
        amount = amount.shifted(suffix.exponent);
    }
    if amount.sign() != 0 {
        amount = amount.rescaled(-NANO).0;
    }
    if format == Format::BinarySI {
        let largest = Decimal::new(i64::MAX, 0);
        if amount.cmp(&largest).is_gt() {
            amount = largest;
        }
        if amount.sign() > 0 && amount.cmp(&Decimal::new(1, 0)).is_lt() {
            format = Format::DecimalSI;
        }
    }
    if parts.negative {
        amount = amount.negated();
    }
    Ok(Quantity {
        amount: Amount::Dec(Arc::new(amount)),
        format,
        verbatim: None,
    })
}

impl Quantity {
    /// Reads a JSON string or number, as the API server does; blanks around the text are allowed there.
    ///
    /// # Errors
    /// It is neither, or no quantity.
    pub fn from_json(value: &Value) -> Result<Quantity, QuantityError> {
        match value {
            Value::String(text) => text.trim().parse(),
            Value::Number(number) => number.to_string().parse(),
            Value::Null => Ok(Quantity::default()),
            _ => Err(QuantityError::Format),
        }
    }
}

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Quantity::from_json(&Value::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl Serialize for Quantity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
