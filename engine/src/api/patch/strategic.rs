//! Strategic merge patch: a merge patch with list merging and directives.
//!
//! Directives: `$patch: replace|delete`, `$retainKeys`, `$setElementOrder/LIST`, `$deleteFromPrimitiveList/LIST`. Documented in the
//! Kubernetes community's "Strategic Merge Patch"; the order of merged lists and the refusals are apimachinery's `strategicpatch`.

use super::error::{PatchError, go_text, json_type};
use super::json_merge::DEPTH_LIMIT;
use super::order::{ordered, same};
use super::scope::{Scope, Strategy};
use crate::api::schema::TypeInfo;
use serde_json::{Map, Value};

pub(super) const PATCH: &str = "$patch";
pub(super) const RETAIN_KEYS: &str = "$retainKeys";
pub(super) const SET_ELEMENT_ORDER: &str = "$setElementOrder/";
pub(super) const DELETE_FROM_PRIMITIVE_LIST: &str = "$deleteFromPrimitiveList/";

/// Applies a strategic merge patch to an object of a type; on an error the object is as it was.
///
/// # Errors
/// The patch is no object, or one of its directives or list elements makes no sense.
pub fn strategic_merge_patch(info: &'static TypeInfo, object: &mut Value, patch: &Value) -> Result<(), PatchError> {
    let Value::Object(changes) = patch else {
        return Err(PatchError::WrongShape {
            found: json_type(patch),
            expected: "map[string]interface {}",
        });
    };
    let original = object.as_object().cloned().unwrap_or_default();
    *object = Value::Object(merge_map(original, changes.clone(), Scope::Struct(info), 0)?);
    Ok(())
}

pub(super) type Object = Map<String, Value>;

fn merge_map(mut original: Object, mut patch: Object, scope: Scope, depth: usize) -> Result<Object, PatchError> {
    if depth > DEPTH_LIMIT {
        return Err(PatchError::TooDeep(DEPTH_LIMIT));
    }
    if let Some(directive) = patch.get(PATCH) {
        match directive.as_str() {
            Some("replace") => {
                patch.remove(PATCH);
                return Ok(patch);
            }
            Some("delete") => return Ok(Object::new()),
            // `merge` is what happens anyway.
            Some("merge") => {
                patch.remove(PATCH);
            }
            _ => return Err(unknown_directive(directive, &patch)),
        }
    }
    retain_keys(&mut original, &mut patch)?;
    set_element_orders(&mut original, &mut patch, scope, depth)?;
    for (key, change) in patch {
        if let Some(list) = key.strip_prefix(DELETE_FROM_PRIMITIVE_LIST) {
            delete_from_list(&mut original, list, &change);
            continue;
        }
        if change.is_null() {
            original.remove(&key);
            continue;
        }
        let merged = match original.remove(&key) {
            None => without_directives(change, depth + 1)?,
            Some(before) => merge_value(before, change, scope.strategy(&key), depth + 1)?,
        };
        original.insert(key, merged);
    }
    Ok(original)
}

fn merge_value(before: Value, change: Value, strategy: Strategy, depth: usize) -> Result<Value, PatchError> {
    match (before, change) {
        (Value::Object(before), Value::Object(change)) if !strategy.replace => {
            merge_map(before, change, strategy.inner, depth).map(Value::Object)
        }
        (Value::Array(before), Value::Array(change)) if strategy.merge => {
            merge_list(before, change, strategy, depth).map(Value::Array)
        }
        // What replaces a value of its own type is taken as it stands, directives and all: the server then wonders about them.
        (Value::Object(_), change @ Value::Object(_)) | (Value::Array(_), change @ Value::Array(_)) => Ok(change),
        (_, change) => without_directives(change, depth),
    }
}

fn merge_list(
    original: Vec<Value>,
    patch: Vec<Value>,
    strategy: Strategy,
    depth: usize,
) -> Result<Vec<Value>, PatchError> {
    let elements_are_maps = original.iter().chain(&patch).next().is_some_and(Value::is_object);
    if original
        .iter()
        .chain(&patch)
        .any(|e| e.is_object() != elements_are_maps)
    {
        let lists = Value::Array(vec![Value::Array(original), Value::Array(patch)]);
        return Err(PatchError::MixedElements { lists: go_text(&lists) });
    }
    if !elements_are_maps {
        let mut merged = original.clone();
        for element in &patch {
            if !merged.contains(element) {
                merged.push(element.clone());
            }
        }
        return Ok(ordered(merged, &patch, &original, ""));
    }
    let key = strategy.merge_key;
    let (mut merged, patch) = special_elements(original, patch, key)?;
    let server_order = merged.clone();
    for element in &patch {
        if element.get(key).is_none() {
            return Err(no_merge_key(element, key));
        }
        if let Some(odd) = merged.iter().find(|e| e.get(key).is_none()) {
            return Err(no_merge_key(odd, key));
        }
        match merged.iter_mut().find(|e| same(e, element, key)) {
            Some(found) => *found = merge_value(found.take(), element.clone(), strategy, depth + 1)?,
            None => merged.push(without_directives(element.clone(), depth + 1)?),
        }
    }
    Ok(ordered(merged, &patch, &server_order, key))
}

