//! `kubectl api-resources`, `api-versions` and `explain`: what kinds of objects there are, and what they are made of.
//!
//! Deliberately not modelled: kinds that a server serves only when a feature is switched on (alpha and beta versions), and the
//! descriptions of fields, which `explain` leaves out.

use std::collections::BTreeSet;

use crate::api::schema::{FieldType, Schema, TypeInfo};
use crate::api::{Kind, KindInfo};
use crate::kubectl::error::{CommandError, Result};
use crate::kubectl::flags::{Arguments, Flag};
use crate::kubectl::resources::kind_of;
use crate::kubectl::session::Session;
use crate::kubectl::tabwriter::TabWriter;

/// The flags of `api-resources`.
pub const RESOURCES_FLAGS: &[&[Flag]] = &[&[
    Flag::text("api-group"),
    Flag::bool("namespaced"),
    Flag::bool("no-headers"),
    Flag::text("output").short('o'),
    Flag::text("sort-by"),
    Flag::texts("verbs"),
    Flag::texts("categories"),
    Flag::bool("cached"),
]];
/// The flags of `api-versions`.
pub const VERSIONS_FLAGS: &[&[Flag]] = &[];
/// The flags of `explain`.
pub const EXPLAIN_FLAGS: &[&[Flag]] = &[&[
    Flag::text("api-version"),
    Flag::bool("recursive"),
    Flag::text("output").short('o'),
]];

/// What can be done with most kinds.
const VERBS: [&str; 8] = [
    "create",
    "delete",
    "deletecollection",
    "get",
    "list",
    "patch",
    "update",
    "watch",
];
/// How deep `explain --recursive` goes; types such as JSON schemas hold themselves.
const DEPTH_MAX: usize = 12;

fn is_stable(version: &str) -> bool {
    !version.contains("alpha") && !version.contains("beta")
}

/// What can be done with objects of a kind: reviews are only asked for, statuses of components only read.
fn verbs(info: &KindInfo) -> &'static [&'static str] {
    match info.kind {
        "Binding" => &["create"],
        "ComponentStatus" => &["get", "list"],
        kind if kind.ends_with("Review") => &["create"],
        _ => &VERBS,
    }
}

/// Runs `api-resources`.
pub fn run_resources(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    if !arguments.positional.is_empty() {
        let text = format!("unexpected arguments: [{}]", arguments.positional.join(" "));
        return Err(CommandError::Usage(text, "api-resources"));
    }
    let output = arguments.text("output").unwrap_or_default();
    if !matches!(output, "" | "wide" | "name") {
        return Err(CommandError::message(format!("--output {output} is not available")));
    }
    let sort_by = arguments.text("sort-by").unwrap_or_default();
    if !matches!(sort_by, "" | "name" | "kind") {
        return Err(CommandError::message("--sort-by accepts only name or kind"));
    }
    let mut infos: Vec<&KindInfo> = Kind::all()
        .map(Kind::info)
        .filter(|info| is_stable(info.version) && is_wanted(arguments, info))
        .collect();
    match sort_by {
        "name" => infos.sort_by_key(|info| info.plural),
        "kind" => infos.sort_by_key(|info| info.kind),
        _ => infos.sort_by_key(|info| (info.group, info.plural)),
    }
    if output == "name" {
        for info in infos {
            session.print(info.group_resource());
        }
        return Ok(());
    }
    let mut lines = String::new();
    let mut row = |cells: &[&str], wide: &[&str]| {
        let wide = if output == "wide" { wide } else { &[] };
        lines.push_str(&[cells, wide].concat().join("\t"));
        lines.push('\n');
    };
    if !arguments.flag("no-headers") {
        row(
            &["NAME", "SHORTNAMES", "APIVERSION", "NAMESPACED", "KIND"],
            &["VERBS", "CATEGORIES"],
        );
    }
    for info in infos {
        let (short, categories) = (info.short_names.join(","), info.categories.join(","));
        let namespaced = info.namespaced.to_string();
        row(
            &[info.plural, &short, &info.api_version(), &namespaced, info.kind],
            &[&verbs(info).join(","), &categories],
        );
    }
    let table = TabWriter::GET.align(&lines);
    session.stdout.push_str(&table);
    Ok(())
}

