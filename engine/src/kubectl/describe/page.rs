//! The page a description is written on: indented lines whose tabs are aligned at the end, as `kubectl describe` does it
//! (kubectl `describe.PrefixWriter`).

use serde_json::{Map, Value};

use crate::kubectl::tabwriter::TabWriter;

/// Spaces of one level of indentation.
const INDENT: &str = "  ";
/// The longest annotation shown whole, in bytes, key and value.
const LONGEST_ANNOTATION: usize = 140;
/// The annotation that `kubectl apply` keeps for itself, which kubectl does not show.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// A description in the making.
#[derive(Debug, Default)]
pub struct Page {
    text: String,
}

impl Page {
    /// Adds a line; tabs in it end cells, newlines end it early.
    pub fn line(&mut self, level: usize, text: impl AsRef<str>) {
        self.text.push_str(&INDENT.repeat(level));
        self.text.push_str(text.as_ref());
        self.text.push('\n');
    }

    /// Adds `title: value`.
    pub fn field(&mut self, level: usize, title: &str, value: impl std::fmt::Display) {
        self.line(level, format!("{title}:\t{value}"));
    }

    /// Adds `title: value` unless the value is empty.
    pub fn field_if_set(&mut self, level: usize, title: &str, value: &str) {
        if !value.is_empty() {
            self.field(level, title, value);
        }
    }

    /// Adds a title with its values below each other, or `<none>`.
    pub fn list(&mut self, title: &str, values: impl IntoIterator<Item = String>) {
        let mut title = format!("{title}:");
        let mut is_empty = true;
        for value in values {
            self.line(0, format!("{title}\t{value}"));
            title.clear();
            is_empty = false;
        }
        if is_empty {
            self.line(0, format!("{title}\t<none>"));
        }
    }

    /// Adds a label set by key.
    pub fn labels(&mut self, title: &str, labels: Option<&Map<String, Value>>) {
        self.list(title, entries(labels).map(|(key, value)| format!("{key}={value}")));
    }

    /// Adds annotations by key: long ones and those of several lines on lines of their own, cut short.
    pub fn annotations(&mut self, title: &str, annotations: Option<&Map<String, Value>>) {
        let mut lines = Vec::new();
        for (key, value) in entries(annotations).filter(|(key, _)| *key != LAST_APPLIED) {
            let value = value.strip_suffix('\n').unwrap_or(value);
            if value.contains('\n') || key.len() + value.len() + 2 > LONGEST_ANNOTATION {
                lines.push(format!("{key}:"));
                lines.extend(
                    value
                        .split('\n')
                        .map(|line| format!("  {}", shorten(line, LONGEST_ANNOTATION - 2))),
                );
            } else {
                lines.push(format!("{key}: {value}"));
            }
        }
        self.list(title, lines);
    }

    /// The text as it is, tabs and all.
    pub fn raw(self) -> String {
        self.text
    }

    /// The text with its tabs aligned and terminal escapes made visible.
    pub fn finish(self) -> String {
        TabWriter::DESCRIBE.align(&self.text.replace('\u{1b}', "^[").replace('\r', "\\r"))
    }
}

fn entries(map: Option<&Map<String, Value>>) -> impl Iterator<Item = (&str, &str)> {
    map.into_iter()
        .flatten()
        .map(|(key, value)| (key.as_str(), value.as_str().unwrap_or_default()))
}

fn shorten(text: &str, longest: usize) -> String {
    if text.len() <= longest {
        return text.to_owned();
    }
    let mut end = longest;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}...", &text[..end])
}
