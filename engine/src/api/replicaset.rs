//! A ReplicaSet as stored.

use std::sync::Arc;

use serde_json::Value;

use super::json::{self, ObjectBuilder, label_selector_json};
use super::{Condition, Kind, LabelSelector, ObjectMeta, PodTemplate, Resource, Selector};

/// What a ReplicaSet is meant to be.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplicaSetSpec {
    /// How many pods.
    pub replicas: i32,
    /// Which pods are its own, as written.
    pub selector: LabelSelector,
    /// The same, ready to match.
    pub matcher: Selector,
    /// What it makes pods of.
    pub template: PodTemplate,
    /// Seconds a pod must be ready to count as available.
    pub min_ready_seconds: i32,
}

/// How a ReplicaSet does.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct ReplicaSetStatus {
    /// Pods that exist.
    pub replicas: i32,
    /// Pods that carry all labels of the template.
    pub fully_labeled_replicas: i32,
    /// Pods that are ready.
    pub ready_replicas: i32,
    /// Pods that have been ready long enough.
    pub available_replicas: i32,
    /// The generation that this status is about.
    pub observed_generation: i64,
    /// Only `ReplicaFailure`, while pods cannot be made.
    pub conditions: Vec<Condition>,
}

/// A ReplicaSet.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplicaSet {
    /// Metadata.
    pub meta: ObjectMeta,
    /// What it is meant to be.
    pub spec: Arc<ReplicaSetSpec>,
    /// How it does.
    pub status: ReplicaSetStatus,
}

impl Resource for ReplicaSet {
    const KIND: Kind = Kind::REPLICA_SET;

    fn meta(&self) -> &ObjectMeta {
        &self.meta
    }

    fn meta_mut(&mut self) -> &mut ObjectMeta {
        &mut self.meta
    }

    fn from_json(mut value: Value) -> Self {
        let (mut spec, status) = (json::take(&mut value, "spec"), json::take(&mut value, "status"));
        let selector = json::label_selector(spec.get("selector"));
        let number = |key| json::int32(&status, key).unwrap_or_default();
        ReplicaSet {
            meta: ObjectMeta::from_json(&json::take(&mut value, "metadata")),
            spec: Arc::new(ReplicaSetSpec {
                replicas: json::int32(&spec, "replicas").unwrap_or(1),
                matcher: selector.to_selector().unwrap_or_else(|_| Selector::nothing()),
                selector,
                template: PodTemplate::from_json(json::take(&mut spec, "template")),
                min_ready_seconds: json::int32(&spec, "minReadySeconds").unwrap_or_default(),
            }),
            status: ReplicaSetStatus {
                replicas: number("replicas"),
                fully_labeled_replicas: number("fullyLabeledReplicas"),
                ready_replicas: number("readyReplicas"),
                available_replicas: number("availableReplicas"),
                observed_generation: json::int(&status, "observedGeneration").unwrap_or_default(),
                conditions: (json::list(&status, "conditions").iter())
                    .map(|condition| Condition::from_json(condition, "lastUpdateTime"))
                    .collect(),
            },
        }
    }

    fn to_json(&self) -> Value {
        let mut spec = ObjectBuilder::default();
        spec.put("replicas", self.spec.replicas)
            .put("selector", label_selector_json(&self.spec.selector));
        spec.put("template", self.spec.template.to_json());
        spec.number("minReadySeconds", self.spec.min_ready_seconds.into());
        let mut status = ObjectBuilder::default();
        status.put("replicas", self.status.replicas);
        status.number("fullyLabeledReplicas", self.status.fully_labeled_replicas.into());
        status.number("readyReplicas", self.status.ready_replicas.into());
        status.number("availableReplicas", self.status.available_replicas.into());
        status.number("observedGeneration", self.status.observed_generation);
        status.list(
            "conditions",
            self.status
                .conditions
                .iter()
                .map(|condition| condition.to_json("lastUpdateTime")),
        );
        super::resource::external(
            Kind::REPLICA_SET,
            &self.meta,
            [("spec", spec.build()), ("status", status.build())],
        )
    }
}
