//! Writes of parts of an object that have an endpoint of their own, and the preconditions of deletions.

use serde_json::{Value, json};

use super::error::ApiError;
use super::preconditions;
use super::request::{Request, refuse_invalid};
use crate::api::validation::validate_ephemeral_update;
use crate::api::{Kind, ObjectKey, json as read};
use crate::store::DeleteOptions;

impl Request<'_, '_> {
    /// Whether a PUT of an object would make it: there is none, and its kind is one that is made so.
    pub fn is_made_by_update(&self, kind: Kind, value: &Value) -> bool {
        let key = super::error::key_of(value);
        let uid = read::text(value.get("metadata").unwrap_or(&Value::Null), "uid");
        preconditions::is_made_by_update(kind) && uid.is_empty() && self.get(kind, &key).is_err()
    }

    /// Holds an object against what a deletion presupposes: `{uid, resourceVersion}`.
    ///
    /// # Errors
    /// There is no such object, or it is another one or another version.
    pub fn check_delete(&self, kind: Kind, key: &ObjectKey, preconditions: &Value) -> Result<(), ApiError> {
        let live = self.get(kind, key)?;
        preconditions::check_delete(kind, key, preconditions, &live)
    }

    /// Gives a pod other ephemeral containers; `value` is the pod with them.
    ///
    /// # Errors
    /// There is no such pod, or validation refuses the containers.
    pub fn replace_ephemeral_containers(&mut self, key: &ObjectKey, mut value: Value) -> Result<Value, ApiError> {
        let mut live = self.get(Kind::POD, key)?;
        preconditions::check(Kind::POD, key, &value, Some(&live))?;
        self.default(Kind::POD, &mut live);
        self.default(Kind::POD, &mut value);
        refuse_invalid(Kind::POD, key, &validate_ephemeral_update(&value, &live))?;
        self.write(Kind::POD, value, &live, None)
    }

    /// Sets the finalizers in a namespace's spec; one that is being deleted and has none left is gone.
    ///
    /// # Errors
    /// There is no such namespace, or somebody else has written it.
    pub fn finalize_namespace(&mut self, key: &ObjectKey, given: &Value, finalizers: Value) -> Result<Value, ApiError> {
        let live = self.get(Kind::NAMESPACE, key)?;
        preconditions::check(Kind::NAMESPACE, key, given, Some(&live))?;
        let mut value = live.clone();
        value["spec"]["finalizers"] = finalizers;
        if value["spec"]["finalizers"].as_array().is_some_and(Vec::is_empty) {
            value["spec"] = json!({});
        }
        let stored = self.write(Kind::NAMESPACE, value, &live, None)?;
        let is_deleted = stored["metadata"].get("deletionTimestamp").is_some();
        if is_deleted && stored["spec"].get("finalizers").is_none() && !self.dry_run {
            self.context.store.delete(Kind::NAMESPACE, key, DeleteOptions::now())?;
        }
        Ok(stored)
    }
}
