//! Create, replace and delete, with everything a request passes on its way to the store.

use serde_json::Value;
use smol_str::SmolStr;

use super::bootstrap::furnish_namespace;
use super::deprecations::deprecations;
use super::error::{ApiError, Cause, Reason, key_of};
use super::given::as_given;
use super::patch::{FieldValidation, Patch, check_identity};
use super::preconditions;
use super::service_address;
use crate::admission;
use crate::api::defaulting::{
    default_object, drop_disabled, drop_restart_rules, prepare_for_create, prepare_for_update, prepare_status_update,
};
use crate::api::ownership::{self, FieldManagers};
use crate::api::schema::Schema;
use crate::api::validation::{FieldError, Gates, advice, validate_create, validate_status_update, validate_update};
use crate::api::{Kind, Object, ObjectKey, ObjectMeta, Pod, Resource, Timestamp, Uid, json};
use crate::component::Context;
use crate::sim::SimTime;
use crate::store::{DeleteOptions, Store};

/// Somebody's requests to the API server.
pub struct Request<'c, 'a> {
    /// The cluster.
    pub context: &'c mut Context<'a>,
    /// `?dryRun=All`: everything but the write.
    pub dry_run: bool,
    /// Who owns the fields that are set, such as `kubectl-create`; empty for components, which own none.
    pub manager: SmolStr,
    /// What the server warned of.
    pub warnings: Vec<String>,
}

impl Request<'_, '_> {
    /// Stores a new object and returns it as stored.
    ///
    /// # Errors
    /// What validation, admission or the store refuse.
    pub fn create(&mut self, kind: Kind, value: Value) -> Result<Value, ApiError> {
        self.create_as(kind, value, None)
    }

    /// Creates an object whose fields have these managers, or else the request's.
    pub(super) fn create_as(
        &mut self,
        kind: Kind,
        mut value: Value,
        managers: Option<FieldManagers>,
    ) -> Result<Value, ApiError> {
        self.generate_name(kind, &mut value);
        let uid = if self.dry_run {
            Uid::from_random(0)
        } else {
            self.context.store.new_uid()
        };
        name_by_uid(kind, &mut value, uid);
        let key = key_of(&value);
        let given = value.clone();
        self.default(kind, &mut value);
        prepare_for_create(kind, &mut value, &uid.to_string());
        self.check_creatable(kind, &key)?;
        admission::mutate(kind, &mut value, self.context)?;
        if kind == Kind::SERVICE {
            service_address::allocate(self.context.store, &mut value, None)?;
        }
        let mut checked = as_given(&value, &given);
        if let Some(metadata) = checked.get_mut("metadata").and_then(Value::as_object_mut) {
            metadata.insert("uid".to_owned(), uid.to_string().into());
        }
        refuse_invalid(kind, &key, &validate_create(kind, &checked, self.gates()))?;
        self.warnings.extend(advice(kind, &value, true));
        self.warnings.extend(deprecations(kind, &value));
        let managers = managers.unwrap_or_else(|| self.managers_of_new(kind, &value));
        let mut object = self.new_object(kind, value, uid);
        let meta = ObjectMeta {
            managers,
            ..object.meta().clone()
        };
        object = object.with_meta(meta);
        admission::validate(&object, None, self.dry_run, self.context)?;
        let warning = admission::pod_security::warning(&object, self.context.store, self.context.settings);
        self.warnings.extend(warning);
        if !self.dry_run {
            object = self.context.store.create_object(object)?;
            if kind == Kind::NAMESPACE {
                furnish_namespace(self.context.store, &key.name);
            }
        }
        Ok(self.external(&object))
    }

    fn managers_of_new(&self, kind: Kind, value: &Value) -> FieldManagers {
        let info = Schema::builtin().of_kind(kind).filter(|_| !self.manager.is_empty())?;
        ownership::created(info, value, &self.manager, false, self.context.store.timestamp())
    }

    /// A new object as it will be stored.
    fn new_object(&self, kind: Kind, mut value: Value, uid: Uid) -> Object {
        let mut meta = ObjectMeta::from_json(value.get("metadata").unwrap_or(&Value::Null));
        meta.uid = uid;
        meta.creation = Some(self.context.store.timestamp());
        if kind != Kind::POD {
            return Object::from_json(kind, value).with_meta(meta);
        }
        let (store, settings) = (&*self.context.store, self.context.settings);
        if let Some(spec) = value.get_mut("spec") {
            admission::finish_pod(&meta.namespace, &meta.labels, spec, store, settings);
        }
        let mut pod = Pod::from_json(value);
        pod.meta = meta;
        admission::begin(&mut pod, store.timestamp());
        pod.into()
    }

