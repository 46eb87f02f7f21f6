//! Decimals of any length: what a quantity is held in where an `i64` is too small.
//!
//! `unscaled * 10^-scale`, as in the `inf.Dec` that Kubernetes uses, because its overflows depend on the scale. The digits are
//! limbs of nine, so that powers of ten, the only divisors that matter, are cheap.

use std::cmp::Ordering;

/// One limb holds nine decimal digits.
const LIMB: u64 = 1_000_000_000;
const LIMB_DIGITS: usize = 9;

/// A signed decimal of any length. Zero may have any scale and is not negative.
#[derive(Debug, Clone)]
pub(super) struct Decimal {
    negative: bool,
    /// Least significant first; no zero limb at the end.
    limbs: Vec<u32>,
    scale: i32,
}

impl Decimal {
    /// `value * 10^-scale`
    pub(super) fn new(value: i64, scale: i32) -> Decimal {
        let mut limbs = Vec::new();
        let mut rest = value.unsigned_abs();
        while rest > 0 {
            limbs.push((rest % LIMB) as u32);
            rest /= LIMB;
        }
        Decimal {
            negative: value < 0,
            limbs,
            scale,
        }
    }

    /// The number written by these ASCII digits, times `10^-scale`; other bytes count as 0.
    pub(super) fn from_digits(digits: &str, scale: i32) -> Decimal {
        let limb = |chunk: &[u8]| {
            chunk
                .iter()
                .fold(0, |n, b| n * 10 + u32::from(b.saturating_sub(b'0').min(9)))
        };
        let mut decimal = Decimal {
            negative: false,
            limbs: digits.as_bytes().rchunks(LIMB_DIGITS).map(limb).collect(),
            scale,
        };
        decimal.trim();
        decimal
    }

    pub(super) fn sign(&self) -> i32 {
        match (self.limbs.is_empty(), self.negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        }
    }

    pub(super) fn scale(&self) -> i32 {
        self.scale
    }

    pub(super) fn negated(&self) -> Decimal {
        Decimal {
            negative: !self.negative && !self.limbs.is_empty(),
            limbs: self.limbs.clone(),
            scale: self.scale,
        }
    }

    /// Times `10^exponent`, by its scale alone.
    pub(super) fn shifted(mut self, exponent: i32) -> Decimal {
        self.scale = self.scale.saturating_sub(exponent);
        self
    }

    /// The unscaled number without its sign.
    pub(super) fn unscaled_text(&self) -> String {
        let mut text = String::new();
        for (i, limb) in self.limbs.iter().rev().enumerate() {
            text.push_str(&if i == 0 { limb.to_string() } else { format!("{limb:09}") });
        }
        if text.is_empty() { "0".to_owned() } else { text }
    }

    pub(super) fn is_negative(&self) -> bool {
        self.negative
    }

    /// Multiplies by a small number.
    pub(super) fn multiply(&mut self, factor: u64) {
        let mut carry: u128 = 0;
        for limb in &mut self.limbs {
            let product = u128::from(*limb) * u128::from(factor) + carry;
            *limb = (product % u128::from(LIMB)) as u32;
            carry = product / u128::from(LIMB);
        }
        while carry > 0 {
            self.limbs.push((carry % u128::from(LIMB)) as u32);
            carry /= u128::from(LIMB);
        }
        self.trim();
    }

    /// Divides by a small number, truncated; returns whether there was a remainder.
    pub(super) fn divide(&mut self, divisor: u32) -> bool {
        let divisor = u64::from(divisor.max(1));
        let mut remainder: u64 = 0;
        for limb in self.limbs.iter_mut().rev() {
            let dividend = remainder * LIMB + u64::from(*limb);
            *limb = (dividend / divisor) as u32;
            remainder = dividend % divisor;
        }
        self.trim();
        remainder != 0
    }

    /// The same number at `scale`, rounded away from zero, and whether nothing was lost.
    pub(super) fn rescaled(&self, scale: i32) -> (Decimal, bool) {
        let mut result = self.clone();
        result.scale = scale;
        let steps = scale.abs_diff(self.scale) as usize;
        let power = 10_u32.pow((steps % LIMB_DIGITS) as u32);
        if self.limbs.is_empty() || steps == 0 {
            return (result, true);
        }
        if scale > self.scale {
            result.multiply(u64::from(power));
            result.limbs.splice(0..0, std::iter::repeat_n(0, steps / LIMB_DIGITS));
            return (result, true);
        }
        let whole = (steps / LIMB_DIGITS).min(result.limbs.len());
        let mut lost = result.limbs.drain(..whole).any(|limb| limb != 0);
        lost |= result.divide(power);
        if lost {
            result.limbs = add(&result.limbs, &[1]);
        }
        result.negative = self.negative && !result.limbs.is_empty();
        (result, !lost)
    }

