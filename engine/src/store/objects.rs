//! The objects of a cluster at one instant, with the indexes that make looking them up cost what is found, not what there is.
//!
//! The live store has one; so has every [`View`](crate::timeline::View) of the past, which is why a change can be applied and
//! reverted here.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Arc;

use smol_str::SmolStr;

use super::Change;
use crate::api::{
    CronJob, DaemonSet, Deployment, EndpointSlice, Event, HorizontalPodAutoscaler, Inert, Job, Kind, LabelSelector,
    Lease, Node, Object, ObjectKey, Pod, PodDisruptionBudget, ReplicaSet, ReplicationController, Resource, Selector,
    Service, StatefulSet, Uid,
};

/// A typed object that the store holds.
pub trait Stored: Resource + Into<Object> + 'static {
    /// The object as this type, if it is of it.
    fn of(object: &Object) -> Option<&Arc<Self>>;
    /// The object as any object.
    fn into_object(object: Arc<Self>) -> Object;
    /// The spec is the same: metadata.generation stays.
    fn same_spec(&self, _other: &Self) -> bool {
        true
    }
}

macro_rules! stored {
    ($($type:ident $(by $spec:ident)?),*) => { $(
        impl Stored for $type {
            fn of(object: &Object) -> Option<&Arc<Self>> {
                match object {
                    Object::$type(object) => Some(object),
                    _ => None,
                }
            }
            fn into_object(object: Arc<Self>) -> Object {
                Object::$type(object)
            }
            $(fn same_spec(&self, other: &Self) -> bool {
                Arc::ptr_eq(&self.$spec, &other.$spec) || self.$spec == other.$spec
            })?
        }
    )* };
}

stored!(Pod, Node, ReplicaSet by spec, ReplicationController by spec, Deployment by spec, DaemonSet by spec, StatefulSet by spec, Job by spec, CronJob by spec, HorizontalPodAutoscaler, PodDisruptionBudget by spec, Service, EndpointSlice, Event, Lease);

type LabelKey = (SmolStr, SmolStr, SmolStr);

/// The objects of a cluster at one instant.
#[derive(Debug, Default, Clone)]
pub struct Objects {
    tables: BTreeMap<Kind, BTreeMap<ObjectKey, Object>>,
    by_owner: BTreeMap<Uid, BTreeSet<(Kind, ObjectKey)>>,
    pods_by_node: BTreeMap<SmolStr, BTreeSet<ObjectKey>>,
    /// ReplicaSets without a controller: few, and every Deployment asks for them.
    unowned_replica_sets: BTreeSet<ObjectKey>,
    /// Pods by namespace, label key and label value.
    pods_by_label: BTreeMap<LabelKey, BTreeSet<SmolStr>>,
    len: usize,
}

impl Objects {
    /// The object of this type and key.
    pub fn get<T: Stored>(&self, key: &ObjectKey) -> Option<&Arc<T>> {
        self.object(T::KIND, key).and_then(T::of)
    }

    /// The object of this kind and key.
    pub fn object(&self, kind: Kind, key: &ObjectKey) -> Option<&Object> {
        self.tables.get(&kind)?.get(key)
    }

    /// The inert object of this kind and key.
    pub fn inert(&self, kind: Kind, key: &ObjectKey) -> Option<&Arc<Inert>> {
        match self.object(kind, key)? {
            Object::Inert(object) => Some(object),
            _ => None,
        }
    }

    /// All objects of a type, by namespace and name.
    pub fn all<T: Stored>(&self) -> impl Iterator<Item = &Arc<T>> {
        self.of_kind(T::KIND).filter_map(T::of)
    }

    /// All objects of a kind, by namespace and name.
    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &Object> {
        self.tables.get(&kind).into_iter().flat_map(BTreeMap::values)
    }

