//! What must change of one object to make it another, as a strategic merge patch.
//!
//! Source: apimachinery `strategicpatch` (`diffMaps`, `diffLists`). Lists that merge are compared element by element, by merge key;
//! where elements differ or stand in another order, a `$setElementOrder` says the order wanted.

use super::error::{PatchError, go_text};
use super::json_merge::DEPTH_LIMIT;
use super::scope::{Scope, Strategy};
use super::strategic::{DELETE_FROM_PRIMITIVE_LIST, Object, PATCH, RETAIN_KEYS, SET_ELEMENT_ORDER, no_merge_key};
use serde_json::Value;

/// What a difference tells.
#[derive(Clone, Copy)]
pub(super) struct Telling {
    /// What is new or changed.
    pub changes: bool,
    /// What is gone.
    pub deletions: bool,
    /// The order of merged lists.
    pub order: bool,
}

/// How the second map differs from the first.
pub(super) fn of_maps(
    original: &Object,
    modified: &Object,
    scope: Scope,
    retain_keys: bool,
    telling: Telling,
    depth: usize,
) -> Result<Object, PatchError> {
    if depth > DEPTH_LIMIT {
        return Err(PatchError::TooDeep(DEPTH_LIMIT));
    }
    let mut patch = Object::new();
    for (key, wanted) in modified {
        match original.get(key) {
            Some(before) => member(key, before, wanted, scope, &mut patch, telling, depth)?,
            None if telling.changes => {
                patch.insert(key.clone(), wanted.clone());
            }
            None => {}
        }
    }
    let is_gone = |key: &&String| !modified.contains_key(key.as_str());
    if telling.deletions {
        patch.extend(original.keys().filter(is_gone).map(|key| (key.clone(), Value::Null)));
    }
    let has_gone = original.iter().any(|(key, value)| !value.is_null() && is_gone(&key));
    if retain_keys && (!patch.is_empty() || has_gone) {
        // Those that are set, in alphabetical order: maps are sorted here.
        let kept = modified.iter().filter(|(_, value)| !value.is_null());
        let mut kept: Vec<String> = kept.map(|(key, _)| key.clone()).collect();
        kept.sort();
        if !kept.is_empty() {
            patch.insert(RETAIN_KEYS.to_owned(), kept.into());
        }
    }
    Ok(patch)
}

fn member(
    key: &str,
    before: &Value,
    wanted: &Value,
    scope: Scope,
    patch: &mut Object,
    telling: Telling,
    depth: usize,
) -> Result<(), PatchError> {
    let strategy = scope.strategy(key);
    match (before, wanted) {
        (Value::Object(_), Value::Object(_)) if strategy.replace => {
            // Kubernetes does not ask whether they differ.
            patch.extend(telling.changes.then(|| (key.to_owned(), wanted.clone())));
        }
        (Value::Object(before), Value::Object(wanted)) => {
            let inner = of_maps(before, wanted, strategy.inner, strategy.retain_keys, telling, depth + 1)?;
            if !inner.is_empty() {
                patch.insert(key.to_owned(), Value::Object(inner));
            }
        }
        (Value::Array(before), Value::Array(wanted)) if strategy.merge => {
            lists(key, before, wanted, strategy, patch, telling, depth + 1)?;
        }
        _ if telling.changes && before != wanted => {
            patch.insert(key.to_owned(), wanted.clone());
        }
        _ => {}
    }
    Ok(())
}

