//! Server-side apply: a configuration merged into what is there, as far as its manager may.
//!
//! Source: documentation, "Server-Side Apply"; apimachinery `util/managedfields`. What a manager may is in
//! [`crate::api::ownership`].

use serde_json::Value;

use super::error::{ApiError, Cause, Reason, key_of};
use super::patch::check_identity;
use super::request::Request;
use crate::api::ownership::{self, Conflict, shown};
use crate::api::schema::Schema;
use crate::api::{Kind, ObjectKey};

/// How an apply is meant.
#[derive(Debug, Clone, Copy, Default)]
pub struct ApplyOptions<'a> {
    /// Whether it takes fields from other managers.
    pub force: bool,
    /// What becomes of the annotation in which `kubectl apply` noted what it applied, where the object has it.
    pub last_applied: Option<(&'a str, &'a str)>,
}

impl Request<'_, '_> {
    /// Applies a configuration as this request's manager, and returns the object as stored.
    ///
    /// # Errors
    /// Fields that the kind does not have or that other managers own, and what a creation or an update would be refused for.
    pub fn apply(
        &mut self,
        kind: Kind,
        key: &ObjectKey,
        config: Value,
        options: ApplyOptions<'_>,
    ) -> Result<Value, ApiError> {
        let Some(info) = Schema::builtin().of_kind(kind) else {
            return Err(ApiError::no_resource());
        };
        check_identity(key, &config)?;
        refuse_untyped(kind, key, &ownership::problems(info, &config))?;
        let Some(present) = self.context.store.objects().object(kind, key) else {
            let managers = ownership::created(info, &config, &self.manager, true, self.context.store.timestamp());
            return self.create_as(kind, config, Some(managers));
        };
        let before = present.meta().managers.clone();
        let live = self.get(kind, key)?;
        let writer = (self.manager.as_str(), self.context.store.timestamp());
        let (mut merged, managers) = ownership::apply(info, &before, &live, &config, writer, |_| options.force)
            .map_err(|conflicts| refusal(&conflicts))?;
        if let Some((name, text)) = options.last_applied
            && live["metadata"]["annotations"].get(name).is_some()
        {
            merged["metadata"]["annotations"][name] = text.into();
        }
        self.replace_as(kind, merged, Some(managers))
    }
}

/// A configuration that does not fit the schema.
fn refuse_untyped(kind: Kind, key: &ObjectKey, problems: &[String]) -> Result<(), ApiError> {
    let list = match problems {
        [] => return Ok(()),
        [one] => one.clone(),
        all => format!("errors:\n  {}", all.join("\n  ")),
    };
    let info = kind.info();
    let object = match key.namespace.is_empty() {
        true => key.name.to_string(),
        false => format!("{}/{}", key.namespace, key.name),
    };
    let message = format!(
        "failed to create typed patch object ({object}; {}/{}, Kind={}): {list}",
        info.group, info.version, info.kind
    );
    Err(ApiError::new(Reason::Unknown, message))
}

/// The refusal of what others own, in the order of the managers' names.
fn refusal(conflicts: &[Conflict]) -> ApiError {
    let message = match conflicts {
        [one] => format!(
            "Apply failed with 1 conflict: conflict with {}: {}",
            one.manager,
            shown(&one.path)
        ),
        all => {
            let mut managers: Vec<&str> = all.iter().map(|conflict| conflict.manager.as_str()).collect();
            managers.sort_unstable();
            managers.dedup();
            let mut lines = Vec::new();
            for manager in managers {
                lines.push(format!("conflicts with {manager}:"));
                let theirs = all.iter().filter(|conflict| conflict.manager == manager);
                lines.extend(theirs.map(|conflict| format!("- {}", shown(&conflict.path))));
            }
            format!("Apply failed with {} conflicts: {}", all.len(), lines.join("\n"))
        }
    };
    let cause = |conflict: &Conflict| Cause {
        field: shown(&conflict.path),
        message: format!("conflict with {}", conflict.manager),
    };
    ApiError {
        causes: conflicts.iter().map(cause).collect(),
        ..ApiError::new(Reason::Conflict, message)
    }
}

/// The configuration of a request's body, of the kind that its path names.
///
/// # Errors
/// It is of no kind, or of another one.
pub(super) fn check_type(kind: Kind, config: &Value) -> Result<(), ApiError> {
    let text = |key| crate::api::json::text(config, key);
    let (api_version, given) = (text("apiVersion"), text("kind"));
    if Kind::from_gvk(&api_version, &given) == Some(kind) {
        return Ok(());
    }
    let (group, version) = api_version.split_once('/').unwrap_or(("", &api_version));
    let message = format!("invalid object type: {group}/{version}, Kind={given}");
    Err(ApiError::new(Reason::BadRequest, message))
}

/// The namespace of the path, for a configuration that names none.
pub(super) fn in_namespace(mut config: Value, key: &ObjectKey) -> Value {
    if key_of(&config).namespace.is_empty()
        && !key.namespace.is_empty()
        && let Some(metadata) = config.get_mut("metadata").and_then(Value::as_object_mut)
    {
        metadata.insert("namespace".to_owned(), key.namespace.as_str().into());
    }
    config
}
