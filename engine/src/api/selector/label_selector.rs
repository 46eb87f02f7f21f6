//! `LabelSelector`: the field of workloads, budgets and policies that says which pods are meant.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::label::{Operator, Requirement, RequirementError, Selector};
use crate::api::quote::go_quote;

/// `metav1.LabelSelector`: all of `matchLabels` and all of `matchExpressions` must hold; an empty one selects everything, an
/// absent one nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LabelSelector {
    /// Labels that must be there with these values.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub match_labels: BTreeMap<SmolStr, SmolStr>,
    /// Further requirements.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub match_expressions: Vec<LabelSelectorRequirement>,
}

/// One entry of `matchExpressions`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LabelSelectorRequirement {
    /// The label's key.
    pub key: SmolStr,
    /// `In`, `NotIn`, `Exists` or `DoesNotExist`; kept as written.
    pub operator: SmolStr,
    /// The values of `In` and `NotIn`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<SmolStr>,
}

/// Why a [`LabelSelector`] selects nothing sensible. The texts are Kubernetes' own.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LabelSelectorError {
    /// The operator is none of the four.
    #[error("{} is not a valid label selector operator", go_quote(_0))]
    Operator(SmolStr),
    /// A requirement is not well-formed.
    #[error(transparent)]
    Requirement(#[from] RequirementError),
}

impl LabelSelector {
    /// What the field means (`metav1.LabelSelectorAsSelector`); an absent field is [`Selector::nothing`].
    ///
    /// # Errors
    /// A key, operator or value is not well-formed; the first one counts, labels before expressions.
    pub fn to_selector(&self) -> Result<Selector, LabelSelectorError> {
        let mut requirements = Vec::with_capacity(self.match_labels.len() + self.match_expressions.len());
        for (key, value) in &self.match_labels {
            requirements.push(Requirement::new(key.clone(), Operator::Equals, vec![value.clone()])?);
        }
        for expression in &self.match_expressions {
            let operator = match expression.operator.as_str() {
                "In" => Operator::In,
                "NotIn" => Operator::NotIn,
                "Exists" => Operator::Exists,
                "DoesNotExist" => Operator::DoesNotExist,
                _ => return Err(LabelSelectorError::Operator(expression.operator.clone())),
            };
            requirements.push(Requirement::new(
                expression.key.clone(),
                operator,
                expression.values.clone(),
            )?);
        }
        Ok(Selector::new(requirements))
    }

    /// The text that messages of components show (Go's generated `String` method).
    pub fn go_string(&self) -> String {
        let labels = self.match_labels.iter().map(|(key, value)| format!("{key}: {value},"));
        let expressions = self.match_expressions.iter().map(|expression| {
            let (key, operator) = (&expression.key, &expression.operator);
            let values = expression.values.join(" ");
            format!("LabelSelectorRequirement{{Key:{key},Operator:{operator},Values:[{values}],}},")
        });
        format!(
            "&LabelSelector{{MatchLabels:map[string]string{{{}}},MatchExpressions:[]LabelSelectorRequirement{{{}}},}}",
            labels.collect::<String>(),
            expressions.collect::<String>()
        )
    }

    /// The text of kubectl's SELECTOR columns (`metav1.FormatLabelSelector`): `<none>` for an absent or empty field, `<error>`
    /// for one that is not well-formed.
    pub fn format(selector: Option<&LabelSelector>) -> String {
        match selector.map(LabelSelector::to_selector) {
            Some(Err(_)) => "<error>".to_owned(),
            Some(Ok(selector)) if !selector.requirements().is_empty() => selector.to_string(),
            _ => "<none>".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats() {
        let check = |json: &str, expect: &str| {
            let selector: Option<LabelSelector> = serde_json::from_str(json).expect(json);
            assert_eq!(LabelSelector::format(selector.as_ref()), expect, "{json}");
        };
        check("null", "<none>");
        check("{}", "<none>");
        check(r#"{"matchLabels":{"b":"2","a":"1"}}"#, "a=1,b=2");
        check(
            r#"{"matchExpressions":[{"key":"a","operator":"NotIn","values":["z","y"]}]}"#,
            "a notin (y,z)",
        );
        check(
            r#"{"matchExpressions":[{"key":"a","operator":"in","values":["z"]}]}"#,
            "<error>",
        );
    }
}
