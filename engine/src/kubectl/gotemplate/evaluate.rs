//! Templates evaluated.

use serde_json::Value;

use super::TemplateError;
use super::functions;
use super::parse::{GoTemplate, Node, Operand, Pipeline, Term};
use crate::kubectl::jsonpath::plain;

/// Evaluates a template on a value.
///
/// # Errors
/// As Go words them.
pub fn evaluate(template: &GoTemplate, root: &Value, allow_missing: bool) -> Result<String, TemplateError> {
    let mut run = Run {
        template,
        allow_missing,
        variables: vec![("$".to_owned(), root.clone())],
        out: String::new(),
    };
    run.nodes(&template.nodes, root)?;
    Ok(run.out)
}

struct Run<'t> {
    template: &'t GoTemplate,
    allow_missing: bool,
    variables: Vec<(String, Value)>,
    out: String,
}

/// What counts as true: what is neither nothing nor empty nor 0.
pub fn is_true(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(truth) => *truth,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(list) => !list.is_empty(),
        Value::Object(map) => !map.is_empty(),
    }
}

impl Run<'_> {
    fn nodes(&mut self, nodes: &[Node], dot: &Value) -> Result<(), TemplateError> {
        let known = self.variables.len();
        for node in nodes {
            self.node(node, dot)?;
        }
        self.variables.truncate(known);
        Ok(())
    }

    fn node(&mut self, node: &Node, dot: &Value) -> Result<(), TemplateError> {
        match node {
            Node::Text(text) => self.out.push_str(text),
            Node::Print(pipeline) => {
                let text = match self.pipeline(pipeline, dot)? {
                    Value::Null => "<no value>".to_owned(),
                    value => plain(&value),
                };
                self.out.push_str(&text);
            }
            Node::Set(name, pipeline, is_new) => {
                let value = self.pipeline(pipeline, dot)?;
                let present = self.variables.iter_mut().rev().find(|(known, _)| known == name);
                match present.filter(|_| !is_new) {
                    Some((_, present)) => *present = value,
                    None => self.variables.push((name.clone(), value)),
                }
            }
            Node::If(branches, otherwise) => {
                for (condition, body) in branches {
                    if is_true(&self.pipeline(condition, dot)?) {
                        return self.nodes(body, dot);
                    }
                }
                return self.nodes(otherwise, dot);
            }
            Node::With(pipeline, body, otherwise) => {
                let value = self.pipeline(pipeline, dot)?;
                return match is_true(&value) {
                    true => self.nodes(body, &value),
                    false => self.nodes(otherwise, dot),
                };
            }
            Node::Range {
                key,
                value,
                over,
                body,
                otherwise,
            } => return self.range((key.as_ref(), value.as_ref()), over, body, otherwise, dot),
        }
        Ok(())
    }

    fn range(
        &mut self,
        (key, value): (Option<&String>, Option<&String>),
        over: &Pipeline,
        body: &[Node],
        otherwise: &[Node],
        dot: &Value,
    ) -> Result<(), TemplateError> {
        let entries: Vec<(Value, Value)> = match self.pipeline(over, dot)? {
            Value::Null => Vec::new(),
            Value::Array(list) => list.into_iter().enumerate().map(|(i, item)| (i.into(), item)).collect(),
            Value::Object(map) => map.into_iter().map(|(name, item)| (name.into(), item)).collect(),
            other => {
                let at = over.first().and_then(|command| command.first());
                let text = plain(&other);
                return Err(self.fail(at, &format!("range can't iterate over {text}")));
            }
        };
        if entries.is_empty() {
            return self.nodes(otherwise, dot);
        }
        for (name, item) in entries {
            let known = self.variables.len();
            if let Some(key) = key {
                self.variables.push((key.clone(), name));
            }
            if let Some(value) = value {
                self.variables.push((value.clone(), item.clone()));
            }
            self.nodes(body, &item)?;
            self.variables.truncate(known);
        }
        Ok(())
    }

    fn pipeline(&self, pipeline: &Pipeline, dot: &Value) -> Result<Value, TemplateError> {
        let mut last: Option<Value> = None;
        for command in pipeline {
            last = Some(self.command(command, last, dot)?);
        }
        Ok(last.unwrap_or_default())
    }

    fn command(&self, command: &[Operand], last: Option<Value>, dot: &Value) -> Result<Value, TemplateError> {
        let Some((first, rest)) = command.split_first() else {
            return Ok(Value::Null);
        };
        let Term::Function(name) = &first.term else {
            if !rest.is_empty() || last.is_some() {
                return Err(self.fail(Some(first), "can't give argument to non-function"));
            }
            return self.operand(first, dot);
        };
        let mut arguments = Vec::new();
        for operand in rest {
            let value = self.operand(operand, dot)?;
            // The rest of `and` and `or` is not looked at once the answer is known.
            let decided = match name.as_str() {
                "and" => !is_true(&value),
                "or" => is_true(&value),
                _ => false,
            };
            if decided {
                return Ok(value);
            }
            arguments.push(value);
        }
        arguments.extend(last);
        let value = functions::call(name, &arguments)
            .map_err(|why| self.fail(Some(first), &format!("error calling {name}: {why}")))?;
        self.fields(value, first)
    }

    fn operand(&self, operand: &Operand, dot: &Value) -> Result<Value, TemplateError> {
        let value = match &operand.term {
            Term::Dot => return self.fields(dot.clone(), operand),
            Term::Variable(name) => {
                let found = self.variables.iter().rev().find(|(known, _)| known == name);
                found.map(|(_, value)| value.clone()).unwrap_or_default()
            }
            Term::Constant(value) => value.clone(),
            Term::Pipeline(pipeline) => self.pipeline(pipeline, dot)?,
            Term::Function(name) => functions::call(name, &[])
                .map_err(|why| self.fail(Some(operand), &format!("error calling {name}: {why}")))?,
        };
        self.fields(value, operand)
    }

    fn fields(&self, value: Value, operand: &Operand) -> Result<Value, TemplateError> {
        let mut value = value;
        for field in &operand.fields {
            value = match value {
                Value::Object(mut map) => match map.remove(field) {
                    Some(value) => value,
                    None if self.allow_missing => Value::Null,
                    None => return Err(self.fail(Some(operand), &format!("map has no entry for key {field:?}"))),
                },
                Value::Null => {
                    let why = format!("nil pointer evaluating interface {{}}.{field}");
                    return Err(self.fail(Some(operand), &why));
                }
                other => {
                    let of = match other {
                        Value::String(_) => "string",
                        Value::Bool(_) => "bool",
                        Value::Array(_) => "[]interface {}",
                        Value::Number(number) if number.is_f64() => "float64",
                        _ => "int64",
                    };
                    let why = format!("can't evaluate field {field} in type {of}");
                    return Err(self.fail(Some(operand), &why));
                }
            };
        }
        Ok(value)
    }

    /// An error at an operand: line, column, and the operand as it was written.
    fn fail(&self, operand: Option<&Operand>, why: &str) -> TemplateError {
        let at = operand.map_or(0, |operand| operand.at);
        let source = &self.template.source;
        let before = source.get(..at).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = at - before.rfind('\n').map_or(0, |newline| newline + 1);
        let word = source.get(at..).unwrap_or_default();
        let end = word
            .find(|c: char| c.is_whitespace() || matches!(c, '}' | '|' | ')'))
            .unwrap_or(word.len());
        let word = word.get(..end).unwrap_or_default();
        TemplateError(format!(
            "output:{line}:{column}: executing \"output\" at <{word}>: {why}"
        ))
    }
}
