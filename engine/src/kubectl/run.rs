//! From a line to what kubectl printed.

use serde_json::Value;

use super::command_line;
use super::commands::SERVER;
use super::commands::{self, ALIASES, Command, NOT_MODELLED};
use super::error::{CommandError, REFUSED_CONNECTION, Result, refused};
use super::field_selector::{FieldQuery, unselectable};
use super::files::FileSource;
use super::flags::{Arguments, Flag, GLOBAL, is_boolean, is_true};
use super::groups::{GROUPS, Group};
use super::output::Format;
use super::session::{CLIENT_SIDE_APPLY, Session};
use crate::api::{Kind, duration};
use crate::cluster::Cluster;
use crate::faults::ControlPlanePart;

/// What a command left behind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CommandOutput {
    /// What it printed to standard output.
    pub stdout: String,
    /// What it printed to standard error.
    pub stderr: String,
    /// 0, or 1 if it failed.
    pub exit_code: i32,
}

/// Runs one command line.
pub fn run_line(cluster: &mut Cluster, line: &str, files: &dyn FileSource) -> CommandOutput {
    match command_line::split(line) {
        Ok(words) => run_words(cluster, &words, files),
        Err(why) => CommandOutput {
            stderr: CommandError::message(format!("cannot read the command line: {why}")).text(),
            exit_code: 1,
            ..CommandOutput::default()
        },
    }
}

/// Runs one command given as its arguments, without the leading `kubectl`.
pub fn run_words(cluster: &mut Cluster, words: &[String], files: &dyn FileSource) -> CommandOutput {
    let unreachable = cluster
        .environment()
        .interference()
        .is_down(ControlPlanePart::ApiServer);
    let mut session = Session::new(cluster, files);
    let outcome = match unreachable && needs_server(words) {
        true => Err(CommandError::Verbatim(REFUSED_CONNECTION.to_owned())),
        false => dispatch(&mut session, words),
    };
    if let Err(error) = &outcome {
        session.stdout.push_str(&error.printed());
        session.stderr.push_str(&error.text());
    }
    CommandOutput {
        stdout: session.stdout,
        stderr: session.stderr,
        exit_code: i32::from(outcome.is_err()),
    }
}

/// Prints what the API server answered to a `kubectl get`, as its flags ask: for answers that come from elsewhere than a cluster of
/// ours. Only the formats that show objects are printed.
pub fn print_answer(words: &[String], answer: &Value, files: &dyn FileSource) -> CommandOutput {
    let printed = find_command(words).and_then(|(named, rest)| match named {
        Named::Command(command) if command.name == "get" => {
            let arguments = Arguments::parse(command.name, &rest, command.flags)?;
            match Format::of_table(&arguments)?.load(files, &arguments)? {
                Format::Objects(output) => output.render(None, answer),
                _ => Err(CommandError::message("only -o with objects is printed here")),
            }
        }
        _ => Err(CommandError::message("only kubectl get has answers")),
    });
    match printed {
        Ok(stdout) => CommandOutput {
            stdout,
            ..CommandOutput::default()
        },
        Err(error) => CommandOutput {
            stdout: error.printed(),
            stderr: error.text(),
            exit_code: 1,
        },
    }
}

/// What kubectl says of a field selector that objects of a kind cannot be selected by.
pub fn field_selector_refusal(selector: &str, kind: Kind) -> Option<String> {
    let why = FieldQuery::parse(selector, kind).err()?;
    Some(unselectable(kind, "", selector, &why).text())
}

/// Whether a command asks the API server at all.
fn needs_server(words: &[String]) -> bool {
    let is_client = words.iter().any(|word| word == "--client" || word == "--client=true");
    !is_client
}

