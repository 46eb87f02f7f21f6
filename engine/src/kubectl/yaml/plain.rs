//! Which texts YAML would read as something else, and which therefore need quotes.
//!
//! Source: go-yaml v2 `resolve.go`, `encode.go`, which kubectl prints with.

/// Whether a plain scalar of this text would be read back as text, by YAML 1.1.
pub(super) fn resolves_to_text(text: &str) -> bool {
    const WORDS: &[&str] = &[
        "", "~", "null", "Null", "NULL", "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON", "n",
        "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF", ".nan", ".NaN", ".NAN", ".inf", ".Inf",
        ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF",
    ];
    if WORDS.contains(&text) {
        return false;
    }
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) {
        return true;
    }
    !(is_integer(text) || is_float(text) || is_base_60(text) || is_timestamp(text))
}

fn is_integer(text: &str) -> bool {
    let digits = text.replace('_', "");
    let digits = digits.strip_prefix(['+', '-']).unwrap_or(&digits);
    let radix = |prefix: &[&str], radix| {
        let rest = prefix.iter().find_map(|prefix| digits.strip_prefix(prefix));
        rest.is_some_and(|rest| !rest.is_empty() && rest.chars().all(|c| c.is_digit(radix)) && rest.len() <= 64)
    };
    radix(&[""], 10) || radix(&["0x", "0X"], 16) || radix(&["0b", "0B"], 2) || radix(&["0o", "0O"], 8)
}

fn is_float(text: &str) -> bool {
    let text = text.replace('_', "");
    let text = text.strip_prefix(['+', '-']).unwrap_or(&text);
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent_ok = exponent.is_none_or(|exponent| {
        let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        !exponent.is_empty() && digits(exponent)
    });
    digits(whole) && digits(fraction) && !(whole.is_empty() && fraction.is_empty()) && exponent_ok
}

fn is_base_60(text: &str) -> bool {
    let text = text.strip_prefix(['+', '-']).unwrap_or(text);
    let text = match text.split_once('.') {
        Some((text, fraction)) if fraction.chars().all(|c| c.is_ascii_digit() || c == '_') => text,
        Some(_) => return false,
        None => text,
    };
    let mut parts = text.split(':');
    let first = parts.next().unwrap_or_default();
    let first_ok =
        first.starts_with(|c: char| c.is_ascii_digit()) && first.chars().all(|c| c.is_ascii_digit() || c == '_');
    let rest: Vec<&str> = parts.collect();
    let sixty = |part: &&str| part.len() <= 2 && part.parse::<u8>().is_ok_and(|number| number < 60);
    first_ok && !rest.is_empty() && rest.iter().all(sixty)
}

/// A date, or a date and a time, as YAML 1.1 writes them.
fn is_timestamp(text: &str) -> bool {
    let year = text
        .get(..4)
        .is_some_and(|year| year.bytes().all(|digit| digit.is_ascii_digit()));
    if !year || text.as_bytes().get(4) != Some(&b'-') {
        return false;
    }
    let (date, time) = match text.split_once(['T', 't', ' ']) {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let numbers = |text: &str, separator: char, count: usize| {
        let parts: Vec<&str> = text.split(separator).collect();
        parts.len() == count
            && parts
                .iter()
                .all(|part| (1..=4).contains(&part.len()) && part.parse::<u16>().is_ok())
    };
    let time_ok = time.is_none_or(|time| {
        let end = time.find(['Z', '+', '-']).unwrap_or(time.len());
        let clock = time.get(..end).unwrap_or_default();
        numbers(clock.split('.').next().unwrap_or_default(), ':', 3)
    });
    numbers(date, '-', 3) && time_ok
}
