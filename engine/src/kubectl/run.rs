//! From a line to what kubectl printed.

use super::command_line;
use super::commands::{COMMANDS, Command, NOT_MODELLED};
use super::error::{CommandError, REFUSED_CONNECTION, Result};
use super::files::FileSource;
use super::flags::{Arguments, GLOBAL};
use super::session::Session;
use crate::api::duration;
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
        session.stderr.push_str(&error.text());
    }
    CommandOutput {
        stdout: session.stdout,
        stderr: session.stderr,
        exit_code: i32::from(outcome.is_err()),
    }
}

/// Whether a command asks the API server at all.
fn needs_server(words: &[String]) -> bool {
    let is_client = words.iter().any(|word| word == "--client" || word == "--client=true");
    !is_client
}

fn dispatch(session: &mut Session<'_>, words: &[String]) -> Result<()> {
    let (command, rest) = find_command(words)?;
    let arguments = Arguments::parse(command.name, &rest, command.flags)?;
    if arguments.flag("help") {
        session.print(format!(
            "kubectl {}: see https://kubernetes.io/docs/reference/kubectl/",
            command.name
        ));
        return Ok(());
    }
    check_connection(&arguments)?;
    if arguments.flag("record") {
        session.warn("Flag --record has been deprecated, --record will be removed in the future");
    }
    (command.run)(session, &arguments)
}

/// The flags that say how to reach a cluster: there is only this one.
fn check_connection(arguments: &Arguments) -> Result<()> {
    if let Some(path) = arguments.text("kubeconfig").filter(|path| !path.is_empty()) {
        return Err(CommandError::message(format!("stat {path}: no such file or directory")));
    }
    if let Some(context) = arguments.text("context").filter(|context| !context.is_empty()) {
        return Err(CommandError::Verbatim(format!(
            "Error in configuration: context was not found for specified context: {context}"
        )));
    }
    let timeout = arguments.text("request-timeout").unwrap_or("0");
    if timeout.parse::<i64>().is_err() && duration::parse_ns(timeout).is_err() {
        return Err(CommandError::message(
            "Invalid timeout value. Timeout must be a single integer in seconds, or an integer followed by a corresponding time \
             unit (e.g. 1s | 2m | 3h)",
        ));
    }
    Ok(())
}

/// The command that the first words name; global flags may stand before it.
fn find_command(words: &[String]) -> Result<(&'static Command, Vec<String>)> {
    let mut before: Vec<String> = Vec::new();
    let mut rest = words.iter();
    let first = loop {
        let Some(word) = rest.next() else {
            return Err(CommandError::message("no command given"));
        };
        if !word.starts_with('-') {
            break word;
        }
        before.push(word.clone());
        let name = word.trim_start_matches('-');
        let flag = GLOBAL.iter().find(|flag| {
            flag.name == name.split('=').next().unwrap_or_default()
                || flag.short.is_some_and(|short| name.strip_prefix(short) == Some(""))
        });
        match flag {
            Some(flag) if flag.bare.is_none() && !word.contains('=') => before.extend(rest.next().cloned()),
            Some(_) => {}
            None => {
                Arguments::parse("", &before, &[]).map_err(|error| match error {
                    CommandError::Message(text) => {
                        CommandError::Message(text.replace("kubectl  --help", "kubectl --help"))
                    }
                    other => other,
                })?;
            }
        }
    };
    let second = rest.clone().next();
    let two_words = second.map(|second| format!("{first} {second}"));
    let named = |name: &str| COMMANDS.iter().find(|command| command.name == name);
    let mut all = before;
    if let Some(command) = two_words.as_deref().and_then(named) {
        all.extend(rest.skip(1).cloned());
        return Ok((command, all));
    }
    if let Some(command) = named(first) {
        all.extend(rest.cloned());
        return Ok((command, all));
    }
    Err(unknown_command(first, second))
}

fn unknown_command(first: &str, second: Option<&String>) -> CommandError {
    if NOT_MODELLED.contains(&first) {
        return CommandError::message(format!("kubectl {first} is not modelled"));
    }
    let group = format!("{first} ");
    let members: Vec<&str> = COMMANDS
        .iter()
        .filter_map(|command| command.name.strip_prefix(&group))
        .collect();
    if !members.is_empty() {
        let given = second.map(String::as_str).unwrap_or_default();
        let known = members.join(", ");
        return CommandError::message(format!("kubectl {first} {given}: give one of {known}"));
    }
    let mut known: Vec<&str> = COMMANDS
        .iter()
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
