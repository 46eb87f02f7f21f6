//! The text of `kubectl get`: a table of rows as the API server serves them, laid out as kubectl prints it (cli-runtime
//! `printers.TablePrinter`).
//!
//! What the command decides stays with the command: which namespace column is wanted, the sentence for no resources, blank
//! lines between kinds.

use serde_json::Value;

use super::printers::{Cell, Column, PrintError, Printer, labels_text, resource_name, row};
use super::tabwriter::TabWriter;

/// The flags that shape a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TableOptions {
    /// `-o wide`: show the columns of priority above 0.
    pub wide: bool,
    /// `--no-headers`.
    pub no_headers: bool,
    /// Put the kind before the name (`--show-kind`, and always when several kinds are asked for).
    pub show_kind: bool,
    /// `--show-labels`: a last column with all labels.
    pub show_labels: bool,
    /// `--all-namespaces`: a first column with the namespace.
    pub namespace: bool,
    /// `-L`: a column for each of these labels.
    pub label_columns: Vec<String>,
}

/// A table of objects of one kind.
pub struct Table<'v> {
    printer: &'static Printer,
    rows: Vec<(&'v Value, Vec<Cell>)>,
}

impl<'v> Table<'v> {
    /// Prints objects (external JSON) of a printer's kind, in the order given, at a time in nanoseconds since the Unix epoch.
    ///
    /// # Errors
    /// The first object that the API server's printer refuses as well.
    pub fn new(
        printer: &'static Printer,
        objects: impl IntoIterator<Item = &'v Value>,
        now_ns: i64,
    ) -> Result<Table<'v>, PrintError> {
        let rows = objects
            .into_iter()
            .map(|object| Ok((object, row(printer.kind, object, now_ns)?)));
        Ok(Table {
            printer,
            rows: rows.collect::<Result<_, _>>()?,
        })
    }

    /// The text, each line ended by a newline; nothing at all for a table without rows.
    pub fn render(&self, options: &TableOptions) -> String {
        if self.rows.is_empty() {
            return String::new();
        }
        let mut lines = String::new();
        if !options.no_headers {
            push_line(&mut lines, &self.headers(options));
        }
        for (object, cells) in &self.rows {
            push_line(&mut lines, &self.line(object, cells, options));
        }
        TabWriter::GET.align(&lines)
    }

    fn headers(&self, options: &TableOptions) -> Vec<String> {
        let namespace = options.namespace.then_some("Namespace");
        let columns = self
            .printer
            .columns
            .iter()
            .filter(|column| is_shown(column, options))
            .map(|column| column.name);
        let labels = options
            .label_columns
            .iter()
            .map(|label| label.rsplit('/').next().unwrap_or_default());
        let all_labels = options.show_labels.then_some("Labels");
        namespace
            .into_iter()
            .chain(columns)
            .chain(labels)
            .chain(all_labels)
            .map(str::to_uppercase)
            .collect()
    }

    fn line(&self, object: &Value, cells: &[Cell], options: &TableOptions) -> Vec<String> {
        let metadata = |key: &str| object.get("metadata").and_then(|metadata| metadata.get(key));
        let label = |key: &str| metadata("labels")?.get(key)?.as_str();
        let mut line = Vec::new();
        if options.namespace {
            line.push(one_line(
                metadata("namespace").and_then(Value::as_str).unwrap_or_default(),
            ));
        }
        for (column, cell) in self
            .printer
            .columns
            .iter()
            .zip(cells)
            .filter(|(column, _)| is_shown(column, options))
        {
            let text = match column.format {
                "name" if options.show_kind => resource_name(self.printer.kind, self.printer.group, &cell.to_string()),
                _ => cell.to_string(),
            };
            line.push(one_line(&text));
        }
        line.extend(
            options
                .label_columns
                .iter()
                .map(|key| one_line(label(key).unwrap_or_default())),
        );
        if options.show_labels {
            line.push(one_line(&labels_text(object, "metadata.labels")));
        }
        line
    }
}

fn is_shown(column: &Column, options: &TableOptions) -> bool {
    options.wide || column.priority == 0
}

fn push_line(lines: &mut String, cells: &[String]) {
    lines.push_str(&cells.join("\t"));
    lines.push('\n');
}

/// A cell's first line, marked with `...` if there are more, and with terminal escapes made visible.
fn one_line(text: &str) -> String {
    let (line, more) = match text.split_once(['\n', '\r', '\u{c}']) {
        Some((line, _)) => (line, "..."),
        None => (text, ""),
    };
    format!("{}{more}", line.replace('\u{1b}', "^["))
}
