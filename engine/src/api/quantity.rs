//! Stand-in until the exact quantity lands.
use std::fmt;
/// An amount, in thousandths.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quantity(i64, String);
impl Quantity {
    /// Nothing.
    pub fn zero() -> Self {
        Quantity(0, "0".into())
    }
    /// Reads.
    pub fn parse(text: &str) -> Result<Self, String> {
        let units = [
            ("Ki", 1024_000),
            ("Mi", 1024_000 * 1024),
            ("Gi", 1024_000 * 1024 * 1024),
            ("m", 1),
            ("k", 1_000_000),
            ("M", 1_000_000_000),
            ("", 1000),
        ];
        for (unit, scale) in units {
            if let Some(number) = text.strip_suffix(unit)
                && let Ok(n) = number.parse::<i64>()
            {
                return Ok(Quantity(n * scale, text.into()));
            }
        }
        Err("bad".into())
    }
    /// Thousandths.
    pub fn milli_value(&self) -> i64 {
        self.0
    }
    /// Whole, rounded up.
    pub fn value(&self) -> i64 {
        (self.0 + 999) / 1000
    }
    /// Sum.
    pub fn add(&self, other: &Quantity) -> Quantity {
        Quantity(self.0 + other.0, format!("{}m", self.0 + other.0))
    }
}
impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.1)
    }
}
