//! Quantities: `500m`, `4`, `256Mi`, `8Gi`, `1e3`. Exact decimals with the suffix style they were written in.
//!
//! Kubernetes keeps a quantity in one of two forms, and which one shows: `as_int64`, and what `value` gives for numbers beyond
//! an `i64`, differ between them. So there are the same two forms here: an `i64` with a power of ten (nearly all quantities;
//! `value` and `milli_value` are a comparison and at most one division), and a shared [`Decimal`] for the rest.
//! Documented under "Quantity" in the API reference; the rules are apimachinery's `api/resource`, release 1.32.
//!
//! Not modelled: exponents beyond ±[`LARGEST_EXPONENT`] are refused, so that no text costs unbounded time or memory.

mod decimal;
mod format;
mod parse;

use std::cmp::Ordering;
use std::sync::Arc;

use decimal::Decimal;
pub use parse::{LARGEST_EXPONENT, QuantityError};

/// The suffix style a quantity is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// `12M`: powers of 1000, `n u m k M G T P E`.
    #[default]
    DecimalSI,
    /// `12Mi`: powers of 1024, `Ki Mi Gi Ti Pi Ei`.
    BinarySI,
    /// `12e6`: powers of ten, in steps of three.
    DecimalExponent,
}

impl Format {
    /// Kubernetes' name of the style.
    pub fn name(self) -> &'static str {
        match self {
            Format::DecimalSI => "DecimalSI",
            Format::BinarySI => "BinarySI",
            Format::DecimalExponent => "DecimalExponent",
        }
    }
}

/// An amount of a resource. Compares by value: `1000m` equals `1`. Prints in canonical form, or as it was written where
/// Kubernetes keeps the text (see [`Quantity::canonical`]).
#[derive(Debug, Clone, Default)]
pub struct Quantity {
    amount: Amount,
    format: Format,
    /// The text it was parsed from, where Kubernetes prints that again and it isn't the canonical one: rare.
    verbatim: Option<Arc<str>>,
}

#[derive(Debug, Clone)]
enum Amount {
    /// `value * 10^scale`
    Int { value: i64, scale: i32 },
    /// What an `i64` did not hold.
    Dec(Arc<Decimal>),
}

impl Default for Amount {
    fn default() -> Self {
        Amount::Int { value: 0, scale: 0 }
    }
}

/// The powers of ten that an `i64` holds.
const POWERS: [i64; 19] = {
    let mut powers = [1; 19];
    let mut i = 1;
    while i < powers.len() {
        powers[i] = powers[i - 1] * 10;
        i += 1;
    }
    powers
};

fn pow10(exponent: u32) -> Option<i64> {
    POWERS.get(exponent as usize).copied()
}

impl Amount {
    fn decimal(&self) -> Decimal {
        match self {
            Amount::Int { value, scale } => Decimal::new(*value, scale.saturating_neg()),
            Amount::Dec(decimal) => Decimal::clone(decimal),
        }
    }

    /// The amount in units of `10^scale`, rounded away from zero. Beyond an `i64` it is what Kubernetes makes of it: 0 for the
    /// integer form, the low 64 bits for the decimal one.
    fn scaled(&self, scale: i32) -> i64 {
        match self {
            Amount::Int { value, scale: own } if *own == scale => *value,
            Amount::Int { value, scale: own } if *own < scale => divide_away(*value, own.abs_diff(scale)),
            Amount::Int { value, scale: own } => pow10(own.abs_diff(scale))
                .and_then(|power| value.checked_mul(power))
                .unwrap_or_default(),
            Amount::Dec(decimal) => decimal.scaled_value(scale.saturating_neg()),
        }
    }

    /// The sum in integer form, if it fits; it takes the smaller scale.
    fn checked_add(&self, other: &Amount) -> Option<Amount> {
        let (
            Amount::Int {
                value: a,
                scale: a_scale,
            },
            Amount::Int {
                value: b,
                scale: b_scale,
            },
        ) = (self, other)
        else {
            return None;
        };
        if *b == 0 {
            return Some(self.clone());
        }
        if *a == 0 {
            return Some(other.clone());
        }
        let scale = *a_scale.min(b_scale);
        let align = |value: i64, own: i32| value.checked_mul(pow10(own.abs_diff(scale))?);
        Some(Amount::Int {
            value: align(*a, *a_scale)?.checked_add(align(*b, *b_scale)?)?,
            scale,
        })
    }

    fn negated(&self) -> Amount {
        match self {
            Amount::Int { value, scale } => Amount::Int {
                value: value.wrapping_neg(),
                scale: *scale,
            },
            Amount::Dec(decimal) => Amount::Dec(Arc::new(decimal.negated())),
        }
    }

