//! What one metric of an autoscaler says.
//!
//! Source: `horizontal.go` (`computeStatusForResourceMetric` and its siblings), `replica_calculator.go`, `metrics/`.

use std::sync::Arc;

use serde_json::{Value, json};
use smol_str::SmolStr;

use super::replicas::{Groups, Ratio, Tolerance, Usage};
use crate::api::quantity::Format;
use crate::api::{MetricSource, MetricSpec, MetricTarget, Pod, Quantity};
use crate::component::Context;
use crate::metrics::Metrics;

/// What a metric asks for.
#[derive(Debug)]
pub struct Proposal {
    /// How many pods.
    pub replicas: i32,
    /// The metric, in the words of events.
    pub name: String,
    /// What it is now, as `status.currentMetrics` shows it.
    pub status: Value,
}

/// Why a metric says nothing.
#[derive(Debug)]
pub struct MetricError {
    /// The reason of the event and the condition.
    pub reason: &'static str,
    /// Why.
    pub message: String,
    /// The same, with the metric before it.
    pub whole: String,
}

/// Asks one metric.
pub fn propose(
    spec: &MetricSpec,
    current: i32,
    tolerance: Tolerance,
    pods: &[Arc<Pod>],
    context: &Context<'_>,
) -> Result<Proposal, MetricError> {
    let (resource, container) = match &spec.source {
        MetricSource::Resource(resource) => (resource, None),
        MetricSource::ContainerResource { resource, container } => (resource, Some(container)),
        MetricSource::Adapter { source, metric } => return Err(no_adapter(source, metric)),
    };
    let (reason, what) = match container {
        None => ("FailedGetResourceMetric", "resource"),
        Some(_) => ("FailedGetContainerResourceMetric", "container"),
    };
    Resource {
        resource,
        container,
        pods,
        current,
        tolerance,
        context,
    }
    .propose(spec.target)
    .map_err(|message| MetricError {
        reason,
        whole: format!("failed to get {resource} {what} metric value: {message}"),
        message,
    })
}

fn no_adapter(source: &str, metric: &str) -> MetricError {
    const NO_CUSTOM: &str = "unable to fetch metrics from custom metrics API: no known available metric versions found";
    let (reason, what, message) = match source {
        "Pods" => (
            "FailedGetPodsMetric",
            "pods".to_owned(),
            format!("unable to get metric {metric}: {NO_CUSTOM}"),
        ),
        "Object" => (
            "FailedGetObjectMetric",
            "object".to_owned(),
            format!("unable to get metric {metric}: {NO_CUSTOM}"),
        ),
        _ => (
            "FailedGetExternalMetric",
            format!("{metric} external"),
            format!(
                "unable to get external metric {metric}: unable to fetch metrics from external metrics API: the server \
                 could not find the requested resource (get {metric}.external.metrics.k8s.io)"
            ),
        ),
    };
    MetricError {
        reason,
        whole: format!("failed to get {what} metric value: {message}"),
        message,
    }
}

/// What pods use of a resource.
struct Resource<'a, 'c> {
    resource: &'a SmolStr,
    container: Option<&'a SmolStr>,
    pods: &'a [Arc<Pod>],
    current: i32,
    tolerance: Tolerance,
    context: &'a Context<'c>,
}

impl Resource<'_, '_> {
    fn propose(&self, target: MetricTarget) -> Result<Proposal, String> {
        let resource = self.resource;
        match target {
            MetricTarget::Utilization(percent) => self
                .by_utilization(percent)
                .map_err(|error| format!("failed to get {resource} utilization: {error}")),
            MetricTarget::AverageValue(milli) => self
                .by_value(milli)
                .map_err(|error| format!("failed to get {resource} usage: {error}")),
            MetricTarget::Other => Err(
                "invalid resource metric source: neither an average utilization target nor an \
                                        average value (usage) target was set"
                    .to_owned(),
            ),
        }
    }

    fn by_utilization(&self, target: i32) -> Result<Proposal, String> {
        let (usage, groups) = self.usage()?;
        let requests = self.requests()?;
        if usage.is_empty() {
            return Err("did not receive metrics for any ready pods".to_owned());
        }
        let percent = |usage: &Usage| {
            let requested: i64 = usage.keys().filter_map(|name| requests.get(name)).sum();
            let used: i64 = usage
                .iter()
                .filter(|(name, _)| requests.contains_key(*name))
                .map(|(_, milli)| milli)
                .sum();
            (used.saturating_mul(100))
                .checked_div(requested)
                .ok_or_else(|| "no metrics returned matched known pods".to_owned())
        };
        let ratio = Ratio {
            of: &|usage| Ok(percent(usage)? as f64 / f64::from(target)),
            assumed: &|name| requests.get(name).copied().unwrap_or(0),
            tolerance: self.tolerance,
        };
        let replicas = ratio.replicas(self.current, &usage, &groups)?;
        let utilization = percent(&usage)?;
        let container = if self.container.is_some() { "container " } else { "" };
        Ok(Proposal {
            replicas,
            name: format!(
                "{} {container}resource utilization (percentage of request)",
                self.resource
            ),
            status: self.status(json!({
                "averageUtilization": utilization, "averageValue": milli_text(average(&usage)),
            })),
        })
    }