fn dispatch(session: &mut Session<'_>, words: &[String]) -> Result<()> {
    let (named, rest) = find_command(words)?;
    let command = match named {
        Named::Command(command) => command,
        Named::Group(group) => {
            let arguments = Arguments::parse(group.name, &rest, &[])?;
            return group.run(session, &arguments.positional);
        }
    };
    let arguments = Arguments::parse(command.name, &rest, command.flags)?;
    if arguments.flag("help") {
        session.print(format!(
            "kubectl {}: see https://kubernetes.io/docs/reference/kubectl/",
            command.name
        ));
        return Ok(());
    }
    check_connection(session, command.name, &arguments)?;
    warn_of_dry_run(session, &arguments);
    if arguments.flag("record") {
        session.warn("Flag --record has been deprecated, --record will be removed in the future");
    }
    let given = arguments.text("field-manager").filter(|manager| !manager.is_empty());
    session.manager = match (given, command.name.split(' ').next().unwrap_or_default()) {
        (Some(manager), _) => manager.into(),
        (None, "apply") if arguments.flag("server-side") => "kubectl".into(),
        (None, "apply") => CLIENT_SIDE_APPLY.into(),
        (None, command) => format!("kubectl-{command}").into(),
    };
    (command.run)(session, &arguments)
}

/// The old forms of `--dry-run`.
fn warn_of_dry_run(session: &mut Session<'_>, arguments: &Arguments) {
    let Some(given) = arguments.text("dry-run") else {
        return;
    };
    let new = match given {
        "unchanged" => {
            let text = "--dry-run is deprecated and can be replaced with --dry-run=client.";
            return session.log('W', "helpers.go:702", text);
        }
        given if is_true(given) => "client",
        given if is_boolean(given) => "none",
        _ => return,
    };
    let text = format!("--dry-run={given} is deprecated (boolean value) and can be replaced with --dry-run={new}.");
    session.log('W', "helpers.go:716", &text);
}

/// Commands that ask for the configuration of a client before they ask for its namespace, which words a bad context differently.
const CLIENT_FIRST: &[&str] = &[
    "api-resources",
    "api-versions",
    "apply",
    "autoscale",
    "cluster-info",
    "cordon",
    "create",
    "diff",
    "drain",
    "explain",
    "expose",
    "replace",
    "run",
    "uncordon",
    "version",
];

/// How often a client asks a server what it serves before it gives up.
const DISCOVERY_TRIES: usize = 5;

/// The flags that say how to reach a cluster: there is only this one, and one user.
fn check_connection(session: &mut Session<'_>, command: &str, arguments: &Arguments) -> Result<()> {
    if let Some(path) = arguments.text("kubeconfig").filter(|path| !path.is_empty()) {
        return Err(CommandError::message(format!("stat {path}: no such file or directory")));
    }
    if let Some(context) = arguments.text("context").filter(|context| !context.is_empty()) {
        let word = command.split(' ').next().unwrap_or_default();
        return Err(match CLIENT_FIRST.contains(&word) {
            true => CommandError::message(format!("context \"{context}\" does not exist")),
            false => CommandError::Verbatim(format!(
                "Error in configuration: context was not found for specified context: {context}"
            )),
        });
    }
    let timeout = arguments.text("request-timeout").unwrap_or("0");
    if timeout.parse::<i64>().is_err() && duration::parse_ns(timeout).is_err() {
        return Err(CommandError::message(
            "Invalid timeout value. Timeout must be a single integer in seconds, or an integer followed by a corresponding time \
             unit (e.g. 1s | 2m | 3h)",
        ));
    }
    if let Some(server) = arguments
        .text("server")
        .filter(|server| !server.is_empty() && *server != SERVER)
    {
        let address = server.split("://").last().unwrap_or_default().trim_end_matches('/');
        let text = format!(
            "\"Unhandled Error\" err=\"couldn't get current server API group list: Get \\\"{server}/api?timeout=32s\\\": dial tcp \
             {address}: connect: connection refused\""
        );
        for _ in 0..DISCOVERY_TRIES {
            session.log('E', "memcache.go:265", &text);
        }
        return Err(CommandError::Verbatim(refused(address)));
    }
    if arguments.text("token").is_some_and(|token| !token.is_empty()) {
        return Err(CommandError::message(
            "You must be logged in to the server (Unauthorized)",
        ));
    }
    Ok(())
}

