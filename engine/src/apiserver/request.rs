//! Create, replace and delete, with everything a request passes on its way to the store.

use serde_json::{Map, Value};

use super::error::{ApiError, Reason, key_of};
use super::service_address;
use crate::api::schema::Schema;
use crate::api::{Kind, Object, ObjectKey, Timestamp, Uid, json};
use crate::component::Context;
use crate::sim::SimTime;
use crate::store::{DeleteOptions, Store};

/// Somebody's requests to the API server.
pub struct Request<'c, 'a> {
    /// The cluster.
    pub context: &'c mut Context<'a>,
    /// `?dryRun=All`: everything but the write.
    pub dry_run: bool,
}

/// The parts of an object that only its status subresource writes.
const STATUS: &str = "status";

impl Request<'_, '_> {
    /// Stores a new object and returns it as stored.
    ///
    /// # Errors
    /// What validation, admission or the store refuse.
    pub fn create(&mut self, kind: Kind, mut value: Value) -> Result<Value, ApiError> {
        prepare(kind, &mut value);
        let key = key_of(&value);
        self.check_creatable(kind, &key)?;
        begin_status(kind, &mut value);
        if kind == Kind::SERVICE {
            service_address::allocate(self.context.store, &mut value, None)?;
        }
        let mut object = Object::from_json(kind, value);
        if !self.dry_run {
            object = self.context.store.create_object(object)?;
        } else {
            let mut meta = object.meta().clone();
            meta.uid = Uid::from_random(0);
            meta.creation = Some(self.context.store.timestamp());
            object = object.with_meta(meta);
        }
        Ok(self.external(&object))
    }

    /// Replaces an object by a new version of it, all but its status, and returns it as stored.
    ///
    /// # Errors
    /// There is no such object, or what validation and admission refuse.
    pub fn replace(&mut self, kind: Kind, mut value: Value) -> Result<Value, ApiError> {
        let key = key_of(&value);
        let live = self.get(kind, &key)?;
        check_version(kind, &key, &value, &live)?;
        prepare(kind, &mut value);
        keep_system_fields(&mut value, &live);
        if has_status(kind) {
            copy_member(&mut value, &live, STATUS);
        }
        if kind == Kind::SERVICE {
            service_address::allocate(self.context.store, &mut value, Some(&live))?;
        }
        self.write(kind, value)
    }

    /// Replaces an object's status alone.
    ///
    /// # Errors
    /// There is no such object.
    pub fn replace_status(&mut self, kind: Kind, key: &ObjectKey, status: Value) -> Result<Value, ApiError> {
        let mut live = self.get(kind, key)?;
        if let Some(map) = live.as_object_mut() {
            map.insert(STATUS.to_owned(), status);
        }
        self.write(kind, live)
    }

    fn write(&mut self, kind: Kind, value: Value) -> Result<Value, ApiError> {
        let mut object = Object::from_json(kind, value);
        if !self.dry_run {
            object = self.context.store.update_object(object)?;
        }
        Ok(self.external(&object))
    }

    /// Deletes an object; true if it is gone at once.
    ///
    /// # Errors
    /// There is no such object.
    pub fn delete(&mut self, kind: Kind, key: &ObjectKey, options: DeleteOptions) -> Result<bool, ApiError> {
        if self.context.store.objects().object(kind, key).is_none() {
            return Err(ApiError::not_found(kind, &key.name));
        }
        if self.dry_run {
            return Ok(true);
        }
        Ok(self.context.store.delete(kind, key, options)?)
    }

    /// An object as the API shows it.
    ///
    /// # Errors
    /// There is no such object.
    pub fn get(&self, kind: Kind, key: &ObjectKey) -> Result<Value, ApiError> {
        let object = self.context.store.objects().object(kind, key);
        object
            .map(|object| self.external(object))
            .ok_or_else(|| ApiError::not_found(kind, &key.name))
    }

    fn external(&self, object: &Object) -> Value {
        external(object, self.context.now, self.context.store.epoch())
    }

