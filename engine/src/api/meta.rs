//! What every object has: names, identity, labels, ownership, times.
//!
//! Not shown: managed fields (who owns what is in `ownership`). Not modelled: selfLink.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, LazyLock};

use serde_json::Value;
use smol_str::SmolStr;

use super::json::{self, ObjectBuilder};
use super::ownership::FieldManagers;
use super::{SharedList, Timestamp};

/// Labels or annotations; shared, since all replicas of a template carry the same.
pub type Labels = Arc<BTreeMap<SmolStr, SmolStr>>;

/// No labels: the same ones for all objects that have none.
pub fn no_labels() -> Labels {
    static NONE: LazyLock<Labels> = LazyLock::new(Labels::default);
    NONE.clone()
}

/// The identity of one object for all time; shown as an RFC 4122 version 4 identifier.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uid(u128);

impl Uid {
    /// An identifier from 128 random bits.
    pub const fn from_random(bits: u128) -> Self {
        const VERSION: u128 = 0xf << 76;
        const VARIANT: u128 = 0x3 << 62;
        Uid(bits & !VERSION & !VARIANT | 0x4 << 76 | 0x2 << 62)
    }

    /// Whether this is no identifier at all: the object has not been stored yet.
    pub const fn is_nil(self) -> bool {
        self.0 == 0
    }

    /// The low 64 bits: a stable number for what is derived from an identity (such as a volume's generated name).
    pub const fn low_bits(self) -> u64 {
        self.0 as u64
    }
}

impl fmt::Display for Uid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (a, b, c) = (self.0 >> 96, self.0 >> 80 & 0xffff, self.0 >> 64 & 0xffff);
        write!(
            f,
            "{a:08x}-{b:04x}-{c:04x}-{:04x}-{:012x}",
            self.0 >> 48 & 0xffff,
            self.0 & 0xffff_ffff_ffff
        )
    }
}

impl FromStr for Uid {
    type Err = std::num::ParseIntError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        u128::from_str_radix(&text.replace('-', ""), 16).map(Uid)
    }
}

/// Who owns an object (`metadata.ownerReferences`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnerReference {
    /// The owner's API version, such as `apps/v1`.
    pub api_version: SmolStr,
    /// The owner's kind.
    pub kind: SmolStr,
    /// The owner's name, in the same namespace.
    pub name: SmolStr,
    /// The owner's identity: a namesake is not the owner.
    pub uid: Uid,
    /// Whether the owner manages this object; at most one does.
    pub controller: bool,
    /// Whether foreground deletion of the owner waits for this object.
    pub block_owner_deletion: bool,
}

/// That an object is being deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deletion {
    /// `metadata.deletionTimestamp`: when the grace period ends.
    pub at: Timestamp,
    /// `metadata.deletionGracePeriodSeconds`.
    pub grace_seconds: Option<i64>,
}

/// The metadata of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectMeta {
    /// Unique per kind and namespace.
    pub name: SmolStr,
    /// The prefix that the name was generated from, if it was.
    pub generate_name: SmolStr,
    /// Empty for cluster-wide kinds.
    pub namespace: SmolStr,
    /// Set by the store.
    pub uid: Uid,
    /// The revision of the store at which this version was written.
    pub resource_version: u64,
    /// Counts changes of the spec.
    pub generation: i64,
    /// When the object was created; none for objects that never were in a store.
    pub creation: Option<Timestamp>,
    /// That it is being deleted.
    pub deletion: Option<Deletion>,
    /// What selectors select by.
    pub labels: Labels,
    /// Everything else people and controllers note.
    pub annotations: Labels,
    /// Owners, for garbage collection.
    pub owners: SharedList<OwnerReference>,
    /// Who must still act before a deleted object goes.
    pub finalizers: SharedList<SmolStr>,
    /// Who owns its fields. Requests know; it is no part of what the API shows.
    pub managers: FieldManagers,
}

impl Default for ObjectMeta {
    fn default() -> Self {
        ObjectMeta {
            name: SmolStr::default(),
            generate_name: SmolStr::default(),
            namespace: SmolStr::default(),
            uid: Uid::default(),
            resource_version: 0,
            generation: 0,
            creation: None,
            deletion: None,
            labels: no_labels(),
            annotations: no_labels(),
            owners: SharedList::default(),
            finalizers: SharedList::default(),
            managers: FieldManagers::default(),
        }
    }
}

impl ObjectMeta {
    /// The metadata of a new object.
    pub fn named(namespace: impl Into<SmolStr>, name: impl Into<SmolStr>) -> Self {
        ObjectMeta {
            namespace: namespace.into(),
            name: name.into(),
            ..ObjectMeta::default()
        }
    }

    /// Namespace and name.
    pub fn key(&self) -> ObjectKey {
        ObjectKey {
            namespace: self.namespace.clone(),
            name: self.name.clone(),
        }
    }

    /// Whether deletion has been asked for.
    pub fn is_deleted(&self) -> bool {
        self.deletion.is_some()
    }

    /// The managing owner, if there is one.
    pub fn controller(&self) -> Option<&OwnerReference> {
        self.owners.iter().find(|owner| owner.controller)
    }

