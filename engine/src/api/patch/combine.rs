//! Two patches for one object made into one: what is to be deleted, and what is to be set.
//!
//! Source: apimachinery `strategicpatch` (`mergeMap` with `MergeParallelList` off): directives and nulls stay what they are.

use super::error::PatchError;
use super::json_merge::DEPTH_LIMIT;
use super::order::{ordered, same};
use super::scope::{Scope, Strategy};
use super::strategic::{Object, RETAIN_KEYS, SET_ELEMENT_ORDER};
use serde_json::Value;

/// The patch that does both.
pub(super) fn of_maps(mut first: Object, mut second: Object, scope: Scope, depth: usize) -> Result<Object, PatchError> {
    if depth > DEPTH_LIMIT {
        return Err(PatchError::TooDeep(DEPTH_LIMIT));
    }
    if let Some(keys) = second.remove(RETAIN_KEYS) {
        first.entry(RETAIN_KEYS).or_insert(keys);
    }
    let orders: Vec<String> = second
        .keys()
        .filter(|key| key.starts_with(SET_ELEMENT_ORDER))
        .cloned()
        .collect();
    for directive in orders {
        let order = second.remove(&directive).unwrap_or_default();
        let key = directive.strip_prefix(SET_ELEMENT_ORDER).unwrap_or_default();
        let strategy = scope.strategy(key);
        let lists = (first.remove(key), second.remove(key));
        let (merged, server_order) = match lists {
            (Some(Value::Array(a)), Some(Value::Array(b))) => (Some(of_lists(a.clone(), b, strategy, depth + 1)?), a),
            (Some(Value::Array(a)), _) => (Some(a.clone()), a),
            (_, Some(Value::Array(b))) => (Some(b), Vec::new()),
            _ => (None, Vec::new()),
        };
        if let Some(merged) = merged {
            let wanted = order.as_array().map(Vec::as_slice).unwrap_or_default();
            let merged = ordered(merged, wanted, &server_order, strategy.merge_key);
            first.insert(key.to_owned(), merged.into());
        }
        first.insert(directive, order);
    }
    for (key, change) in second {
        let strategy = scope.strategy(&key);
        let merged = match (first.remove(&key), change) {
            (Some(Value::Object(a)), Value::Object(b)) if !strategy.replace => {
                Value::Object(of_maps(a, b, strategy.inner, depth + 1)?)
            }
            (Some(Value::Array(a)), Value::Array(b)) if strategy.merge => of_lists(a, b, strategy, depth + 1)?.into(),
            (_, change) => change,
        };
        first.insert(key, merged);
    }
    Ok(first)
}

fn of_lists(first: Vec<Value>, second: Vec<Value>, strategy: Strategy, depth: usize) -> Result<Vec<Value>, PatchError> {
    let (key, server_order) = (strategy.merge_key, first.clone());
    let (mut merged, second_order) = (first, second.clone());
    for element in second {
        let known = merged.iter_mut().find(|e| same(e, &element, key));
        match (known, element) {
            (Some(known), Value::Object(element)) => {
                let before = known.take().as_object().cloned().unwrap_or_default();
                *known = Value::Object(of_maps(before, element, strategy.inner, depth + 1)?);
            }
            (Some(_), _) => {}
            (None, element) => merged.push(element),
        }
    }
    Ok(ordered(merged, &second_order, &server_order, key))
}
