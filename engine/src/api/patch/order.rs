//! The order of a merged list: what a patch names stands in the patch's order, and what only the server has stays where it was
//! relative to it (apimachinery's `strategicpatch`).

use serde_json::Value;

/// Whether two elements of a list are the same element: by merge key, or by value.
pub(super) fn same(a: &Value, b: &Value, merge_key: &str) -> bool {
    if merge_key.is_empty() || !a.is_object() {
        a == b
    } else {
        a.get(merge_key).is_some() && a.get(merge_key) == b.get(merge_key)
    }
}

fn index(list: &[Value], element: &Value, merge_key: &str) -> Option<usize> {
    list.iter().position(|e| same(e, element, merge_key))
}

/// Orders a merged list by the patch's order and, for what the patch does not name, the server's.
pub(super) fn ordered(
    merged: Vec<Value>,
    patch_order: &[Value],
    server_order: &[Value],
    merge_key: &str,
) -> Vec<Value> {
    let (mut named, mut server_only): (Vec<Value>, Vec<Value>) = merged
        .into_iter()
        .partition(|e| index(patch_order, e, merge_key).is_some());
    named.sort_by_key(|e| index(patch_order, e, merge_key));
    server_only.sort_by_key(|e| index(server_order, e, merge_key));
    let mut result = Vec::with_capacity(named.len() + server_only.len());
    let mut server_only = server_only.into_iter().peekable();
    for element in named {
        let at = index(server_order, &element, merge_key);
        // What the server had in front of this element stays in front of it.
        while let Some(next) = server_only.next_if(|e| {
            let here = index(server_order, e, merge_key);
            here.is_some() && at.is_some() && here < at
        }) {
            result.push(next);
        }
        result.push(element);
    }
    result.extend(server_only);
    result
}
