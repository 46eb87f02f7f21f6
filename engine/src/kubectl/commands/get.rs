//! `kubectl get`.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::api::{Kind, ObjectKey};
use crate::apiserver::external;
use crate::kubectl::error::{CommandError, Result};
use crate::kubectl::flags::{Arguments, FILES, Flag, OUTPUT};
use crate::kubectl::jsonpath::sort_by;
use crate::kubectl::output::{Format, Output, list_of};
use crate::kubectl::selection::{Found, Info, Query};
use crate::kubectl::session::Session;
use crate::kubectl::table::{Table, TableOptions};

/// Its flags.
pub const FLAGS: &[&[Flag]] = &[
    &[
        Flag::bool("all-namespaces").short('A'),
        Flag::text("selector").short('l'),
        Flag::text("field-selector"),
        Flag::bool("show-labels"),
        Flag::bool("no-headers"),
        Flag::bool("show-kind"),
        Flag::texts("label-columns").short('L'),
        Flag::text("sort-by"),
        Flag::bool("ignore-not-found"),
        Flag::bool("watch").short('w'),
        Flag::bool("watch-only"),
        Flag::bool("output-watch-events"),
        Flag::int("chunk-size"),
        Flag::text("raw"),
        Flag::bool("server-print"),
        Flag::text("subresource"),
    ],
    FILES,
    OUTPUT,
];

/// What kubectl says to `get` alone.
const NOTHING_NAMED: &str = "You must specify the type of resource to get. Use \"kubectl api-resources\" for a complete list of \
                             supported resources.\n\nerror: Required resource not specified.\nUse \"kubectl explain <resource>\" for \
                             a detailed description of that resource (e.g. kubectl explain pods).\nSee 'kubectl get -h' for help and \
                             examples";

/// Runs the command.
pub fn run(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    let format = Format::of_table(arguments)?.load(session.files, arguments)?;
    if arguments.positional.is_empty() && arguments.texts("filename").is_empty() {
        return Err(CommandError::Verbatim(NOTHING_NAMED.to_owned()));
    }
    let query = Query::of(arguments, &arguments.positional).kind_alone();
    if arguments.flag("watch") || arguments.flag("watch-only") {
        return watch(session, arguments, &query, &format);
    }
    let mut found = query.find(session)?;
    let errors = std::mem::take(&mut found.errors);
    if let Some(field) = arguments.text("sort-by").filter(|field| !field.is_empty()) {
        sort(&mut found, field)?;
    }
    match format {
        Format::Objects(output) => {
            if arguments.flag("show-managed-fields") {
                for info in &mut found.infos {
                    info.value = session.whole(info.kind, &info.key, std::mem::take(&mut info.value));
                }
            }
            print_objects(session, &found, &output)?;
        }
        Format::Human | Format::Wide => {
            let wide = format == Format::Wide;
            print_tables(session, arguments, &query, &found, wide, errors.is_empty())?;
        }
    }
    match errors.is_empty() {
        true => Ok(()),
        // `kubectl get` gives even one error as one of several.
        false => Err(CommandError::Many(errors)),
    }
}