    /// Sets one annotation.
    pub fn annotate(&mut self, key: &str, value: impl Into<SmolStr>) {
        Arc::make_mut(&mut self.annotations).insert(key.into(), value.into());
    }

    /// Reads `metadata` of an external object.
    pub fn from_json(metadata: &Value) -> Self {
        let deletion = json::time(metadata, "deletionTimestamp").map(|at| Deletion {
            at,
            grace_seconds: json::int(metadata, "deletionGracePeriodSeconds"),
        });
        ObjectMeta {
            name: json::text(metadata, "name"),
            generate_name: json::text(metadata, "generateName"),
            namespace: json::text(metadata, "namespace"),
            uid: json::text(metadata, "uid").parse().unwrap_or_default(),
            resource_version: json::text(metadata, "resourceVersion").parse().unwrap_or_default(),
            generation: json::int(metadata, "generation").unwrap_or_default(),
            creation: json::time(metadata, "creationTimestamp"),
            deletion,
            labels: json::labels(metadata, "labels"),
            annotations: json::labels(metadata, "annotations"),
            owners: json::list(metadata, "ownerReferences")
                .iter()
                .map(OwnerReference::from_json)
                .collect(),
            finalizers: json::texts(metadata, "finalizers").into(),
            managers: None,
        }
    }

    /// `metadata` as the API shows it.
    pub fn to_json(&self) -> Value {
        let mut object = ObjectBuilder::default();
        object
            .text("name", &self.name)
            .text("generateName", &self.generate_name)
            .text("namespace", &self.namespace);
        if !self.uid.is_nil() {
            object.put("uid", self.uid.to_string());
        }
        if self.resource_version != 0 {
            object.put("resourceVersion", self.resource_version.to_string());
        }
        object
            .number("generation", self.generation)
            .option("creationTimestamp", self.creation);
        if let Some(deletion) = self.deletion {
            object
                .put("deletionTimestamp", deletion.at)
                .option("deletionGracePeriodSeconds", deletion.grace_seconds);
        }
        object
            .labels("labels", &self.labels)
            .labels("annotations", &self.annotations);
        object.list("ownerReferences", self.owners.iter().map(OwnerReference::to_json));
        object.list(
            "finalizers",
            self.finalizers.iter().map(|finalizer| finalizer.as_str().into()),
        );
        object.build()
    }
}

impl OwnerReference {
    fn from_json(value: &Value) -> Self {
        OwnerReference {
            api_version: json::text(value, "apiVersion"),
            kind: json::text(value, "kind"),
            name: json::text(value, "name"),
            uid: json::text(value, "uid").parse().unwrap_or_default(),
            controller: json::flag(value, "controller"),
            block_owner_deletion: json::flag(value, "blockOwnerDeletion"),
        }
    }

    fn to_json(&self) -> Value {
        let mut object = ObjectBuilder::default();
        object
            .text("apiVersion", &self.api_version)
            .text("kind", &self.kind)
            .text("name", &self.name);
        object.put("uid", self.uid.to_string());
        if self.controller {
            object.put("controller", true);
        }
        if self.block_owner_deletion {
            object.put("blockOwnerDeletion", true);
        }
        object.build()
    }
}

/// Namespace and name: what identifies an object among those of its kind.
#[derive(Debug, Default, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectKey {
    /// Empty for cluster-wide kinds.
    pub namespace: SmolStr,
    /// The name.
    pub name: SmolStr,
}

impl ObjectKey {
    /// The key of an object in a namespace.
    pub fn new(namespace: impl Into<SmolStr>, name: impl Into<SmolStr>) -> Self {
        ObjectKey {
            namespace: namespace.into(),
            name: name.into(),
        }
    }

    /// The key of a cluster-wide object.
    pub fn cluster(name: impl Into<SmolStr>) -> Self {
        ObjectKey::new("", name)
    }
}

impl fmt::Display for ObjectKey {
    /// `namespace/name`, or the name alone for cluster-wide kinds.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.namespace.is_empty() {
            write!(f, "{}/", self.namespace)?;
        }
        f.write_str(&self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uids_read_as_they_print_and_are_of_version_4() {
        let uid = Uid::from_random(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef);
        assert_eq!(uid.to_string(), "01234567-89ab-4def-8123-456789abcdef");
        assert_eq!(uid.to_string().parse(), Ok(uid));
    }

    #[test]
    fn metadata_reads_as_it_prints() {
        let metadata = serde_json::json!({
            "name": "web-0", "namespace": "shop", "uid": "01234567-89ab-4def-8123-456789abcdef", "resourceVersion": "7",
            "generation": 2, "creationTimestamp": "2025-01-01T00:00:07Z", "deletionTimestamp": "2025-01-01T00:01:00Z",
            "deletionGracePeriodSeconds": 30, "labels": {"app": "web"}, "finalizers": ["example.com/hold"],
            "ownerReferences": [{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web", "controller": true,
                "blockOwnerDeletion": true, "uid": "01234567-89ab-4def-8123-456789abcdef"}],
        });
        assert_eq!(ObjectMeta::from_json(&metadata).to_json(), metadata);
    }
}
