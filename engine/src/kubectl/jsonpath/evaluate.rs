//! Applying a template to an object.
//!
//! A step takes the values found so far to those it finds in them. A failing step also says how far it came: a filter without
//! a comparison takes that for having found something, as the original does.

use std::borrow::Cow;

use serde_json::Value;

use super::Found;
use super::filter::compare;
use super::go_value;
use super::node::{Filter, Node, Slice};

/// How many values one evaluation may find: `..` behind `..` multiplies.
const MOST_VALUES: usize = 4_000_000;
/// How deep loops may stand within loops.
const DEEPEST_LOOP: usize = 32;

/// A step that failed, and the values it had by then.
struct Stop<'a> {
    reason: String,
    reached: Found<'a>,
}

type Walk<'a> = Result<Found<'a>, Box<Stop<'a>>>;

fn stop<'a>(reason: String, reached: Found<'a>) -> Walk<'a> {
    Err(Box::new(Stop { reason, reached }))
}

/// The state of loops, which outlives one object where several are printed.
pub(super) struct Evaluation<'n> {
    nodes: &'n [Node],
    allow_missing_keys: bool,
    /// Where the current loop's body begins.
    start: usize,
    /// `range` words met and not yet acted upon.
    ranges: usize,
    /// Loops being run.
    running: usize,
    /// `end` words met and not yet acted upon.
    ends: usize,
    /// The action that ended a loop last.
    last_end: Option<usize>,
    values_left: usize,
}

impl<'n> Evaluation<'n> {
    pub(super) fn new(nodes: &'n [Node], allow_missing_keys: bool) -> Self {
        Evaluation {
            nodes,
            allow_missing_keys,
            start: 0,
            ranges: 0,
            running: 0,
            ends: 0,
            last_end: None,
            values_left: MOST_VALUES,
        }
    }

    /// Evaluates the template on an object.
    pub(super) fn find<'a>(&mut self, root: &'a Value) -> Result<Vec<Found<'a>>, String> {
        self.values_left = MOST_VALUES;
        self.block(Some(Cow::Borrowed(root)), 0)
    }

    /// Evaluates from the current loop's start to its end, on one value of the loop; on none to find the loop's end only.
    fn block<'a>(&mut self, value: Option<Cow<'a, Value>>, depth: usize) -> Result<Vec<Found<'a>>, String> {
        if depth > DEEPEST_LOOP {
            return Err(format!("loops nested deeper than {DEEPEST_LOOP}"));
        }
        let current: Found<'a> = vec![value.unwrap_or(Cow::Owned(Value::Null))];
        let mut all = Vec::new();
        let mut i = self.start;
        while let Some(node) = self.nodes.get(i) {
            let found = self.walk(current.clone(), node).map_err(|stop| stop.reason)?;
            if self.ends > 0 && self.ends <= self.running {
                self.ends -= 1;
                self.last_end = Some(i);
                break;
            }
            if self.ranges > 0 {
                self.ranges -= 1;
                all.extend(self.repeat(found, i, depth)?);
                i = self.last_end.filter(|end| *end > i).unwrap_or(i);
            } else {
                all.push(found);
            }
            i += 1;
        }
        Ok(all)
    }

    /// Runs the loop whose `range` is at `i`, once for each value.
    fn repeat<'a>(&mut self, values: Found<'a>, i: usize, depth: usize) -> Result<Vec<Found<'a>>, String> {
        let mut all = Vec::new();
        self.running += 1;
        if values.is_empty() {
            self.start = i + 1;
            self.block(None, depth + 1)?;
        }
        for value in values {
            self.start = i + 1;
            all.extend(self.block(Some(value), depth + 1)?);
        }
        self.running -= 1;
        Ok(all)
    }

    fn list<'a>(&mut self, mut values: Found<'a>, nodes: &[Node]) -> Walk<'a> {
        for node in nodes {
            values = self.walk(values, node)?;
        }
        Ok(values)
    }

    fn walk<'a>(&mut self, input: Found<'a>, node: &Node) -> Walk<'a> {
        let each = |value: Value| Ok(vec![Cow::Owned(value); input.len()]);
        let found = match node {
            Node::Text(text) => Ok(vec![Cow::Owned(Value::from(text.as_str()))]),
            Node::Int(number) => each(Value::from(*number)),
            Node::Float(number) => each(Value::from(*number)),
            Node::Bool(truth) => each(Value::from(*truth)),
            Node::List(nodes) => self.list(input, nodes),
            Node::Field(name) => self.field(input, name),
            Node::Slice(slice) => take_slice(input, slice),
            Node::Wildcard => Ok(input.iter().flat_map(children).collect()),
            Node::Recursive => self.recursive(input),
            Node::Union(parts) => self.union(input, parts),
            Node::Filter(filter) => self.filter(input, filter),
            Node::Identifier(name) => self.identifier(input, name),
        }?;
        self.spend(found)
    }

    /// Counts values against the limit.
    fn spend<'a>(&mut self, found: Found<'a>) -> Walk<'a> {
        match self.values_left.checked_sub(found.len()) {
            Some(left) => self.values_left = left,
            None => return stop(format!("more than {MOST_VALUES} values"), Vec::new()),
        }
        Ok(found)
    }

    fn identifier<'a>(&mut self, input: Found<'a>, name: &str) -> Walk<'a> {
        match name {
            "range" => {
                self.ranges += 1;
                Ok(input)
            }
            "end" if self.running > 0 => {
                self.ends += 1;
                Ok(Vec::new())
            }
            "end" => stop("not in range, nothing to end".to_owned(), Vec::new()),
            name => stop(format!("unrecognized identifier {name}"), input),
        }
    }

    fn field<'a>(&self, input: Found<'a>, name: &str) -> Walk<'a> {
        let member = |value: &Cow<'a, Value>| match value {
            Cow::Borrowed(Value::Object(map)) => map.get(name).map(Cow::Borrowed),
            _ => None,
        };
        let found: Found<'a> = input.iter().filter_map(member).collect();
        if found.is_empty() && !input.is_empty() && !self.allow_missing_keys {
            return stop(format!("{name} is not found"), found);
        }
        Ok(found)
    }

    fn union<'a>(&mut self, input: Found<'a>, parts: &[Vec<Node>]) -> Walk<'a> {
        let mut found = Vec::new();
        for part in parts {
            match self.list(input.clone(), part) {
                Ok(values) => found.extend(values),
                Err(at) => return stop(at.reason, input),
            }
        }
        Ok(found)
    }

    /// Every value with something in it, and all such values below it; of a text, its letters are what is in it.
    fn recursive<'a>(&mut self, input: Found<'a>) -> Walk<'a> {
        let mut found = Vec::new();
        let mut pending: Vec<Cow<'a, Value>> = input.into_iter().rev().collect();
        while let Some(value) = pending.pop() {
            let inner = if value.is_string() {
                Vec::new()
            } else {
                children(&value)
            };
            if !inner.is_empty() || value.as_str().is_some_and(|text| !text.is_empty()) {
                found.push(value);
            }
            pending.extend(inner.into_iter().rev());
            if found.len() > self.values_left {
                return self.spend(found);
            }
        }
        Ok(found)
    }

    fn filter<'a>(&mut self, input: Found<'a>, filter: &Filter) -> Walk<'a> {
        let mut found = Vec::new();
        for list in &input {
            if !list.is_array() {
                let reason = format!("{} is not array or slice and cannot be filtered", go_value::plain(list));
                return stop(reason, input);
            }
            for element in children(list) {
                let left = self.list(vec![element.clone()], &filter.left);
                let Some((operator, right)) = &filter.comparison else {
                    if !left.unwrap_or_else(|stop| stop.reached).is_empty() {
                        found.push(element);
                    }
                    continue;
                };
                let passes = match self.passes(left, operator, element.clone(), right) {
                    Ok(passes) => passes,
                    Err(reason) => return stop(reason, found),
                };
                if passes {
                    found.push(element);
                }
            }
        }
        Ok(found)
    }

    /// Whether an element meets a comparison; where either side finds nothing it does not.
    fn passes<'a>(
        &mut self,
        left: Walk<'a>,
        operator: &str,
        element: Cow<'a, Value>,
        right: &[Node],
    ) -> Result<bool, String> {
        let one = |values: Found<'a>| match values.len() {
            0 | 1 => Ok(values.into_iter().next()),
            _ => Err("can only compare one element at a time".to_owned()),
        };
        let Some(left) = one(left.map_err(|stop| stop.reason)?)? else {
            return Ok(false);
        };
        let Some(right) = one(self.list(vec![element], right).map_err(|stop| stop.reason)?)? else {
            return Ok(false);
        };
        compare(&left, operator, &right)
    }
}