    /// The sum, at the larger of both scales.
    pub(super) fn plus(&self, other: &Decimal) -> Decimal {
        let scale = self.scale.max(other.scale);
        let (a, b) = (self.rescaled(scale).0, other.rescaled(scale).0);
        let (negative, limbs) = if a.negative == b.negative {
            (a.negative, add(&a.limbs, &b.limbs))
        } else if compare(&a.limbs, &b.limbs).is_ge() {
            (a.negative, subtract(&a.limbs, &b.limbs))
        } else {
            (b.negative, subtract(&b.limbs, &a.limbs))
        };
        let mut sum = Decimal { negative, limbs, scale };
        sum.trim();
        sum
    }

    pub(super) fn cmp(&self, other: &Decimal) -> Ordering {
        if self.sign() != other.sign() {
            return self.sign().cmp(&other.sign());
        }
        let scale = self.scale.max(other.scale);
        let (a, b) = (self.rescaled(scale).0, other.rescaled(scale).0);
        let magnitudes = compare(&a.limbs, &b.limbs);
        if self.negative {
            magnitudes.reverse()
        } else {
            magnitudes
        }
    }

    /// The number in units of `10^-scale`, rounded up, as apimachinery's `scaledValue` (release 1.32) computes it: where the
    /// number exceeds an `i64`, the low 64 bits count, and any negative number takes the path of the small ones.
    pub(super) fn scaled_value(&self, scale: i32) -> i64 {
        let steps = self.scale.abs_diff(scale);
        if self.scale <= scale {
            // Go turns a power of ten beyond an int64 into the smallest one.
            return self.low_bits().wrapping_mul(super::pow10(steps).unwrap_or(i64::MIN));
        }
        match super::pow10(steps) {
            Some(power) if self.negative || self.is_below_max() => {
                let bits = self.low_bits();
                bits / power + i64::from(bits % power != 0)
            }
            _ => self.rescaled(scale).0.low_bits(),
        }
    }

    /// Whether the unscaled number without its sign is less than the largest `i64`.
    fn is_below_max(&self) -> bool {
        compare(&self.limbs, &Decimal::new(i64::MAX, 0).limbs).is_lt()
    }

    /// The unscaled number modulo 2^64, its sign applied.
    fn low_bits(&self) -> i64 {
        let shift = |bits: u64, limb: &u32| bits.wrapping_mul(LIMB).wrapping_add(u64::from(*limb));
        let bits = self.limbs.iter().rev().fold(0, shift) as i64;
        if self.negative { bits.wrapping_neg() } else { bits }
    }

    fn trim(&mut self) {
        while self.limbs.last() == Some(&0) {
            self.limbs.pop();
        }
        self.negative &= !self.limbs.is_empty();
    }
}

fn compare(a: &[u32], b: &[u32]) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.iter().rev().cmp(b.iter().rev()))
}

fn add(a: &[u32], b: &[u32]) -> Vec<u32> {
    let (long, short) = if a.len() >= b.len() { (a, b) } else { (b, a) };
    let mut carry = 0;
    let mut sum: Vec<u32> = Vec::with_capacity(long.len() + 1);
    for (limb, other) in long.iter().zip(short.iter().chain(std::iter::repeat(&0))) {
        let total = limb + other + carry;
        carry = u32::from(u64::from(total) >= LIMB);
        sum.push(total - carry * LIMB as u32);
    }
    if carry > 0 {
        sum.push(carry);
    }
    sum
}

/// `a - b`, where `a` is not the smaller one; may end in zero limbs.
fn subtract(a: &[u32], b: &[u32]) -> Vec<u32> {
    let mut borrow = 0;
    a.iter()
        .zip(b.iter().chain(std::iter::repeat(&0)))
        .map(|(limb, other)| {
            let needed = other + borrow;
            borrow = u32::from(*limb < needed);
            limb + borrow * LIMB as u32 - needed
        })
        .collect()
}