    fn cmp(&self, other: &Amount) -> Ordering {
        match (self, other) {
            (
                Amount::Int {
                    value: a,
                    scale: a_scale,
                },
                Amount::Int {
                    value: b,
                    scale: b_scale,
                },
            ) => compare_scaled(*a, *a_scale, *b, *b_scale),
            _ => self.decimal().cmp(&other.decimal()),
        }
    }

    fn sign(&self) -> i32 {
        match self {
            Amount::Int { value, .. } => value.signum() as i32,
            Amount::Dec(decimal) => decimal.sign(),
        }
    }
}

/// `value / 10^digits`, rounded away from zero.
fn divide_away(value: i64, digits: u32) -> i64 {
    match pow10(digits) {
        Some(power) if value % power == 0 => value / power,
        Some(power) => value / power + value.signum(),
        None => value.signum(),
    }
}

/// Compares `a * 10^a_scale` with `b * 10^b_scale`.
fn compare_scaled(a: i64, a_scale: i32, b: i64, b_scale: i32) -> Ordering {
    if a_scale < b_scale {
        return compare_scaled(b, b_scale, a, a_scale).reverse();
    }
    // Times 10^19 an i64 fits an i128; times more, any other number but 0 exceeds every i64.
    match 10_i128
        .checked_pow(a_scale.abs_diff(b_scale))
        .filter(|p| *p <= 10_i128.pow(19))
    {
        Some(power) => (i128::from(a) * power).cmp(&i128::from(b)),
        None if a == 0 => 0.cmp(&b),
        None => a.cmp(&0),
    }
}

impl Quantity {
    /// Nothing.
    pub fn zero() -> Quantity {
        Quantity::default()
    }

    /// Reads a quantity such as `500m` or `8Gi`.
    ///
    /// # Errors
    /// See [`QuantityError`].
    pub fn parse(text: &str) -> Result<Quantity, QuantityError> {
        text.parse()
    }

    /// A whole number.
    pub fn new(value: i64, format: Format) -> Quantity {
        Quantity {
            amount: Amount::Int { value, scale: 0 },
            format,
            verbatim: None,
        }
    }

    /// A number of thousandths, such as millicores.
    pub fn from_milli(milli: i64, format: Format) -> Quantity {
        Quantity {
            amount: Amount::Int {
                value: milli,
                scale: -3,
            },
            format,
            verbatim: None,
        }
    }

    /// The amount in whole units (cores, bytes), rounded away from zero. An amount beyond an `i64` overflows as in Kubernetes.
    pub fn value(&self) -> i64 {
        self.amount.scaled(0)
    }

    /// The amount in thousandths (millicores), rounded away from zero. Beyond an `i64` it overflows as in Kubernetes.
    pub fn milli_value(&self) -> i64 {
        self.amount.scaled(-3)
    }

    /// The amount as a whole number, if that is how Kubernetes holds it: `None` for fractions, and for some whole numbers
    /// written with one (`1000m`).
    pub fn as_int64(&self) -> Option<i64> {
        match self.amount {
            Amount::Int { value, scale } if scale >= 0 => match value {
                0 => Some(0),
                value => value.checked_mul(pow10(scale.unsigned_abs())?),
            },
            _ => None,
        }
    }

    /// -1, 0 or 1.
    pub fn sign(&self) -> i32 {
        self.amount.sign()
    }

    /// Whether the amount is 0.
    pub fn is_zero(&self) -> bool {
        self.sign() == 0
    }

    /// The suffix style.
    pub fn format(&self) -> Format {
        self.format
    }

    /// The sum. A zero takes the style of what is added to it.
    pub fn add(&self, other: &Quantity) -> Quantity {
        self.plus(other.format, &other.amount)
    }

    /// The difference. A zero takes the style of what is subtracted from it.
    pub fn sub(&self, other: &Quantity) -> Quantity {
        self.plus(other.format, &other.amount.negated())
    }

    fn plus(&self, other_format: Format, other: &Amount) -> Quantity {
        let amount = match self.amount.checked_add(other) {
            Some(sum) => sum,
            None => Amount::Dec(Arc::new(self.amount.decimal().plus(&other.decimal()))),
        };
        let format = if self.is_zero() { other_format } else { self.format };
        Quantity {
            amount,
            format,
            verbatim: None,
        }
    }
}

impl PartialEq for Quantity {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Quantity {}

impl PartialOrd for Quantity {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Quantity {
    fn cmp(&self, other: &Self) -> Ordering {
        self.amount.cmp(&other.amount)
    }
}

#[cfg(test)]
mod tests;
