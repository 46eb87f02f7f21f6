//! What the subcommands of `set` have in common: the objects they change, their pod templates and containers.

use serde_json::{Map, Value};

use crate::api::Kind;
use crate::kubectl::commands::change::{Change, print_changed};
use crate::kubectl::error::{CommandError, Result};
use crate::kubectl::flags::Flag;
use crate::kubectl::selection::{Found, Info};
use crate::kubectl::session::{DryRun, Session};

/// The flags that say which objects are meant.
pub const TARGET: &[Flag] = &[
    Flag::bool("all"),
    Flag::text("selector").short('l'),
    Flag::bool("local"),
];

/// What was found, if nothing was missing.
///
/// # Errors
/// What could not be found.
pub fn all_found(found: Found) -> Result<Vec<Info>> {
    CommandError::of(found.errors)?;
    Ok(found.infos)
}

/// Changes objects one by one and prints them; what an edit leaves as it was is passed over. `failure` is what kubectl writes
/// before the server's message. Returns what went wrong.
pub fn change_each(
    session: &mut Session<'_>,
    infos: &[Info],
    change: &Change,
    failure: &str,
    mut edit: impl FnMut(&mut Session<'_>, &Info, &mut Value) -> Result<()>,
) -> Result<Vec<CommandError>> {
    let mut errors = Vec::new();
    for info in infos {
        let mut value = info.value.clone();
        if let Err(error) = edit(session, info, &mut value) {
            errors.push(error);
        }
        if value == info.value {
            continue;
        }
        let stored = match change.dry_run {
            DryRun::Client => Ok(value),
            dry_run => session.request(dry_run, |request| request.replace(info.kind, value)),
        };
        match stored {
            Ok(value) => print_changed(session, &Info { value, ..info.clone() }, change)?,
            Err(error) => errors.push(CommandError::message(format!("{failure}{error}"))),
        }
    }
    Ok(errors)
}

/// Where the pod spec of objects of a kind is.
fn pod_spec_path(kind: Kind) -> Option<&'static str> {
    Some(match kind {
        Kind::POD => "/spec",
        Kind::CRON_JOB => "/spec/jobTemplate/spec/template/spec",
        Kind::DEPLOYMENT
        | Kind::REPLICA_SET
        | Kind::STATEFUL_SET
        | Kind::DAEMON_SET
        | Kind::REPLICATION_CONTROLLER
        | Kind::JOB => "/spec/template/spec",
        _ => return None,
    })
}

/// The pod spec of an object.
///
/// # Errors
/// It has none.
pub fn pod_spec<'v>(info: &Info, value: &'v mut Value) -> Result<&'v mut Map<String, Value>> {
    pod_spec_path(info.kind)
        .and_then(|path| value.pointer_mut(path))
        .and_then(Value::as_object_mut)
        .ok_or_else(|| {
            CommandError::message(format!(
                "{} the object is not a pod or does not have a pod template: *{}.{}",
                info.plural_label(),
                info.kind.info().version,
                info.kind.name()
            ))
        })
}

/// The containers that a pattern names (`*` stands for anything), and then the init containers.
pub fn containers<'v>(spec: &'v mut Map<String, Value>, pattern: &str) -> Vec<&'v mut Map<String, Value>> {
    let (mut containers, mut init) = (Vec::new(), Vec::new());
    for (key, value) in spec.iter_mut() {
        let of_key = match key.as_str() {
            "containers" => &mut containers,
            "initContainers" => &mut init,
            _ => continue,
        };
        let all = value.as_array_mut().into_iter().flatten();
        of_key.extend(all.filter_map(Value::as_object_mut).filter(|container| {
            let name = container.get("name").and_then(Value::as_str).unwrap_or_default();
            matches(name, pattern)
        }));
    }
    containers.append(&mut init);
    containers
}

/// Whether a name fits a pattern in which `*` stands for anything.
fn matches(name: &str, pattern: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else {
        return false;
    };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else {
        return rest.is_empty();
    };
    for part in parts {
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// Notes why an object was changed (`--record`).
pub fn note_cause(value: &mut Value, cause: &str) {
    let metadata = value.get_mut("metadata").and_then(Value::as_object_mut);
    let annotations = metadata.map(|metadata| {
        metadata
            .entry("annotations")
            .or_insert_with(|| Value::Object(Map::new()))
    });
    if let Some(annotations) = annotations.and_then(Value::as_object_mut) {
        annotations.insert("kubernetes.io/change-cause".to_owned(), cause.into());
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn patterns_of_containers() {
        let check = |name, pattern, expect| assert_eq!(matches(name, pattern), expect, "{name} {pattern}");
        check("app", "*", true);
        check("app", "app", true);
        check("app", "ap", false);
        check("app", "a*", true);
        check("app", "*p", true);
        check("app", "b*", false);
        check("web-1-blue", "web-*-blue", true);
        check("web-1-green", "web-*-blue", false);
        check("aba", "ab*ba", false);
    }
}
