//! The lines that most descriptions have in common: names, labels, owners, tables of conditions.

use serde_json::Value;

use super::page::Page;
use crate::kubectl::{field, text};

/// `Name` and, of objects that live in one, `Namespace`.
pub fn name(page: &mut Page, object: &Value) {
    page.field(0, "Name", field::text(object, "metadata.name"));
    page.field_if_set(0, "Namespace", field::text(object, "metadata.namespace"));
}

/// `Labels` and `Annotations`.
pub fn labels(page: &mut Page, object: &Value) {
    page.labels("Labels", field::map(object, "metadata.labels"));
    page.annotations("Annotations", field::map(object, "metadata.annotations"));
}

/// `CreationTimestamp`.
pub fn created(page: &mut Page, object: &Value) {
    let created = field::text(object, "metadata.creationTimestamp");
    page.field(0, "CreationTimestamp", text::date(created));
}

/// `Controlled By`, if somebody does.
pub fn controller(page: &mut Page, object: &Value) {
    let owners = field::items(object, "metadata.ownerReferences");
    if let Some(owner) = owners.iter().find(|owner| field::boolean(owner, "controller")) {
        let (kind, name) = (field::text(owner, "kind"), field::text(owner, "name"));
        page.field(0, "Controlled By", format!("{kind}/{name}"));
    }
}

/// A map on one line, as `a=1,b=2`.
pub fn one_line(page: &mut Page, title: &str, object: &Value, path: &str) {
    page.field(0, title, text::labels(object, path));
}

/// A table below a title: a header, a line of dashes as long as its words, the rows.
pub fn table(page: &mut Page, title: &str, header: &[&str], rows: &[Vec<String>]) {
    page.line(0, format!("{title}:"));
    page.line(1, header.join("\t"));
    let dashes: Vec<String> = header.iter().map(|word| "-".repeat(word.len())).collect();
    page.line(1, dashes.join("\t"));
    for row in rows {
        page.line(1, row.join("\t"));
    }
}

/// Conditions with the fields that the header names. kubectl writes a space after the type and the status.
pub fn conditions(page: &mut Page, object: &Value, header: &[&str], fields: &[&str]) {
    let conditions = field::items(object, "status.conditions");
    if conditions.is_empty() {
        return;
    }
    let cell = |condition: &Value, path: &&str| match *path {
        "type" => format!("{} ", field::text(condition, path)),
        path if path.ends_with("Time") => text::date(field::text(condition, path)),
        path => field::text(condition, path).to_owned(),
    };
    let rows: Vec<Vec<String>> = conditions
        .iter()
        .map(|condition| fields.iter().map(|path| cell(condition, path)).collect())
        .collect();
    table(page, "Conditions", header, &rows);
}

/// A list as Go prints it: `[a b]`.
pub fn go_list(object: &Value, path: &str) -> String {
    let items: Vec<&str> = field::items(object, path).iter().filter_map(Value::as_str).collect();
    format!("[{}]", items.join(" "))
}

/// A number or text, or a placeholder.
pub fn scalar(object: &Value, path: &str, placeholder: &str) -> String {
    match field::at(object, path) {
        None => placeholder.to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}
