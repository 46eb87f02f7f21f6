//! Single values in the decoders' words: what is wrong with a quantity, a time, bytes; how Go writes a number.

use super::node::Content;
use crate::api::quantity::Quantity;
use crate::api::schema::FieldType;
use serde_json::Value;

/// What apimachinery's `DefaultUnstructuredConverter` says of a value of a wrong type.
pub(super) fn converter_words(content: &Content, field_type: &FieldType) -> String {
    let found = match content {
        Content::Null => "invalid",
        Content::Bool(_) => "bool",
        Content::Number(n) if n.is_f64() => "float64",
        Content::Number(_) => "int64",
        Content::String(_) => "string",
        Content::List(_) => "slice",
        Content::Map(_) => "map",
    };
    let kind = match field_type {
        FieldType::List(_) | FieldType::Bytes => return format!("cannot restore slice from {found}"),
        FieldType::Map(_) => return format!("cannot restore map from {found}"),
        FieldType::String if found == "int64" => return "cannot convert int64 to string".to_owned(),
        FieldType::String => "string",
        FieldType::Bool => "bool",
        FieldType::Int32 => "int32",
        FieldType::Int64 => "int64",
        FieldType::Double => "float64",
        _ => return format!("cannot restore struct from: {found}"),
    };
    format!("unrecognized type: {kind}")
}

/// A number as Go writes it into JSON: without an exponent up to 21 digits.
pub(super) fn go_number(number: &serde_json::Number) -> String {
    match number.as_f64().filter(|_| number.is_f64()) {
        Some(float) if float == 0.0 || (1e-6..1e21).contains(&float.abs()) => float.to_string(),
        Some(float) => {
            let text = format!("{float:e}");
            if text.contains("e-") {
                text
            } else {
                text.replace('e', "e+")
            }
        }
        None => number.to_string(),
    }
}

pub(super) fn is_integer(field_type: &FieldType) -> bool {
    matches!(field_type, FieldType::Int32 | FieldType::Int64 | FieldType::IntOrString)
}

pub(super) fn quantity_problem(value: &Value) -> Option<String> {
    Quantity::from_json(value).err().map(|error| error.to_string())
}

pub(super) fn time_problem(text: &str) -> Option<String> {
    const LAYOUT: &str = "2006-01-02T15:04:05Z07:00";
    match text.parse::<jiff::Timestamp>() {
        Ok(_) => None,
        Err(_) => Some(format!(
            "parsing time \"{text}\" as \"{LAYOUT}\": cannot parse \"{text}\" as \"2006\""
        )),
    }
}

/// Go's strict base64 with padding; line breaks are skipped.
pub(super) fn base64_problem(text: &str) -> Option<String> {
    let illegal = |at: usize| Some(format!("illegal base64 data at input byte {at}"));
    let kept: Vec<(usize, u8)> = text
        .bytes()
        .enumerate()
        .filter(|(_, b)| !matches!(b, b'\n' | b'\r'))
        .collect();
    let padding = kept.iter().rev().take_while(|(_, b)| *b == b'=').count().min(2);
    let data = kept.len() - padding;
    let is_data = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/');
    if let Some((at, _)) = kept.iter().take(data).find(|(_, b)| !is_data(b)) {
        return illegal(*at);
    }
    let complete = kept.len().is_multiple_of(4) && data % 4 != 1;
    if complete {
        None
    } else {
        illegal(kept.last().map_or(0, |(at, _)| at + usize::from(padding == 0)))
    }
}
