//! Writing to the cluster: create, update and the log of both.

use std::sync::Arc;

use smol_str::SmolStr;

use super::fuse::Fuse;
use super::{Change, Objects, StoreError, Stored};
use crate::api::defaulting::has_generation;
use crate::api::{Inert, Kind, Object, ObjectKey, ObjectMeta, Timestamp, Uid};
use crate::sim::{Random, Seed, SimTime};

/// How many attempts at a generated name are made before the creation fails, as in the API server.
const NAME_ATTEMPTS: usize = 8;

/// The live objects, the revision counter and the log.
#[derive(Debug)]
pub struct Store {
    pub(super) objects: Objects,
    revision: u64,
    log: Vec<Change>,
    random: Random,
    epoch: Timestamp,
    now: SimTime,
    writer: &'static str,
    objects_max: usize,
    /// Who writes is about to crash.
    fuse: Option<Fuse>,
}

impl Store {
    /// An empty store of a simulation that starts at `epoch` and may hold `objects_max` objects.
    pub fn new(seed: Seed, epoch: Timestamp, objects_max: usize) -> Self {
        Store {
            objects: Objects::default(),
            revision: 0,
            log: Vec::new(),
            random: seed.stream("apiserver"),
            epoch,
            now: SimTime::ZERO,
            writer: "user",
            objects_max,
            fuse: None,
        }
    }

    /// Lets who writes now crash after so many writes: the others are refused, until [`Store::disarm`].
    pub(crate) fn arm(&mut self, writes: u32) {
        self.fuse = Some(Fuse::new(writes));
    }

    /// Ends what [`Store::arm`] began. Returns how many writes have arrived.
    pub(crate) fn disarm(&mut self) -> u32 {
        self.fuse.take().map_or(0, Fuse::written)
    }

    /// Every write passes here.
    pub(super) fn spend(&mut self, kind: Kind) -> Result<(), StoreError> {
        self.fuse.as_mut().map_or(Ok(()), |fuse| fuse.spend(kind))
    }

    /// What there is now.
    pub fn objects(&self) -> &Objects {
        &self.objects
    }

    /// Every change since the start, oldest first.
    pub fn log(&self) -> &[Change] {
        &self.log
    }

    /// The current instant.
    pub fn now(&self) -> SimTime {
        self.now
    }

    /// The current calendar time.
    pub fn timestamp(&self) -> Timestamp {
        self.epoch.at(self.now)
    }

    /// The calendar time at the start of the simulation.
    pub fn epoch(&self) -> Timestamp {
        self.epoch
    }

    /// Moves the clock, and says who writes from now on.
    pub(crate) fn enter(&mut self, now: SimTime, writer: &'static str) {
        self.now = now;
        self.writer = writer;
    }

    /// A fresh identity.
    pub(crate) fn new_uid(&mut self) -> Uid {
        Uid::from_random(u128::from(self.random.next_u64()) << 64 | u128::from(self.random.next_u64()))
    }

    /// The object of this type and key.
    pub fn get<T: Stored>(&self, key: &ObjectKey) -> Option<&Arc<T>> {
        self.objects.get(key)
    }

    /// Stores a new object: gives it a name (if it has only a `generateName`), an identity, and its creation time.
    pub fn create<T: Stored>(&mut self, mut object: T) -> Result<Arc<T>, StoreError> {
        self.prepare_new(T::KIND, object.meta_mut())?;
        let (kind, key) = (T::KIND, object.meta().key());
        let stored = self.commit(None, Some(object.into()));
        stored
            .as_ref()
            .and_then(T::of)
            .cloned()
            .ok_or(StoreError::NotFound(kind, key))
    }

    /// Stores a new object of any kind. See [`Store::create`].
    pub fn create_object(&mut self, object: Object) -> Result<Object, StoreError> {
        let mut meta = object.meta().clone();
        self.prepare_new(object.kind(), &mut meta)?;
        let object = object.with_meta(meta);
        let (kind, key) = (object.kind(), object.key());
        self.commit(None, Some(object)).ok_or(StoreError::NotFound(kind, key))
    }

