//! A StatefulSet as stored.
//!
//! The spec's JSON is kept whole beside the fields that have behaviour, as a pod's is: nothing is written back from the typed side.

use std::sync::Arc;

use serde_json::Value;
use smol_str::SmolStr;

use super::json::{self, ObjectBuilder};
use super::{Condition, IntOrString, Kind, LabelSelector, ObjectMeta, PodTemplate, Resource, Selector};

/// `spec.updateStrategy`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StatefulSetStrategy {
    /// An old pod is replaced when somebody deletes it.
    OnDelete,
    /// Old pods are replaced from the highest ordinal down.
    RollingUpdate {
        /// Pods below this ordinal keep the old template.
        partition: i32,
        /// How many pods may be down at once (feature gate MaxUnavailableStatefulSet), as a number or percentage (rounded up).
        max_unavailable: Option<IntOrString>,
    },
}

/// What a StatefulSet is meant to be.
#[derive(Debug, Clone, PartialEq)]
pub struct StatefulSetSpec {
    /// The whole spec as admitted, without the template.
    pub json: Value,
    /// How many pods.
    pub replicas: i32,
    /// Which pods are its own, as written.
    pub selector: LabelSelector,
    /// The same, ready to match.
    pub matcher: Selector,
    /// What its pods are made of.
    pub template: PodTemplate,
    /// PersistentVolumeClaims that each pod gets one of, as written.
    pub claim_templates: Vec<Value>,
    /// The Service that governs the pods' names in DNS.
    pub service_name: SmolStr,
    /// `podManagementPolicy: Parallel`: pods do not wait for each other.
    pub parallel: bool,
    /// How an update proceeds.
    pub strategy: StatefulSetStrategy,
    /// The first ordinal (`spec.ordinals.start`).
    pub first_ordinal: i32,
    /// Claims go when the StatefulSet is deleted (`persistentVolumeClaimRetentionPolicy.whenDeleted: Delete`).
    pub delete_claims_when_deleted: bool,
    /// Claims go with the pods that a smaller number of replicas removes (`whenScaled: Delete`).
    pub delete_claims_when_scaled: bool,
    /// Seconds a pod must be ready to count as available.
    pub min_ready_seconds: i32,
    /// How many old ControllerRevisions are kept.
    pub revision_history_limit: i32,
}

/// How a StatefulSet does.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct StatefulSetStatus {
    /// The generation that this status is about.
    pub observed_generation: i64,
    /// Pods that exist.
    pub replicas: i32,
    /// Pods that are ready.
    pub ready_replicas: i32,
    /// Pods of the revision that an update started from.
    pub current_replicas: i32,
    /// Pods of the newest revision.
    pub updated_replicas: i32,
    /// Pods that have been ready long enough.
    pub available_replicas: i32,
    /// The name of the revision that an update started from.
    pub current_revision: SmolStr,
    /// The name of the newest revision.
    pub update_revision: SmolStr,
    /// Namesakes that a revision's name collided with; none until the controller has looked.
    pub collision_count: Option<i32>,
    /// The controller writes none; others may.
    pub conditions: Vec<Condition>,
}

/// A StatefulSet.
#[derive(Debug, Clone, PartialEq)]
pub struct StatefulSet {
    /// Metadata.
    pub meta: ObjectMeta,
    /// What it is meant to be.
    pub spec: Arc<StatefulSetSpec>,
    /// How it does.
    pub status: StatefulSetStatus,
}

fn strategy(value: &Value) -> StatefulSetStrategy {
    if json::text(value, "type") == "OnDelete" {
        return StatefulSetStrategy::OnDelete;
    }
    let rolling = value.get("rollingUpdate").unwrap_or(&Value::Null);
    StatefulSetStrategy::RollingUpdate {
        partition: json::int32(rolling, "partition").unwrap_or_default(),
        max_unavailable: rolling.get("maxUnavailable").and_then(json::int_or_string),
    }
}

fn status_from_json(status: &Value) -> StatefulSetStatus {
    let number = |key| json::int32(status, key).unwrap_or_default();
    StatefulSetStatus {
        observed_generation: json::int(status, "observedGeneration").unwrap_or_default(),
        replicas: number("replicas"),
        ready_replicas: number("readyReplicas"),
        current_replicas: number("currentReplicas"),
        updated_replicas: number("updatedReplicas"),
        available_replicas: number("availableReplicas"),
        current_revision: json::text(status, "currentRevision"),
        update_revision: json::text(status, "updateRevision"),
        collision_count: json::int32(status, "collisionCount"),
        conditions: (json::list(status, "conditions").iter())
            .map(|condition| Condition::from_json(condition, "lastUpdateTime"))
            .collect(),
    }
}

impl Resource for StatefulSet {
    const KIND: Kind = Kind::STATEFUL_SET;

    fn meta(&self) -> &ObjectMeta {
        &self.meta
    }

    fn meta_mut(&mut self) -> &mut ObjectMeta {
        &mut self.meta
    }

    fn from_json(mut value: Value) -> Self {
        let (mut spec, status) = (json::take(&mut value, "spec"), json::take(&mut value, "status"));
        let selector = json::label_selector(spec.get("selector"));
        let retention = spec.get("persistentVolumeClaimRetentionPolicy").unwrap_or(&Value::Null);
        let (when_deleted, when_scaled) = (
            json::text(retention, "whenDeleted"),
            json::text(retention, "whenScaled"),
        );
        StatefulSet {
            meta: ObjectMeta::from_json(&json::take(&mut value, "metadata")),
            status: status_from_json(&status),
            spec: Arc::new(StatefulSetSpec {
                replicas: json::int32(&spec, "replicas").unwrap_or(1),
                matcher: selector.to_selector().unwrap_or_else(|_| Selector::nothing()),
                selector,
                template: PodTemplate::from_json(json::take(&mut spec, "template")),
                claim_templates: json::list(&spec, "volumeClaimTemplates").to_vec(),
                service_name: json::text(&spec, "serviceName"),
                parallel: json::text(&spec, "podManagementPolicy") == "Parallel",
                strategy: strategy(spec.get("updateStrategy").unwrap_or(&Value::Null)),
                first_ordinal: json::int32(spec.get("ordinals").unwrap_or(&Value::Null), "start").unwrap_or(0),
                delete_claims_when_deleted: when_deleted == "Delete",
                delete_claims_when_scaled: when_scaled == "Delete",
                min_ready_seconds: json::int32(&spec, "minReadySeconds").unwrap_or_default(),
                revision_history_limit: json::int32(&spec, "revisionHistoryLimit").unwrap_or(10),
                json: spec,
            }),
        }
    }

    fn to_json(&self) -> Value {
        let mut spec = ObjectBuilder::from(self.spec.json.clone());
        spec.put("template", self.spec.template.to_json());
        let (mut object, status) = (ObjectBuilder::default(), &self.status);
        object.number("observedGeneration", status.observed_generation);
        object.put("replicas", status.replicas);
        object.number("readyReplicas", status.ready_replicas.into());
        object.number("currentReplicas", status.current_replicas.into());
        object.number("updatedReplicas", status.updated_replicas.into());
        object.text("currentRevision", &status.current_revision);
        object.text("updateRevision", &status.update_revision);
        object.option("collisionCount", status.collision_count);
        let conditions = status.conditions.iter();
        object.list(
            "conditions",
            conditions.map(|condition| condition.to_json("lastUpdateTime")),
        );
        object.put("availableReplicas", status.available_replicas);
        super::resource::external(
            Kind::STATEFUL_SET,
            &self.meta,
            [("spec", spec.build()), ("status", object.build())],
        )
    }
}
