//! A HorizontalPodAutoscaler as stored.
//!
//! The spec's JSON is kept whole beside the fields that have behaviour: nothing is written back from the typed side.

use std::sync::Arc;

use serde_json::Value;
use smol_str::SmolStr;

use super::json::{self as read, ObjectBuilder};
use super::{Condition, Kind, ObjectMeta, Quantity, Resource, Timestamp};

/// What an autoscaler scales.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct ScaleTarget {
    /// Such as `apps/v1`.
    pub api_version: SmolStr,
    /// Such as `Deployment`.
    pub kind: SmolStr,
    /// Its name, in the autoscaler's namespace.
    pub name: SmolStr,
}

/// Where a metric comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum MetricSource {
    /// What pods use of a resource.
    Resource(SmolStr),
    /// What one container of each pod uses of a resource.
    ContainerResource {
        /// The resource.
        resource: SmolStr,
        /// The container.
        container: SmolStr,
    },
    /// Metrics that only an adapter could serve: `Pods`, `Object` or `External`, and the metric's name.
    Adapter {
        /// The type.
        source: SmolStr,
        /// The name.
        metric: SmolStr,
    },
}

/// What a metric is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetricTarget {
    /// So many percent of what the pods request.
    Utilization(i32),
    /// So many thousandths a pod.
    AverageValue(i64),
    /// Neither: the API refuses it for resources.
    Other,
}

/// One metric of an autoscaler.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricSpec {
    /// Where it comes from.
    pub source: MetricSource,
    /// What it is to be.
    pub target: MetricTarget,
}

/// Which of several policies holds.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum SelectPolicy {
    /// The one that allows the greatest change.
    #[default]
    Max,
    /// The one that allows the smallest change.
    Min,
    /// None: no change in this direction.
    Disabled,
}

/// How much may change in how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScalingPolicy {
    /// `value` is in percent, not in pods.
    pub is_percent: bool,
    /// How much.
    pub value: i32,
    /// In so many seconds.
    pub period_seconds: i64,
}

/// How an autoscaler scales in one direction.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct ScalingRules {
    /// For how many seconds earlier recommendations count; none: the controller's own setting.
    pub stabilization_window_seconds: Option<i64>,
    /// How far from its target a metric may be in this direction, in thousandths; none: the controller's own setting.
    pub tolerance_milli: Option<i64>,
    /// Which policy holds.
    pub select: SelectPolicy,
    /// The policies.
    pub policies: Vec<ScalingPolicy>,
}

/// `spec.behavior`.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct ScalingBehavior {
    /// Upwards.
    pub up: ScalingRules,
    /// Downwards.
    pub down: ScalingRules,
}

/// What an autoscaler is meant to do.
#[derive(Debug, Clone, PartialEq)]
pub struct HorizontalPodAutoscalerSpec {
    /// The whole spec as admitted.
    pub json: Value,
    /// What it scales.
    pub target: ScaleTarget,
    /// The fewest pods.
    pub min_replicas: i32,
    /// The most pods.
    pub max_replicas: i32,
    /// What it scales by; the metric that asks for most pods decides.
    pub metrics: Vec<MetricSpec>,
    /// How fast, if it says so.
    pub behavior: Option<ScalingBehavior>,
}

/// How an autoscaler does.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct HorizontalPodAutoscalerStatus {
    /// When it last scaled.
    pub last_scale_time: Option<Timestamp>,
    /// How many pods the target asked for when it was last looked at.
    pub current_replicas: i32,
    /// How many the autoscaler wants.
    pub desired_replicas: i32,
    /// What the metrics were, as the API shows them.
    pub current_metrics: Vec<Value>,
    /// `AbleToScale`, `ScalingActive`, `ScalingLimited`.
    pub conditions: Vec<Condition>,
}

/// A HorizontalPodAutoscaler.
#[derive(Debug, Clone, PartialEq)]
pub struct HorizontalPodAutoscaler {
    /// Metadata.
    pub meta: ObjectMeta,
    /// What it is meant to do.
    pub spec: Arc<HorizontalPodAutoscalerSpec>,
    /// How it does.
    pub status: HorizontalPodAutoscalerStatus,
}

fn member<'a>(value: &'a Value, key: &str) -> &'a Value {
    value.get(key).unwrap_or(&Value::Null)
}