    /// Replaces an object by a new version of it. A version that equals the stored one is not written. An object that is
    /// being deleted and whose last finalizer this takes away is removed.
    pub fn update<T: Stored>(&mut self, mut object: T) -> Result<Arc<T>, StoreError> {
        let key = object.meta().key();
        let Some(present) = self.objects.get::<T>(&key).cloned() else {
            return Err(StoreError::NotFound(T::KIND, key));
        };
        if present.meta().uid != object.meta().uid {
            return Err(StoreError::UidMismatch(T::KIND, key));
        }
        object.meta_mut().resource_version = present.meta().resource_version;
        if *present == object {
            return Ok(present);
        }
        self.spend(T::KIND)?;
        if !object.same_spec(&present) {
            object.meta_mut().generation += 1;
        }
        let stored = self.commit_update(T::into_object(present), object.into());
        T::of(&stored).cloned().ok_or(StoreError::NotFound(T::KIND, key))
    }

    /// Reads, changes and writes back an object, if it is there. Returns the stored version.
    pub fn modify<T: Stored>(&mut self, key: &ObjectKey, change: impl FnOnce(&mut T)) -> Option<Arc<T>> {
        let mut object = self.objects.get::<T>(key)?.as_ref().clone();
        change(&mut object);
        self.update(object).ok()
    }

    /// Replaces an object of any kind by a new version of it. See [`Store::update`].
    pub fn update_object(&mut self, object: Object) -> Result<Object, StoreError> {
        match object {
            Object::Pod(object) => self.update(Arc::unwrap_or_clone(object)).map(Object::Pod),
            Object::Node(object) => self.update(Arc::unwrap_or_clone(object)).map(Object::Node),
            Object::ReplicaSet(object) => self.update(Arc::unwrap_or_clone(object)).map(Object::ReplicaSet),
            Object::ReplicationController(object) => self
                .update(Arc::unwrap_or_clone(object))
                .map(Object::ReplicationController),
            Object::Deployment(object) => self.update(Arc::unwrap_or_clone(object)).map(Object::Deployment),
            Object::DaemonSet(object) => self.update(Arc::unwrap_or_clone(object)).map(Object::DaemonSet),
            Object::StatefulSet(object) => self.update(Arc::unwrap_or_clone(object)).map(Object::StatefulSet),
            Object::Job(object) => self.update(Arc::unwrap_or_clone(object)).map(Object::Job),
            Object::CronJob(object) => self.update(Arc::unwrap_or_clone(object)).map(Object::CronJob),
            Object::HorizontalPodAutoscaler(object) => self
                .update(Arc::unwrap_or_clone(object))
                .map(Object::HorizontalPodAutoscaler),
            Object::PodDisruptionBudget(object) => self
                .update(Arc::unwrap_or_clone(object))
                .map(Object::PodDisruptionBudget),
            Object::Service(object) => self.update(Arc::unwrap_or_clone(object)).map(Object::Service),
            Object::EndpointSlice(object) => self.update(Arc::unwrap_or_clone(object)).map(Object::EndpointSlice),
            Object::Event(object) => self.update(Arc::unwrap_or_clone(object)).map(Object::Event),
            Object::Lease(object) => self.update(Arc::unwrap_or_clone(object)).map(Object::Lease),
            Object::Inert(object) => self.update_inert(Arc::unwrap_or_clone(object)),
        }
    }

    /// Replaces an object of any kind by a new version whose generation the caller has counted. See [`Store::update`].
    pub(crate) fn replace_object(&mut self, object: Object) -> Result<Object, StoreError> {
        let (kind, key) = (object.kind(), object.key());
        let Some(present) = self.objects.object(kind, &key).cloned() else {
            return Err(StoreError::NotFound(kind, key));
        };
        if present.meta().uid != object.meta().uid {
            return Err(StoreError::UidMismatch(kind, key));
        }
        let mut meta = object.meta().clone();
        meta.resource_version = present.meta().resource_version;
        let object = object.with_meta(meta);
        if present == object {
            return Ok(present);
        }
        self.spend(kind)?;
        Ok(self.commit_update(present, object))
    }

