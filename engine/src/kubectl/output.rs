//! `-o`: how commands print objects.

use serde_json::{Value, json};

use super::error::{CommandError, Result};
use super::files::FileSource;
use super::flags::Arguments;
use super::gotemplate::GoTemplate;
use super::jsonpath::{self, JsonPath};
use super::selection::Info;
use super::session::read_text;
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
    JsonPath {
        /// The template.
        template: String,
        /// The results as a JSON list (`jsonpath-as-json`).
        as_json: bool,
        /// Whether a key that is not there makes nothing rather than an error.
        allow_missing: bool,
    },
    /// What a Go template makes of it.
    GoTemplate {
        /// The template.
        template: String,
        /// Whether a key that is not there makes `<no value>` rather than an error.
        allow_missing: bool,
    },
    /// Columns, each a header and a JSONPath.
    CustomColumns {
        /// Headers and paths, as on the command line.
        columns: String,
        /// Whether the line of headers is left out.
        no_headers: bool,
    },
    /// The same, or a JSONPath template, from a file of this path, which [`Format::load`] reads.
    File {
        /// The path.
        path: String,
        /// What it holds.
        holds: FileHolds,
    },
}

/// What a file named by `-o` holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileHolds {
    /// A JSONPath template.
    JsonPath,
    /// A Go template.
    GoTemplate,
    /// A line of headers above a line of paths.
    Columns,
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
const ALLOWED: &str =
    "go-template,go-template-file,json,jsonpath,jsonpath-as-json,jsonpath-file,name,template,templatefile,";

/// How kubectl's complaint about a format begins.
const UNKNOWN: &str = "unable to match a printer suitable for the output format";

fn unknown_format(text: &str, allowed: &str, wide: &str) -> CommandError {
    CommandError::message(format!(
        "{UNKNOWN} \"{text}\", allowed formats are: {allowed}{wide}yaml"
    ))
}

impl Format {
    /// Reads `-o` of a command that shows one object at a time, and so knows no tables.
    ///
    /// # Errors
    /// A format that such commands do not know.
    pub fn of(arguments: &Arguments) -> Result<Format> {
        let text = arguments.text("output").unwrap_or_default();
        let name = text.split('=').next().unwrap_or_default();
        if matches!(name, "custom-columns" | "custom-columns-file" | "wide") {
            return Err(unknown_format(text, ALLOWED, ""));
        }
        match Format::of_table(arguments) {
            Err(CommandError::Message(why)) if why.starts_with(UNKNOWN) => Err(unknown_format(text, ALLOWED, "")),
            read => read,
        }
    }

