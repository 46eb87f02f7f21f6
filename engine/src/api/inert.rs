//! An object of a kind without behaviour: stored whole, shown as it is, waited on by nobody.
//!
//! This is what lets real manifests apply as they are before every controller exists.

use serde_json::Value;

use super::json::ObjectBuilder;
use super::{Kind, ObjectMeta, json};

/// An object that only lies in the store.
#[derive(Debug, Clone, PartialEq)]
pub struct Inert {
    /// Its kind.
    pub kind: Kind,
    /// Metadata.
    pub meta: ObjectMeta,
    /// Everything but apiVersion, kind and metadata.
    pub body: Value,
}

impl Inert {
    /// Reads an external object.
    pub fn from_json(kind: Kind, mut value: Value) -> Self {
        let meta = ObjectMeta::from_json(&json::take(&mut value, "metadata"));
        json::take(&mut value, "apiVersion");
        json::take(&mut value, "kind");
        Inert {
            kind,
            meta,
            body: value,
        }
    }

    /// Metadata, as [`Resource`](super::Resource) has it.
    pub fn meta(&self) -> &ObjectMeta {
        &self.meta
    }

    /// Metadata, to change.
    pub fn meta_mut(&mut self) -> &mut ObjectMeta {
        &mut self.meta
    }

    /// The object as the API shows it.
    pub fn to_json(&self) -> Value {
        let mut object = ObjectBuilder::from(self.body.clone());
        object
            .put("apiVersion", self.kind.info().api_version())
            .put("kind", self.kind.name());
        object.put("metadata", self.meta.to_json()).build()
    }
}
