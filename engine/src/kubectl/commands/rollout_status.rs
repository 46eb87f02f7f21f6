//! `kubectl rollout status`: follows a rollout to its end, in the words of kubectl's status viewers.
//!
//! Source: kubectl `pkg/polymorphichelpers/rollout_status.go`.

use serde_json::Value;

use crate::api::{Kind, json as read};
use crate::kubectl::error::{CommandError, Result};
use crate::kubectl::flags::{Arguments, FILES, Flag};
use crate::kubectl::selection::{Info, Query};
use crate::kubectl::session::Session;

/// Its flags.
pub const FLAGS: &[&[Flag]] = &[
    &[
        Flag::bool("watch").short('w'),
        Flag::int("revision"),
        Flag::duration("timeout"),
        Flag::text("selector").short('l'),
    ],
    FILES,
];

/// Runs the command.
pub fn run(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    let query = Query::of(arguments, &arguments.positional).kind_alone();
    if query.words.is_empty() && query.files.is_empty() {
        return Err(CommandError::message("required resource not specified"));
    }
    if arguments.int("revision").is_some_and(|revision| revision < 0) {
        return Err(CommandError::message("revision must be a positive integer"));
    }
    let found = query.find(session)?;
    let mut errors = found.errors;
    for info in &found.infos {
        if let Err(error) = follow(session, arguments, info) {
            errors.push(error);
            break;
        }
    }
    CommandError::of(errors)
}

fn follow(session: &mut Session<'_>, arguments: &Arguments, info: &Info) -> Result<()> {
    let deadline = session.deadline(arguments.duration_ns("timeout").unwrap_or(0));
    let revision = arguments.int("revision").unwrap_or(0);
    let mut version = Value::Null;
    let mut object = info.value.clone();
    loop {
        let present = object.pointer("/metadata/resourceVersion").cloned().unwrap_or_default();
        if std::mem::replace(&mut version, present.clone()) != present {
            let (text, done) = status(info, &object, revision)?;
            session.print(text);
            if done || !arguments.flag_or_true("watch") {
                return Ok(());
            }
        }
        if !session.wait_for_change(deadline)? {
            return Err(CommandError::message("timed out waiting for the condition"));
        }
        object = session
            .get(info.kind, &info.key)
            .ok_or_else(|| CommandError::message("object has been deleted"))?;
    }
}

/// What kubectl says of an object, and whether its rollout is done.
fn status(info: &Info, object: &Value, revision: i64) -> Result<(String, bool)> {
    match info.kind {
        Kind::DEPLOYMENT => deployment(object, revision),
        Kind::DAEMON_SET => daemon_set(object),
        Kind::STATEFUL_SET => stateful_set(object),
        kind => {
            let info = kind.info();
            let qualified = if info.group.is_empty() {
                info.kind.to_owned()
            } else {
                format!("{}.{}", info.kind, info.group)
            };
            Err(CommandError::message(format!(
                "no status viewer has been implemented for {qualified}"
            )))
        }
    }
}

fn number(object: &Value, path: &str) -> i64 {
    object.pointer(path).and_then(Value::as_i64).unwrap_or(0)
}

