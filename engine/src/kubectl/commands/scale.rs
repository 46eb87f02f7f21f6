//! `kubectl scale`.

use serde_json::json;

use super::change::{Change, print_changed};
use crate::api::Kind;
use crate::apiserver::{ApiError, Patch};
use crate::kubectl::error::{CommandError, Result};
use crate::kubectl::flags::{Arguments, CHANGE, FILES, Flag, OUTPUT};
use crate::kubectl::selection::{Info, Query};
use crate::kubectl::session::{DryRun, Session};

/// Its flags.
pub const FLAGS: &[&[Flag]] = &[
    &[
        Flag::int("replicas"),
        Flag::int("current-replicas"),
        Flag::text("resource-version"),
        Flag::duration("timeout"),
        Flag::bool("all"),
        Flag::text("selector").short('l'),
    ],
    FILES,
    CHANGE,
    OUTPUT,
];

/// The kinds that have the subresource `scale`.
pub(super) const SCALABLE: [Kind; 4] = [
    Kind::DEPLOYMENT,
    Kind::REPLICA_SET,
    Kind::STATEFUL_SET,
    Kind::REPLICATION_CONTROLLER,
];

/// Runs the command.
pub fn run(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    if !arguments.has("replicas") {
        return Err(CommandError::message("required flag(s) \"replicas\" not set"));
    }
    let replicas = arguments.int("replicas").unwrap_or(-1);
    if replicas < 0 {
        return Err(CommandError::message(
            "The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0",
        ));
    }
    if arguments.int("current-replicas").is_some_and(|current| current < -1) {
        return Err(CommandError::message(
            "The --current-replicas must specify an integer of -1 or greater",
        ));
    }
    let change = Change::of(arguments, "scaled")?;
    let query = Query::of(arguments, &arguments.positional).kind_alone();
    let found = query.find(session)?;
    let mut errors = found.errors;
    if found.infos.is_empty() {
        let why: String = errors.iter().map(|error| format!(" {}", plain(error))).collect();
        return Err(CommandError::message(format!("no objects passed to scale{why}")));
    }
    for info in &found.infos {
        if let Err(error) = scale(session, arguments, info, replicas, &change) {
            errors.push(error);
            break;
        }
    }
    CommandError::of(errors)
}

fn plain(error: &CommandError) -> String {
    match error {
        CommandError::Api(error) => error.message.clone(),
        other => other.text().trim_end().to_owned(),
    }
}

fn scale(session: &mut Session<'_>, arguments: &Arguments, info: &Info, replicas: i64, change: &Change) -> Result<()> {
    if !SCALABLE.contains(&info.kind) {
        return Err(ApiError::no_resource().into());
    }
    if let Some(wanted) = arguments.int("current-replicas").filter(|wanted| *wanted >= 0) {
        let current = info
            .value
            .pointer("/spec/replicas")
            .and_then(serde_json::Value::as_i64)
            .unwrap_or(1);
        if current != wanted {
            return Err(CommandError::message(format!(
                "Expected replicas to be {wanted}, was {current}"
            )));
        }
    }
    if let Some(wanted) = arguments.text("resource-version") {
        let current = info
            .value
            .pointer("/metadata/resourceVersion")
            .and_then(serde_json::Value::as_str);
        let current = current.unwrap_or_default();
        if current != wanted {
            return Err(CommandError::message(format!(
                "Expected resource version to be {wanted}, was {current}"
            )));
        }
    }
    let patch = Patch::Merge(json!({ "spec": { "replicas": replicas } }));
    let value = match change.dry_run {
        DryRun::Client => info.value.clone(),
        dry_run => session.request(dry_run, |request| request.patch(info.kind, &info.key, &patch))?,
    };
    let scaled = Info { value, ..info.clone() };
    if let Some(timeout_ns) = arguments.duration_ns("timeout").filter(|timeout| *timeout != 0)
        && change.dry_run == DryRun::None
    {
        wait_for_replicas(session, &scaled, replicas, timeout_ns)?;
    }
    print_changed(session, &scaled, change)
}

/// Lets virtual time pass until the controller has caught up.
fn wait_for_replicas(session: &mut Session<'_>, info: &Info, replicas: i64, timeout_ns: i64) -> Result<()> {
    let deadline = session.deadline(timeout_ns);
    loop {
        let Some(value) = session.get(info.kind, &info.key) else {
            return Err(ApiError::not_found(info.kind, &info.key.name).into());
        };
        let number = |path: &str| value.pointer(path).and_then(serde_json::Value::as_i64);
        let observed = number("/status/observedGeneration").unwrap_or(0) >= number("/metadata/generation").unwrap_or(0);
        if observed && number("/status/replicas").unwrap_or(0) == replicas {
            return Ok(());
        }
        if !session.wait_for_change(deadline)? {
            let name = &info.key.name;
            return Err(CommandError::message(format!(
                "timed out waiting for \"{name}\" to be synced"
            )));
        }
    }
}