fn is_wanted(arguments: &Arguments, info: &KindInfo) -> bool {
    let group = arguments.text("api-group").is_none_or(|group| group == info.group);
    let scope = !arguments.has("namespaced") || arguments.flag("namespaced") == info.namespaced;
    let verbs_fit = arguments.texts("verbs").iter().all(|verb| verbs(info).contains(verb));
    let categories_fit = arguments
        .texts("categories")
        .iter()
        .all(|category| info.categories.contains(category));
    group && scope && verbs_fit && categories_fit
}

/// Runs `api-versions`.
pub fn run_versions(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    if !arguments.positional.is_empty() {
        let text = format!("unexpected arguments: [{}]", arguments.positional.join(" "));
        return Err(CommandError::Usage(text, "api-versions"));
    }
    let mut versions = BTreeSet::new();
    for info in Kind::all().map(Kind::info) {
        versions.insert(info.api_version());
        versions.extend(info.also.iter().map(|version| (*version).to_owned()));
    }
    for version in versions.iter().filter(|version| is_stable(version)) {
        session.print(version);
    }
    Ok(())
}

/// Runs `explain`.
pub fn run_explain(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    let path = match arguments.positional.as_slice() {
        [path] => path,
        [] => {
            return Err(CommandError::message(
                "You must specify the type of resource to explain. Use \"kubectl api-resources\" for a complete list of supported \
                 resources.",
            ));
        }
        _ => {
            return Err(CommandError::message("We accept only this format: explain RESOURCE"));
        }
    };
    let mut words = path.split('.');
    let kind = kind_of(words.next().unwrap_or_default())?;
    let info = kind.info();
    let Some(mut object) = Schema::builtin().of_kind(kind) else {
        return Err(CommandError::message(format!("couldn't find resource for {kind}")));
    };
    if !info.group.is_empty() {
        session.print(format!("GROUP:      {}", info.group));
    }
    session.print(format!("KIND:       {}\nVERSION:    {}\n", info.kind, info.version));
    let mut last = None;
    let mut inside = Some(object);
    for word in words {
        let Some(field) = inside.and_then(|object| object.field(word)) else {
            return Err(CommandError::message(format!("field \"{word}\" does not exist")));
        };
        inside = inner(&field.field_type);
        object = inside.unwrap_or(object);
        last = Some(field);
    }
    if let Some(field) = last {
        session.print(format!("FIELD: {} <{}>\n", field.name, type_name(&field.field_type)));
    }
    if inside.is_some() {
        session.print("FIELDS:");
        fields(session, object, 1, arguments.flag("recursive"));
        session.print("");
    }
    Ok(())
}

fn fields(session: &mut Session<'_>, object: &TypeInfo, level: usize, recursive: bool) {
    for field in object.fields() {
        let required = if field.required { " -required-" } else { "" };
        let indent = "  ".repeat(level);
        session.print(format!(
            "{indent}{}\t<{}>{required}",
            field.name,
            type_name(&field.field_type)
        ));
        if let Some(inside) = inner(&field.field_type).filter(|_| recursive && level < DEPTH_MAX) {
            fields(session, inside, level + 1, recursive);
        }
    }
}

/// The type of objects inside a field, lists and maps of them.
fn inner(holds: &FieldType) -> Option<&'static TypeInfo> {
    match holds {
        FieldType::List(of) | FieldType::Map(of) => inner(of),
        holds => Schema::builtin().object(holds),
    }
}

fn type_name(holds: &FieldType) -> String {
    match holds {
        FieldType::String | FieldType::Bytes => "string".to_owned(),
        FieldType::Bool => "boolean".to_owned(),
        FieldType::Int32 | FieldType::Int64 => "integer".to_owned(),
        FieldType::Double => "number".to_owned(),
        FieldType::Quantity => "Quantity".to_owned(),
        FieldType::IntOrString => "IntOrString".to_owned(),
        FieldType::Time => "Time".to_owned(),
        FieldType::MicroTime => "MicroTime".to_owned(),
        FieldType::Any => "Object".to_owned(),
        FieldType::Object(id) => Schema::builtin()
            .type_info(*id)
            .map_or_else(|| "Object".to_owned(), |info| info.go_name().to_owned()),
        FieldType::List(of) => format!("[]{}", type_name(of)),
        FieldType::Map(of) => format!("map[string]{}", type_name(of)),
    }
}
