//! Managers of fields, and what requests make of them.

use std::sync::Arc;

use serde_json::Value;
use smol_str::SmolStr;

use super::fields::{FieldSet, MARK, leaves};
use super::merge::{merge, without};
use crate::api::Timestamp;
use crate::api::schema::TypeInfo;

/// Somebody who owns fields of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldManager {
    /// The name, such as `kubectl`.
    pub name: SmolStr,
    /// Whether it owns them by applying; else by creating or updating.
    pub applies: bool,
    /// The version of the API in which it wrote.
    pub api_version: SmolStr,
    /// When it last wrote; none if that is not known.
    pub time: Option<Timestamp>,
    /// What it owns.
    pub fields: FieldSet,
}

/// The managers of an object; none if nobody owns anything.
pub type FieldManagers = Option<Arc<Vec<FieldManager>>>;

/// A field that somebody else owns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// Who owns it, as messages say it: `"kubectl-label" using apps/v1`.
    pub manager: String,
    /// The field's path.
    pub path: SmolStr,
}

/// Who applies or updates: a name, the version written in, and when.
#[derive(Debug, Clone, Copy)]
struct Writer<'a> {
    name: &'a str,
    api_version: &'a str,
    time: Timestamp,
}

/// The managers of a new object: whoever made it owns what it set.
pub fn created(info: &'static TypeInfo, object: &Value, name: &str, applies: bool, at: Timestamp) -> FieldManagers {
    let manager = FieldManager {
        name: name.into(),
        applies,
        api_version: version(object).into(),
        time: Some(at),
        fields: leaves(info, object).into_keys().collect(),
    };
    Some(Arc::new(vec![manager]))
}

/// The managers after somebody updated an object: what changed is the writer's alone, what went is nobody's.
pub fn updated(
    info: &'static TypeInfo,
    before: &FieldManagers,
    live: &Value,
    new: &Value,
    name: &str,
    at: Timestamp,
) -> FieldManagers {
    let writer = Writer {
        name,
        api_version: version(new),
        time: at,
    };
    let (changed, removed) = difference(info, live, new);
    if changed.is_empty() && removed.is_empty() {
        return before.clone();
    }
    let mut managers = before.as_deref().cloned().unwrap_or_default();
    for manager in &mut managers {
        let is_writer = !manager.applies && manager.name == writer.name;
        manager
            .fields
            .retain(|path| !removed.contains(path) && (is_writer || !changed.contains(path)));
    }
    if !changed.is_empty() {
        own(&mut managers, writer, false).extend(changed);
    }
    kept(managers)
}

/// Applies a configuration: the merged object, and its managers.
///
/// # Errors
/// Fields that the configuration changes and that others own, unless `force` takes them.
pub fn apply(
    info: &'static TypeInfo,
    before: &FieldManagers,
    live: &Value,
    config: &Value,
    (name, at): (&str, Timestamp),
    may_take: impl Fn(&[Conflict]) -> bool,
) -> Result<(Value, FieldManagers), Vec<Conflict>> {
    let writer = Writer {
        name,
        api_version: version(config),
        time: at,
    };
    let mut managers = before.as_deref().cloned().unwrap_or_default();
    let mut last: FieldSet = FieldSet::new();
    managers.retain(|manager| {
        let is_mine = manager.applies && manager.name == name;
        // What kubectl applied on the client's side, it may apply on the server's from now on.
        let is_migrated = name == "kubectl" && !manager.applies && manager.name == "kubectl-client-side-apply";
        if is_mine || is_migrated {
            last.extend(manager.fields.iter().cloned());
        }
        !is_mine && !is_migrated
    });
    let merged = merge(info, live, config);
    let (changed, _) = difference(info, live, &merged);
    let conflicts: Vec<Conflict> = managers
        .iter()
        .flat_map(|manager| {
            let by = match manager.applies {
                true => format!("\"{}\"", manager.name),
                false => format!("\"{}\" using {}", manager.name, manager.api_version),
            };
            let paths = manager.fields.intersection(&changed).cloned();
            paths.map(move |path| Conflict {
                manager: by.clone(),
                path,
            })
        })
        .collect();
    if !conflicts.is_empty() && !may_take(&conflicts) {
        return Err(conflicts);
    }
    for manager in &mut managers {
        manager.fields.retain(|path| !changed.contains(path));
    }
    own(&mut managers, writer, true).extend(leaves(info, config).into_keys());
    let gone = abandoned(&last, &managers);
    let pruned = without(info, &merged, &gone);
    let (_, removed) = difference(info, &merged, &pruned);
    for manager in &mut managers {
        manager.fields.retain(|path| !removed.contains(path));
    }
    Ok((unless_reordered(info, live, pruned), kept(managers)))
}

