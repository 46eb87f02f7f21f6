//! Values of the API server's own Go types, made of the JSON that clients see: what messages print of them.
//!
//! The server prints and compares its internal types. Their names and fields in order stand in `go_types.txt`: a struct's name, and
//! below it, indented, each field's name, its JSON name and its type; `^` is a part of the same object, `-` a field that is
//! always empty. Source: `pkg/apis/core/types.go` of v1.28. What is not in the table is shown as an empty struct.

use super::fields::go_quantity;
use crate::api::quantity::Quantity;
use crate::api::quote::go_quote;
use serde_json::{Map, Value};

const TYPES: &str = include_str!("go_types.txt");
/// Nesting beyond which nothing is looked at.
const DEPTH_LIMIT: usize = 60;

/// A Go value with its type.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Go {
    pub name: String,
    pub content: Content,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Content {
    /// A nil pointer, slice or map.
    Nil,
    Text(String),
    /// A number or truth value as it is printed, and whether it is the zero of its type.
    Plain(String, bool),
    Pointer(Box<Go>),
    Slice(Vec<Go>),
    Map(Vec<(String, Go)>),
    Struct(Vec<(String, Go)>),
}

impl Go {
    /// A value of a Go type, or its zero.
    pub fn of(name: &str, value: Option<&Value>) -> Go {
        lift(name, value.filter(|value| !value.is_null()), 0)
    }

    /// Whether this is the zero of its type, which most printing leaves out.
    pub fn is_zero(&self) -> bool {
        match &self.content {
            Content::Nil => true,
            Content::Text(text) => text.is_empty(),
            Content::Plain(_, is_zero) => *is_zero,
            Content::Struct(fields) => fields.iter().all(|(_, field)| field.is_zero()),
            Content::Pointer(_) | Content::Slice(_) | Content::Map(_) => false,
        }
    }

    /// As `%#v` prints it.
    pub fn go_syntax(&self) -> String {
        let list = |items: Vec<String>| format!("{}{{{}}}", self.name, items.join(", "));
        match &self.content {
            Content::Nil if self.name.starts_with('*') => format!("({})(nil)", self.name),
            Content::Nil => format!("{}(nil)", self.name),
            Content::Text(text) => go_quote(text),
            Content::Plain(text, _) => text.clone(),
            Content::Pointer(_) => format!("({})(<ptr>)", self.name),
            Content::Slice(items) => list(items.iter().map(Go::go_syntax).collect()),
            Content::Map(entries) => {
                let entry = |(key, value): &(String, Go)| format!("{}:{}", go_quote(key), value.go_syntax());
                list(entries.iter().map(entry).collect())
            }
            Content::Struct(_) if self.name == "v1.Time" => {
                "time.Date(1, time.January, 1, 0, 0, 0, 0, time.UTC)".to_owned()
            }
            Content::Struct(fields) if self.name == "resource.Quantity" => {
                let shown = fields.iter().find(|(name, _)| name == "s").map(|(_, shown)| shown);
                match shown.map(|shown| &shown.content) {
                    Some(Content::Text(text)) => go_quantity(&Value::from(text.as_str())).0,
                    _ => String::new(),
                }
            }
            Content::Struct(fields) => {
                let field = |(name, value): &(String, Go)| match (name.as_str(), &value.content) {
                    ("DeletionTimestamp", Content::Nil) => format!("{name}:<nil>"),
                    _ => format!("{name}:{}", value.go_syntax()),
                };
                list(fields.iter().map(field).collect())
            }
        }
    }
}

impl Go {
    fn part(&self, name: &str) -> Option<&Go> {
        match &self.content {
            Content::Struct(fields) => fields.iter().find(|(field, _)| field == name).map(|(_, value)| value),
            _ => None,
        }
    }

    fn text(&self, name: &str) -> &str {
        match self.part(name).map(|part| &part.content) {
            Some(Content::Text(text)) => text,
            _ => "",
        }
    }

    /// A label selector as its own `String` method writes it.
    pub fn selector_string(&self) -> String {
        let labels: String = match self.part("MatchLabels").map(|part| &part.content) {
            Some(Content::Map(entries)) => entries
                .iter()
                .map(|(key, value)| match &value.content {
                    Content::Text(text) => format!("{key}: {text},"),
                    _ => String::new(),
                })
                .collect(),
            _ => String::new(),
        };
        let expressions: String = match self.part("MatchExpressions").map(|part| &part.content) {
            Some(Content::Slice(items)) => items.iter().map(Go::requirement_string).collect(),
            _ => String::new(),
        };
        format!(
            "&LabelSelector{{MatchLabels:map[string]string{{{labels}}},\
             MatchExpressions:[]LabelSelectorRequirement{{{expressions}}},}}"
        )
    }

    fn requirement_string(&self) -> String {
        let values: Vec<&str> = match self.part("Values").map(|part| &part.content) {
            Some(Content::Slice(items)) => items
                .iter()
                .filter_map(|item| match &item.content {
                    Content::Text(text) => Some(text.as_str()),
                    _ => None,
                })
                .collect(),
            _ => Vec::new(),
        };
        format!(
            "LabelSelectorRequirement{{Key:{},Operator:{},Values:[{}],}},",
            self.text("Key"),
            self.text("Operator"),
            values.join(" ")
        )
    }
}

/// A struct's fields: name, JSON name, type.
fn fields_of(name: &str) -> Vec<(&'static str, &'static str, &'static str)> {
    let rest = TYPES.lines().skip_while(|line| *line != name).skip(1);
    let fields = rest.take_while(|line| line.starts_with(' '));
    fields
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            Some((words.next()?, words.next()?, words.next()?))
        })
        .collect()
}

