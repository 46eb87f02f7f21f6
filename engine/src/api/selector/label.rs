//! Label selectors at work: requirements, and whether a set of labels meets them.
//!
//! A [`Selector`] is made by parsing kubectl's syntax (`label_parse.rs`), from a `LabelSelector` field (`label_selector.rs`) or
//! from a plain map. Matching looks keys up in the labels and allocates nothing; cloning a selector shares its requirements.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use smol_str::SmolStr;

use super::names::{label_value_errors, qualified_name_errors};
use crate::api::quote::go_quote;

/// How a requirement relates a key to its values. Documented under "Labels and Selectors".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operator {
    /// `key in (a,b)`
    In,
    /// `key notin (a,b)`; an absent key matches.
    NotIn,
    /// `key=a`
    Equals,
    /// `key==a`
    DoubleEquals,
    /// `key!=a`; an absent key matches.
    NotEquals,
    /// `key`
    Exists,
    /// `!key`
    DoesNotExist,
    /// `key>1`
    GreaterThan,
    /// `key<1`
    LessThan,
}

impl Operator {
    /// Kubernetes' name of the operator.
    pub fn name(self) -> &'static str {
        match self {
            Operator::In => "in",
            Operator::NotIn => "notin",
            Operator::Equals => "=",
            Operator::DoubleEquals => "==",
            Operator::NotEquals => "!=",
            Operator::Exists => "exists",
            Operator::DoesNotExist => "!",
            Operator::GreaterThan => "gt",
            Operator::LessThan => "lt",
        }
    }
}

/// What is wrong with a requirement, in the words of Kubernetes' field errors; several are listed in brackets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct RequirementError(String);

/// One condition on one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    key: SmolStr,
    operator: Operator,
    values: Vec<SmolStr>,
}

impl Requirement {
    /// Checks key, operator and values against each other.
    ///
    /// # Errors
    /// The key or a value is not well-formed, or the values do not fit the operator.
    pub fn new(key: SmolStr, operator: Operator, values: Vec<SmolStr>) -> Result<Requirement, RequirementError> {
        let mut errors = Vec::new();
        let mut invalid = |path: &str, value: String, detail: &str| {
            let error = format!("{path}: Invalid value: {value}: {detail}");
            if !errors.contains(&error) {
                errors.push(error);
            }
        };
        let key_errors = qualified_name_errors(&key);
        if !key_errors.is_empty() {
            invalid("key", go_quote(&key), &key_errors.join("; "));
        }
        if let Some(detail) = misfit(operator, values.len()) {
            invalid("values", go_slice(&values), detail);
        }
        if matches!(operator, Operator::GreaterThan | Operator::LessThan) {
            for (i, value) in values.iter().enumerate().filter(|(_, v)| v.parse::<i64>().is_err()) {
                let detail = "for 'Gt', 'Lt' operators, the value must be an integer";
                invalid(&format!("values[{i}]"), go_quote(value), detail);
            }
        }
        for (i, value) in values.iter().enumerate() {
            let value_errors = label_value_errors(value);
            if !value_errors.is_empty() {
                invalid(
                    &format!("values[{i}][{key}]"),
                    go_quote(value),
                    &value_errors.join("; "),
                );
            }
        }
        match errors.as_slice() {
            [] => Ok(Requirement { key, operator, values }),
            [error] => Err(RequirementError(error.clone())),
            errors => Err(RequirementError(format!("[{}]", errors.join(", ")))),
        }
    }

    /// The label's key.
    pub fn key(&self) -> &SmolStr {
        &self.key
    }

    /// How key and values relate.
    pub fn operator(&self) -> Operator {
        self.operator
    }

    /// The values, as given.
    pub fn values(&self) -> &[SmolStr] {
        &self.values
    }

    /// Whether labels meet this requirement.
    pub fn matches(&self, labels: &BTreeMap<SmolStr, SmolStr>) -> bool {
        let label = labels.get(self.key.as_str());
        match self.operator {
            Operator::In | Operator::Equals | Operator::DoubleEquals => label.is_some_and(|l| self.values.contains(l)),
            Operator::NotIn | Operator::NotEquals => !label.is_some_and(|l| self.values.contains(l)),
            Operator::Exists => label.is_some(),
            Operator::DoesNotExist => label.is_none(),
            Operator::GreaterThan => self.compare(label).is_some_and(|(label, bound)| label > bound),
            Operator::LessThan => self.compare(label).is_some_and(|(label, bound)| label < bound),
        }
    }

    fn compare(&self, label: Option<&SmolStr>) -> Option<(i64, i64)> {
        Some((label?.parse().ok()?, self.values.first()?.parse().ok()?))
    }
}

/// Why so many values do not fit the operator.
fn misfit(operator: Operator, values: usize) -> Option<&'static str> {
    match (operator, values) {
        (Operator::In | Operator::NotIn, 0) => Some("for 'in', 'notin' operators, values set can't be empty"),
        (Operator::In | Operator::NotIn, _) => None,
        (Operator::Exists | Operator::DoesNotExist, 0) => None,
        (Operator::Exists | Operator::DoesNotExist, _) => {
            Some("values set must be empty for exists and does not exist")
        }
        (_, 1) => None,
        (Operator::GreaterThan | Operator::LessThan, _) => {
            Some("for 'Gt', 'Lt' operators, exactly one value is required")
        }
        _ => Some("exact-match compatibility requires one single value"),
    }
}

