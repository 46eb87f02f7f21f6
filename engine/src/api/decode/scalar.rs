//! Plain YAML scalars as kubectl reads them.
//!
//! kubectl's YAML reader is sigs.k8s.io/yaml over go-yaml v2, which follows YAML 1.1: `on`, `yes` and `y` are booleans, `017` is
//! octal, `1_000` has digits only, and a time stays text. The tests' figures come from recordings of kubectl.

use super::node::Content;
use serde_json::Number;

/// What an unquoted scalar means.
pub(super) fn resolve_plain(text: &str) -> Result<Content, String> {
    Ok(match text {
        "" | "~" | "null" | "Null" | "NULL" => Content::Null,
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "y" | "Y" | "on" | "On" | "ON" => Content::Bool(true),
        "false" | "False" | "FALSE" | "no" | "No" | "NO" | "n" | "N" | "off" | "Off" | "OFF" => Content::Bool(false),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" | "-.inf" | "-.Inf" | "-.INF" | ".nan" | ".NaN"
        | ".NAN" => return Err(format!("{text} is no number in JSON")),
        _ if looks_numeric(text) => resolve_number(text),
        _ => Content::String(text.to_owned()),
    })
}

/// Only what begins like a number is tried as one.
fn looks_numeric(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.'))
}

fn resolve_number(text: &str) -> Content {
    let digits: String = text.chars().filter(|c| *c != '_').collect();
    if let Some(number) = integer(&digits) {
        return Content::Number(number);
    }
    match is_float(&digits)
        .then(|| digits.parse::<f64>().ok())
        .flatten()
        .and_then(number_of_float)
    {
        Some(number) => Content::Number(number),
        None => Content::String(text.to_owned()),
    }
}

/// An integer with Go's base prefixes (`0x`, `0o`, `0b`, or a leading zero for octal).
fn integer(text: &str) -> Option<Number> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let lower = digits.to_ascii_lowercase();
    let (radix, digits) = match lower.get(..2) {
        Some("0x") => (16, &lower[2..]),
        Some("0b") => (2, &lower[2..]),
        Some("0o") => (8, &lower[2..]),
        _ if lower.len() > 1 && lower.starts_with('0') => (8, &lower[1..]),
        _ => (10, lower.as_str()),
    };
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
        return None;
    }
    let magnitude = u64::from_str_radix(digits, radix).ok()?;
    if negative {
        0i64.checked_sub_unsigned(magnitude).map(Number::from)
    } else {
        Some(Number::from(magnitude))
    }
}

/// go-yaml's pattern of a float: digits with at most one point, and an exponent.
fn is_float(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
        Some(i) => (&unsigned[..i], Some(&unsigned[i + 1..])),
        None => (unsigned, None),
    };
    let all_digits = |s: &str| s.chars().all(|c| c.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent_fits = exponent.is_none_or(|e| {
        let e = e.strip_prefix(['-', '+']).unwrap_or(e);
        !e.is_empty() && all_digits(e)
    });
    all_digits(whole) && all_digits(fraction) && !(whole.is_empty() && fraction.is_empty()) && exponent_fits
}

/// The number Go writes into JSON for a float: whole values lose their fraction.
fn number_of_float(float: f64) -> Option<Number> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    #[expect(clippy::cast_possible_truncation, reason = "whole and within the exact range")]
    if float.fract() == 0.0 && float.abs() <= EXACT {
        return Some(Number::from(float as i64));
    }
    Number::from_f64(float)
}

/// What Go's encoder says of a number that JSON does not have.
pub(super) fn unsupported_number(text: &str) -> String {
    let name = match text.trim_start_matches(['-', '+', '.']).to_ascii_lowercase().as_str() {
        "inf" if text.starts_with('-') => "-Inf",
        "inf" => "+Inf",
        _ => "NaN",
    };
    format!("json: unsupported value: {name}")
}

/// The text that base64 stands for, if it is such.
pub(super) fn from_base64(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let (mut bits, mut count) = (0u32, 0);
    for c in text.chars().filter(|c| !c.is_whitespace() && *c != '=') {
        let value = match c {
            'A'..='Z' => u32::from(c) - 65,
            'a'..='z' => u32::from(c) - 71,
            '0'..='9' => u32::from(c) + 4,
            '+' => 62,
            '/' => 63,
            _ => return None,
        };
        (bits, count) = ((bits << 6 | value) & 0xfff_ffff, count + 6);
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xff).ok()?);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::super::node::Node;
    use super::*;
    use serde_json::json;

    #[test]
    fn scalars_read_as_kubectl_reads_them() {
        for (text, expect) in [
            ("", json!(null)),
            ("~", json!(null)),
            ("on", json!(true)),
            ("y", json!(true)),
            ("No", json!(false)),
            ("nO", json!("nO")),
            ("8", json!(8)),
            ("-3", json!(-3)),
            ("017", json!(15)),
            ("08", json!(8)),
            ("0x1F", json!(31)),
            ("0b11", json!(3)),
            ("1_000", json!(1000)),
            ("1e3", json!(1000)),
            ("1.0", json!(1)),
            ("1.5", json!(1.5)),
            (".5", json!(0.5)),
            ("1.25.3", json!("1.25.3")),
            ("500m", json!("500m")),
            ("2020-01-01", json!("2020-01-01")),
            ("12:30:45", json!("12:30:45")),
            ("-", json!("-")),
            ("1e", json!("1e")),
            ("18446744073709551615", json!(18_446_744_073_709_551_615u64)),
            ("-9223372036854775808", json!(i64::MIN)),
        ] {
            let content = resolve_plain(text).unwrap_or(Content::String("refused".to_owned()));
            assert_eq!(
                Node {
                    content,
                    at: Default::default()
                }
                .to_value(),
                expect,
                "{text:?}"
            );
        }
        assert!(resolve_plain(".inf").is_err());
    }
}