    /// What the store would refuse, for requests that do not reach it.
    fn check_creatable(&self, kind: Kind, key: &ObjectKey) -> Result<(), ApiError> {
        let store: &Store = self.context.store;
        if kind.is_namespaced() {
            let namespace = ObjectKey::cluster(key.namespace.clone());
            if store.objects().object(Kind::NAMESPACE, &namespace).is_none() {
                return Err(ApiError::not_found(Kind::NAMESPACE, &key.namespace));
            }
        }
        if !key.name.is_empty() && store.objects().object(kind, key).is_some() {
            let resource = kind.info().group_resource();
            let message = format!("{resource} \"{}\" already exists", key.name);
            return Err(ApiError::new(Reason::AlreadyExists, message));
        }
        Ok(())
    }
}

/// An object as the API shows it at an instant.
pub fn external(object: &Object, now: SimTime, epoch: Timestamp) -> Value {
    match object {
        Object::Lease(lease) => lease.to_json_at(now, epoch),
        object => object.to_json(),
    }
}

/// Sets the defaults.
fn prepare(_kind: Kind, _value: &mut Value) {}

/// Whether objects of the kind have a status that only its subresource writes.
fn has_status(kind: Kind) -> bool {
    let schema = Schema::builtin();
    schema.of_kind(kind).is_some_and(|info| info.field(STATUS).is_some())
}

/// A new object begins with the status its kind begins with, whatever the request says.
fn begin_status(kind: Kind, value: &mut Value) {
    if !has_status(kind) || kind == Kind::NODE {
        return;
    }
    let status = match kind {
        Kind::POD => serde_json::json!({ "phase": "Pending", "qosClass": qos_class(value) }),
        Kind::SERVICE => serde_json::json!({ "loadBalancer": {} }),
        Kind::NAMESPACE => serde_json::json!({ "phase": "Active" }),
        Kind::PERSISTENT_VOLUME_CLAIM | Kind::PERSISTENT_VOLUME => serde_json::json!({ "phase": "Pending" }),
        _ => Value::Object(Map::new()),
    };
    if let Some(map) = value.as_object_mut() {
        map.insert(STATUS.to_owned(), status);
    }
}

/// A pod's quality of service class (core `helper/qos`): `Guaranteed` if every container's limits of CPU and memory equal its
/// requests, `BestEffort` if none has any.
fn qos_class(pod: &Value) -> &'static str {
    let spec = pod.get("spec").unwrap_or(&Value::Null);
    let containers = json::list(spec, "containers").iter().chain(json::list(spec, "initContainers"));
    let (mut any, mut all) = (false, true);
    for container in containers {
        let resources = container.get("resources").unwrap_or(&Value::Null);
        for resource in ["cpu", "memory"] {
            let amount = |kind: &str| resources.get(kind).and_then(|list| list.get(resource));
            let (request, limit) = (amount("requests"), amount("limits"));
            any |= request.is_some() || limit.is_some();
            all &= limit.is_some() && (request.is_none() || request == limit);
        }
    }
    match (any, all) {
        (false, _) => "BestEffort",
        (true, true) => "Guaranteed",
        (true, false) => "Burstable",
    }
}

/// Refuses a request made of an older version than the stored one.
fn check_version(kind: Kind, key: &ObjectKey, value: &Value, live: &Value) -> Result<(), ApiError> {
    let field = |object: &Value, name| object.get("metadata").map(|metadata| json::text(metadata, name)).unwrap_or_default();
    let (given, stored) = (field(value, "resourceVersion"), field(live, "resourceVersion"));
    if !given.is_empty() && given != "0" && given != stored {
        return Err(ApiError::conflict(kind, &key.name));
    }
    Ok(())
}

/// What a request cannot change: who the object is and since when.
fn keep_system_fields(value: &mut Value, live: &Value) {
    let (Some(metadata), Some(live)) = (
        value.get_mut("metadata").and_then(Value::as_object_mut),
        live.get("metadata").and_then(Value::as_object),
    ) else {
        return;
    };
    for field in [
        "uid",
        "creationTimestamp",
        "generation",
        "resourceVersion",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
    ] {
        match live.get(field) {
            Some(kept) => metadata.insert(field.to_owned(), kept.clone()),
            None => metadata.remove(field),
        };
    }
}

fn copy_member(value: &mut Value, live: &Value, member: &str) {
    if let Some(map) = value.as_object_mut() {
        match live.get(member) {
            Some(kept) => map.insert(member.to_owned(), kept.clone()),
            None => map.remove(member),
        };
    }
}