/// A list of strings as Go's `%#v` prints it.
fn go_slice(values: &[SmolStr]) -> String {
    if values.is_empty() {
        return "[]string(nil)".to_owned();
    }
    format!(
        "[]string{{{}}}",
        values.iter().map(|v| go_quote(v)).collect::<Vec<_>>().join(", ")
    )
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = &self.key;
        let values = || {
            let mut values: Vec<&str> = self.values.iter().map(SmolStr::as_str).collect();
            values.sort_unstable();
            values.join(",")
        };
        match self.operator {
            Operator::Exists => write!(f, "{key}"),
            Operator::DoesNotExist => write!(f, "!{key}"),
            Operator::Equals => write!(f, "{key}={}", values()),
            Operator::DoubleEquals => write!(f, "{key}=={}", values()),
            Operator::NotEquals => write!(f, "{key}!={}", values()),
            Operator::GreaterThan => write!(f, "{key}>{}", values()),
            Operator::LessThan => write!(f, "{key}<{}", values()),
            Operator::In => write!(f, "{key} in ({})", values()),
            Operator::NotIn => write!(f, "{key} notin ({})", values()),
        }
    }
}

/// Requirements that labels must meet all of, sorted by key; or nothing at all. Prints as kubectl shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selector {
    /// `None` selects nothing.
    requirements: Option<Arc<[Requirement]>>,
}

impl Selector {
    /// The selector that every set of labels matches.
    pub fn everything() -> Selector {
        Selector {
            requirements: Some(Arc::default()),
        }
    }

    /// The selector that no set of labels matches: what an absent `LabelSelector` means.
    pub fn nothing() -> Selector {
        Selector { requirements: None }
    }

    /// All of these requirements.
    pub fn new(mut requirements: Vec<Requirement>) -> Selector {
        requirements.sort_by(|a, b| a.key.cmp(&b.key));
        Selector {
            requirements: Some(requirements.into()),
        }
    }

    /// Exactly these labels, as a Service's `spec.selector` means it; unchecked, and everything if there are none.
    pub fn from_labels(labels: &BTreeMap<SmolStr, SmolStr>) -> Selector {
        let equals = |(key, value): (&SmolStr, &SmolStr)| Requirement {
            key: key.clone(),
            operator: Operator::Equals,
            values: vec![value.clone()],
        };
        Selector {
            requirements: Some(labels.iter().map(equals).collect()),
        }
    }

    /// The requirements, sorted by key; none for a selector of everything or of nothing.
    pub fn requirements(&self) -> &[Requirement] {
        self.requirements.as_deref().unwrap_or_default()
    }

    /// Whether labels match.
    pub fn matches(&self, labels: &BTreeMap<SmolStr, SmolStr>) -> bool {
        self.requirements
            .as_ref()
            .is_some_and(|all| all.iter().all(|r| r.matches(labels)))
    }

    /// Whether every set of labels matches.
    pub fn is_everything(&self) -> bool {
        self.requirements.as_ref().is_some_and(|all| all.is_empty())
    }

    /// Whether no set of labels can match.
    pub fn is_nothing(&self) -> bool {
        self.requirements.is_none()
    }

    /// The one value that labels must have for `key`, if the selector says so: what an index can look up.
    pub fn exact_value(&self, key: &str) -> Option<&SmolStr> {
        let requirement = self.requirements().iter().find(|r| r.key == key)?;
        match (requirement.operator, requirement.values.as_slice()) {
            (Operator::Equals | Operator::DoubleEquals | Operator::In, [value]) => Some(value),
            _ => None,
        }
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, requirement) in self.requirements().iter().enumerate() {
            let comma = if i > 0 { "," } else { "" };
            write!(f, "{comma}{requirement}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(pairs: &[(&str, &str)]) -> BTreeMap<SmolStr, SmolStr> {
        pairs.iter().map(|(k, v)| (SmolStr::new(k), SmolStr::new(v))).collect()
    }

    #[test]
    fn nothing_matches_nothing_and_everything_all() {
        let check = |selector: Selector, empty: bool, some: bool| {
            assert_eq!(selector.matches(&labels(&[])), empty, "{selector:?} on no labels");
            assert_eq!(
                selector.matches(&labels(&[("app", "web")])),
                some,
                "{selector:?} on app=web"
            );
        };
        check(Selector::nothing(), false, false);
        check(Selector::everything(), true, true);
        check(Selector::from_labels(&labels(&[])), true, true);
        check(Selector::from_labels(&labels(&[("app", "web")])), false, true);
        check(Selector::from_labels(&labels(&[("app", "db")])), false, false);
    }

    #[test]
    fn exact_values() {
        let check = |selector: &str, expect: Option<&str>| {
            let selector: Selector = selector.parse().expect(selector);
            assert_eq!(selector.exact_value("app").map(SmolStr::as_str), expect, "{selector}");
        };
        check("app=web,env", Some("web"));
        check("app in (web)", Some("web"));
        check("app in (web,db)", None);
        check("app!=web", None);
        check("env=web", None);
        check("", None);
    }
}