    fn by_value(&self, target: i64) -> Result<Proposal, String> {
        let (usage, groups) = self.usage()?;
        if usage.is_empty() {
            return Err("did not receive metrics for any ready pods".to_owned());
        }
        let ratio = Ratio {
            of: &|usage| Ok(average(usage) as f64 / target as f64),
            assumed: &|_| target,
            tolerance: self.tolerance,
        };
        Ok(Proposal {
            replicas: ratio.replicas(self.current, &usage, &groups)?,
            name: format!("{} resource", self.resource),
            status: self.status(json!({ "averageValue": milli_text(average(&usage)) })),
        })
    }

    /// What the pods that count use, and which do not count.
    fn usage(&self) -> Result<(Usage, Groups), String> {
        let Context {
            store,
            environment,
            settings,
            ..
        } = self.context;
        let resource = self.resource;
        let metrics = Metrics::of(store, environment, settings).map_err(|error| {
            format!("unable to get metrics for resource {resource}: unable to fetch metrics from resource metrics API: {error}")
        })?;
        let mut usage = Usage::new();
        let mut known = false;
        for pod in self.pods {
            let Some(containers) = metrics.pod(pod) else { continue };
            known = true;
            let counted = containers
                .iter()
                .filter(|container| self.container.is_none_or(|name| container.name == *name));
            let amounts: Option<Vec<u64>> = counted
                .map(|container| match resource.as_str() {
                    "cpu" => Some(container.cpu_milli),
                    "memory" => Some(container.memory_bytes.saturating_mul(1000)),
                    _ => None,
                })
                .collect();
            match amounts {
                Some(amounts) if amounts.is_empty() => {
                    let (container, meta) = (self.container.map_or("", |name| name.as_str()), &pod.meta);
                    return Err(format!(
                        "unable to get metrics for resource {resource}: failed to get container metrics: container \
                         {container} not present in metrics for pod {}/{}",
                        meta.namespace, meta.name
                    ));
                }
                Some(amounts) => {
                    let sum = i64::try_from(amounts.iter().sum::<u64>()).unwrap_or(i64::MAX);
                    usage.insert(pod.meta.name.clone(), sum);
                }
                None => {}
            }
        }
        if !known {
            return Err(format!(
                "unable to get metrics for resource {resource}: no metrics returned from resource metrics API"
            ));
        }
        let cpu_sampled = (resource == "cpu").then(|| metrics.sampled());
        let groups = Groups::of(self.pods, &mut usage, cpu_sampled, settings, store.timestamp());
        Ok((usage, groups))
    }

    /// What each pod requests, in thousandths. Every container counted must request something.
    fn requests(&self) -> Result<Usage, String> {
        let mut requests = Usage::new();
        for pod in self.pods {
            let mut sum = 0_i64;
            let containers = pod.spec.containers.iter();
            for container in containers.filter(|container| self.container.is_none_or(|name| container.name == *name)) {
                let Some(request) = container.requests.get(self.resource) else {
                    return Err(format!(
                        "missing request for {} in container {} of Pod {}",
                        self.resource, container.name, pod.meta.name
                    ));
                };
                sum = sum.saturating_add(request.milli_value());
            }
            requests.insert(pod.meta.name.clone(), sum);
        }
        Ok(requests)
    }

    fn status(&self, current: Value) -> Value {
        match self.container {
            None => json!({ "type": "Resource", "resource": { "name": self.resource.as_str(), "current": current } }),
            Some(container) => json!({
                "type": "ContainerResource",
                "containerResource": {
                    "name": self.resource.as_str(), "container": container.as_str(), "current": current,
                },
            }),
        }
    }
}

fn average(usage: &Usage) -> i64 {
    let count = i64::try_from(usage.len()).unwrap_or(i64::MAX);
    usage.values().sum::<i64>().checked_div(count).unwrap_or(0)
}

fn milli_text(milli: i64) -> String {
    Quantity::from_milli(milli, Format::DecimalSI).to_string()
}
