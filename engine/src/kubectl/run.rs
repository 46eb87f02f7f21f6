//! From a line to what kubectl printed.

use super::command_line;
use super::commands::{COMMANDS, Command};
use super::error::{CommandError, Result};
use super::files::FileSource;
use super::flags::{Arguments, GLOBAL};
use super::session::Session;
use crate::api::decode::did_you_mean;
use crate::cluster::Cluster;

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
    let mut session = Session::new(cluster, files);
    let outcome = dispatch(&mut session, words);
    if let Err(error) = &outcome {
        session.stderr.push_str(&error.text());
    }
    CommandOutput {
        stdout: session.stdout,
        stderr: session.stderr,
        exit_code: i32::from(outcome.is_err()),
    }
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
    if arguments.flag("record") {
        session.warn("Flag --record has been deprecated, --record will be removed in the future");
    }
    (command.run)(session, &arguments)
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
    Err(unknown_command(first))
}

fn unknown_command(word: &str) -> CommandError {
    let known = COMMANDS.iter().filter_map(|command| command.name.split(' ').next());
    let text = format!("unknown command \"{word}\" for \"kubectl\"");
    CommandError::message(match did_you_mean(word, known) {
        Some(meant) => format!("{text}\n\nDid you mean this?\n\t{meant}"),
        None => text,
    })
}