fn lift(name: &str, value: Option<&Value>, depth: usize) -> Go {
    let go = |content| Go {
        name: name.to_owned(),
        content,
    };
    if depth > DEPTH_LIMIT {
        return go(Content::Nil);
    }
    if let Some(inner) = name.strip_prefix('*') {
        return go(match value {
            None => Content::Nil,
            value => Content::Pointer(Box::new(lift(inner, value, depth + 1))),
        });
    }
    if let Some(inner) = name.strip_prefix("[]") {
        return go(match value.and_then(Value::as_array) {
            None => Content::Nil,
            Some(items) => Content::Slice(items.iter().map(|item| lift(inner, Some(item), depth + 1)).collect()),
        });
    }
    match name {
        "map[string]string" => go(lift_map(value, "string", depth)),
        "core.ResourceList" => go(lift_map(value, "resource.Quantity", depth)),
        "resource.Quantity" => go(lift_quantity(value)),
        "intstr.IntOrString" => go(lift_int_or_string(value)),
        "v1.Time" => go(Content::Struct(Vec::new())),
        "bool" => {
            let is_set = value == Some(&Value::Bool(true));
            go(Content::Plain(is_set.to_string(), !is_set))
        }
        "int32" | "int64" => {
            let number = value.and_then(Value::as_i64).unwrap_or_default();
            go(Content::Plain(number.to_string(), number == 0))
        }
        _ => go(lift_struct_or_text(name, value, depth)),
    }
}

fn lift_struct_or_text(name: &str, value: Option<&Value>, depth: usize) -> Content {
    let fields = fields_of(name);
    let is_object = value.is_some_and(Value::is_object);
    if fields.is_empty() && !is_object {
        return Content::Text(value.and_then(Value::as_str).unwrap_or_default().to_owned());
    }
    let moved = (name == "core.PodSpec").then(|| value.map(with_moved_fields)).flatten();
    let value = moved.as_ref().or(value);
    let lifted = fields.into_iter().map(|(field, json, kind)| {
        let inner = match json {
            "^" => value,
            "-" => None,
            json => value.and_then(|value| value.get(json)).filter(|inner| !inner.is_null()),
        };
        (field.to_owned(), lift(kind, inner, depth + 1))
    });
    Content::Struct(lifted.collect())
}

/// What clients write beside the security context is a part of it.
fn with_moved_fields(spec: &Value) -> Value {
    const MOVED: [&str; 5] = [
        "hostNetwork",
        "hostPID",
        "hostIPC",
        "shareProcessNamespace",
        "hostUsers",
    ];
    let mut spec = spec.clone();
    let Some(fields) = spec.as_object_mut() else {
        return spec;
    };
    let moved: Vec<(String, Value)> = MOVED
        .into_iter()
        .filter_map(|field| Some((field.to_owned(), fields.remove(field)?)))
        .collect();
    if moved.is_empty() {
        return spec;
    }
    let context = fields
        .entry("securityContext")
        .or_insert_with(|| Value::Object(Map::new()));
    if let Some(context) = context.as_object_mut() {
        context.extend(moved);
    }
    spec
}

fn lift_map(value: Option<&Value>, inner: &str, depth: usize) -> Content {
    let Some(map) = value.and_then(Value::as_object) else {
        return Content::Nil;
    };
    let mut entries: Vec<(String, Go)> = map
        .iter()
        .map(|(key, value)| (key.clone(), lift(inner, Some(value), depth + 1)))
        .collect();
    entries.sort_by(|a, b| a.0.cmp(&b.0));
    Content::Map(entries)
}

fn lift_quantity(value: Option<&Value>) -> Content {
    let plain = |name: &str, number: i64| Go {
        name: name.to_owned(),
        content: Content::Plain(number.to_string(), number == 0),
    };
    let words = |text: &str| Go {
        name: "string".to_owned(),
        content: Content::Text(text.to_owned()),
    };
    let Some(value) = value else {
        return Content::Struct(Vec::new());
    };
    let canonical = Quantity::from_json(value).unwrap_or_default().to_string();
    let shown = go_quantity(&Value::from(canonical.as_str())).0;
    let number = |key: &str| {
        let rest = shown.split(key).nth(1).unwrap_or_default();
        let digits: String = rest.chars().take_while(|c| c.is_ascii_digit() || *c == '-').collect();
        digits.parse().unwrap_or_default()
    };
    let amount = Go {
        name: "resource.int64Amount".to_owned(),
        content: Content::Struct(vec![
            ("value".to_owned(), plain("int64", number("value:"))),
            ("scale".to_owned(), plain("resource.Scale", number("scale:"))),
        ]),
    };
    let format = if canonical.ends_with('i') {
        "BinarySI"
    } else {
        "DecimalSI"
    };
    Content::Struct(vec![
        ("i".to_owned(), amount),
        ("s".to_owned(), words(&canonical)),
        ("Format".to_owned(), words(format)),
    ])
}

fn lift_int_or_string(value: Option<&Value>) -> Content {
    let plain = |number: i64| Go {
        name: "int".to_owned(),
        content: Content::Plain(number.to_string(), number == 0),
    };
    let words = value.and_then(Value::as_str);
    let text = Go {
        name: "string".to_owned(),
        content: Content::Text(words.unwrap_or_default().to_owned()),
    };
    Content::Struct(vec![
        ("Type".to_owned(), plain(i64::from(words.is_some()))),
        (
            "IntVal".to_owned(),
            plain(value.and_then(Value::as_i64).unwrap_or_default()),
        ),
        ("StrVal".to_owned(), text),
    ])
}
