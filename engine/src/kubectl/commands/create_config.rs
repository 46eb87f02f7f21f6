//! `kubectl create configmap`, `kubectl create secret generic`: data from the command line and from files.
//!
//! Documentation: "kubectl create configmap", "kubectl create secret generic". Not modelled: `--from-env-file`,
//! `--append-hash`, folders in `--from-file`, the other types of secrets.

use serde_json::{Map, Value, json};

use crate::api::{Kind, ObjectKey};
use crate::kubectl::error::{CommandError, Result};
use crate::kubectl::flags::{Arguments, CHANGE, Flag, OUTPUT};
use crate::kubectl::output::Format;
use crate::kubectl::selection::Info;
use crate::kubectl::session::{DEFAULT_NAMESPACE, DryRun, Session};

/// Its flags.
pub const FLAGS: &[&[Flag]] = &[
    &[
        Flag::texts("from-literal"),
        Flag::texts("from-file"),
        Flag::text("type"),
    ],
    CHANGE,
    OUTPUT,
];

/// Runs `create configmap`.
pub fn run(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    let name = only_name(&arguments.positional, "configmap")?;
    let data = data(session, arguments)?;
    let object = json!({ "apiVersion": "v1", "kind": "ConfigMap", "data": data });
    create(session, arguments, Kind::CONFIG_MAP, name, object)
}

/// Runs `create secret generic`.
pub fn run_secret(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    let name = match arguments.positional.split_first() {
        Some((of, rest)) if of == "generic" => only_name(rest, "secret generic")?,
        Some((of, _)) if matches!(of.as_str(), "docker-registry" | "tls") => {
            return Err(CommandError::message(format!(
                "kubectl create secret {of} is not modelled"
            )));
        }
        _ => {
            return Err(CommandError::message(
                "must specify one of docker-registry, generic and tls",
            ));
        }
    };
    let data = data(session, arguments)?;
    let of_type = arguments.text("type").filter(|of| !of.is_empty()).unwrap_or("Opaque");
    let object = json!({ "apiVersion": "v1", "kind": "Secret", "stringData": data, "type": of_type });
    create(session, arguments, Kind::SECRET, name, object)
}

fn only_name<'a>(words: &'a [String], command: &'static str) -> Result<&'a str> {
    match words {
        [name] => Ok(name),
        words => Err(CommandError::message(format!(
            "exactly one NAME is required, got {}\nSee 'kubectl create {command} -h' for help and examples",
            words.len()
        ))),
    }
}

/// `KEY=TEXT` and `KEY=FILE` or `FILE`, in order.
fn data(session: &Session<'_>, arguments: &Arguments) -> Result<Map<String, Value>> {
    let mut data = Map::new();
    let mut add = |key: &str, text: String| match data.contains_key(key) {
        true => Err(CommandError::message(format!(
            "cannot add key \"{key}\", another key by that name already exists in Data"
        ))),
        false => {
            data.insert(key.to_owned(), text.into());
            Ok(())
        }
    };
    for file in arguments.texts("from-file") {
        let (key, path) = file
            .split_once('=')
            .unwrap_or_else(|| (file.rsplit('/').next().unwrap_or(file), file));
        add(key, session.read_text(path)?)?;
    }
    for literal in arguments.texts("from-literal") {
        let Some((key, text)) = literal.split_once('=').filter(|(key, _)| !key.is_empty()) else {
            return Err(CommandError::message(format!(
                "invalid literal source {literal}, expected key=value"
            )));
        };
        // A value may stand in quotes of its own.
        let plain = text.trim_matches(['"', '\'']);
        add(key, plain.to_owned())?;
    }
    Ok(data)
}

fn create(session: &mut Session<'_>, arguments: &Arguments, kind: Kind, name: &str, object: Value) -> Result<()> {
    let (dry_run, format) = (DryRun::of(arguments)?, Format::of(arguments)?);
    let namespace = arguments.text("namespace").unwrap_or(DEFAULT_NAMESPACE);
    let mut object = object;
    object["metadata"] = json!({ "name": name, "namespace": namespace });
    let value = match dry_run {
        DryRun::Client => object,
        _ => session.create(kind, object, dry_run).map_err(|error| {
            // kubectl itself writes the one with a colon and the other without.
            let what = if kind == Kind::SECRET { "secret" } else { "configmap:" };
            CommandError::message(format!("failed to create {what} {error}"))
        })?,
    };
    let info = Info {
        kind,
        key: ObjectKey::new(namespace, name),
        value,
    };
    match format {
        Format::Objects(output) => {
            let text = output.render(Some(kind), &info.value)?;
            session.stdout.push_str(&text);
        }
        _ => session.print(format!("{} created{}", info.label(), dry_run.suffix())),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::Cluster;

    #[test]
    fn config_is_made_of_literals_and_files() {
        let mut cluster = Cluster::new(crate::ClusterOptions::default());
        let files: BTreeMap<String, String> = [("conf/app.ini".to_owned(), "a=b\n".to_owned())].into();
        let mut check = |line: &str, expect: &str| {
            let output = cluster.kubectl(line, &files);
            assert_eq!(format!("{}{}", output.stdout, output.stderr), expect, "{line}");
        };
        check(
            "create configmap settings --from-literal=k=v --from-file=conf/app.ini",
            "configmap/settings created\n",
        );
        check(
            "get configmap settings -o jsonpath='{.data}'",
            "{\"app.ini\":\"a=b\\n\",\"k\":\"v\"}",
        );
        check(
            "create secret generic creds --from-literal=k=v",
            "secret/creds created\n",
        );
        check(
            "create secret generic creds --from-literal=k=v",
            "error: failed to create secret secrets \"creds\" already exists\n",
        );
        check("get secret creds -o jsonpath='{.data.k}'", "dg==");
        check(
            "create configmap settings --from-literal=k=v",
            "error: failed to create configmap: configmaps \"settings\" already exists\n",
        );
        check(
            "create configmap other --from-literal=k",
            "error: invalid literal source k, expected key=value\n",
        );
        check(
            "create secret creds",
            "error: must specify one of docker-registry, generic and tls\n",
        );
    }
}