/// Carries out the elements that are directives: `{$patch: delete, KEY: …}` and `{$patch: replace}`.
fn special_elements(
    mut original: Vec<Value>,
    patch: Vec<Value>,
    key: &str,
) -> Result<(Vec<Value>, Vec<Value>), PatchError> {
    let (mut ordinary, mut replaces) = (Vec::new(), false);
    for element in patch {
        let directive = match &element {
            Value::Object(fields) => fields.get(PATCH).cloned(),
            _ => None,
        };
        match (directive.as_ref().map(Value::as_str), &element) {
            (None, _) => ordinary.push(element),
            (Some(Some("delete")), _) if element.get(key).is_none() => return Err(no_merge_key(&element, key)),
            (Some(Some("delete")), _) => original.retain(|e| !same(e, &element, key)),
            (Some(Some("replace")), _) => replaces = true,
            (Some(_), Value::Object(fields)) => return Err(unknown_directive(&directive.unwrap_or_default(), fields)),
            (Some(_), _) => {}
        }
    }
    if replaces {
        Ok((ordinary, Vec::new()))
    } else {
        Ok((original, ordinary))
    }
}

fn retain_keys(original: &mut Object, patch: &mut Object) -> Result<(), PatchError> {
    let Some(keys) = patch.remove(RETAIN_KEYS) else {
        return Ok(());
    };
    let Value::Array(keys) = keys else {
        return Err(PatchError::RetainKeys);
    };
    let retained = |key: &str| keys.iter().any(|k| k == key);
    let is_directive = |key: &str| key.starts_with(DELETE_FROM_PRIMITIVE_LIST) || key.starts_with(SET_ELEMENT_ORDER);
    if patch
        .iter()
        .any(|(key, value)| !value.is_null() && !is_directive(key) && !retained(key))
    {
        return Err(PatchError::RetainKeys);
    }
    original.retain(|key, _| retained(key));
    Ok(())
}

/// Merges the lists that come with an order, and takes them and their orders out of the patch.
fn set_element_orders(original: &mut Object, patch: &mut Object, scope: Scope, depth: usize) -> Result<(), PatchError> {
    let directives: Vec<String> = patch
        .keys()
        .filter(|key| key.starts_with(SET_ELEMENT_ORDER))
        .cloned()
        .collect();
    for directive in directives {
        let list_key = directive.strip_prefix(SET_ELEMENT_ORDER).unwrap_or_default();
        let Some(Value::Array(order)) = patch.remove(&directive) else {
            return Err(PatchError::ParallelList);
        };
        let strategy = scope.strategy(list_key);
        let before = as_list(original.get(list_key))?;
        let change = as_list(patch.get(list_key))?;
        check_order(change.as_deref().unwrap_or_default(), &order, strategy.merge_key)?;
        let server_order = before.clone().unwrap_or_default();
        let merged = match (before, change) {
            (None, None) => continue,
            (Some(before), None) => before,
            (None, Some(change)) => match without_directives(Value::Array(change), depth + 1)? {
                Value::Array(items) => items,
                _ => Vec::new(),
            },
            (Some(before), Some(change)) if strategy.merge => merge_list(before, change, strategy, depth + 1)?,
            (Some(_), Some(change)) => change,
        };
        let merged = ordered(merged, &order, &server_order, strategy.merge_key);
        original.insert(list_key.to_owned(), Value::Array(merged));
        patch.remove(list_key);
    }
    Ok(())
}

/// A list field's elements; none if it is not there.
fn as_list(value: Option<&Value>) -> Result<Option<Vec<Value>>, PatchError> {
    match value {
        None => Ok(None),
        Some(Value::Array(items)) => Ok(Some(items.clone())),
        Some(_) => Err(PatchError::ParallelList),
    }
}

/// Every element a patch sets must occur in its order, in that order.
fn check_order(list: &[Value], order: &[Value], key: &str) -> Result<(), PatchError> {
    let mut order_left = order.iter();
    let is_deletion = |e: &Value| e.get(PATCH).is_some_and(|directive| directive == "delete");
    let in_order = list
        .iter()
        .filter(|e| !is_deletion(e))
        .all(|e| order_left.any(|o| same(o, e, key)));
    if in_order {
        return Ok(());
    }
    let text = |list: &[Value]| go_text(&Value::Array(list.to_vec()));
    Err(PatchError::OrderMismatch {
        list: text(list),
        order: text(order),
    })
}

