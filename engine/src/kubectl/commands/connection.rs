//! Commands about the connection itself: `config`, `cluster-info`, `auth`. There is one cluster, one context and one user, who may
//! do everything.

use serde_json::{Value, json};

use crate::kubectl::error::{CommandError, Result};
use crate::kubectl::flags::{Arguments, Flag, OUTPUT};
use crate::kubectl::output::{Format, Output};
use crate::kubectl::session::{DEFAULT_NAMESPACE, Session};
use crate::kubectl::tabwriter::TabWriter;

/// The flags of those without any.
pub const FLAGS: &[&[Flag]] = &[];
/// The flags of `config view`.
pub const VIEW_FLAGS: &[&[Flag]] = &[
    &[Flag::bool("minify"), Flag::bool("raw"), Flag::bool("flatten")],
    OUTPUT,
];
/// The flags of `config get-contexts`.
pub const CONTEXTS_FLAGS: &[&[Flag]] = &[&[Flag::bool("no-headers"), Flag::text("output").short('o')]];
/// The flags of `auth can-i`.
pub const CAN_I_FLAGS: &[&[Flag]] = &[&[
    Flag::bool("all-namespaces").short('A'),
    Flag::bool("list"),
    Flag::bool("no-headers"),
    Flag::bool("quiet").short('q'),
    Flag::text("subresource"),
]];

/// The name of the cluster and the context.
const NAME: &str = "shakedown";
/// The name of the user, as the API server knows it.
const USER: &str = "kubernetes-admin";
/// Where the API server would be.
pub const SERVER: &str = "https://127.0.0.1:6443";

/// Runs `config current-context`.
pub fn run_current(session: &mut Session<'_>, _arguments: &Arguments) -> Result<()> {
    session.print(NAME);
    Ok(())
}

/// Runs `config get-contexts`.
pub fn run_contexts(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    if let Some(missing) = arguments.positional.iter().find(|name| *name != NAME) {
        return Err(CommandError::message(format!("context {missing} not found")));
    }
    if arguments.text("output") == Some("name") {
        session.print(NAME);
        return Ok(());
    }
    let mut lines = String::new();
    if !arguments.flag("no-headers") {
        lines.push_str("CURRENT\tNAME\tCLUSTER\tAUTHINFO\tNAMESPACE\n");
    }
    lines.push_str(&format!("*\t{NAME}\t{NAME}\t{USER}\t\n"));
    let table = TabWriter::GET.align(&lines);
    session.stdout.push_str(&table);
    Ok(())
}

/// Runs `config use-context`.
pub fn run_use(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    match arguments.positional.as_slice() {
        [name] if name == NAME => {
            session.print(format!("Switched to context \"{NAME}\"."));
            Ok(())
        }
        [name] => Err(CommandError::message(format!(
            "no context exists with the name: \"{name}\""
        ))),
        words => Err(CommandError::message(format!(
            "accepts 1 arg(s), received {}",
            words.len()
        ))),
    }
}

/// Runs `config view`.
pub fn run_view(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    let format = Format::of(arguments)?;
    let config: Value = json!({
        "apiVersion": "v1",
        "clusters": [{ "cluster": { "server": SERVER }, "name": NAME }],
        "contexts": [{ "context": { "cluster": NAME, "user": USER }, "name": NAME }],
        "current-context": NAME,
        "kind": "Config",
        "preferences": {},
        "users": [{ "name": USER, "user": {} }],
    });
    let text = match format {
        Format::Objects(output) => output.render(None, &config)?,
        _ => Output::Yaml.render(None, &config)?,
    };
    session.stdout.push_str(&text);
    Ok(())
}

/// Runs `cluster-info`.
pub fn run_info(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    if arguments.positional.first().is_some_and(|word| word == "dump") {
        return Err(CommandError::message("kubectl cluster-info dump is not modelled"));
    }
    session.print(format!("Kubernetes control plane is running at {SERVER}"));
    session.print("\nTo further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.");
    Ok(())
}

/// Runs `auth can-i`.
pub fn run_can_i(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    if arguments.flag("list") {
        return Err(CommandError::message("kubectl auth can-i --list is not modelled"));
    }
    if !matches!(arguments.positional.len(), 2 | 3) {
        return Err(CommandError::message(
            "you must specify two arguments: verb resource or verb resource/resourceName.\nSee 'kubectl auth can-i -h' for help and \
             examples.",
        ));
    }
    if !arguments.flag("quiet") {
        session.print("yes");
    }
    Ok(())
}

/// Runs `auth whoami`.
pub fn run_who_am_i(session: &mut Session<'_>, _arguments: &Arguments) -> Result<()> {
    let lines = format!("ATTRIBUTE\tVALUE\nUsername\t{USER}\nGroups\t[system:masters system:authenticated]\n");
    let table = TabWriter::GET.align(&lines);
    session.stdout.push_str(&table);
    Ok(())
}

/// Commands that need a network or a terminal: the pod they name is looked up, so that a wrong name is told.
pub fn run_attach(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    let Some(name) = arguments.positional.first() else {
        return Err(CommandError::Usage(
            "at least 1 argument is required for attach".to_owned(),
            "attach",
        ));
    };
    let name = name.rsplit('/').next().unwrap_or(name);
    let namespace = arguments.text("namespace").unwrap_or(DEFAULT_NAMESPACE);
    let key = crate::api::ObjectKey::new(namespace, name);
    if session.object(crate::api::Kind::POD, &key).is_none() {
        return Err(crate::apiserver::ApiError::not_found(crate::api::Kind::POD, name).into());
    }
    Err(CommandError::message(
        "kubectl attach is not modelled: nobody writes to containers; see kubectl logs",
    ))
}
/// The flags of `attach`.
pub const ATTACH_FLAGS: &[&[Flag]] = &[&[
    Flag::text("container").short('c'),
    Flag::bool("stdin").short('i'),
    Flag::bool("tty").short('t'),
    Flag::bool("quiet").short('q'),
    Flag::duration("pod-running-timeout"),
]];