    /// The objects of a kind in a namespace, by name.
    pub fn of_kind_in<'a>(&'a self, kind: Kind, namespace: &str) -> impl Iterator<Item = &'a Object> + use<'a> {
        let start = Bound::Included(ObjectKey::new(namespace, ""));
        let range = self
            .tables
            .get(&kind)
            .map(|table| table.range((start, Bound::Unbounded)));
        let namespace = SmolStr::from(namespace);
        range
            .into_iter()
            .flatten()
            .take_while(move |(key, _)| key.namespace == namespace)
            .map(|(_, object)| object)
    }

    /// The objects of a type in a namespace, by name.
    pub fn all_in<'a, T: Stored>(&'a self, namespace: &str) -> impl Iterator<Item = &'a Arc<T>> + use<'a, T> {
        self.of_kind_in(T::KIND, namespace).filter_map(T::of)
    }

    /// Every object that names `owner` among its owners.
    pub fn owned_by(&self, owner: Uid) -> impl Iterator<Item = &Object> {
        let keys = self.by_owner.get(&owner).into_iter().flatten();
        keys.filter_map(|(kind, key)| self.object(*kind, key))
    }

    /// The objects of a type that `owner` owns.
    pub fn owned<T: Stored>(&self, owner: Uid) -> impl Iterator<Item = &Arc<T>> {
        self.owned_of_kind(owner, T::KIND).filter_map(T::of)
    }

    /// The objects of one kind that `owner` owns; costs no more than there are of it, however many others it owns.
    pub fn owned_of_kind(&self, owner: Uid, kind: Kind) -> impl Iterator<Item = &Object> {
        let entries = self.by_owner.get(&owner).into_iter();
        let entries = entries.flat_map(move |entries| entries.range((kind, ObjectKey::default())..));
        entries
            .take_while(move |(of, _)| *of == kind)
            .filter_map(|(kind, key)| self.object(*kind, key))
    }

    /// The ReplicaSets in a namespace that no controller owns: those that a Deployment may adopt.
    pub fn unowned_replica_sets(&self, namespace: &str) -> impl Iterator<Item = &Arc<ReplicaSet>> {
        let namespace = SmolStr::from(namespace);
        let start = ObjectKey::new(namespace.clone(), SmolStr::default());
        let keys = self.unowned_replica_sets.range(start..);
        keys.take_while(move |key| key.namespace == namespace)
            .filter_map(|key| self.get::<ReplicaSet>(key))
    }

    /// The pods bound to a node, by namespace and name.
    pub fn pods_on(&self, node_name: &str) -> impl Iterator<Item = &Arc<Pod>> {
        let keys = self.pods_by_node.get(node_name).into_iter().flatten();
        keys.filter_map(|key| self.get::<Pod>(key))
    }

    /// The pods in a namespace that carry all of these labels, by name. No labels select nothing (as a Service without a
    /// selector does).
    pub fn pods_labelled(&self, namespace: &str, labels: &BTreeMap<SmolStr, SmolStr>) -> Vec<&Arc<Pod>> {
        let Some((key, value)) = labels.iter().next() else {
            return Vec::new();
        };
        let names = self.pods_by_label.get(&(namespace.into(), key.clone(), value.clone()));
        let pods = names
            .into_iter()
            .flatten()
            .filter_map(|name| self.get::<Pod>(&ObjectKey::new(namespace, name.clone())));
        pods.filter(|pod| {
            labels
                .iter()
                .all(|(key, value)| pod.meta.labels.get(key) == Some(value))
        })
        .collect()
    }

    /// The pods in a namespace that a workload's selector matches, by name.
    pub fn pods_selected<'a>(
        &'a self,
        namespace: &'a str,
        selector: &LabelSelector,
        parsed: &'a Selector,
    ) -> Vec<&'a Arc<Pod>> {
        if selector.match_labels.is_empty() {
            return self
                .all_in::<Pod>(namespace)
                .filter(|pod| parsed.matches(&pod.meta.labels))
                .collect();
        }
        let mut pods = self.pods_labelled(namespace, &selector.match_labels);
        if !selector.match_expressions.is_empty() {
            pods.retain(|pod| parsed.matches(&pod.meta.labels));
        }
        pods
    }

    /// How many objects there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Lets a change happen.
    pub fn apply(&mut self, change: &Change) {
        self.replace(change.before.as_ref(), change.after.as_ref());
    }

    /// Undoes the change that happened last.
    pub fn revert(&mut self, change: &Change) {
        self.replace(change.after.as_ref(), change.before.as_ref());
    }

    fn replace(&mut self, before: Option<&Object>, after: Option<&Object>) {
        if let Some(object) = before {
            if !after.is_some_and(|after| same_index_entries(object, after)) {
                self.unindex(object);
            }
            if after.is_none()
                && let Some(table) = self.tables.get_mut(&object.kind())
            {
                self.len -= usize::from(table.remove(&object.key()).is_some());
            }
        }
        if let Some(object) = after {
            if !before.is_some_and(|before| same_index_entries(before, object)) {
                self.index(object);
            }
            let table = self.tables.entry(object.kind()).or_default();
            self.len += usize::from(table.insert(object.key(), object.clone()).is_none());
        }
    }

    fn index(&mut self, object: &Object) {
        let key = object.key();
        for owner in &object.meta().owners {
            self.by_owner
                .entry(owner.uid)
                .or_default()
                .insert((object.kind(), key.clone()));
        }
        if object.kind() == Kind::REPLICA_SET && object.meta().controller().is_none() {
            self.unowned_replica_sets.insert(key.clone());
        }
        let Some(pod) = object.as_pod() else { return };
        if !pod.node_name.is_empty() {
            self.pods_by_node
                .entry(pod.node_name.clone())
                .or_default()
                .insert(key.clone());
        }
        for (label, value) in pod.meta.labels.iter() {
            let label_key = (key.namespace.clone(), label.clone(), value.clone());
            self.pods_by_label
                .entry(label_key)
                .or_default()
                .insert(key.name.clone());
        }
    }

    fn unindex(&mut self, object: &Object) {
        let key = object.key();
        for owner in &object.meta().owners {
            remove_from(&mut self.by_owner, &owner.uid, &(object.kind(), key.clone()));
        }
        if object.kind() == Kind::REPLICA_SET {
            self.unowned_replica_sets.remove(&key);
        }
        let Some(pod) = object.as_pod() else { return };
        remove_from(&mut self.pods_by_node, &pod.node_name, &key);
        for (label, value) in pod.meta.labels.iter() {
            let label_key = (key.namespace.clone(), label.clone(), value.clone());
            remove_from(&mut self.pods_by_label, &label_key, &key.name);
        }
    }
}

/// Whether two versions of an object stand in the same places of every index: true for nearly all writes.
fn same_index_entries(before: &Object, after: &Object) -> bool {
    let (old, new) = (before.meta(), after.meta());
    let same_meta = old.owners == new.owners && (Arc::ptr_eq(&old.labels, &new.labels) || old.labels == new.labels);
    same_meta
        && match (before.as_pod(), after.as_pod()) {
            (Some(before), Some(after)) => before.node_name == after.node_name,
            _ => true,
        }
}

fn remove_from<K: Ord, V: Ord>(index: &mut BTreeMap<K, BTreeSet<V>>, key: &K, value: &V) {
    if let Some(entries) = index.get_mut(key) {
        entries.remove(value);
        if entries.is_empty() {
            index.remove(key);
        }
    }
}
