//! `kubectl set env`.
//!
//! Deliberately not modelled: variables from standard input (`-`), `--resolve` of anything but ConfigMaps and Secrets' keys.

use serde_json::{Map, Value, json};

use super::template::{TARGET, all_found, change_each, containers, pod_spec};
use crate::api::Kind;
use crate::api::validation::variable_errors;
use crate::kubectl::commands::change::Change;
use crate::kubectl::error::{CommandError, Result};
use crate::kubectl::flags::{Arguments, CHANGE, FILES, Flag, OUTPUT};
use crate::kubectl::selection::{Info, Query};
use crate::kubectl::session::{DryRun, Session};

/// Its flags.
pub const FLAGS: &[&[Flag]] = &[
    &[
        Flag::texts("containers").short('c'),
        Flag::text("from"),
        Flag::text("prefix"),
        Flag::texts("env").short('e'),
        Flag::texts("keys"),
        Flag::bool("list"),
        Flag::bool("resolve"),
        Flag::bool("overwrite"),
    ],
    TARGET,
    FILES,
    CHANGE,
    OUTPUT,
];

/// What is to be done to the variables of containers.
#[derive(Default)]
struct Edit {
    set: Vec<Value>,
    remove: Vec<String>,
}

/// Runs the command.
pub fn run(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    let words = &arguments.positional;
    let is_variable = |word: &String| word.contains('=') || word.ends_with('-');
    let first = words.iter().position(is_variable).unwrap_or(words.len());
    let (resources, variables) = words.split_at(first);
    if !variables.iter().all(is_variable) {
        return Err(CommandError::message(format!(
            "all resources must be specified before environment changes: {}",
            words.join(" ")
        )));
    }
    let change = Change::of(arguments, "env updated")?;
    let query = Query::of(arguments, resources);
    check(arguments, &query, change.dry_run)?;
    let mut edit = parse(
        arguments
            .all("env")
            .into_iter()
            .chain(variables.iter().map(String::as_str)),
    )?;
    if let Some(from) = arguments.text("from").filter(|from| !from.is_empty()) {
        edit.set.extend(variables_from(session, arguments, from)?);
    }
    if let Some(prefix) = arguments.text("prefix") {
        for variable in edit.set.iter_mut().filter_map(Value::as_object_mut) {
            let name = variable.get("name").and_then(Value::as_str).unwrap_or_default();
            variable.insert("name".to_owned(), format!("{prefix}{name}").into());
        }
    }
    let infos = all_found(query.find(session)?)?;
    let failure = "failed to patch env update to pod template: ";
    let errors = change_each(session, &infos, &change, failure, |session, info, value| {
        let before = value.clone();
        edit_object(session, arguments, info, value, &edit).inspect_err(|_| *value = before.clone())?;
        if arguments.flag("list") {
            // Listing shows what would be, and changes nothing.
            *value = before;
        }
        Ok(())
    })?;
    CommandError::of(errors)
}

fn check(arguments: &Arguments, query: &Query<'_>, dry_run: DryRun) -> Result<()> {
    let refuse = |why: &str| Err(CommandError::message(why));
    if arguments.flag("local") && dry_run == DryRun::Server {
        return refuse("cannot specify --local and --dry-run=server - did you mean --dry-run=client?");
    }
    if query.files.is_empty() && query.words.is_empty() {
        return refuse("one or more resources must be specified as <resource> <name> or <resource>/<name>");
    }
    if arguments.flag("list") && arguments.text("output").is_some_and(|output| !output.is_empty()) {
        return refuse("--list and --output may not be specified together");
    }
    if arguments.has("keys") && arguments.text("from").is_none_or(str::is_empty) {
        return refuse("when specifying --keys, a configmap or secret must be provided with --from");
    }
    Ok(())
}

/// `NAME=TEXT` and `NAME-`.
fn parse<'a>(words: impl Iterator<Item = &'a str>) -> Result<Edit> {
    let mut edit = Edit::default();
    for word in words {
        if let Some((name, text)) = word.split_once('=') {
            let errors = variable_errors(name);
            if !errors.is_empty() {
                return Err(CommandError::message(format!(
                    "{name:?} is not a valid key name: {}",
                    errors.join(";")
                )));
            }
            edit.set.push(json!({ "name": name, "value": text }));
        } else if let Some(name) = word.strip_suffix('-').filter(|name| !name.is_empty()) {
            edit.remove.push(name.to_owned());
        } else {
            return Err(CommandError::message(format!("unknown environment variable: {word}")));
        }
    }
    let both = edit
        .set
        .iter()
        .any(|variable| edit.remove.iter().any(|name| name_of(variable) == name));
    if both {
        return Err(CommandError::message(
            "can not both modify and remove an environment variable in the same command",
        ));
    }
    Ok(edit)
}

fn name_of(variable: &Value) -> &str {
    variable.get("name").and_then(Value::as_str).unwrap_or_default()
}