fn lists(
    key: &str,
    before: &[Value],
    wanted: &[Value],
    strategy: Strategy,
    patch: &mut Object,
    telling: Telling,
    depth: usize,
) -> Result<(), PatchError> {
    if before.is_empty() {
        if telling.changes && !wanted.is_empty() {
            patch.insert(key.to_owned(), wanted.to_vec().into());
        }
        return Ok(());
    }
    let are_maps = before.iter().chain(wanted).next().is_some_and(Value::is_object);
    if before.iter().chain(wanted).any(|e| e.is_object() != are_maps) {
        let lists = Value::Array(vec![before.to_vec().into(), wanted.to_vec().into()]);
        return Err(PatchError::MixedElements { lists: go_text(&lists) });
    }
    let (changed, order) = if are_maps {
        let changed = of_lists_of_maps(before, wanted, strategy, telling, depth)?;
        let same_order = same_order(before, wanted, strategy.merge_key)?;
        let tell =
            (telling.changes && (!changed.is_empty() || !same_order)) || (telling.deletions && !changed.is_empty());
        let identity = |element: &Value| {
            let mut identity = Object::new();
            let value = element.get(strategy.merge_key).cloned().unwrap_or_default();
            identity.insert(strategy.merge_key.to_owned(), value);
            Value::Object(identity)
        };
        (
            changed,
            tell.then(|| wanted.iter().map(identity).collect::<Vec<Value>>()),
        )
    } else {
        let added = wanted.iter().filter(|e| telling.changes && !before.contains(e));
        let mut deleted: Vec<Value> = before
            .iter()
            .filter(|e| telling.deletions && !wanted.contains(e))
            .cloned()
            .collect();
        deleted.sort_by_key(go_text);
        deleted.dedup();
        let tell = (telling.changes && before != wanted) || (telling.deletions && !deleted.is_empty());
        let added: Vec<Value> = added.cloned().collect();
        if !deleted.is_empty() {
            patch.insert(format!("{DELETE_FROM_PRIMITIVE_LIST}{key}"), deleted.into());
        }
        (added, tell.then(|| wanted.to_vec()))
    };
    if !changed.is_empty() {
        patch.insert(key.to_owned(), changed.into());
    }
    if let Some(order) = order.filter(|order| telling.order && !order.is_empty()) {
        patch.insert(format!("{SET_ELEMENT_ORDER}{key}"), order.into());
    }
    Ok(())
}

/// The elements that differ, in the order wanted; behind them those to be deleted.
fn of_lists_of_maps(
    before: &[Value],
    wanted: &[Value],
    strategy: Strategy,
    telling: Telling,
    depth: usize,
) -> Result<Vec<Value>, PatchError> {
    let key = strategy.merge_key;
    let (old, new) = (by_key(before, key)?, by_key(wanted, key)?);
    let (mut old, mut new) = (old.into_iter().peekable(), new.into_iter().peekable());
    let (mut changed, mut deleted): (Vec<(usize, Value)>, Vec<Value>) = (Vec::new(), Vec::new());
    loop {
        let order = match (old.peek(), new.peek()) {
            (None, None) => break,
            (Some(_), None) => std::cmp::Ordering::Less,
            (None, Some(_)) => std::cmp::Ordering::Greater,
            (Some((a, ..)), Some((b, ..))) => a.cmp(b),
        };
        match order {
            std::cmp::Ordering::Equal => {
                let (Some((_, _, old)), Some((_, at, new))) = (old.next(), new.next()) else {
                    break;
                };
                let inner = of_maps(old, new, strategy.inner, strategy.retain_keys, telling, depth + 1)?;
                if !inner.is_empty() {
                    let mut inner = inner;
                    inner.insert(key.to_owned(), new.get(key).cloned().unwrap_or_default());
                    changed.push((at, Value::Object(inner)));
                }
            }
            std::cmp::Ordering::Greater => {
                if let Some((_, at, new)) = new.next().filter(|_| telling.changes) {
                    changed.push((at, Value::Object(new.clone())));
                }
            }
            std::cmp::Ordering::Less => {
                if let Some((_, _, old)) = old.next().filter(|_| telling.deletions) {
                    let mut directive = Object::new();
                    directive.insert(key.to_owned(), old.get(key).cloned().unwrap_or_default());
                    directive.insert(PATCH.to_owned(), "delete".into());
                    deleted.push(Value::Object(directive));
                }
            }
        }
    }
    changed.sort_by_key(|(at, _)| *at);
    Ok(changed.into_iter().map(|(_, element)| element).chain(deleted).collect())
}

/// Elements in the order of their keys' texts: the text, the place in the list, the element.
fn by_key<'v>(list: &'v [Value], key: &str) -> Result<Vec<(String, usize, &'v Object)>, PatchError> {
    let mut keyed = Vec::new();
    for (at, element) in list.iter().enumerate() {
        let value = element.get(key).ok_or_else(|| no_merge_key(element, key))?;
        keyed.extend(element.as_object().map(|element| (go_text(value), at, element)));
    }
    keyed.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(keyed)
}

fn same_order(before: &[Value], wanted: &[Value], key: &str) -> Result<bool, PatchError> {
    if before.len() != wanted.len() {
        return Ok(false);
    }
    for (a, b) in before.iter().zip(wanted) {
        let a = a.get(key).ok_or_else(|| no_merge_key(a, key))?;
        if Some(a) != b.get(key) {
            return Ok(false);
        }
    }
    Ok(true)
}