/// Elements in another order are no change: the object then stays as it is, and is asked for in the version that the
/// configuration names.
fn unless_reordered(info: &'static TypeInfo, live: &Value, applied: Value) -> Value {
    let (changed, removed) = difference(info, live, &applied);
    if !changed.is_empty() || !removed.is_empty() {
        return applied;
    }
    let mut same = live.clone();
    for member in ["resourceVersion", "uid"] {
        let path = format!("/metadata/{member}");
        if let (Some(given), Some(present)) = (applied.pointer(&path), same.pointer_mut(&path)) {
            *present = given.clone();
        }
    }
    same
}

fn version(object: &Value) -> &str {
    object.get("apiVersion").and_then(Value::as_str).unwrap_or_default()
}

fn own<'m>(managers: &'m mut Vec<FieldManager>, writer: Writer<'_>, applies: bool) -> &'m mut FieldSet {
    let at = managers
        .iter()
        .position(|manager| manager.applies == applies && manager.name == writer.name)
        .unwrap_or_else(|| {
            managers.push(FieldManager {
                name: writer.name.into(),
                applies,
                api_version: writer.api_version.into(),
                time: None,
                fields: FieldSet::new(),
            });
            managers.len() - 1
        });
    // The position is one that was found or has just been made.
    #[expect(clippy::indexing_slicing, reason = "the position was found or made just before")]
    let manager = &mut managers[at];
    manager.time = Some(writer.time);
    &mut manager.fields
}

fn kept(mut managers: Vec<FieldManager>) -> FieldManagers {
    managers.retain(|manager| !manager.fields.is_empty());
    (!managers.is_empty()).then(|| Arc::new(managers))
}

/// What changed or came, and what went.
fn difference(info: &'static TypeInfo, live: &Value, new: &Value) -> (FieldSet, FieldSet) {
    let (before, after) = (leaves(info, live), leaves(info, new));
    let changed = after.iter().filter(|(path, value)| before.get(*path) != Some(*value));
    let removed = before.keys().filter(|path| !after.contains_key(*path));
    (
        changed.map(|(path, _)| path.clone()).collect(),
        removed.cloned().collect(),
    )
}

/// What was applied before and is owned by nobody now, together with the structs around it that hold nothing owned.
fn abandoned(last: &FieldSet, managers: &[FieldManager]) -> FieldSet {
    let mut candidates = last.clone();
    for path in last {
        let starts = path.char_indices().filter(|(at, c)| *c == MARK && *at > 0);
        candidates.extend(starts.filter_map(|(at, _)| path.get(..at)).map(SmolStr::from));
    }
    let is_owned = |path: &SmolStr| {
        managers.iter().any(|manager| {
            let mut inside = manager.fields.range(path.clone()..);
            inside.next().is_some_and(|owned| {
                owned == path
                    || owned
                        .strip_prefix(path.as_str())
                        .is_some_and(|rest| rest.starts_with(MARK))
            })
        })
    };
    candidates.retain(|path| !is_owned(path));
    candidates
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::ownership::shown;
    use crate::api::schema::Schema;
    use serde_json::json;

    const AT: Timestamp = Timestamp::from_secs(0);

    fn deployment(spec: Value) -> Value {
        json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": spec})
    }

    fn info() -> &'static TypeInfo {
        Schema::builtin()
            .of("apps/v1", "Deployment")
            .expect("deployments are in the table")
    }

    #[test]
    fn what_others_own_conflicts_and_what_is_no_longer_applied_goes() {
        let containers = |image: &str| json!({"template": {"spec": {"containers": [{"name": "app", "image": image}]}}});
        let live = deployment(json!({"replicas": 2, "paused": true}));
        let managers = created(info(), &live, "m1", true, AT);
        let wants = deployment(json!({"replicas": 3}));
        let conflicts = apply(info(), &managers, &live, &wants, ("m2", AT), |_| false).expect_err("replicas are m1's");
        assert_eq!(shown(&conflicts[0].path), ".spec.replicas");
        assert_eq!(conflicts[0].manager, "\"m1\"");
        let (merged, managers) = apply(info(), &managers, &live, &wants, ("m2", AT), |_| true).expect("forced");
        assert_eq!(merged["spec"], json!({"replicas": 3, "paused": true}));
        let (merged, managers) = apply(info(), &managers, &merged, &deployment(json!({})), ("m1", AT), |_| {
            false
        })
        .expect("own");
        assert_eq!(merged["spec"], json!({"replicas": 3}));
        let other = deployment(json!({"replicas": 3, "template": containers("x")["template"]}));
        let managers = updated(info(), &managers, &merged, &other, "kubectl-set", AT);
        let conflicts = apply(
            info(),
            &managers,
            &other,
            &deployment(containers("y")),
            ("m2", AT),
            |_| false,
        );
        let paths: Vec<String> = conflicts
            .expect_err("the image is kubectl's")
            .iter()
            .map(|c| shown(&c.path))
            .collect();
        assert_eq!(paths, [".spec.template.spec.containers[name=\"app\"].image"]);
    }
}
