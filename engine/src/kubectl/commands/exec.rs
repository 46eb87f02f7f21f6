//! `kubectl exec`: a command in a container that runs. `-i` and `-t` are accepted; nobody sits at the terminal, so a shell
//! without a script reads the end of its input and exits.

use std::sync::Arc;

use super::logs::container_of;
use crate::api::{Kind, Object, ObjectKey, Pod};
use crate::apiserver::{ApiError, Reason};
use crate::kubectl::error::{CommandError, Result};
use crate::kubectl::flags::{Arguments, FILES, Flag};
use crate::kubectl::resources::kind_of;
use crate::kubectl::session::{DEFAULT_NAMESPACE, Session};
use crate::kubelet::ExecError;

/// Its flags.
pub const FLAGS: &[&[Flag]] = &[
    &[
        Flag::text("container").short('c'),
        Flag::bool("stdin").short('i'),
        Flag::bool("tty").short('t'),
        Flag::bool("quiet").short('q'),
        Flag::duration("pod-running-timeout"),
    ],
    FILES,
];

/// Runs the command.
pub fn run(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    let before = arguments.before_dashes.unwrap_or(arguments.positional.len());
    let (named, words) = arguments.positional.split_at(before.min(arguments.positional.len()));
    if arguments.before_dashes.is_none() && named.len() > 1 {
        return Err(usage(
            "exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead",
        ));
    }
    let Some(name) = named.first() else {
        return Err(usage("pod, type/name or --filename must be specified"));
    };
    if words.is_empty() {
        return Err(usage("you must specify at least one command for the container"));
    }
    let pod = pod_named(session, arguments, name)?;
    if pod.status.phase.is_terminal() {
        let phase = pod.status.phase.as_str();
        return Err(CommandError::message(format!(
            "cannot exec into a container in a completed pod; current phase is {phase}"
        )));
    }
    let container = container_of(session, arguments.text("container"), &pod)?;
    execute(session, &pod, container, words)
}

fn usage(text: &str) -> CommandError {
    CommandError::Usage(text.to_owned(), "exec")
}

/// The pod that a name or `TYPE/NAME` stands for: of a workload, one of its pods.
fn pod_named(session: &mut Session<'_>, arguments: &Arguments, name: &str) -> Result<Arc<Pod>> {
    let namespace = arguments.text("namespace").unwrap_or(DEFAULT_NAMESPACE);
    let (kind, name) = match name.split_once('/') {
        Some((kind, name)) => (kind_of(kind)?, name),
        None => (Kind::POD, name),
    };
    let object = session.object(kind, &ObjectKey::new(namespace, name)).cloned();
    match object {
        None => Err(ApiError::not_found(kind, name).into()),
        Some(Object::Pod(pod)) => Ok(pod),
        Some(object) => {
            let pods = super::logs::pods_of(session.cluster.store().objects(), object.meta().uid);
            let first = pods.into_iter().find(|pod| pod.is_active());
            first.ok_or_else(|| CommandError::message("timed out waiting for the condition"))
        }
    }
}

/// Runs words in a container and prints what they print.
fn execute(session: &mut Session<'_>, pod: &Pod, container: usize, words: &[String]) -> Result<()> {
    let name = pod
        .spec
        .all_containers()
        .chain(&pod.spec.ephemeral_containers)
        .nth(container);
    let name = name.map(|container| container.name.clone()).unwrap_or_default();
    if pod.node_name.is_empty() {
        let message = format!("pod {} does not have a host assigned", pod.meta.name);
        return Err(ApiError::new(Reason::BadRequest, message).into());
    }
    let executed = match session.cluster.exec(pod, container, words) {
        Ok(executed) => executed,
        Err(ExecError::NodeUnreachable) => {
            let message = format!(
                "error dialing backend: dial tcp {}:10250: i/o timeout",
                pod.status.host_ip
            );
            return Err(CommandError::Verbatim(format!("Error from server: {message}")));
        }
        Err(ExecError::NotRunning) => {
            let message = format!("unable to upgrade connection: container not found (\"{name}\")");
            return Err(CommandError::message(format!("Internal error occurred: {message}")));
        }
        Err(ExecError::NotFound(why)) => {
            let message = format!("failed to exec in container: failed to start exec: {why}");
            return Err(CommandError::message(format!(
                "Internal error occurred: error executing command in container: {message}"
            )));
        }
    };
    if executed.unknown {
        let word = words.first().map(String::as_str).unwrap_or_default();
        return Err(CommandError::message(format!(
            "nobody knows what `{word}` does in this container: exec knows the shell and small tools such as env, cat, ls, \
             echo, test, wget"
        )));
    }
    for line in &executed.lines {
        session.print(line);
    }
    match executed.end {
        None => Err(CommandError::message("the command does not end by itself")),
        Some((took, code)) => {
            session.cluster.advance(took)?;
            match code {
                0 => Ok(()),
                code => Err(CommandError::Verbatim(format!(
                    "command terminated with exit code {code}"
                ))),
            }
        }
    }
}