    /// Replaces an object by a new version of it, all but its status, and returns it as stored.
    ///
    /// # Errors
    /// There is no such object, or what validation and admission refuse.
    pub fn replace(&mut self, kind: Kind, value: Value) -> Result<Value, ApiError> {
        let key = key_of(&value);
        let live = self.get(kind, &key).ok();
        preconditions::check(kind, &key, &value, live.as_ref())?;
        self.replace_as(kind, value, None)
    }

    /// Replaces an object by what it has become by a patch.
    ///
    /// # Errors
    /// There is no such object, or what validation and admission refuse.
    pub fn replace_patched(&mut self, kind: Kind, value: Value) -> Result<Value, ApiError> {
        self.replace_as(kind, value, None)
    }

    /// Replaces an object; its fields then have these managers, or else what changes is the request's.
    pub(super) fn replace_as(
        &mut self,
        kind: Kind,
        mut value: Value,
        managers: Option<FieldManagers>,
    ) -> Result<Value, ApiError> {
        let key = key_of(&value);
        let live = self.get(kind, &key).ok();
        preconditions::check_version(kind, &key, &value, live.as_ref())?;
        let mut live = live.unwrap_or_default();
        let given = value.clone();
        // Both in the same shape, so that only real changes count as such.
        self.default(kind, &mut live);
        self.default(kind, &mut value);
        prepare_for_update(kind, &mut value, &live);
        let checked = as_given(&value, &given);
        refuse_invalid(kind, &key, &validate_update(kind, &checked, &live, self.gates()))?;
        self.warnings.extend(advice(kind, &value, false));
        self.warnings.extend(deprecations(kind, &value));
        if kind == Kind::SERVICE {
            service_address::allocate(self.context.store, &mut value, Some(&live))?;
        }
        let present = self.context.store.objects().object(kind, &key);
        let before = present.and_then(|object| object.meta().managers.clone());
        let managers = match (managers, Schema::builtin().of_kind(kind)) {
            (Some(managers), _) => managers,
            (None, Some(info)) if !self.manager.is_empty() => ownership::updated(
                info,
                &before,
                &live,
                &value,
                &self.manager,
                self.context.store.timestamp(),
            ),
            _ => before,
        };
        self.write(kind, value, &live, Some(managers))
    }

    /// Changes an object by a patch, all but its status, and returns it as stored.
    ///
    /// # Errors
    /// There is no such object, a patch that does not apply, or what validation and admission refuse.
    pub fn patch(&mut self, kind: Kind, key: &ObjectKey, patch: &Patch) -> Result<Value, ApiError> {
        let value = self.patched(kind, key, patch, FieldValidation::Warn, &[])?;
        self.replace_patched(kind, value)
    }

    /// What an object becomes by a patch, before anything else is done with it. `strict_errors` are what a strict reader found
    /// wrong with the patch.
    ///
    /// # Errors
    /// There is no such object, or a patch that does not apply.
    pub fn patched(
        &mut self,
        kind: Kind,
        key: &ObjectKey,
        patch: &Patch,
        validation: FieldValidation,
        strict_errors: &[String],
    ) -> Result<Value, ApiError> {
        let mut value = self.get(kind, key)?;
        let warnings = patch.apply_validated(kind, &mut value, validation, strict_errors)?;
        self.warnings.extend(warnings);
        check_identity(key, &value)?;
        Ok(value)
    }

    /// Replaces an object's status, and of its metadata what a status request may change, by those of `value`.
    ///
    /// # Errors
    /// There is no such object, or somebody else has written it.
    pub fn replace_status_of(&mut self, kind: Kind, key: &ObjectKey, mut value: Value) -> Result<Value, ApiError> {
        let mut live = self.get(kind, key)?;
        preconditions::check(kind, key, &value, Some(&live))?;
        self.default(kind, &mut live);
        self.default(kind, &mut value);
        prepare_status_update(kind, &mut value, &live);
        refuse_invalid(kind, key, &validate_status_update(kind, &value, &live))?;
        self.write(kind, value, &live, None)
    }

    /// Replaces an object's status alone.
    ///
    /// # Errors
    /// There is no such object.
    pub fn replace_status(&mut self, kind: Kind, key: &ObjectKey, status: Value) -> Result<Value, ApiError> {
        let live = self.get(kind, key)?;
        let mut value = live.clone();
        if let Some(map) = value.as_object_mut() {
            map.insert("status".to_owned(), status);
        }
        self.default(kind, &mut value);
        self.write(kind, value, &live, None)
    }

