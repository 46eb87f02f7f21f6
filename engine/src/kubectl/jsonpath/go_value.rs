//! Values as Go prints them: JSON with its escapes, `%v`, and the `%#v` of kubectl's debugging output.

use std::fmt::Write as _;

use serde_json::{Number, Value};

use crate::api::go_quote;

/// Compact JSON as `encoding/json` writes it: `<`, `>` and `&` escaped.
pub(super) fn json(value: &Value) -> String {
    let mut out = String::new();
    write_json(value, None, &mut out);
    out
}

/// The same, indented by four.
pub(super) fn json_indented(value: &Value) -> String {
    let mut out = String::new();
    write_json(value, Some(0), &mut out);
    out
}

/// Writes JSON; `level` is the indentation, if there is to be any. Depth is that of the value, which its reader has limited.
fn write_json(value: &Value, level: Option<usize>, out: &mut String) {
    let inner = level.map(|level| level + 1);
    let line = |level: Option<usize>, out: &mut String| {
        if let Some(level) = level {
            out.push('\n');
            out.extend(std::iter::repeat_n("    ", level));
        }
    };
    match value {
        Value::Array(list) if !list.is_empty() => {
            for (i, value) in list.iter().enumerate() {
                out.push(if i == 0 { '[' } else { ',' });
                line(inner, out);
                write_json(value, inner, out);
            }
            line(level, out);
            out.push(']');
        }
        Value::Object(map) if !map.is_empty() => {
            for (i, (key, value)) in map.iter().enumerate() {
                out.push(if i == 0 { '{' } else { ',' });
                line(inner, out);
                write_json_text(key, out);
                out.push_str(if level.is_some() { ": " } else { ":" });
                write_json(value, inner, out);
            }
            line(level, out);
            out.push('}');
        }
        Value::String(text) => write_json_text(text, out),
        Value::Number(number) => out.push_str(&json_number(number)),
        scalar => out.push_str(&scalar.to_string()),
    }
}

fn write_json_text(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\0'..'\u{20}' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                // Writing to a String cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

/// Integers as they are; of the others, the very large and very small with an exponent.
fn json_number(number: &Number) -> String {
    match number.as_f64() {
        Some(float) if number.is_f64() => match float.abs() {
            magnitude if magnitude != 0.0 && !(1e-6..1e21).contains(&magnitude) => exponential(float, 1),
            _ => float.to_string(),
        },
        _ => number.to_string(),
    }
}

/// `%v` of a number: with an exponent from a million on, where it is no integer.
fn plain_number(number: &Number) -> String {
    match number.as_f64() {
        Some(float) if number.is_f64() => match float.abs() {
            magnitude if magnitude != 0.0 && !(1e-4..1e6).contains(&magnitude) => exponential(float, 2),
            _ => float.to_string(),
        },
        _ => number.to_string(),
    }
}

/// `1.5e+07`, with so many digits in the exponent at least.
fn exponential(float: f64, digits: usize) -> String {
    let text = format!("{float:e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, exponent) = exponent
        .strip_prefix('-')
        .map_or(('+', exponent), |exponent| ('-', exponent));
    format!("{mantissa}e{sign}{exponent:0>digits$}")
}

/// `%v`: what `fmt.Print` prints.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::Null => "<nil>".to_owned(),
        Value::String(text) => text.clone(),
        Value::Number(number) => plain_number(number),
        Value::Bool(truth) => truth.to_string(),
        Value::Array(list) => format!("[{}]", list.iter().map(plain).collect::<Vec<_>>().join(" ")),
        Value::Object(map) => {
            let entries: Vec<String> = map
                .iter()
                .map(|(key, value)| format!("{key}:{}", plain(value)))
                .collect();
            format!("map[{}]", entries.join(" "))
        }
    }
}

/// `%#v`: Go syntax.
pub(super) fn syntax(value: &Value) -> String {
    match value {
        Value::Null => "interface {}(nil)".to_owned(),
        Value::String(text) => go_quote(text),
        Value::Array(list) => {
            format!(
                "[]interface {{}}{{{}}}",
                list.iter().map(syntax).collect::<Vec<_>>().join(", ")
            )
        }
        Value::Object(map) => {
            let entry = |(key, value): (&String, &Value)| format!("{}:{}", go_quote(key), syntax(value));
            format!(
                "map[string]interface {{}}{{{}}}",
                map.iter().map(entry).collect::<Vec<_>>().join(", ")
            )
        }
        scalar => plain(scalar),
    }
}

/// The name of a value's type in Go.
pub(super) fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "interface {}",
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_i64() => "int64",
        Value::Number(_) => "float64",
        Value::String(_) => "string",
        Value::Array(_) => "[]interface {}",
        Value::Object(_) => "map[string]interface {}",
    }
}
