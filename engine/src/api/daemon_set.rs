//! A DaemonSet as stored.
//!
//! The spec's JSON is kept whole beside the fields that have behaviour, as a pod's is: nothing is written back from the typed side.

use std::sync::Arc;

use serde_json::Value;

use super::json::{self, ObjectBuilder};
use super::{Condition, IntOrString, Kind, LabelSelector, ObjectMeta, PodTemplate, Resource, Selector};

/// `spec.updateStrategy`: how pods of an old template give way to those of a new one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DaemonSetStrategy {
    /// An old pod is replaced when somebody deletes it.
    OnDelete,
    /// Old pods are replaced by the controller.
    RollingUpdate {
        /// Nodes that may have an old and a new pod at once, as a number or percentage (rounded up).
        max_surge: IntOrString,
        /// Nodes that may lack an available pod, as a number or percentage (rounded up).
        max_unavailable: IntOrString,
    },
}

impl DaemonSetStrategy {
    fn from_json(value: &Value) -> Self {
        if json::text(value, "type") == "OnDelete" {
            return DaemonSetStrategy::OnDelete;
        }
        let rolling = value.get("rollingUpdate").unwrap_or(&Value::Null);
        let read = |key: &str, default| {
            let value = rolling.get(key).and_then(json::int_or_string);
            value.unwrap_or(IntOrString::Int(default))
        };
        DaemonSetStrategy::RollingUpdate {
            max_surge: read("maxSurge", 0),
            max_unavailable: read("maxUnavailable", 1),
        }
    }
}

/// What a DaemonSet is meant to be.
#[derive(Debug, Clone, PartialEq)]
pub struct DaemonSetSpec {
    /// The whole spec as admitted, without the template.
    pub json: Value,
    /// Which pods are its own, as written.
    pub selector: LabelSelector,
    /// The same, ready to match.
    pub matcher: Selector,
    /// What its pods are made of.
    pub template: PodTemplate,
    /// How an update proceeds.
    pub strategy: DaemonSetStrategy,
    /// Seconds a pod must be ready to count as available.
    pub min_ready_seconds: i32,
    /// How many old ControllerRevisions are kept.
    pub revision_history_limit: i32,
}

/// How a DaemonSet does. All numbers count nodes.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct DaemonSetStatus {
    /// Nodes that should have a pod and have one.
    pub current_number_scheduled: i32,
    /// Nodes that have a pod and should have none.
    pub number_misscheduled: i32,
    /// Nodes that should have a pod.
    pub desired_number_scheduled: i32,
    /// Nodes whose pod is ready.
    pub number_ready: i32,
    /// The generation that this status is about.
    pub observed_generation: i64,
    /// Nodes whose pod is of the current template.
    pub updated_number_scheduled: i32,
    /// Nodes whose pod has been ready long enough.
    pub number_available: i32,
    /// Nodes that should have an available pod and have none.
    pub number_unavailable: i32,
    /// The controller writes none; others may.
    pub conditions: Vec<Condition>,
}

/// A DaemonSet.
#[derive(Debug, Clone, PartialEq)]
pub struct DaemonSet {
    /// Metadata.
    pub meta: ObjectMeta,
    /// What it is meant to be.
    pub spec: Arc<DaemonSetSpec>,
    /// How it does.
    pub status: DaemonSetStatus,
}

impl Resource for DaemonSet {
    const KIND: Kind = Kind::DAEMON_SET;

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
        DaemonSet {
            meta: ObjectMeta::from_json(&json::take(&mut value, "metadata")),
            status: DaemonSetStatus {
                current_number_scheduled: number("currentNumberScheduled"),
                number_misscheduled: number("numberMisscheduled"),
                desired_number_scheduled: number("desiredNumberScheduled"),
                number_ready: number("numberReady"),
                observed_generation: json::int(&status, "observedGeneration").unwrap_or_default(),
                updated_number_scheduled: number("updatedNumberScheduled"),
                number_available: number("numberAvailable"),
                number_unavailable: number("numberUnavailable"),
                conditions: (json::list(&status, "conditions").iter())
                    .map(|condition| Condition::from_json(condition, "lastUpdateTime"))
                    .collect(),
            },
            spec: Arc::new(DaemonSetSpec {
                matcher: selector.to_selector().unwrap_or_else(|_| Selector::nothing()),
                selector,
                template: PodTemplate::from_json(json::take(&mut spec, "template")),
                strategy: DaemonSetStrategy::from_json(spec.get("updateStrategy").unwrap_or(&Value::Null)),
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
        object.put("currentNumberScheduled", status.current_number_scheduled);
        object.put("numberMisscheduled", status.number_misscheduled);
        object.put("desiredNumberScheduled", status.desired_number_scheduled);
        object.put("numberReady", status.number_ready);
        object.number("observedGeneration", status.observed_generation);
        object.number("updatedNumberScheduled", status.updated_number_scheduled.into());
        object.number("numberAvailable", status.number_available.into());
        object.number("numberUnavailable", status.number_unavailable.into());
        let conditions = status.conditions.iter();
        object.list(
            "conditions",
            conditions.map(|condition| condition.to_json("lastUpdateTime")),
        );
        super::resource::external(
            Kind::DAEMON_SET,
            &self.meta,
            [("spec", spec.build()), ("status", object.build())],
        )
    }
}
