//! A Deployment as stored.

use std::sync::Arc;

use serde_json::Value;

use super::json::{self, ObjectBuilder, label_selector_json};
use super::{Condition, IntOrString, Kind, LabelSelector, ObjectMeta, PodTemplate, Resource, Selector};

/// `spec.strategy`: how pods of an old template give way to those of a new one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeploymentStrategy {
    /// All old pods go before the first new one comes.
    Recreate,
    /// New ones come as old ones go.
    RollingUpdate {
        /// Pods above the desired number, as a number or percentage (rounded up).
        max_surge: IntOrString,
        /// Pods below the desired number, as a number or percentage (rounded down).
        max_unavailable: IntOrString,
    },
}

impl Default for DeploymentStrategy {
    /// The API's default: 25% each.
    fn default() -> Self {
        let quarter = || IntOrString::String("25%".into());
        DeploymentStrategy::RollingUpdate {
            max_surge: quarter(),
            max_unavailable: quarter(),
        }
    }
}

impl DeploymentStrategy {
    fn from_json(value: &Value) -> Self {
        if json::text(value, "type") == "Recreate" {
            return DeploymentStrategy::Recreate;
        }
        let DeploymentStrategy::RollingUpdate {
            max_surge,
            max_unavailable,
        } = DeploymentStrategy::default()
        else {
            return DeploymentStrategy::Recreate;
        };
        let rolling = value.get("rollingUpdate").unwrap_or(&Value::Null);
        let read = |key: &str, default| rolling.get(key).and_then(json::int_or_string).unwrap_or(default);
        DeploymentStrategy::RollingUpdate {
            max_surge: read("maxSurge", max_surge),
            max_unavailable: read("maxUnavailable", max_unavailable),
        }
    }

    fn to_json(&self) -> Value {
        match self {
            DeploymentStrategy::Recreate => serde_json::json!({ "type": "Recreate" }),
            DeploymentStrategy::RollingUpdate {
                max_surge,
                max_unavailable,
            } => serde_json::json!({
                "type": "RollingUpdate",
                "rollingUpdate": { "maxSurge": max_surge, "maxUnavailable": max_unavailable },
            }),
        }
    }
}

/// What a Deployment is meant to be.
#[derive(Debug, Clone, PartialEq)]
pub struct DeploymentSpec {
    /// How many pods.
    pub replicas: i32,
    /// Which pods are its own, as written.
    pub selector: LabelSelector,
    /// The same, ready to match.
    pub matcher: Selector,
    /// What its pods are made of.
    pub template: PodTemplate,
    /// How an update proceeds.
    pub strategy: DeploymentStrategy,
    /// Seconds a pod must be ready to count as available.
    pub min_ready_seconds: i32,
    /// How many old ReplicaSets are kept for rollbacks.
    pub revision_history_limit: i32,
    /// Seconds without progress after which a rollout counts as stuck.
    pub progress_deadline_seconds: i32,
    /// Whether changes of the template are held back.
    pub paused: bool,
}

/// How a Deployment does.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct DeploymentStatus {
    /// The generation that this status is about.
    pub observed_generation: i64,
    /// Pods of all its ReplicaSets.
    pub replicas: i32,
    /// Pods of the current template.
    pub updated_replicas: i32,
    /// Pods that are ready.
    pub ready_replicas: i32,
    /// Pods that have been ready long enough.
    pub available_replicas: i32,
    /// Pods missing to the desired number of available ones.
    pub unavailable_replicas: i32,
    /// `Available`, `Progressing`, `ReplicaFailure`, in the order in which they first appeared.
    pub conditions: Vec<Condition>,
    /// How often a generated ReplicaSet name was taken already.
    pub collision_count: i32,
}

/// A Deployment.
#[derive(Debug, Clone, PartialEq)]
pub struct Deployment {
    /// Metadata.
    pub meta: ObjectMeta,
    /// What it is meant to be.
    pub spec: Arc<DeploymentSpec>,
    /// How it does.
    pub status: DeploymentStatus,
}

impl Resource for Deployment {
    const KIND: Kind = Kind::DEPLOYMENT;

    fn meta(&self) -> &ObjectMeta {
        &self.meta
    }

    fn meta_mut(&mut self) -> &mut ObjectMeta {
        &mut self.meta
    }

    fn from_json(mut value: Value) -> Self {
        let (mut spec, status) = (json::take(&mut value, "spec"), json::take(&mut value, "status"));
        let selector = json::label_selector(spec.get("selector"));
        let member = |key| spec.get(key).unwrap_or(&Value::Null);
        let wanted = |key, default| json::int32(&spec, key).unwrap_or(default);
        let number = |key| json::int32(&status, key).unwrap_or_default();
        Deployment {
            meta: ObjectMeta::from_json(&json::take(&mut value, "metadata")),
            status: DeploymentStatus {
                observed_generation: json::int(&status, "observedGeneration").unwrap_or_default(),
                replicas: number("replicas"),
                updated_replicas: number("updatedReplicas"),
                ready_replicas: number("readyReplicas"),
                available_replicas: number("availableReplicas"),
                unavailable_replicas: number("unavailableReplicas"),
                conditions: (json::list(&status, "conditions").iter())
                    .map(|condition| Condition::from_json(condition, "lastUpdateTime"))
                    .collect(),
                collision_count: number("collisionCount"),
            },
            spec: Arc::new(DeploymentSpec {
                replicas: wanted("replicas", 1),
                matcher: selector.to_selector().unwrap_or_else(|_| Selector::nothing()),
                selector,
                strategy: DeploymentStrategy::from_json(member("strategy")),
                min_ready_seconds: wanted("minReadySeconds", 0),
                revision_history_limit: wanted("revisionHistoryLimit", 10),
                progress_deadline_seconds: wanted("progressDeadlineSeconds", 600),
                paused: json::flag(&spec, "paused"),
                template: PodTemplate::from_json(json::take(&mut spec, "template")),
            }),
        }
    }

    fn to_json(&self) -> Value {
        let wanted = &self.spec;
        let mut spec = ObjectBuilder::default();
        spec.put("replicas", wanted.replicas)
            .put("selector", label_selector_json(&wanted.selector));
        spec.put("template", wanted.template.to_json())
            .put("strategy", wanted.strategy.to_json());
        spec.number("minReadySeconds", wanted.min_ready_seconds.into());
        spec.put("revisionHistoryLimit", wanted.revision_history_limit);
        spec.put("progressDeadlineSeconds", wanted.progress_deadline_seconds);
        if wanted.paused {
            spec.put("paused", true);
        }
        let mut status = ObjectBuilder::default();
        status.number("observedGeneration", self.status.observed_generation);
        status.number("replicas", self.status.replicas.into());
        status.number("updatedReplicas", self.status.updated_replicas.into());
        status.number("readyReplicas", self.status.ready_replicas.into());
        status.number("availableReplicas", self.status.available_replicas.into());
        status.number("unavailableReplicas", self.status.unavailable_replicas.into());
        status.list(
            "conditions",
            self.status
                .conditions
                .iter()
                .map(|condition| condition.to_json("lastUpdateTime")),
        );
        status.number("collisionCount", self.status.collision_count.into());
        super::resource::external(
            Kind::DEPLOYMENT,
            &self.meta,
            [("spec", spec.build()), ("status", status.build())],
        )
    }
}
