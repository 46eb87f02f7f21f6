//! kubectl's JSONPath templates: `-o jsonpath='{range .items[*]}{.metadata.name}{"\n"}{end}'`.
//!
//! The language is client-go's `util/jsonpath`, with its own corners: actions in braces between plain text, absent fields that
//! print nothing, filters that compare one value at a time, objects printed as JSON. Parsing and evaluation follow it closely,
//! error texts included, because people copy such templates from real clusters. Documented under "JSONPath Support" in the
//! kubectl reference. Map values come in the order of their keys, where the original has none.
//!
//! Not modelled: regular expressions in filters, which kubectl does not support either.

mod evaluate;
mod filter;
mod go_value;
mod node;
mod parse;
mod sort;

use std::borrow::Cow;

use serde_json::Value;

use crate::api::go_quote;
use evaluate::Evaluation;
use node::Node;
pub use sort::{SortError, sort_by};

/// What one action or piece of text of a template came to.
pub type Found<'a> = Vec<Cow<'a, Value>>;

/// Why a template could not be used. The texts are kubectl's own, but for the limits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonPathError {
    /// The template is not well-formed.
    #[error("{0}")]
    Parse(String),
    /// The object is not what the template takes it to be.
    #[error("{0}")]
    Evaluate(String),
}

/// A parsed template.
#[derive(Debug, Clone)]
pub struct JsonPath {
    template: String,
    nodes: Vec<Node>,
    allow_missing_keys: bool,
}

impl JsonPath {
    /// Parses a template. Text outside braces stands for itself; absent fields are allowed, as kubectl has it by default.
    ///
    /// # Errors
    /// [`JsonPathError::Parse`]
    pub fn parse(template: &str) -> Result<JsonPath, JsonPathError> {
        let nodes = parse::parse(template, 0).map_err(JsonPathError::Parse)?;
        Ok(JsonPath {
            template: template.to_owned(),
            nodes,
            allow_missing_keys: true,
        })
    }

    /// Parses the path of a sort key or custom column, where braces and the first dot may be left out: `metadata.name`.
    ///
    /// # Errors
    /// [`JsonPathError::Parse`]
    pub fn parse_relaxed(path: &str) -> Result<JsonPath, JsonPathError> {
        let bare = path.strip_prefix('{').and_then(|p| p.strip_suffix('}')).unwrap_or(path);
        let fields = bare
            .strip_prefix('.')
            .filter(|fields| !fields.is_empty())
            .unwrap_or(bare);
        match fields {
            "" if path.is_empty() => JsonPath::parse(""),
            fields if fields.is_empty() || fields.contains(['{', '}']) => Err(JsonPathError::Parse(
                "unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}'"
                    .to_owned(),
            )),
            fields => JsonPath::parse(&format!("{{.{fields}}}")),
        }
    }

    /// Whether an absent field prints nothing (so it is unless set) or is an error (`--allow-missing-template-keys=false`).
    #[must_use]
    pub fn allow_missing_keys(mut self, allow: bool) -> JsonPath {
        self.allow_missing_keys = allow;
        self
    }

    /// The template as it was written.
    pub fn template(&self) -> &str {
        &self.template
    }

    /// The values found, for each action and piece of text in turn; a loop counts as often as it runs.
    ///
    /// # Errors
    /// [`JsonPathError::Evaluate`]
    pub fn find<'a>(&self, root: &'a Value) -> Result<Vec<Found<'a>>, JsonPathError> {
        Evaluation::new(&self.nodes, self.allow_missing_keys)
            .find(root)
            .map_err(JsonPathError::Evaluate)
    }

    /// What `-o jsonpath=` prints: values of one action separated by blanks, objects and lists as JSON.
    ///
    /// # Errors
    /// [`JsonPathError::Evaluate`]
    pub fn evaluate(&self, root: &Value) -> Result<String, JsonPathError> {
        Ok(print(&self.find(root)?))
    }

    /// As [`JsonPath::evaluate`], for each object in turn, as one kubectl command prints several. There is a catch that kubectl
    /// has too: from the second object on, only what follows the start of the last loop is evaluated.
    pub fn evaluate_each<'a>(&self, roots: impl IntoIterator<Item = &'a Value>) -> Vec<Result<String, JsonPathError>> {
        let mut evaluation = Evaluation::new(&self.nodes, self.allow_missing_keys);
        let mut one = |root| Ok(print(&evaluation.find(root).map_err(JsonPathError::Evaluate)?));
        roots.into_iter().map(&mut one).collect()
    }

    /// What `-o jsonpath-as-json=` prints: the values of each action as an indented JSON list.
    ///
    /// # Errors
    /// [`JsonPathError::Evaluate`]
    pub fn evaluate_as_json(&self, root: &Value) -> Result<String, JsonPathError> {
        let list = |found: Found<'_>| Value::Array(found.into_iter().map(Cow::into_owned).collect());
        Ok(self
            .find(root)?
            .into_iter()
            .map(|found| go_value::json_indented(&list(found)) + "\n")
            .collect())
    }

    /// What kubectl says on standard error when a template fails on an object.
    pub fn explain(&self, error: &JsonPathError, root: &Value) -> String {
        let template = &self.template;
        match error {
            JsonPathError::Parse(reason) => format!("error parsing jsonpath {template}, {reason}\n"),
            JsonPathError::Evaluate(reason) => format!(
                "error executing jsonpath {}: Error executing template: {reason}. Printing more information for debugging the \
                 template:\n\ttemplate was:\n\t\t{template}\n\tobject given to jsonpath engine was:\n\t\t{}\n\n\n",
                go_quote(template),
                go_value::syntax(root)
            ),
        }
    }
}

/// A value as a custom column shows it: Go's default format (`map[app:web]`, `[a b]`, `<nil>`).
pub fn plain(value: &Value) -> String {
    go_value::plain(value)
}

fn print(found: &[Found<'_>]) -> String {
    let text = |value: &Cow<'_, Value>| match value.as_ref() {
        Value::Object(_) | Value::Array(_) => go_value::json(value),
        scalar => go_value::plain(scalar),
    };
    found
        .iter()
        .map(|values| values.iter().map(text).collect::<Vec<_>>().join(" "))
        .collect()
}

#[cfg(test)]
mod tests;
