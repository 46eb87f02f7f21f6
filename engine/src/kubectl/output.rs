//! `-o`: how commands print objects.

use serde_json::{Value, json};

use super::error::{CommandError, Result};
use super::flags::Arguments;
use super::jsonpath::{self, JsonPath};
use super::selection::Info;
use super::tabwriter::TabWriter;
use super::yaml::to_yaml;
use crate::api::Kind;

/// A form that objects are printed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// `kind/name`.
    Name,
    /// JSON, indented by four.
    Json,
    /// YAML.
    Yaml,
    /// What a JSONPath template makes of it.
    JsonPath(String),
    /// Columns, each a header and a JSONPath.
    CustomColumns(String),
}

/// What a command's `-o` asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Format {
    /// The command's own text.
    Human,
    /// The same with more columns.
    Wide,
    /// The objects.
    Objects(Output),
}

/// The formats that kubectl names in its complaint about others.
const ALLOWED: &str = "custom-columns,custom-columns-file,go-template,go-template-file,json,jsonpath,jsonpath-as-json,jsonpath-file,\
                       name,template,templatefile,";

impl Format {
    /// Reads `-o`.
    ///
    /// # Errors
    /// A format that kubectl does not know, or that is not modelled.
    pub fn of(arguments: &Arguments) -> Result<Format> {
        let Some(text) = arguments.text("output") else {
            return Ok(Format::Human);
        };
        let (name, template) = match text.split_once('=') {
            Some((name, template)) => (name, Some(template)),
            None => (text, None),
        };
        let template = template.or_else(|| arguments.text("template").filter(|template| !template.is_empty()));
        let output = match (name, template) {
            ("", None) => return Ok(Format::Human),
            ("wide", None) => return Ok(Format::Wide),
            ("name", None) => Output::Name,
            ("json", None) => Output::Json,
            ("yaml", None) => Output::Yaml,
            ("jsonpath" | "jsonpath-file", Some(template)) if !template.is_empty() => {
                Output::JsonPath(template.to_owned())
            }
            ("jsonpath" | "jsonpath-file", _) => {
                return Err(CommandError::message("template format specified but no template given"));
            }
            ("custom-columns", Some(columns)) if !columns.is_empty() => Output::CustomColumns(columns.to_owned()),
            ("custom-columns", _) => {
                return Err(CommandError::message(
                    "custom-columns format specified but no custom columns given",
                ));
            }
            _ => {
                return Err(CommandError::message(format!(
                    "unable to match a printer suitable for the output format \"{text}\", allowed formats are: {ALLOWED}yaml"
                )));
            }
        };
        Ok(Format::Objects(output))
    }
}

/// A list as kubectl makes one of several objects.
pub fn list_of(infos: &[Info]) -> Value {
    let items: Vec<Value> = infos.iter().map(|info| info.value.clone()).collect();
    json!({ "apiVersion": "v1", "items": items, "kind": "List", "metadata": { "resourceVersion": "" } })
}

impl Output {
    /// The text of one object or list.
    ///
    /// # Errors
    /// A template that is malformed or does not fit.
    pub fn render(&self, kind: Option<Kind>, value: &Value) -> Result<String> {
        match self {
            Output::Name => {
                let name = value
                    .get("metadata")
                    .map(|metadata| crate::api::json::text(metadata, "name"));
                let subject = kind.map(|kind| kind.info().group_singular()).unwrap_or_default();
                Ok(format!("{subject}/{}\n", name.unwrap_or_default()))
            }
            Output::Json => Ok(to_json(value)),
            Output::Yaml => Ok(to_yaml(value)),
            Output::JsonPath(template) => {
                let path = template_of(template)?;
                path.evaluate(value).map_err(|error| {
                    CommandError::Verbatim(format!("error: {}", path.explain(&error, value).trim_end()))
                })
            }
            Output::CustomColumns(columns) => custom_columns(columns, value),
        }
    }
}

fn template_of(template: &str) -> Result<JsonPath> {
    JsonPath::parse(template)
        .map_err(|error| CommandError::message(format!("error parsing jsonpath {template}, {error}")))
}

/// A table of JSONPaths: `NAME:.metadata.name,NODE:.spec.nodeName`.
fn custom_columns(columns: &str, value: &Value) -> Result<String> {
    let mut paths = Vec::new();
    let mut headers = Vec::new();
    for column in columns.split(',') {
        let Some((header, path)) = column.split_once(':') else {
            return Err(CommandError::message(format!(
                "unexpected custom-columns spec: {column}, expected <header>:<json-path-expr>"
            )));
        };
        let relaxed = JsonPath::parse_relaxed(path).map_err(|error| CommandError::message(error.to_string()))?;
        headers.push(header);
        paths.push(relaxed);
    }
    let mut lines = format!("{}\n", headers.join("\t"));
    let items = match value.get("items").and_then(Value::as_array) {
        Some(items) => items.iter().collect(),
        None => vec![value],
    };
    for item in items {
        let mut cells = Vec::new();
        for path in &paths {
            let found = path
                .find(item)
                .map_err(|error| CommandError::message(error.to_string()))?;
            let texts: Vec<String> = found.iter().flatten().map(|value| jsonpath::plain(value)).collect();
            cells.push(if texts.is_empty() {
                "<none>".to_owned()
            } else {
                texts.join(",")
            });
        }
        lines.push_str(&cells.join("\t"));
        lines.push('\n');
    }
    Ok(TabWriter::GET.align(&lines))
}

/// JSON indented by four spaces and ended by a newline; `<`, `>` and `&` escaped as Go does.
pub fn to_json(value: &Value) -> String {
    let mut bytes = Vec::new();
    let formatter = serde_json::ser::PrettyFormatter::with_indent(b"    ");
    let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, formatter);
    // Writing a tree of plain values to memory cannot fail.
    let _ = serde::Serialize::serialize(value, &mut serializer);
    let text = String::from_utf8(bytes).unwrap_or_default();
    format!("{}\n", escape_html(&text))
}

/// JSON on one line, as Go writes it.
pub fn compact_json(value: &Value) -> String {
    escape_html(&value.to_string())
}

fn escape_html(text: &str) -> String {
    text.replace('&', "\\u0026")
        .replace('<', "\\u003c")
        .replace('>', "\\u003e")
}
