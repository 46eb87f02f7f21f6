//! A PodDisruptionBudget as stored.
//!
//! The spec's JSON is kept whole beside the fields that have behaviour: nothing is written back from the typed side.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;
use smol_str::SmolStr;

use super::json::{self, ObjectBuilder};
use super::{Condition, IntOrString, Kind, LabelSelector, ObjectMeta, Resource, Selector, Timestamp};

/// How many of which pods may be evicted.
#[derive(Debug, Clone, PartialEq)]
pub struct PodDisruptionBudgetSpec {
    /// The whole spec as admitted.
    pub json: Value,
    /// Which pods, as written. An empty selector selects all pods of the namespace, a missing one none.
    pub selector: LabelSelector,
    /// The same, ready to match.
    pub matcher: Selector,
    /// How many must stay healthy, as a number or percentage (rounded up).
    pub min_available: Option<IntOrString>,
    /// How many may be unhealthy, as a number or percentage (rounded up).
    pub max_unavailable: Option<IntOrString>,
    /// `unhealthyPodEvictionPolicy: AlwaysAllow`: pods that are not ready may always be evicted.
    pub always_allow_unhealthy: bool,
}

/// How the pods do.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct PodDisruptionBudgetStatus {
    /// The generation that this status is about.
    pub observed_generation: i64,
    /// Pods whose eviction was allowed and has not been seen yet, by name, and since when.
    pub disrupted_pods: BTreeMap<SmolStr, Timestamp>,
    /// How many evictions are allowed now.
    pub disruptions_allowed: i32,
    /// Pods that are ready.
    pub current_healthy: i32,
    /// Pods that must be.
    pub desired_healthy: i32,
    /// Pods that there should be.
    pub expected_pods: i32,
    /// Only `DisruptionAllowed`.
    pub conditions: Vec<Condition>,
}

impl PodDisruptionBudgetStatus {
    /// Sets the condition `DisruptionAllowed` from the number of evictions allowed.
    pub fn note_allowed(&mut self, now: Timestamp) {
        let (status, reason) = match self.disruptions_allowed > 0 {
            true => (true, "SufficientPods"),
            false => (false, "InsufficientPods"),
        };
        Condition::set(
            &mut self.conditions,
            Condition::new("DisruptionAllowed", status, reason, "", now),
        );
    }
}

/// A PodDisruptionBudget.
#[derive(Debug, Clone, PartialEq)]
pub struct PodDisruptionBudget {
    /// Metadata.
    pub meta: ObjectMeta,
    /// How many of which pods may be evicted.
    pub spec: Arc<PodDisruptionBudgetSpec>,
    /// How the pods do.
    pub status: PodDisruptionBudgetStatus,
}

impl Resource for PodDisruptionBudget {
    const KIND: Kind = Kind::POD_DISRUPTION_BUDGET;

    fn meta(&self) -> &ObjectMeta {
        &self.meta
    }

    fn meta_mut(&mut self) -> &mut ObjectMeta {
        &mut self.meta
    }

    fn from_json(mut value: Value) -> Self {
        let (spec, status) = (json::take(&mut value, "spec"), json::take(&mut value, "status"));
        let selector = json::label_selector(spec.get("selector"));
        let matcher = match spec.get("selector") {
            None | Some(Value::Null) => Selector::nothing(),
            Some(_) => selector.to_selector().unwrap_or_else(|_| Selector::nothing()),
        };
        let number = |key| json::int32(&status, key).unwrap_or_default();
        let disrupted = json::labels(&status, "disruptedPods");
        PodDisruptionBudget {
            meta: ObjectMeta::from_json(&json::take(&mut value, "metadata")),
            status: PodDisruptionBudgetStatus {
                observed_generation: json::int(&status, "observedGeneration").unwrap_or_default(),
                disrupted_pods: (disrupted.iter())
                    .filter_map(|(name, at)| Some((name.clone(), at.parse().ok()?)))
                    .collect(),
                disruptions_allowed: number("disruptionsAllowed"),
                current_healthy: number("currentHealthy"),
                desired_healthy: number("desiredHealthy"),
                expected_pods: number("expectedPods"),
                conditions: (json::list(&status, "conditions").iter())
                    .map(|condition| Condition::from_json(condition, "lastUpdateTime"))
                    .collect(),
            },
            spec: Arc::new(PodDisruptionBudgetSpec {
                selector,
                matcher,
                min_available: spec.get("minAvailable").and_then(json::int_or_string),
                max_unavailable: spec.get("maxUnavailable").and_then(json::int_or_string),
                always_allow_unhealthy: json::text(&spec, "unhealthyPodEvictionPolicy") == "AlwaysAllow",
                json: spec,
            }),
        }
    }

    fn to_json(&self) -> Value {
        let (mut object, status) = (ObjectBuilder::default(), &self.status);
        object.number("observedGeneration", status.observed_generation);
        if !status.disrupted_pods.is_empty() {
            let pods = status
                .disrupted_pods
                .iter()
                .map(|(name, at)| (name.to_string(), Value::from(*at)));
            object.put("disruptedPods", Value::Object(pods.collect()));
        }
        object.put("disruptionsAllowed", status.disruptions_allowed);
        object.put("currentHealthy", status.current_healthy);
        object.put("desiredHealthy", status.desired_healthy);
        object.put("expectedPods", status.expected_pods);
        let conditions = status.conditions.iter().map(|condition| {
            let mut condition = ObjectBuilder::from(condition.to_json("lastUpdateTime"));
            // These conditions always have a message, and say which generation they are about.
            let message = self
                .status
                .conditions
                .first()
                .map_or("", |first| first.message.as_str());
            condition.put("message", message);
            condition.number("observedGeneration", status.observed_generation);
            condition.build()
        });
        object.list("conditions", conditions);
        let spec = self.spec.json.clone();
        super::resource::external(
            Kind::POD_DISRUPTION_BUDGET,
            &self.meta,
            [("spec", spec), ("status", object.build())],
        )
    }
}