/// Sorts what was found by a field.
fn sort(found: &mut Found, field: &str) -> Result<()> {
    let mut values: Vec<_> = found.infos.iter().map(|info| info.value.clone()).collect();
    sort_by(field, &mut values).map_err(|error| CommandError::message(error.to_string()))?;
    let id = |value: &Value| {
        value
            .pointer("/metadata/uid")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let places: BTreeMap<String, usize> = values
        .iter()
        .enumerate()
        .map(|(place, value)| (id(value), place))
        .collect();
    found.infos.sort_by_key(|info| places.get(&id(&info.value)).copied());
    Ok(())
}

fn print_objects(session: &mut Session<'_>, found: &Found, output: &Output) -> Result<()> {
    if *output == Output::Name {
        for info in &found.infos {
            session.print(info.label());
        }
        return Ok(());
    }
    let text = match found.infos.as_slice() {
        [one] if found.single => output.render(Some(one.kind), &one.value)?,
        [] if found.single => return Ok(()),
        all => output.render(None, &list_of(all))?,
    };
    session.stdout.push_str(&text);
    Ok(())
}

fn print_tables(
    session: &mut Session<'_>,
    arguments: &Arguments,
    query: &Query<'_>,
    found: &Found,
    wide: bool,
    complain: bool,
) -> Result<()> {
    if found.infos.is_empty() {
        if complain && !query.ignore_not_found {
            let namespaced = found.kinds.iter().any(|kind| kind.is_namespaced());
            session.warn(if namespaced && !query.all_namespaces {
                format!("No resources found in {} namespace.", query.namespace)
            } else {
                "No resources found".to_owned()
            });
        }
        return Ok(());
    }
    let mut groups: BTreeMap<usize, (Kind, Vec<&Info>)> = BTreeMap::new();
    let mut order: Vec<Kind> = Vec::new();
    for info in &found.infos {
        let place = order.iter().position(|kind| *kind == info.kind).unwrap_or_else(|| {
            order.push(info.kind);
            order.len() - 1
        });
        groups
            .entry(place)
            .or_insert_with(|| (info.kind, Vec::new()))
            .1
            .push(info);
    }
    let several = groups.len() > 1 || found.kinds.iter().any(|kind| Some(kind) != found.kinds.first());
    let options = table_options(arguments, query, wide, several);
    let mut blank_line = false;
    for (kind, infos) in groups.into_values() {
        let mut options = options.clone();
        options.namespace &= kind.is_namespaced();
        let values = infos.iter().map(|info| &info.value);
        let table =
            Table::new(kind, values, session.now_ns()).map_err(|error| CommandError::message(error.to_string()))?;
        if std::mem::replace(&mut blank_line, true) {
            session.stdout.push('\n');
        }
        let text = table.render(&options);
        session.stdout.push_str(&text);
    }
    Ok(())
}

fn table_options(arguments: &Arguments, query: &Query<'_>, wide: bool, several: bool) -> TableOptions {
    TableOptions {
        wide,
        no_headers: arguments.flag("no-headers"),
        show_kind: several || arguments.flag("show-kind"),
        show_labels: arguments.flag("show-labels"),
        namespace: query.all_namespaces,
        label_columns: arguments
            .texts("label-columns")
            .into_iter()
            .map(str::to_owned)
            .collect(),
    }
}

/// `--watch`: what is there, and then every change until the cluster is quiet. The real command would go on; here nothing more
/// would come, unless somebody acts.
fn watch(session: &mut Session<'_>, arguments: &Arguments, query: &Query<'_>, format: &Format) -> Result<()> {
    let found = query.find(session)?;
    CommandError::of(found.errors)?;
    let Some(&kind) = found.kinds.first().filter(|_| found.kinds.len() == 1) else {
        return Err(CommandError::message("you may only specify a single resource type"));
    };
    let mut seen: Vec<(Value, i64)> = Vec::new();
    if !arguments.flag("watch-only") {
        let now_ns = session.now_ns();
        seen.extend(found.infos.iter().map(|info| (info.value.clone(), now_ns)));
    }
    let names: Vec<ObjectKey> = found.infos.iter().map(|info| info.key.clone()).collect();
    let reported = session.cluster.log().len();
    // Endless change is cut off where a wait for quiet is.
    let _ = session.cluster.settle();
    let epoch = session.cluster.store().epoch();
    let epoch_ns = epoch.secs().saturating_mul(1_000_000_000);
    let matcher = query.matcher(kind)?;
    for change in session.cluster.log().iter().skip(reported) {
        let (object, key) = (change.object(), change.key());
        let is_meant = change.kind() == kind
            && (!found.single || names.contains(&key))
            && (!kind.is_namespaced() || query.all_namespaces || key.namespace == query.namespace)
            && matcher.labelled(object)
            && matcher.has_fields(&external(object, change.at, epoch));
        if is_meant {
            let at_ns = epoch_ns.saturating_add(i64::try_from(change.at.as_nanos()).unwrap_or(i64::MAX));
            seen.push((external(object, change.at, epoch), at_ns));
        }
    }
    match format {
        Format::Objects(output) => {
            for (value, _) in &seen {
                let text = output.render(Some(kind), value)?;
                session.stdout.push_str(&text);
                if matches!(output, Output::Yaml) {
                    session.print("---");
                }
            }
        }
        Format::Human | Format::Wide => {
            let mut options = table_options(arguments, query, *format == Format::Wide, false);
            options.namespace &= kind.is_namespaced();
            let rows = seen.iter().map(|(value, at_ns)| (value, *at_ns));
            let table = Table::of_moments(kind, rows).map_err(|error| CommandError::message(error.to_string()))?;
            let text = table.render(&options);
            session.stdout.push_str(&text);
        }
    }
    Ok(())
}
