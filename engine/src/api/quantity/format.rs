//! Writing quantities: the canonical form has no fraction and the largest suffix that loses nothing.

use std::fmt;

use super::decimal::Decimal;
use super::{Amount, Format, Quantity};

impl Quantity {
    /// The canonical text. [`Display`](fmt::Display) prints this too, except where Kubernetes keeps the text that was parsed:
    /// forms such as `5.`, `+1` or `1E-3`, with few digits and no zeros to take away.
    pub fn canonical(&self) -> String {
        if self.is_zero() {
            return "0".to_owned();
        }
        let decimal = self.amount.decimal();
        match self.format {
            Format::BinarySI => binary(&decimal).unwrap_or_else(|| decimal_text(&decimal, Format::DecimalSI)),
            format => decimal_text(&decimal, format),
        }
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.verbatim, &self.amount) {
            (Some(text), _) => f.pad(text),
            // The plain numbers, without building a decimal.
            (None, Amount::Int { value, scale: 0 }) if value % 1000 != 0 && value.abs_diff(0) < 1024 => value.fmt(f),
            (None, _) => f.pad(&self.canonical()),
        }
    }
}

/// With a suffix of 1024; `None` for fractions and for what is below 1024, which are written in decimal.
fn binary(decimal: &Decimal) -> Option<String> {
    let (mut whole, exact) = decimal.rescaled(0);
    let magnitude = if whole.is_negative() {
        whole.negated()
    } else {
        whole.clone()
    };
    if !exact || magnitude.cmp(&Decimal::new(1024, 0)).is_lt() {
        return None;
    }
    let mut times = 0;
    loop {
        let mut quotient = whole.clone();
        if quotient.divide(1024) {
            break;
        }
        whole = quotient;
        times += 1;
    }
    // Beyond the last suffix Kubernetes (1.32) writes none.
    let suffix = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"]
        .get(times)
        .copied()
        .unwrap_or_default();
    Some(format!("{}{}{suffix}", sign(decimal), whole.unscaled_text()))
}

/// With a power of 1000, as a suffix or as an exponent.
fn decimal_text(decimal: &Decimal, format: Format) -> String {
    let mut digits = decimal.unscaled_text();
    let significant = digits.trim_end_matches('0').len();
    let mut exponent = i64::from(decimal.scale()).saturating_neg() + (digits.len() - significant) as i64;
    digits.truncate(significant);
    while exponent.rem_euclid(3) != 0 {
        digits.push('0');
        exponent -= 1;
    }
    let suffix = match (format, exponent) {
        (_, 0) => String::new(),
        (Format::DecimalExponent, exponent) => format!("e{exponent}"),
        (_, exponent) => suffix(exponent).to_owned(),
    };
    format!("{}{digits}{suffix}", sign(decimal))
}

/// Beyond the last suffix Kubernetes (1.32) writes none.
fn suffix(exponent: i64) -> &'static str {
    match exponent {
        -9 => "n",
        -6 => "u",
        -3 => "m",
        3 => "k",
        6 => "M",
        9 => "G",
        12 => "T",
        15 => "P",
        18 => "E",
        _ => "",
    }
}

fn sign(decimal: &Decimal) -> &'static str {
    if decimal.is_negative() { "-" } else { "" }
}