fn metric(value: &Value) -> MetricSpec {
    let type_name = read::text(value, "type");
    let (source, body) = match type_name.as_str() {
        "Resource" => {
            let body = member(value, "resource");
            (MetricSource::Resource(read::text(body, "name")), body)
        }
        "ContainerResource" => {
            let body = member(value, "containerResource");
            let (resource, container) = (read::text(body, "name"), read::text(body, "container"));
            (MetricSource::ContainerResource { resource, container }, body)
        }
        _ => {
            let body = member(value, &type_name.to_lowercase());
            let (source, metric) = (type_name, read::text(member(body, "metric"), "name"));
            (MetricSource::Adapter { source, metric }, body)
        }
    };
    let target = member(body, "target");
    let average = member(target, "averageValue");
    let average = match average {
        Value::String(text) => Quantity::parse(text).ok(),
        Value::Number(number) => Quantity::parse(&number.to_string()).ok(),
        _ => None,
    };
    let target = match (average, read::int32(target, "averageUtilization")) {
        (Some(average), _) => MetricTarget::AverageValue(average.milli_value()),
        (None, Some(percent)) => MetricTarget::Utilization(percent),
        (None, None) => MetricTarget::Other,
    };
    MetricSpec { source, target }
}

fn rules(value: &Value) -> ScalingRules {
    let policy = |policy: &Value| ScalingPolicy {
        is_percent: read::text(policy, "type") == "Percent",
        value: read::int32(policy, "value").unwrap_or_default(),
        period_seconds: read::int(policy, "periodSeconds").unwrap_or_default(),
    };
    ScalingRules {
        stabilization_window_seconds: read::int(value, "stabilizationWindowSeconds"),
        tolerance_milli: (value.get("tolerance"))
            .and_then(|tolerance| Quantity::from_json(tolerance).ok())
            .map(|tolerance| tolerance.milli_value()),
        select: match read::text(value, "selectPolicy").as_str() {
            "Min" => SelectPolicy::Min,
            "Disabled" => SelectPolicy::Disabled,
            _ => SelectPolicy::Max,
        },
        policies: read::list(value, "policies").iter().map(policy).collect(),
    }
}

impl Resource for HorizontalPodAutoscaler {
    const KIND: Kind = Kind::HORIZONTAL_POD_AUTOSCALER;

    fn meta(&self) -> &ObjectMeta {
        &self.meta
    }

    fn meta_mut(&mut self) -> &mut ObjectMeta {
        &mut self.meta
    }

    fn from_json(mut value: Value) -> Self {
        let (spec, status) = (read::take(&mut value, "spec"), read::take(&mut value, "status"));
        let target = member(&spec, "scaleTargetRef");
        let behavior = spec.get("behavior").filter(|behavior| behavior.is_object());
        HorizontalPodAutoscaler {
            meta: ObjectMeta::from_json(&read::take(&mut value, "metadata")),
            status: HorizontalPodAutoscalerStatus {
                last_scale_time: read::time(&status, "lastScaleTime"),
                current_replicas: read::int32(&status, "currentReplicas").unwrap_or_default(),
                desired_replicas: read::int32(&status, "desiredReplicas").unwrap_or_default(),
                current_metrics: read::list(&status, "currentMetrics").to_vec(),
                conditions: (read::list(&status, "conditions").iter())
                    .map(|condition| Condition::from_json(condition, "lastUpdateTime"))
                    .collect(),
            },
            spec: Arc::new(HorizontalPodAutoscalerSpec {
                target: ScaleTarget {
                    api_version: read::text(target, "apiVersion"),
                    kind: read::text(target, "kind"),
                    name: read::text(target, "name"),
                },
                min_replicas: read::int32(&spec, "minReplicas").unwrap_or(1),
                max_replicas: read::int32(&spec, "maxReplicas").unwrap_or_default(),
                metrics: read::list(&spec, "metrics").iter().map(metric).collect(),
                behavior: behavior.map(|behavior| ScalingBehavior {
                    up: rules(member(behavior, "scaleUp")),
                    down: rules(member(behavior, "scaleDown")),
                }),
                json: spec,
            }),
        }
    }

    fn to_json(&self) -> Value {
        let (mut object, status) = (ObjectBuilder::default(), &self.status);
        object.option("lastScaleTime", status.last_scale_time);
        object.number("currentReplicas", status.current_replicas.into());
        object.put("desiredReplicas", status.desired_replicas);
        let metrics = Some(status.current_metrics.clone()).filter(|metrics| !metrics.is_empty());
        object.put("currentMetrics", metrics.map_or(Value::Null, Value::from));
        let conditions = status.conditions.iter();
        object.list(
            "conditions",
            conditions.map(|condition| condition.to_json("lastUpdateTime")),
        );
        let parts = [("spec", self.spec.json.clone()), ("status", object.build())];
        super::resource::external(Kind::HORIZONTAL_POD_AUTOSCALER, &self.meta, parts)
    }
}