    /// Writes a new version; its managers are these, or else those it had.
    pub(super) fn write(
        &mut self,
        kind: Kind,
        value: Value,
        live: &Value,
        managers: Option<FieldManagers>,
    ) -> Result<Value, ApiError> {
        let key = key_of(&value);
        let present = self.context.store.objects().object(kind, &key);
        let managers = managers.or_else(|| present.map(|object| object.meta().managers.clone()));
        let mut object = match present {
            // A change of metadata alone leaves the rest shared.
            Some(present) if same_but_for_metadata(&value, live) => {
                let metadata = value.get("metadata").unwrap_or(&Value::Null);
                present.with_meta(ObjectMeta::from_json(metadata))
            }
            _ => Object::from_json(kind, value),
        };
        let meta = ObjectMeta {
            managers: managers.flatten(),
            ..object.meta().clone()
        };
        object = object.with_meta(meta);
        let present = present.cloned();
        admission::validate(&object, present.as_ref(), self.dry_run, self.context)?;
        if let Some(present) = present.filter(|_| kind == Kind::NAMESPACE) {
            let (name, labels, before) = (&object.meta().name, &object.meta().labels, &present.meta().labels);
            let (store, settings) = (&*self.context.store, self.context.settings);
            (self.warnings).extend(admission::pod_security::warn_of_pods(
                name, labels, before, store, settings,
            ));
        }
        if !self.dry_run {
            object = self.context.store.replace_object(object)?;
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

    /// Gives an object the shape and the defaults that the simulated release would give it.
    pub(super) fn default(&self, kind: Kind, value: &mut Value) {
        default_object(kind, value);
        let settings = self.context.settings;
        drop_disabled(kind, value, |gate, minor| settings.is_on(gate, minor));
        if settings.since(1, 34) && !self.gates().restart_rules {
            drop_restart_rules(kind, value);
        }
    }

    fn gates(&self) -> Gates {
        Gates::of(self.context.settings)
    }

    /// Names an object that has only a prefix for its name; a dry run is told a name too.
    fn generate_name(&mut self, kind: Kind, value: &mut Value) {
        let key = key_of(value);
        let Some(metadata) = value.get_mut("metadata").filter(|_| key.name.is_empty()) else {
            return;
        };
        let prefix = json::text(metadata, "generateName");
        let name = self.context.store.generated_name(kind, &key.namespace, &prefix);
        if let (Some(name), Some(metadata)) = (name, metadata.as_object_mut()) {
            metadata.insert("name".to_owned(), name.as_str().into());
        }
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
            return Err(ApiError::new(Reason::AlreadyExists, message).concerning(kind, &key.name));
        }
        Ok(())
    }
}

/// A LimitRange without a name gets its identity for one.
fn name_by_uid(kind: Kind, value: &mut Value, uid: Uid) {
    let is_named = kind != Kind::LIMIT_RANGE || !key_of(value).name.is_empty();
    if let Some(metadata) = value.get_mut("metadata").and_then(Value::as_object_mut)
        && !is_named
    {
        metadata.insert("name".to_owned(), uid.to_string().into());
    }
}

/// An object as the API shows it at an instant.
pub fn external(object: &Object, now: SimTime, epoch: Timestamp) -> Value {
    match object {
        Object::Lease(lease) => lease.to_json_at(now, epoch),
        object => object.to_json(),
    }
}

/// An object as the API shows it, with who owns its fields.
pub fn with_managed_fields(object: &Object, mut shown: Value) -> Value {
    let info = Schema::builtin().of_kind(object.kind());
    let fields = info.and_then(|info| ownership::managed_fields(info, &object.meta().managers));
    let metadata = shown.get_mut("metadata").and_then(Value::as_object_mut);
    if let (Some(fields), Some(metadata)) = (fields, metadata) {
        metadata.insert("managedFields".to_owned(), fields);
    }
    shown
}

fn same_but_for_metadata(value: &Value, live: &Value) -> bool {
    let (Some(value), Some(live)) = (value.as_object(), live.as_object()) else {
        return false;
    };
    let keys = value.keys().chain(live.keys()).filter(|key| *key != "metadata");
    keys.into_iter().all(|key| value.get(key) == live.get(key))
}

/// One refusal for all that validation found.
pub(super) fn refuse_invalid(kind: Kind, key: &ObjectKey, errors: &[FieldError]) -> Result<(), ApiError> {
    if errors.is_empty() {
        return Ok(());
    }
    let mut causes: Vec<Cause> = Vec::new();
    for error in errors {
        let (field, message) = (error.path.clone(), error.body());
        causes.push(Cause { field, message });
    }
    Err(ApiError::invalid(kind, &key.name, causes))
}