fn delete_from_list(original: &mut Object, list: &str, deleted: &Value) {
    if let (Some(Value::Array(items)), Value::Array(deleted)) = (original.get_mut(list), deleted) {
        items.retain(|item| !deleted.contains(item));
    }
}

/// What a patch adds where nothing was: without directives, nulls and deletions.
fn without_directives(value: Value, depth: usize) -> Result<Value, PatchError> {
    if depth > DEPTH_LIMIT {
        return Err(PatchError::TooDeep(DEPTH_LIMIT));
    }
    Ok(match value {
        Value::Object(fields) => {
            let mut kept = Object::new();
            for (key, value) in fields {
                if !value.is_null() && !key.starts_with('$') {
                    kept.insert(key, without_directives(value, depth + 1)?);
                }
            }
            Value::Object(kept)
        }
        Value::Array(items) => {
            let is_directive = |item: &Value| item.get(PATCH).is_some();
            let items = items.into_iter().filter(|item| !is_directive(item));
            Value::Array(
                items
                    .map(|item| without_directives(item, depth + 1))
                    .collect::<Result<_, _>>()?,
            )
        }
        scalar => scalar,
    })
}

fn unknown_directive(directive: &Value, map: &Object) -> PatchError {
    let shown = match directive {
        Value::String(text) => text.clone(),
        // Go's message formats the directive as text whatever it is.
        Value::Number(number) => format!("%!s(int64={number})"),
        other => go_text(other),
    };
    PatchError::UnknownDirective {
        directive: shown,
        map: go_text(&Value::Object(map.clone())),
    }
}

pub(super) fn no_merge_key(element: &Value, key: &str) -> PatchError {
    PatchError::NoMergeKey {
        map: go_text(element),
        key: key.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::schema::Schema;
    use serde_json::json;

    fn patched(object: Value, patch: Value) -> Result<Value, String> {
        let info = Schema::builtin()
            .type_named("core.v1.PodSpec")
            .expect("pods are in the table");
        let mut object = object;
        strategic_merge_patch(info, &mut object, &patch)
            .map(|()| object)
            .map_err(|e| e.to_string())
    }

    fn check(object: Value, patch: Value, expect: Value) {
        assert_eq!(patched(object, patch.clone()), Ok(expect), "{patch}");
    }

    #[test]
    fn lists_merge_by_key() {
        let spec = json!({"containers": [{"name": "a", "image": "1"}, {"name": "b", "args": ["x"]}]});
        check(
            spec.clone(),
            json!({"containers": [{"name": "b", "args": ["y"]}]}),
            json!({
                "containers": [{"name": "a", "image": "1"}, {"name": "b", "args": ["y"]}],
            }),
        );
        check(
            spec.clone(),
            json!({"containers": [{"name": "a", "$patch": "delete"}]}),
            json!({
                "containers": [{"name": "b", "args": ["x"]}],
            }),
        );
        check(
            spec.clone(),
            json!({"containers": [{"$patch": "replace"}, {"name": "c"}]}),
            json!({"containers": [{"name": "c"}]}),
        );
        check(
            spec,
            json!({"$setElementOrder/containers": [{"name": "b"}, {"name": "a"}]}),
            json!({
                "containers": [{"name": "b", "args": ["x"]}, {"name": "a", "image": "1"}],
            }),
        );
    }

    #[test]
    fn directives_of_maps() {
        let volume = json!({"volumes": [{"name": "v", "emptyDir": {}}]});
        check(
            volume,
            json!({"volumes": [{"name": "v", "$retainKeys": ["name", "hostPath"], "hostPath": {"path": "/x"}}]}),
            json!({
                "volumes": [{"name": "v", "hostPath": {"path": "/x"}}],
            }),
        );
        check(
            json!({"nodeSelector": {"a": "1"}}),
            json!({"nodeSelector": {"$patch": "replace", "b": "2"}}),
            json!({
                "nodeSelector": {"b": "2"},
            }),
        );
        check(
            json!({"nodeSelector": {"a": "1", "b": "2"}}),
            json!({"nodeSelector": {"a": null, "c": null}}),
            json!({
                "nodeSelector": {"b": "2"},
            }),
        );
    }

    #[test]
    fn nonsense_is_refused() {
        for (patch, expect) in [
            (
                json!({"securityContext": {"$patch": "foo"}}),
                "unknown patch type: foo in map: map[$patch:foo]",
            ),
            (
                json!({"containers": [{"image": "x"}]}),
                "map: map[image:x] does not contain declared merge key: name",
            ),
            (
                json!([1]),
                "json: cannot unmarshal array into Go value of type map[string]interface {}",
            ),
        ] {
            let spec = json!({"securityContext": {}, "containers": [{"name": "a"}]});
            assert_eq!(patched(spec, patch).map_err(|e| e.to_string()), Err(expect.to_owned()));
        }
    }
}
