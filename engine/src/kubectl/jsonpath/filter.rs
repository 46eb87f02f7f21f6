//! Comparing two values in a filter: `text/template`'s comparison, which kubectl uses. Only values of one kind compare; a number
//! with a point and one without are two kinds.

use std::cmp::Ordering;

use serde_json::Value;

/// Whether `left operator right` holds.
///
/// # Errors
/// The values do not compare, or there is no such operator.
pub(super) fn compare(left: &Value, operator: &str, right: &Value) -> Result<bool, String> {
    let ordered = || match (left, right) {
        (Value::Bool(_), Value::Bool(_)) => Err(BAD_TYPE.to_owned()),
        _ => order(left, right),
    };
    match operator {
        "==" => Ok(order(left, right)?.is_eq()),
        "!=" => Ok(order(left, right)?.is_ne()),
        "<" => Ok(ordered()?.is_lt()),
        "<=" => Ok(ordered()?.is_le()),
        ">" => Ok(ordered()?.is_gt()),
        ">=" => Ok(ordered()?.is_ge()),
        _ => Err(format!("unrecognized filter operator {operator}")),
    }
}

const BAD_TYPE: &str = "invalid type for comparison";

fn order(left: &Value, right: &Value) -> Result<Ordering, String> {
    let basic = |value: &Value| matches!(value, Value::Bool(_) | Value::Number(_) | Value::String(_));
    if !basic(left) || !basic(right) {
        return Err(BAD_TYPE.to_owned());
    }
    let order = match (left, right) {
        (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
        (Value::String(a), Value::String(b)) => Some(a.cmp(b)),
        (Value::Number(a), Value::Number(b)) => match (a.as_i64(), b.as_i64()) {
            (Some(a), Some(b)) => Some(a.cmp(&b)),
            (None, None) => a.as_f64().and_then(|a| a.partial_cmp(&b.as_f64()?)),
            _ => None,
        },
        _ => None,
    };
    order.ok_or_else(|| "incompatible types for comparison".to_owned())
}
