//! Whether two patches for one object contradict each other.
//!
//! Source: apimachinery `strategicpatch.MergingMapsHaveConflicts`.

use super::error::go_text;
use super::json_merge::DEPTH_LIMIT;
use super::scope::{Scope, Strategy};
use super::strategic::{Object, PATCH};
use serde_json::Value;

/// Whether a key is in both with different changes.
pub(super) fn of_maps(left: &Object, right: &Object, scope: Scope, depth: usize) -> bool {
    left.iter().any(|(key, left)| {
        let right = right.get(key);
        right.is_some_and(|right| of_values(left, right, scope.strategy(key), depth + 1))
    })
}

fn of_values(left: &Value, right: &Value, strategy: Strategy, depth: usize) -> bool {
    if depth > DEPTH_LIMIT {
        return true;
    }
    match (left, right) {
        (Value::Object(left), Value::Object(right)) => {
            if left.get(PATCH) != right.get(PATCH) {
                return true;
            }
            !strategy.replace && of_maps(left, right, strategy.inner, depth)
        }
        (Value::Array(left), Value::Array(right)) => of_lists(left, right, strategy, depth),
        (left, right) => left != right,
    }
}

fn of_lists(left: &[Value], right: &[Value], strategy: Strategy, depth: usize) -> bool {
    let are_maps = left.iter().chain(right).all(Value::is_object);
    let element = Strategy {
        merge: false,
        ..strategy
    };
    if strategy.merge && are_maps {
        let key = |element: &Value| element.get(strategy.merge_key).map(go_text);
        return left.iter().any(|a| {
            let b = right.iter().find(|b| key(b) == key(a));
            b.is_some_and(|b| of_values(a, b, element, depth + 1))
        });
    }
    if left.len() != right.len() {
        return true;
    }
    let sorted = |list: &[Value]| {
        let mut list = list.to_vec();
        if !are_maps {
            list.sort_by_key(go_text);
        }
        list
    };
    let (left, right) = (sorted(left), sorted(right));
    left.iter()
        .zip(&right)
        .any(|(a, b)| of_values(a, b, element, depth + 1))
}