/// What the first words name.
enum Named {
    Command(&'static Command),
    Group(&'static Group),
}

/// The command that the first words name, and the other words in order. Global flags may stand before and between.
fn find_command(words: &[String]) -> Result<(Named, Vec<String>)> {
    let mut name = String::new();
    let mut others: Vec<String> = Vec::new();
    let mut best = None;
    let mut left = words;
    while let Some((word, rest)) = left.split_first() {
        left = rest;
        if word == "--" {
            others.push(word.clone());
            break;
        }
        if word.starts_with('-') {
            others.push(word.clone());
            if takes_next(word, name.is_empty(), &others)? {
                others.extend(rest.first().cloned());
                left = rest.get(1..).unwrap_or_default();
            }
            continue;
        }
        let longer = match name.as_str() {
            "" => word.clone(),
            name => format!("{name} {word}"),
        };
        let longer = ALIASES
            .iter()
            .find(|(alias, _)| *alias == longer)
            .map_or(longer, |(_, of)| (*of).to_owned());
        let Some(named) = named(&longer) else {
            others.push(word.clone());
            break;
        };
        name = longer;
        best = Some(named);
    }
    others.extend(left.iter().cloned());
    match best {
        Some(named) => Ok((named, others)),
        None => Err(unknown_command(words)),
    }
}

fn named(name: &str) -> Option<Named> {
    let group = GROUPS.iter().find(|group| group.name == name).map(Named::Group);
    group.or_else(|| commands::all().find(|command| command.name == name).map(Named::Command))
}

/// Whether a flag before the command's last word takes the next word as its value. Only global flags are known there; before the
/// first word, others are an error.
fn takes_next(word: &str, is_first: bool, flags: &[String]) -> Result<bool> {
    let name = word.trim_start_matches('-');
    let bare = name.split('=').next().unwrap_or_default();
    let is_this =
        |flag: &&Flag| flag.name == bare || flag.short.is_some_and(|short| name.strip_prefix(short) == Some(""));
    match GLOBAL.iter().find(is_this) {
        Some(flag) => Ok(flag.bare.is_none() && !word.contains('=')),
        None if is_first => {
            Arguments::parse("", flags, &[]).map_err(|error| match error {
                CommandError::Message(text) => CommandError::Message(text.replace("kubectl  --help", "kubectl --help")),
                other => other,
            })?;
            Ok(false)
        }
        // cobra takes it that flags it does not know have values.
        None => Ok(!word.contains('=') && (word.starts_with("--") || word.len() == 2)),
    }
}

fn unknown_command(words: &[String]) -> CommandError {
    let Some(first) = words.iter().find(|word| !word.starts_with('-')) else {
        return CommandError::message("no command given");
    };
    if NOT_MODELLED.contains(&first.as_str()) {
        return CommandError::message(format!("kubectl {first} is not modelled"));
    }
    let mut known: Vec<&str> = commands::all()
        .filter_map(|command| command.name.split(' ').next())
        .collect();
    known.extend(NOT_MODELLED);
    known.sort_unstable();
    known.dedup();
    let text = format!("unknown command \"{first}\" for \"kubectl\"");
    let near = |known: &&str| edits(first, known) <= NEAR || known.starts_with(&first.to_ascii_lowercase());
    let meant: Vec<&str> = known.into_iter().filter(near).collect();
    CommandError::message(match meant.as_slice() {
        [] => text,
        meant => format!("{text}\n\nDid you mean this?\n\t{}", meant.join("\n\t")),
    })
}

/// How many edits away a command may be to be suggested (cobra `SuggestionsMinimumDistance`).
const NEAR: usize = 2;

/// Levenshtein distance, as cobra computes it: letters in any case are the same.
fn edits(a: &str, b: &str) -> usize {
    let (a, b) = (a.to_ascii_lowercase(), b.to_ascii_lowercase());
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, x) in a.chars().enumerate().take(LONGEST_COMMAND) {
        let mut diagonal = i;
        let mut left = i + 1;
        for (cell, y) in row.iter_mut().skip(1).zip(b.chars()) {
            let replaced = diagonal + usize::from(x != y);
            diagonal = *cell;
            *cell = replaced.min(*cell + 1).min(left + 1);
            left = *cell;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

/// No command is longer; more letters only make it more different.
const LONGEST_COMMAND: usize = 64;