    fn update_inert(&mut self, mut object: Inert) -> Result<Object, StoreError> {
        let key = object.meta.key();
        let Some(present) = self.objects.inert(object.kind, &key).cloned() else {
            return Err(StoreError::NotFound(object.kind, key));
        };
        if present.meta.uid != object.meta.uid {
            return Err(StoreError::UidMismatch(object.kind, key));
        }
        object.meta.resource_version = present.meta.resource_version;
        if *present == object {
            return Ok(Object::Inert(present));
        }
        self.spend(object.kind)?;
        if present.body.get("spec") != object.body.get("spec") && present.meta.generation > 0 {
            object.meta.generation += 1;
        }
        Ok(self.commit_update(Object::Inert(present), object.into()))
    }

    fn prepare_new(&mut self, kind: Kind, meta: &mut ObjectMeta) -> Result<(), StoreError> {
        if self.objects.len() >= self.objects_max {
            return Err(StoreError::TooManyObjects(self.objects.len()));
        }
        self.check_namespace(kind, meta)?;
        self.give_name(kind, meta)?;
        self.spend(kind)?;
        if meta.uid.is_nil() {
            meta.uid = self.new_uid();
        }
        meta.creation = Some(self.timestamp());
        meta.generation = i64::from(has_generation(kind));
        Ok(())
    }

    /// Gives a new object a free name, if it has only a `generateName`.
    pub(crate) fn give_name(&mut self, kind: Kind, meta: &mut ObjectMeta) -> Result<(), StoreError> {
        if meta.name.is_empty()
            && let Some(name) = self.generated_name(kind, &meta.namespace, &meta.generate_name)
        {
            meta.name = name;
        }
        match self.objects.object(kind, &meta.key()) {
            Some(_) => Err(StoreError::AlreadyExists(kind, meta.key())),
            None => Ok(()),
        }
    }

    /// A name that begins with the prefix, free unless the attempts ran out; none without a prefix.
    pub(crate) fn generated_name(&mut self, kind: Kind, namespace: &str, prefix: &str) -> Option<SmolStr> {
        let mut name = None;
        for _ in 0..if prefix.is_empty() { 0 } else { NAME_ATTEMPTS } {
            let drawn = SmolStr::from(format!("{prefix}{}", self.random.name_suffix(5)));
            let is_free = self
                .objects
                .object(kind, &ObjectKey::new(namespace, drawn.as_str()))
                .is_none();
            name = Some(drawn);
            if is_free {
                break;
            }
        }
        name
    }

    /// Whether a new object may be made in its namespace.
    pub(crate) fn check_namespace(&self, kind: Kind, meta: &ObjectMeta) -> Result<(), StoreError> {
        if !kind.is_namespaced() {
            return Ok(());
        }
        match self
            .objects
            .object(Kind::NAMESPACE, &ObjectKey::cluster(meta.namespace.clone()))
        {
            None => Err(StoreError::NoNamespace(meta.namespace.to_string())),
            Some(namespace) if namespace.meta().is_deleted() && kind != Kind::EVENT => {
                Err(StoreError::NamespaceTerminating(kind, meta.key()))
            }
            Some(_) => Ok(()),
        }
    }

    /// Commits a new version, or the removal if the object was only waiting for its last finalizer. Returns the last version.
    fn commit_update(&mut self, before: Object, after: Object) -> Object {
        let meta = after.meta();
        let waited_for_finalizers = !before.meta().finalizers.is_empty() || before.meta().deletion.is_none();
        let may_go = meta
            .deletion
            .is_some_and(|deletion| deletion.grace_seconds.unwrap_or(0) == 0);
        if may_go && waited_for_finalizers && meta.finalizers.is_empty() {
            self.commit(Some(after.clone()), None);
            return after;
        }
        self.commit(Some(before), Some(after.clone())).unwrap_or(after)
    }

    /// Writes one change to the objects and the log. Returns the stored object.
    pub(super) fn commit(&mut self, before: Option<Object>, after: Option<Object>) -> Option<Object> {
        self.revision += 1;
        let after = after.map(|mut object| {
            object.set_resource_version(self.revision);
            object
        });
        let (at, writer) = (self.now, self.writer);
        let change = Change {
            revision: self.revision,
            at,
            writer,
            before,
            after: after.clone(),
        };
        tracing::trace!(target: "engine::store", at_ns = at.as_nanos(), writer, verb = ?change.verb(), kind = %change.kind(), key = %change.key());
        self.objects.apply(&change);
        self.log.push(change);
        after
    }
}
