//! `kubectl set subject`: whom a RoleBinding or ClusterRoleBinding binds.

use serde_json::{Value, json};

use super::template::{TARGET, all_found, change_each};
use crate::api::Kind;
use crate::kubectl::commands::change::Change;
use crate::kubectl::error::{CommandError, Result};
use crate::kubectl::flags::{Arguments, CHANGE, FILES, Flag, OUTPUT};
use crate::kubectl::selection::{Info, Query};
use crate::kubectl::session::{DEFAULT_NAMESPACE, Session};

/// Its flags.
pub const FLAGS: &[&[Flag]] = &[
    &[Flag::texts("user"), Flag::texts("group"), Flag::texts("serviceaccount")],
    TARGET,
    FILES,
    CHANGE,
    OUTPUT,
];

/// Runs the command.
pub fn run(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    let change = Change::of(arguments, "subjects updated")?;
    let infos = all_found(Query::of(arguments, &arguments.positional).find(session)?)?;
    let subjects = subjects(arguments, &infos)?;
    let failure = "failed to patch subjects to rolebinding: ";
    let errors = change_each(session, &infos, &change, failure, |_, info, value| {
        if !matches!(info.kind, Kind::ROLE_BINDING | Kind::CLUSTER_ROLE_BINDING) {
            return Err(CommandError::message(format!(
                "{} setting subjects is only supported for RoleBinding/ClusterRoleBinding",
                info.plural_label()
            )));
        }
        let Some(binding) = value.as_object_mut() else {
            return Ok(());
        };
        let bound = binding.entry("subjects").or_insert_with(|| json!([]));
        if let Some(bound) = bound.as_array_mut() {
            for subject in &subjects {
                if !bound.contains(subject) {
                    bound.push(subject.clone());
                }
            }
        }
        Ok(())
    })?;
    CommandError::of(errors)
}

fn subjects(arguments: &Arguments, infos: &[Info]) -> Result<Vec<Value>> {
    let sorted = |flag| {
        let mut names = arguments.texts(flag);
        names.sort_unstable();
        names.dedup();
        names
    };
    let named = |kind: &str, name: &str| json!({ "apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": name });
    let mut subjects: Vec<Value> = sorted("user").iter().map(|name| named("User", name)).collect();
    subjects.extend(sorted("group").iter().map(|name| named("Group", name)));
    let own = arguments.text("namespace").unwrap_or(DEFAULT_NAMESPACE);
    for account in sorted("serviceaccount") {
        let parts: Vec<&str> = account.split(':').collect();
        let [namespace, name] = parts.as_slice() else {
            return Err(CommandError::message("serviceaccount must be <namespace>:<name>"));
        };
        if name.is_empty() {
            return Err(CommandError::message("serviceaccount must be <namespace>:<name>"));
        }
        let for_cluster = infos.iter().any(|info| info.kind == Kind::CLUSTER_ROLE_BINDING);
        if namespace.is_empty() && for_cluster {
            return Err(CommandError::message(
                "serviceaccount must be <namespace>:<name>, namespace must be specified",
            ));
        }
        let namespace = if namespace.is_empty() { own } else { namespace };
        subjects.push(json!({ "kind": "ServiceAccount", "name": name, "namespace": namespace }));
    }
    if subjects.is_empty() {
        return Err(CommandError::message(
            "you must specify at least one value of user, group or serviceaccount",
        ));
    }
    Ok(subjects)
}
