//! The text of `kubectl get`: a table of rows as the API server serves them, laid out as kubectl prints it (cli-runtime
//! `printers.TablePrinter`).
//!
//! What the command decides stays with the command: which namespace column is wanted, the sentence for no resources, blank
//! lines between kinds.

use serde_json::Value;

use super::printers::{Cell, Column, PrintError, columns, row};
use super::tabwriter::TabWriter;
use super::{field, text};
use crate::api::Kind;

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

/// `-o name`: the kind and name of each object, as `pod/web-0` or `deployment.apps/web`, one a line.
pub fn names<'v>(kind: Kind, objects: impl IntoIterator<Item = &'v Value>) -> String {
    let prefix = kind.info().group_singular();
    objects
        .into_iter()
        .map(|object| format!("{prefix}/{}\n", field::text(object, "metadata.name")))
        .collect()
}

/// A table of objects of one kind.
pub struct Table<'v> {
    kind: Kind,
    rows: Vec<(&'v Value, Vec<Cell>)>,
}

impl<'v> Table<'v> {
    /// Prints objects (external JSON) of one kind, in the order given, at a time in nanoseconds since the Unix epoch.
    ///
    /// # Errors
    /// The first object that the API server's printer refuses as well.
    pub fn new(kind: Kind, objects: impl IntoIterator<Item = &'v Value>, now_ns: i64) -> Result<Table<'v>, PrintError> {
        Table::of_moments(kind, objects.into_iter().map(|object| (object, now_ns)))
    }

    /// The same, each object at a time of its own, as a watch sees them.
    ///
    /// # Errors
    /// As [`Table::new`].
    pub fn of_moments(
        kind: Kind,
        objects: impl IntoIterator<Item = (&'v Value, i64)>,
    ) -> Result<Table<'v>, PrintError> {
        let mut rows = Vec::new();
        for (object, now_ns) in objects {
            rows.push((object, row(kind, object, now_ns)?));
        }
        Ok(Table { kind, rows })
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
        let mut headers = Vec::new();
        if options.namespace {
            headers.push("Namespace");
        }
        let shown = columns(self.kind).iter().filter(|column| is_shown(column, options));
        headers.extend(shown.map(|column| column.name));
        let labels = options.label_columns.iter();
        headers.extend(labels.map(|label| label.rsplit('/').next().unwrap_or_default()));
        if options.show_labels {
            headers.push("Labels");
        }
        headers.into_iter().map(str::to_uppercase).collect()
    }

    fn line(&self, object: &Value, cells: &[Cell], options: &TableOptions) -> Vec<String> {
        let labels = field::map(object, "metadata.labels");
        let label = |key: &String| labels?.get(key)?.as_str();
        let mut line = Vec::new();
        if options.namespace {
            line.push(one_line(field::text(object, "metadata.namespace")));
        }
        for (column, cell) in columns(self.kind).iter().zip(cells) {
            if is_shown(column, options) {
                line.push(one_line(&self.cell_text(column, cell, options)));
            }
        }
        let keys = options.label_columns.iter();
        line.extend(keys.map(|key| one_line(label(key).unwrap_or_default())));
        if options.show_labels {
            line.push(one_line(&text::labels(object, "metadata.labels")));
        }
        line
    }

    fn cell_text(&self, column: &Column, cell: &Cell, options: &TableOptions) -> String {
        match column.format {
            "name" if options.show_kind => format!("{}/{cell}", self.kind.info().group_singular()),
            _ => cell.to_string(),
        }
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW_NS: i64 = 1_257_894_000_000_000_000;

    fn check(kind: Kind, options: &TableOptions, expect: &str) {
        let metadata = json!({
            "name": "web", "namespace": "shop", "labels": {"example.com/tier": "front"},
            "creationTimestamp": "2009-11-10T22:58:00Z",
        });
        let object = json!({"metadata": metadata, "spec": {"replicas": 2}, "message": "never read"});
        let table = Table::new(kind, [&object], NOW_NS).expect("these kinds always print");
        assert_eq!(table.render(options), expect, "{kind} {options:?}");
    }

    #[test]
    fn lays_out_as_kubectl() {
        let plain = TableOptions::default();
        check(Kind::CONFIG_MAP, &plain, "NAME   DATA   AGE\nweb    0      2m\n");
        check(
            Kind::CONFIG_MAP,
            &TableOptions {
                no_headers: true,
                ..plain.clone()
            },
            "web   0     2m\n",
        );
        check(
            Kind::REPLICA_SET,
            &plain,
            "NAME   DESIRED   CURRENT   READY   AGE\nweb    2         0         0       2m\n",
        );
        let all = TableOptions {
            namespace: true,
            show_kind: true,
            show_labels: true,
            ..plain.clone()
        };
        check(
            Kind::DEPLOYMENT,
            &all,
            "NAMESPACE   NAME                  READY   UP-TO-DATE   AVAILABLE   AGE   LABELS\n\
             shop        deployment.apps/web   0/2     0            0           2m    example.com/tier=front\n",
        );
        let columns = vec!["example.com/tier".to_owned(), "missing".to_owned()];
        let labelled = TableOptions {
            label_columns: columns,
            ..plain.clone()
        };
        check(
            Kind::CONFIG_MAP,
            &labelled,
            "NAME   DATA   AGE   TIER    MISSING\nweb    0      2m    front   \n",
        );
        // A kind without a printer shows the API server's default table.
        check(Kind::ROLE, &plain, "NAME   CREATED AT\nweb    2009-11-10T22:58:00Z\n");
    }

    #[test]
    fn a_cell_shows_its_first_line() {
        let check = |text, expect| assert_eq!(one_line(text), expect, "{text:?}");
        check("plain", "plain");
        check("two\nlines", "two...");
        check("\u{1b}[31mred", "^[[31mred");
    }

    #[test]
    fn names_tell_the_group() {
        let objects = [
            json!({"metadata": {"name": "web"}}),
            json!({"metadata": {"name": "db"}}),
        ];
        assert_eq!(
            names(Kind::DEPLOYMENT, &objects),
            "deployment.apps/web\ndeployment.apps/db\n"
        );
        assert_eq!(names(Kind::POD, &objects[..1]), "pod/web\n");
    }

    #[test]
    fn no_rows_print_nothing() {
        let table = Table::new(Kind::POD, [], NOW_NS).expect("nothing to refuse");
        assert_eq!(table.render(&TableOptions::default()), "");
    }
}