    /// Reads `-o` of `kubectl get`.
    ///
    /// # Errors
    /// A format that kubectl does not know, or that is not modelled.
    pub fn of_table(arguments: &Arguments) -> Result<Format> {
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
            ("wide", _) => return Ok(Format::Wide),
            ("name", _) => Output::Name,
            ("json", _) => Output::Json,
            ("yaml", _) => Output::Yaml,
            ("jsonpath" | "jsonpath-as-json", Some(template)) if !template.is_empty() => Output::JsonPath {
                template: template.to_owned(),
                as_json: name == "jsonpath-as-json",
                allow_missing: arguments.flag_or_true("allow-missing-template-keys"),
            },
            ("jsonpath-file", Some(path)) if !path.is_empty() => Output::File {
                path: path.to_owned(),
                holds: FileHolds::JsonPath,
            },
            ("go-template" | "template", Some(template)) if !template.is_empty() => Output::GoTemplate {
                template: template.to_owned(),
                allow_missing: arguments.flag_or_true("allow-missing-template-keys"),
            },
            ("go-template-file" | "templatefile", Some(path)) if !path.is_empty() => Output::File {
                path: path.to_owned(),
                holds: FileHolds::GoTemplate,
            },
            ("go-template" | "template" | "go-template-file" | "templatefile", _) => {
                return Err(CommandError::message("template format specified but no template given"));
            }
            ("jsonpath" | "jsonpath-as-json" | "jsonpath-file", _) => {
                return Err(CommandError::message("template format specified but no template given"));
            }
            ("custom-columns", Some(columns)) if !columns.is_empty() => Output::CustomColumns {
                columns: columns.to_owned(),
                no_headers: arguments.flag("no-headers"),
            },
            ("custom-columns-file", Some(path)) if !path.is_empty() => Output::File {
                path: path.to_owned(),
                holds: FileHolds::Columns,
            },
            ("custom-columns" | "custom-columns-file", _) => {
                return Err(CommandError::message(
                    "custom-columns format specified but no custom columns given",
                ));
            }
            _ => {
                let tables = format!("custom-columns,custom-columns-file,{ALLOWED}");
                return Err(unknown_format(text, &tables, "wide,"));
            }
        };
        Ok(Format::Objects(output))
    }

    /// The same with its template read from the file it names.
    ///
    /// # Errors
    /// The file cannot be had, or does not hold a line of headers and one of paths.
    pub fn load(self, files: &dyn FileSource, arguments: &Arguments) -> Result<Format> {
        let Format::Objects(Output::File { path, holds }) = self else {
            return Ok(self);
        };
        let text = read_text(files, &path).map_err(|error| match error {
            CommandError::Message(why) if holds != FileHolds::Columns => {
                CommandError::message(format!("error reading --template {path}, {why}\n"))
            }
            other => other,
        })?;
        let allow_missing = arguments.flag_or_true("allow-missing-template-keys");
        match holds {
            FileHolds::Columns => {}
            FileHolds::GoTemplate => {
                return Ok(Format::Objects(Output::GoTemplate {
                    template: text,
                    allow_missing,
                }));
            }
            FileHolds::JsonPath => {
                return Ok(Format::Objects(Output::JsonPath {
                    template: text,
                    as_json: false,
                    allow_missing,
                }));
            }
        }
        let mut lines = text.lines().map(str::split_whitespace);
        let (headers, paths) = (lines.next().into_iter().flatten(), lines.next().into_iter().flatten());
        let (headers, paths): (Vec<&str>, Vec<&str>) = (headers.collect(), paths.collect());
        if headers.is_empty() || headers.len() != paths.len() {
            return Err(CommandError::message(format!(
                "number of headers ({}) and field specifications ({}) don't match",
                headers.len(),
                paths.len()
            )));
        }
        let columns: Vec<String> = headers
            .iter()
            .zip(&paths)
            .map(|(header, path)| format!("{header}:{path}"))
            .collect();
        Ok(Format::Objects(Output::CustomColumns {
            columns: columns.join(","),
            no_headers: arguments.flag("no-headers"),
        }))
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
            Output::JsonPath {
                template,
                as_json,
                allow_missing,
            } => {
                let path = template_of(template)?.allow_missing_keys(*allow_missing);
                let evaluated = match as_json {
                    true => path.evaluate_as_json(value),
                    false => path.evaluate(value),
                };
                evaluated.map_err(|error| CommandError::message(path.explain(&error, value)))
            }
            Output::GoTemplate {
                template,
                allow_missing,
            } => GoTemplate::parse(template)
                .map_err(|error| CommandError::message(format!("error parsing template {template}, {error}")))?
                .evaluate(value, *allow_missing)
                .map_err(|error| {
                    let shown = format!(
                        "Error executing template: {error}. Printing more information for debugging the template:\n\ttemplate \
                         was:\n\t\t{template}\n\traw data was:\n\t\t{}\n\tobject given to template engine was:\n\t\t{}\n\n",
                        compact_json(value),
                        jsonpath::plain(value)
                    );
                    let why = format!("error executing template {template:?}: {error}");
                    CommandError::Partly(shown, Box::new(CommandError::message(why)))
                }),
            Output::CustomColumns { columns, no_headers } => custom_columns(columns, *no_headers, value),
            Output::File { path, .. } => Err(CommandError::message(format!(
                "templates from files such as {path} are only read by kubectl get"
            ))),
        }
    }
}

fn template_of(template: &str) -> Result<JsonPath> {
    JsonPath::parse(template)
        .map_err(|error| CommandError::message(format!("error parsing jsonpath {template}, {error}")))
}

/// A table of JSONPaths: `NAME:.metadata.name,NODE:.spec.nodeName`.
fn custom_columns(columns: &str, no_headers: bool, value: &Value) -> Result<String> {
    let (mut headers, mut specs) = (Vec::new(), Vec::new());
    for column in columns.split(',') {
        let Some((header, path)) = column.split_once(':') else {
            return Err(CommandError::message(format!(
                "unexpected custom-columns spec: {column}, expected <header>:<json-path-expr>"
            )));
        };
        headers.push(header);
        specs.push(path);
    }
    let mut lines = match no_headers {
        true => String::new(),
        false => format!("{}\n", headers.join("\t")),
    };
    let partly = |lines: &str, error: String| {
        CommandError::Partly(TabWriter::GET.align(lines), Box::new(CommandError::message(error)))
    };
    let mut paths = Vec::new();
    for spec in specs {
        paths.push(JsonPath::parse_relaxed(spec).map_err(|error| match error.to_string() {
            // What is no path at all is found out before anything is printed.
            error if error.starts_with(NO_PATH) => CommandError::message(error),
            error => partly(&lines, error),
        })?);
    }
    let items = match value.get("items").and_then(Value::as_array) {
        Some(items) => items.iter().collect(),
        None => vec![value],
    };
    for item in items {
        let mut cells = Vec::new();
        for path in &paths {
            let found = path.find(item).map_err(|error| partly(&lines, error.to_string()))?;
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

/// How the complaint about a text that is no path begins.
const NO_PATH: &str = "unexpected path string";

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
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029")
}