/// One variable for each key of a ConfigMap or Secret, or for those of `--keys`.
fn variables_from(session: &mut Session<'_>, arguments: &Arguments, from: &str) -> Result<Vec<Value>> {
    let query = Query {
        words: vec![from.to_owned()],
        files: Vec::new(),
        ..Query::of(arguments, &[])
    };
    let keys = arguments.texts("keys");
    let mut variables = Vec::new();
    for info in all_found(query.find(session)?)? {
        let reference = match info.kind {
            Kind::CONFIG_MAP => "configMapKeyRef",
            Kind::SECRET => "secretKeyRef",
            _ => return Err(CommandError::message("unsupported resource specified in --from")),
        };
        let data = info.value.get("data").and_then(Value::as_object);
        for key in data.into_iter().flat_map(Map::keys) {
            if !keys.is_empty() && !keys.contains(&key.as_str()) {
                continue;
            }
            let name = variable_name(key);
            if name != *key {
                session.warn(format!("Warning: key {key} transferred to {name}"));
            }
            let source = json!({ reference: { "key": key, "name": info.key.name.as_str() } });
            variables.push(json!({ "name": name, "valueFrom": source }));
        }
    }
    Ok(variables)
}

/// A key as the name of a variable: capitals, and `_` for all that is neither letter nor digit.
fn variable_name(key: &str) -> String {
    let letter = |c: char| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_uppercase()
        } else {
            '_'
        }
    };
    key.chars().map(letter).collect()
}

fn edit_object(
    session: &mut Session<'_>,
    arguments: &Arguments,
    info: &Info,
    value: &mut Value,
    edit: &Edit,
) -> Result<()> {
    let pattern = arguments.text("containers").unwrap_or("*");
    let (kind, name) = (info.kind.name(), &info.key.name);
    let containers = containers(pod_spec(info, value)?, pattern);
    if containers.is_empty() {
        session.warn(format!(
            "Warning: {kind}/{name} does not have any containers matching {pattern:?}"
        ));
    }
    for container in containers {
        let before = match container.get("env") {
            Some(Value::Array(env)) => env.clone(),
            _ => Vec::new(),
        };
        if !arguments.flag_or_true("overwrite") {
            refuse_overwriting(&before, &edit.set)?;
        }
        let after = edited(before, edit);
        if arguments.flag("list") {
            let container = container.get("name").and_then(Value::as_str).unwrap_or_default();
            session.print(format!("# {kind} {name}, container {container}"));
            for variable in &after {
                session.print(line(variable));
            }
        }
        if after.is_empty() {
            container.remove("env");
        } else {
            container.insert("env".to_owned(), after.into());
        }
    }
    Ok(())
}

fn refuse_overwriting(before: &[Value], set: &[Value]) -> Result<()> {
    let taken = before
        .iter()
        .find(|present| set.iter().any(|variable| name_of(variable) == name_of(present)));
    let Some(present) = taken else {
        return Ok(());
    };
    let name = name_of(present);
    Err(CommandError::message(
        match present.get("value").and_then(Value::as_str) {
            Some(text) if !text.is_empty() => {
                format!("'{name}' already has a value ({text}), and --overwrite is false")
            }
            _ => format!("'{name}' refers to a value from elsewhere, and --overwrite is false"),
        },
    ))
}

/// The variables in their old order, the new ones last.
fn edited(before: Vec<Value>, edit: &Edit) -> Vec<Value> {
    let wanted = |name: &str| edit.set.iter().find(|variable| name_of(variable) == name);
    let kept = before
        .into_iter()
        .filter(|variable| !edit.remove.iter().any(|name| name == name_of(variable)));
    let mut after: Vec<Value> = kept
        .map(|variable| wanted(name_of(&variable)).cloned().unwrap_or(variable))
        .collect();
    for variable in &edit.set {
        if !after.iter().any(|present| name_of(present) == name_of(variable)) {
            after.push(variable.clone());
        }
    }
    after
}

/// A variable as `--list` shows it.
fn line(variable: &Value) -> String {
    let name = name_of(variable);
    let Some(source) = variable.get("valueFrom") else {
        let text = variable.get("value").and_then(Value::as_str).unwrap_or_default();
        return format!("{name}={text}");
    };
    let at = |path| source.pointer(path).and_then(Value::as_str).unwrap_or_default();
    let from = if source.get("configMapKeyRef").is_some() {
        format!(
            "configmap {}, key {}",
            at("/configMapKeyRef/name"),
            at("/configMapKeyRef/key")
        )
    } else if source.get("secretKeyRef").is_some() {
        format!("secret {}, key {}", at("/secretKeyRef/name"), at("/secretKeyRef/key"))
    } else if source.get("resourceFieldRef").is_some() {
        let container = match at("/resourceFieldRef/containerName") {
            "" => String::new(),
            container => format!("{container}/"),
        };
        format!("resource field {container}{}", at("/resourceFieldRef/resource"))
    } else if source.get("fieldRef").is_some() {
        format!("field path {}", at("/fieldRef/fieldPath"))
    } else {
        "invalid valueFrom".to_owned()
    };
    format!("# {name} from {from}")
}
