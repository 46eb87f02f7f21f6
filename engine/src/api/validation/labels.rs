//! Labels, annotations and label selectors.

use super::fields::{Errors, Path, Shown, go_string_map, list, map, set, text, texts};
use crate::api::quote::go_quote;
use crate::api::selector::names::{label_value_errors, qualified_name_errors};
use serde_json::{Map, Value};

/// The most bytes all annotations of an object may have together.
const ANNOTATIONS_LIMIT: usize = 256 * 1024;

pub(super) fn check_labels(labels: Option<&Map<String, Value>>, path: &Path, errors: &mut Errors) {
    for (key, value) in labels.into_iter().flatten() {
        errors.invalid_each(path, key, qualified_name_errors(key));
        let value = value.as_str().unwrap_or_default();
        errors.invalid_each(path, value, label_value_errors(value));
    }
}

pub(super) fn check_annotations(annotations: Option<&Map<String, Value>>, path: &Path, errors: &mut Errors) {
    let mut size = 0;
    for (key, value) in annotations.into_iter().flatten() {
        errors.invalid_each(path, key, qualified_name_errors(&key.to_ascii_lowercase()));
        size += key.len() + value.as_str().unwrap_or_default().len();
    }
    if size > ANNOTATIONS_LIMIT {
        errors.too_long(path, format!("must have at most {ANNOTATIONS_LIMIT} bytes"));
    }
}

/// A label's key where one is named.
pub(super) fn check_label_key(key: &str, path: &Path, errors: &mut Errors) {
    errors.invalid_each(path, key, qualified_name_errors(key));
}

pub(super) fn check_label_selector(selector: &Value, path: &Path, errors: &mut Errors) {
    check_labels(map(selector, "matchLabels"), &path.at("matchLabels"), errors);
    for (i, expression) in list(selector, "matchExpressions").iter().enumerate() {
        let path = path.at("matchExpressions").index(i);
        let values = texts(expression, "values");
        match text(expression, "operator") {
            "In" | "NotIn" if values.is_empty() => {
                errors.required(
                    &path.at("values"),
                    "must be specified when `operator` is 'In' or 'NotIn'",
                );
            }
            "Exists" | "DoesNotExist" if !values.is_empty() => {
                errors.forbidden(
                    &path.at("values"),
                    "may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
                );
            }
            "In" | "NotIn" | "Exists" | "DoesNotExist" => {}
            other => errors.invalid(&path.at("operator"), other, "not a valid selector operator"),
        }
        check_label_key(text(expression, "key"), &path.at("key"), errors);
        for (i, value) in values.into_iter().enumerate() {
            errors.invalid_each(&path.at("values").index(i), value, label_value_errors(value));
        }
    }
}

/// A label selector as Go prints it.
pub(super) fn go_label_selector(selector: &Value) -> Shown {
    let requirement = |expression: &Value| {
        let values = match set(expression, "values") {
            Some(_) => super::fields::go_strings(&texts(expression, "values")).0,
            None => "[]string(nil)".to_owned(),
        };
        let (key, operator) = (
            go_quote(text(expression, "key")),
            go_quote(text(expression, "operator")),
        );
        format!("v1.LabelSelectorRequirement{{Key:{key}, Operator:{operator}, Values:{values}}}")
    };
    let expressions = match set(selector, "matchExpressions") {
        Some(_) => {
            let all: Vec<String> = list(selector, "matchExpressions").iter().map(requirement).collect();
            format!("[]v1.LabelSelectorRequirement{{{}}}", all.join(", "))
        }
        None => "[]v1.LabelSelectorRequirement(nil)".to_owned(),
    };
    let labels = go_string_map(map(selector, "matchLabels"));
    Shown(format!(
        "v1.LabelSelector{{MatchLabels:{labels}, MatchExpressions:{expressions}}}"
    ))
}
