//! The functions of templates.

use std::cmp::Ordering;

use serde_json::Value;

use super::evaluate::is_true;
use crate::kubectl::jsonpath::plain;

const NAMES: [&str; 17] = [
    "and",
    "base64decode",
    "eq",
    "exists",
    "ge",
    "gt",
    "index",
    "le",
    "len",
    "lt",
    "ne",
    "not",
    "or",
    "print",
    "printf",
    "println",
    "call",
];

/// Whether there is a function of this name.
pub fn is_known(name: &str) -> bool {
    NAMES.contains(&name)
}

/// Calls a function.
///
/// # Errors
/// Arguments that it does not take.
pub fn call(name: &str, arguments: &[Value]) -> Result<Value, String> {
    let one = || {
        arguments
            .first()
            .ok_or_else(|| format!("wrong number of args for {name}: want 1 got 0"))
    };
    Ok(match name {
        "and" | "or" => arguments.last().cloned().unwrap_or_default(),
        "not" => (!is_true(one()?)).into(),
        "len" => match one()? {
            Value::String(text) => text.len().into(),
            Value::Array(list) => list.len().into(),
            Value::Object(map) => map.len().into(),
            Value::Null => return Err("len of nil pointer".to_owned()),
            _ => return Err("len of type int64".to_owned()),
        },
        "index" => index(one()?, arguments.get(1..).unwrap_or_default())?,
        "exists" => index(one()?, arguments.get(1..).unwrap_or_default())
            .is_ok_and(|value| !value.is_null())
            .into(),
        "print" => print(arguments).into(),
        "println" => {
            let words: Vec<String> = arguments.iter().map(plain).collect();
            format!("{}\n", words.join(" ")).into()
        }
        "printf" => printf(&plain(one()?), arguments.get(1..).unwrap_or_default()).into(),
        "base64decode" => decode(&plain(one()?))?.into(),
        "eq" => {
            let first = one()?;
            let others = arguments.get(1..).unwrap_or_default();
            if others.is_empty() {
                return Err("missing argument for comparison".to_owned());
            }
            others.iter().any(|other| first == other).into()
        }
        "ne" => (one()? != arguments.get(1).unwrap_or(&Value::Null)).into(),
        "lt" | "le" | "gt" | "ge" => {
            let order = compare(one()?, arguments.get(1).unwrap_or(&Value::Null))?;
            match name {
                "lt" => order.is_lt(),
                "le" => order.is_le(),
                "gt" => order.is_gt(),
                _ => order.is_ge(),
            }
            .into()
        }
        name => return Err(format!("{name} is not modelled")),
    })
}

fn compare(a: &Value, b: &Value) -> Result<Ordering, String> {
    match (a, b) {
        (Value::String(a), Value::String(b)) => Ok(a.cmp(b)),
        (Value::Number(a), Value::Number(b)) => {
            let order = a.as_f64().zip(b.as_f64()).and_then(|(a, b)| a.partial_cmp(&b));
            order.ok_or_else(|| "incompatible types for comparison".to_owned())
        }
        _ => Err("incompatible types for comparison".to_owned()),
    }
}

fn index(value: &Value, keys: &[Value]) -> Result<Value, String> {
    let mut value = value;
    for key in keys {
        value = match (value, key) {
            (Value::Object(map), Value::String(key)) => map.get(key).unwrap_or(&Value::Null),
            (Value::Array(list), Value::Number(number)) => {
                let place = number.as_u64().and_then(|place| usize::try_from(place).ok());
                place
                    .and_then(|place| list.get(place))
                    .ok_or_else(|| format!("error calling index: index out of range: {number}"))?
            }
            (Value::Null, _) => return Err("index of untyped nil".to_owned()),
            _ => return Err(format!("cannot index with {}", plain(key))),
        };
    }
    Ok(value.clone())
}

/// `fmt.Sprint`: a space between operands when neither is a text.
fn print(values: &[Value]) -> String {
    let mut text = String::new();
    let mut before_is_text = true;
    for value in values {
        if !before_is_text && !value.is_string() {
            text.push(' ');
        }
        before_is_text = value.is_string();
        text.push_str(&plain(value));
    }
    text
}

/// `fmt.Sprintf` with `%s`, `%v`, `%d`, `%q`, `%t`, `%f` and `%%`, flags `-` and `0`, width and precision.
fn printf(format: &str, arguments: &[Value]) -> String {
    /// Wider columns than this are not filled up.
    const WIDEST: usize = 1_000;
    let (mut out, mut arguments) = (String::new(), arguments.iter());
    let mut letters = format.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter != '%' {
            out.push(letter);
            continue;
        }
        let mut spec = String::new();
        while let Some(more) = letters.next_if(|c| matches!(c, '-' | '+' | '0'..='9' | '.')) {
            spec.push(more);
        }
        let Some(verb) = letters.next() else {
            out.push_str("%!(NOVERB)");
            break;
        };
        if verb == '%' {
            out.push('%');
            continue;
        }
        let Some(argument) = arguments.next() else {
            out.push_str(&format!("%!{verb}(MISSING)"));
            continue;
        };
        let (width, precision) = spec.split_once('.').unwrap_or((&spec, ""));
        let text = match verb {
            'q' => format!("{:?}", plain(argument)),
            'f' => {
                let digits = precision.parse().unwrap_or(6_usize).min(WIDEST);
                format!("{:.digits$}", argument.as_f64().unwrap_or_default())
            }
            'd' if !argument.is_number() => format!("%!d(string={})", plain(argument)),
            's' if argument.is_number() => format!("%!s(int64={})", plain(argument)),
            _ => plain(argument),
        };
        let columns = width
            .trim_start_matches(['-', '+', '0'])
            .parse()
            .unwrap_or(0)
            .min(WIDEST);
        let missing = columns - text.chars().count().min(columns);
        match (width.starts_with('-'), width.starts_with('0')) {
            (true, _) => out.push_str(&format!("{text}{}", " ".repeat(missing))),
            (false, true) => out.push_str(&format!("{}{text}", "0".repeat(missing))),
            (false, false) => out.push_str(&format!("{}{text}", " ".repeat(missing))),
        }
    }
    out
}

fn decode(text: &str) -> Result<String, String> {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bytes, mut bits, mut held) = (Vec::new(), 0_u32, 0);
    for (at, letter) in text.trim_end_matches('=').char_indices() {
        let Some(value) = ALPHABET.find(letter) else {
            return Err(format!("illegal base64 data at input byte {at}"));
        };
        bits = (bits << 6 | value as u32) & 0xff_ffff;
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held & 0xff) as u8);
        }
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
