//! Why a patch cannot be applied, in the API server's words.

use serde_json::Value;
use thiserror::Error;

/// Why a patch cannot be applied.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PatchError {
    /// The patch is no JSON object (or no list of operations).
    #[error("json: cannot unmarshal {found} into Go value of type {expected}")]
    WrongShape {
        /// The JSON type given.
        found: &'static str,
        /// What the server wanted, in Go's words.
        expected: &'static str,
    },
    /// A merge patch that is `null`.
    #[error("Invalid JSON Patch")]
    NullMerge,
    /// A `$patch` that is none of `merge`, `replace`, `delete`.
    #[error("unknown patch type: {directive} in map: {map}")]
    UnknownDirective {
        /// The directive given.
        directive: String,
        /// The map it stands in, as Go prints it.
        map: String,
    },
    /// An element of a merged list does not say which element it is.
    #[error("map: {map} does not contain declared merge key: {key}")]
    NoMergeKey {
        /// The element, as Go prints it.
        map: String,
        /// The key that identifies elements.
        key: String,
    },
    /// A merged list with elements of several types.
    #[error("list element types are not identical: {lists}")]
    MixedElements {
        /// The lists, as Go prints them.
        lists: String,
    },
    /// `$setElementOrder` names other elements than the list beside it.
    #[error("The order in patch list:\n{list}\n doesn't match $setElementOrder list:\n{order}\n")]
    OrderMismatch {
        /// The patch's list, as Go prints it.
        list: String,
        /// The order, as Go prints it.
        order: String,
    },
    /// `$retainKeys` is no list, or the patch sets fields it does not name.
    #[error("invalid patch format of retainKeys")]
    RetainKeys,
    /// `$setElementOrder` or `$deleteFromPrimitiveList` beside something that is no list.
    #[error("invalid patch format of parallel list")]
    ParallelList,
    /// An operation of a JSON patch does not apply; the server says no more than this.
    #[error("the server rejected our request due to an error in our request")]
    Operation {
        /// What is wrong, for people.
        reason: String,
    },
    /// The patch is nested too deep.
    #[error("nested more than {0} deep")]
    TooDeep(usize),
}

/// A value as Go's `%v` prints it: `map[a:1 b:[x y]]`.
pub fn go_text(value: &Value) -> String {
    match value {
        Value::Null => "<nil>".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) => format!("[{}]", items.iter().map(go_text).collect::<Vec<_>>().join(" ")),
        Value::Object(entries) => {
            let entries: Vec<String> = entries
                .iter()
                .map(|(key, value)| format!("{key}:{}", go_text(value)))
                .collect();
            format!("map[{}]", entries.join(" "))
        }
        scalar => scalar.to_string(),
    }
}

/// The name Go's JSON decoder has for a value's type.
pub(super) fn json_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