/// The values of a map by key, the elements of a list, the bytes of a text.
fn children<'a>(value: &Cow<'a, Value>) -> Found<'a> {
    match value {
        Cow::Borrowed(Value::Object(map)) => map.values().map(Cow::Borrowed).collect(),
        Cow::Borrowed(Value::Array(list)) => list.iter().map(Cow::Borrowed).collect(),
        Cow::Borrowed(Value::String(text)) => text.bytes().map(|byte| Cow::Owned(Value::from(byte))).collect(),
        // What a template writes itself has nothing in it.
        _ => Vec::new(),
    }
}

fn take_slice<'a>(input: Found<'a>, slice: &Slice) -> Walk<'a> {
    let mut found = Vec::new();
    for value in &input {
        if value.is_null() {
            continue;
        }
        let length = match value.as_array() {
            Some(list) => list.len() as i64,
            None => return stop(format!("{} is not array or slice", go_value::type_name(value)), input),
        };
        let from_end = |index: i64| if index < 0 { index.saturating_add(length) } else { index };
        let start = from_end(slice.start.unwrap_or(0));
        let end = match slice.end {
            None => length,
            // The last element: -1 is followed by 0, which counts from the end too.
            Some(0) if slice.single => length,
            Some(end) => from_end(end),
        };
        if start == end {
            return Ok(found);
        }
        let reason = if !(0..length).contains(&start) {
            Some(format!("array index out of bounds: index {start}, length {length}"))
        } else if !(0..=length).contains(&end) {
            Some(format!(
                "array index out of bounds: index {}, length {length}",
                end.saturating_sub(1)
            ))
        } else if start > end {
            Some(format!("starting index {start} is greater than ending index {end}"))
        } else if slice.step.is_some_and(|step| step <= 0) {
            Some("step must be > 0".to_owned())
        } else {
            None
        };
        if let Some(reason) = reason {
            return stop(reason, input);
        }
        let range = children(value)
            .into_iter()
            .skip(start as usize)
            .take((end - start) as usize);
        found.extend(range.step_by(usize::try_from(slice.step.unwrap_or(1)).unwrap_or(usize::MAX)));
    }
    Ok(found)
}