fn text(object: &Value, path: &str) -> String {
    object
        .pointer(path)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

fn is_observed(object: &Value) -> bool {
    number(object, "/metadata/generation") <= number(object, "/status/observedGeneration")
}

fn deployment(object: &Value, revision: i64) -> Result<(String, bool)> {
    let name = text(object, "/metadata/name");
    if revision > 0 {
        let running = text(object, "/metadata/annotations/deployment.kubernetes.io~1revision")
            .parse()
            .unwrap_or(0i64);
        if running != revision {
            return Err(CommandError::message(format!(
                "desired revision ({revision}) is different from the running revision ({running})"
            )));
        }
    }
    if !is_observed(object) {
        return Ok(("Waiting for deployment spec update to be observed...".to_owned(), false));
    }
    let status = object.get("status").unwrap_or(&Value::Null);
    let progressing = read::list(status, "conditions")
        .iter()
        .find(|condition| read::text(condition, "type") == "Progressing");
    if progressing.is_some_and(|condition| read::text(condition, "reason") == "ProgressDeadlineExceeded") {
        return Err(CommandError::message(format!(
            "deployment {name:?} exceeded its progress deadline"
        )));
    }
    let wanted = number(object, "/spec/replicas");
    let count = |field| read::int(status, field).unwrap_or(0);
    let (total, updated, available) = (count("replicas"), count("updatedReplicas"), count("availableReplicas"));
    let waiting = |what: String| {
        Ok((
            format!("Waiting for deployment {name:?} rollout to finish: {what}..."),
            false,
        ))
    };
    if updated < wanted {
        return waiting(format!("{updated} out of {wanted} new replicas have been updated"));
    }
    if total > updated {
        return waiting(format!("{} old replicas are pending termination", total - updated));
    }
    if available < updated {
        return waiting(format!("{available} of {updated} updated replicas are available"));
    }
    Ok((format!("deployment {name:?} successfully rolled out"), true))
}

fn check_strategy(object: &Value) -> Result<()> {
    let strategy = text(object, "/spec/updateStrategy/type");
    if strategy.is_empty() || strategy == "RollingUpdate" {
        return Ok(());
    }
    Err(CommandError::message(
        "rollout status is only available for RollingUpdate strategy type",
    ))
}

fn daemon_set(object: &Value) -> Result<(String, bool)> {
    check_strategy(object)?;
    if !is_observed(object) {
        return Ok(("Waiting for daemon set spec update to be observed...".to_owned(), false));
    }
    let name = text(object, "/metadata/name");
    let wanted = number(object, "/status/desiredNumberScheduled");
    let updated = number(object, "/status/updatedNumberScheduled");
    let available = number(object, "/status/numberAvailable");
    let waiting = |what: String| {
        Ok((
            format!("Waiting for daemon set {name:?} rollout to finish: {what}..."),
            false,
        ))
    };
    if updated < wanted {
        return waiting(format!("{updated} out of {wanted} new pods have been updated"));
    }
    if available < wanted {
        return waiting(format!("{available} of {wanted} updated pods are available"));
    }
    Ok((format!("daemon set {name:?} successfully rolled out"), true))
}

fn stateful_set(object: &Value) -> Result<(String, bool)> {
    check_strategy(object)?;
    if number(object, "/status/observedGeneration") == 0 || !is_observed(object) {
        return Ok((
            "Waiting for statefulset spec update to be observed...".to_owned(),
            false,
        ));
    }
    let wanted = number(object, "/spec/replicas");
    let ready = number(object, "/status/readyReplicas");
    let updated = number(object, "/status/updatedReplicas");
    if ready < wanted {
        return Ok((format!("Waiting for {} pods to be ready...", wanted - ready), false));
    }
    if let Some(partition) = object
        .pointer("/spec/updateStrategy/rollingUpdate/partition")
        .and_then(Value::as_i64)
        && partition > 0
    {
        let target = wanted - partition;
        if updated < target {
            let text = format!(
                "Waiting for partitioned roll out to finish: {updated} out of {target} new pods have been updated..."
            );
            return Ok((text, false));
        }
        return Ok((
            format!("partitioned roll out complete: {updated} new pods have been updated..."),
            true,
        ));
    }
    let (update, current) = (
        text(object, "/status/updateRevision"),
        text(object, "/status/currentRevision"),
    );
    if update != current {
        let text = format!("waiting for statefulset rolling update to complete {updated} pods at revision {update}...");
        return Ok((text, false));
    }
    let current_replicas = number(object, "/status/currentReplicas");
    let text = format!("statefulset rolling update complete {current_replicas} pods at revision {current}...");
    Ok((text, true))
}
