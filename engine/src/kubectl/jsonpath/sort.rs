//! `--sort-by`: objects in the order of a field.
//!
//! kubectl's comparison: texts that are both quantities compare as such, other texts byte by byte (`d10` before `d2`, since
//! kubectl 1.32; 1.28 still had it the other way round), objects without the field come first. That last rule holds whichever way two of them are compared, so Go's algorithm shows: up to
//! twelve objects are sorted by insertion, and those without the field end up in reverse. Beyond, Go's order of equals is
//! not modelled; here they keep their order.

use std::borrow::Cow;
use std::cmp::Ordering;

use serde_json::Value;

use super::{JsonPath, JsonPathError, go_value};
use crate::api::{Quantity, go_quote};

/// Up to so many objects Go sorts by insertion.
const INSERTION_SORT_MAX: usize = 12;

/// Why objects could not be sorted. The texts are kubectl's own.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SortError {
    /// The path is not well-formed, or does not apply to an object.
    #[error(transparent)]
    Path(#[from] JsonPathError),
    /// No object has the field.
    #[error("couldn't find any field with path {} in the list of objects", go_quote(_0))]
    NotFound(String),
    /// Values of the field do not compare; kubectl exits at once.
    #[error("Field {path} in *unstructured.Unstructured is an unsortable type: interface, err: {reason}")]
    Unsortable {
        /// The path, in full form.
        path: String,
        /// Why.
        reason: String,
    },
}

/// Sorts objects by a field, given as for `--sort-by` (`.metadata.name`, `{.status.phase}`).
///
/// # Errors
/// See [`SortError`]; the objects are then as they were. No objects are always sorted.
pub fn sort_by(field: &str, objects: &mut Vec<Value>) -> Result<(), SortError> {
    if objects.is_empty() {
        return Ok(());
    }
    let path = JsonPath::parse_relaxed(field)?;
    let mut keys = Vec::with_capacity(objects.len());
    for (position, object) in objects.iter().enumerate() {
        let key = path
            .find(object)?
            .into_iter()
            .next()
            .and_then(|found| found.into_iter().next());
        keys.push((key.map(Cow::into_owned), position));
    }
    if keys.iter().all(|(key, _)| key.is_none()) {
        return Err(SortError::NotFound(path.template().to_owned()));
    }
    let unsortable = |reason| SortError::Unsortable {
        path: path.template().to_owned(),
        reason,
    };
    if keys.len() <= INSERTION_SORT_MAX {
        insertion_sort(&mut keys).map_err(unsortable)?;
    } else {
        stable_sort(&mut keys).map_err(unsortable)?;
    }
    let mut from: Vec<Option<Value>> = objects.drain(..).map(Some).collect();
    objects.extend(keys.iter().filter_map(|(_, position)| from.get_mut(*position)?.take()));
    Ok(())
}

/// An object's key, if it has one, and where it stood.
type Key = (Option<Value>, usize);

fn insertion_sort(keys: &mut [Key]) -> Result<(), String> {
    for end in 1..keys.len() {
        for at in (1..=end).rev() {
            let less = match (keys.get(at), keys.get(at - 1)) {
                (Some((None, _)), _) => true,
                (_, Some((None, _))) => false,
                (Some((Some(a), _)), Some((Some(b), _))) => order(a, b)?.is_lt(),
                _ => false,
            };
            if !less {
                break;
            }
            keys.swap(at, at - 1);
        }
    }
    Ok(())
}

fn stable_sort(keys: &mut [Key]) -> Result<(), String> {
    let mut failure = None;
    // Compared with one of its neighbours at least, each key shows whether it compares at all.
    keys.sort_by(|(a, _), (b, _)| match (a, b) {
        (Some(a), Some(b)) => order(a, b).unwrap_or_else(|reason| {
            failure = Some(reason);
            Ordering::Equal
        }),
        (a, b) => a.is_some().cmp(&b.is_some()),
    });
    failure.map_or(Ok(()), Err)
}

fn order(a: &Value, b: &Value) -> Result<Ordering, String> {
    match (a, b) {
        (Value::Null, _) | (_, Value::Null) => Ok((!a.is_null()).cmp(&!b.is_null())),
        (Value::Number(a), Value::Number(b)) if a.is_f64() == b.is_f64() => Ok(match (a.as_i64(), b.as_i64()) {
            (Some(a), Some(b)) => a.cmp(&b),
            _ => a.as_f64().partial_cmp(&b.as_f64()).unwrap_or(Ordering::Equal),
        }),
        (Value::String(a), Value::String(b)) => Ok(match (Quantity::parse(a), Quantity::parse(b)) {
            (Ok(a), Ok(b)) => a.cmp(&b),
            _ => a.cmp(b),
        }),
        (Value::Number(_) | Value::String(_), _) => Err("unsortable interface: interface".to_owned()),
        (a, _) => Err(format!("unsortable type: {}", go_value::type_name(a))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn sorts_by_value() {
        let check = |values: Value, expect: Value| {
            let mut objects: Vec<Value> = values
                .as_array()
                .expect("a list")
                .iter()
                .map(|v| json!({"v": v}))
                .collect();
            let seen = sort_by("v", &mut objects).map(|()| objects.iter().map(|o| o["v"].clone()).collect::<Value>());
            assert_eq!(seen.unwrap_or_else(|e| e.to_string().into()), expect);
        };
        check(json!(["d2", "d10", "d02", "d"]), json!(["d", "d02", "d10", "d2"]));
        check(json!(["1Gi", "500Mi", "0.5"]), json!(["0.5", "500Mi", "1Gi"]));
        check(json!([10, 9, null, 1]), json!([null, 1, 9, 10]));
        check(json!(["b", "a1", "1a"]), json!(["1a", "a1", "b"]));
        let descending: Vec<i64> = (0..40).rev().collect();
        check(json!(descending), json!((0..40).collect::<Vec<i64>>()));
        let unsortable = "Field {.v} in *unstructured.Unstructured is an unsortable type: interface, err: unsortable ";
        check(json!([{"a": 1}, 1]), json!(format!("{unsortable}interface: interface")));
        check(
            json!([1, {"a": 1}]),
            json!(format!("{unsortable}type: map[string]interface {{}}")),
        );
        check(json!(["x", 1, 2.5]), json!(format!("{unsortable}interface: interface")));
    }

    #[test]
    fn objects_without_the_field_come_first_in_reverse() {
        let mut objects = vec![
            json!({"n": 1}),
            json!({"n": 2, "v": 5}),
            json!({"n": 3}),
            json!({"n": 4}),
        ];
        assert_eq!(sort_by(".v", &mut objects), Ok(()));
        assert_eq!(
            objects.iter().map(|o| o["n"].clone()).collect::<Value>(),
            json!([4, 3, 1, 2])
        );
        let missing = "couldn't find any field with path \"{.w}\" in the list of objects";
        assert_eq!(
            sort_by(".w", &mut objects).map_err(|e| e.to_string()),
            Err(missing.to_owned())
        );
        assert_eq!(sort_by("{.w", &mut Vec::new()), Ok(()));
    }
}
