//! A node as stored: taints and whether it takes new pods; capacity, conditions, addresses.
//!
//! Heartbeats are not written here: they are computed from the node's [`Lease`](super::Lease). Not kept: volumes in use,
//! daemon endpoints, configuration.

use serde_json::Value;
use smol_str::SmolStr;

use super::container::{ResourceList, resource_list};
use super::json::{self, ObjectBuilder};
use super::{Condition, Kind, ObjectMeta, Resource, TaintEffect, Timestamp};

/// A taint of a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taint {
    /// Its key.
    pub key: SmolStr,
    /// Its value, often empty.
    pub value: SmolStr,
    /// What it does to pods that do not tolerate it.
    pub effect: TaintEffect,
    /// When a `NoExecute` taint was added.
    pub time_added: Option<Timestamp>,
}

impl Taint {
    /// A taint without a value.
    pub fn new(key: &'static str, effect: TaintEffect) -> Self {
        Taint {
            key: SmolStr::new_static(key),
            value: SmolStr::default(),
            effect,
            time_added: None,
        }
    }

    fn from_json(value: &Value) -> Option<Self> {
        Some(Taint {
            key: json::text(value, "key"),
            value: json::text(value, "value"),
            effect: TaintEffect::parse(&json::text(value, "effect"))?,
            time_added: json::time(value, "timeAdded"),
        })
    }

    fn to_json(&self) -> Value {
        let mut object = ObjectBuilder::default();
        object
            .text("key", &self.key)
            .text("value", &self.value)
            .put("effect", self.effect.as_str());
        object.option("timeAdded", self.time_added).build()
    }
}

/// A node.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Node {
    /// Metadata; its labels hold hostname, zone and region.
    pub meta: ObjectMeta,
    /// `spec` without taints and unschedulable, as in the API.
    pub spec_json: Value,
    /// `spec.unschedulable`: cordoned.
    pub unschedulable: bool,
    /// `spec.taints`.
    pub taints: Vec<Taint>,
    /// What the machine has.
    pub capacity: ResourceList,
    /// What pods may have of it.
    pub allocatable: ResourceList,
    /// In the order in which they first appeared.
    pub conditions: Vec<Condition>,
    /// `status` without the above, as in the API: addresses, nodeInfo, images.
    pub status_json: Value,
}

impl Node {
    /// Whether the condition `Ready` is `True`.
    pub fn is_ready(&self) -> bool {
        Condition::find(&self.conditions, "Ready").is_some_and(Condition::is_true)
    }

    /// The value of a label.
    pub fn label(&self, key: &str) -> Option<&SmolStr> {
        self.meta.labels.get(key)
    }

    /// `status.addresses` of type `InternalIP`; empty if it has none.
    pub fn internal_ip(&self) -> SmolStr {
        let addresses = json::list(&self.status_json, "addresses");
        let internal = addresses
            .iter()
            .find(|address| json::text(address, "type") == "InternalIP");
        internal
            .map(|address| json::text(address, "address"))
            .unwrap_or_default()
    }
}

impl Resource for Node {
    const KIND: Kind = Kind::NODE;

    fn meta(&self) -> &ObjectMeta {
        &self.meta
    }

    fn meta_mut(&mut self) -> &mut ObjectMeta {
        &mut self.meta
    }

    fn from_json(mut value: Value) -> Self {
        let (mut spec, mut status) = (json::take(&mut value, "spec"), json::take(&mut value, "status"));
        let (taints, conditions) = (json::take(&mut spec, "taints"), json::take(&mut status, "conditions"));
        let unschedulable = json::take(&mut spec, "unschedulable") == Value::Bool(true);
        let (capacity, allocatable) = (
            json::take(&mut status, "capacity"),
            json::take(&mut status, "allocatable"),
        );
        Node {
            meta: ObjectMeta::from_json(&json::take(&mut value, "metadata")),
            unschedulable,
            taints: taints
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Taint::from_json)
                .collect(),
            capacity: resource_list(Some(&capacity)),
            allocatable: resource_list(Some(&allocatable)),
            conditions: (conditions.as_array().into_iter().flatten())
                .map(|condition| Condition::from_json(condition, "lastHeartbeatTime"))
                .collect(),
            spec_json: spec,
            status_json: status,
        }
    }

    fn to_json(&self) -> Value {
        let mut spec = ObjectBuilder::from(self.spec_json.clone());
        spec.list("taints", self.taints.iter().map(Taint::to_json));
        if self.unschedulable {
            spec.put("unschedulable", true);
        }
        let mut status = ObjectBuilder::from(self.status_json.clone());
        for (key, list) in [("capacity", &self.capacity), ("allocatable", &self.allocatable)] {
            if !list.is_empty() {
                status.put(key, amounts(list));
            }
        }
        status.list(
            "conditions",
            self.conditions
                .iter()
                .map(|condition| condition.to_json("lastHeartbeatTime")),
        );
        super::resource::external(
            Kind::NODE,
            &self.meta,
            [("spec", spec.build()), ("status", status.build())],
        )
    }
}

fn amounts(list: &ResourceList) -> Value {
    list.iter()
        .map(|(name, quantity)| (name.to_string(), Value::from(quantity.to_string())))
        .collect()
}
