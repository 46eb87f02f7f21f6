//! One look of an autoscaler: what the metrics ask for, what the limits make of it, and the target's new size.
//!
//! Source: `horizontal.go` (`reconcileAutoscaler`, `computeReplicasForMetrics`).

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};

use super::controller::{COMPONENT, CONTROL};
use super::limits::{History, Limits};
use super::metric::{self, MetricError};
use super::replicas::Tolerance;
use super::scale::Scale;
use crate::api::{
    Condition, HorizontalPodAutoscaler, HorizontalPodAutoscalerStatus, LabelSelector, ObjectKey, Pod, Selector,
};
use crate::component::Context;
use crate::events::Report;
use crate::metrics::Metrics;
use crate::sim::SimTime;

/// What is to be expected after a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outlook {
    /// The next look will change something.
    Changing,
    /// Something is wrong, and the next look will say so again.
    Failing,
    /// Nothing changes until something happens, or until then.
    Quiet(Option<SimTime>),
}

/// Another autoscaler, and the pods that it counts for its own.
pub struct Rival<'a> {
    /// Namespace and name.
    pub key: &'a ObjectKey,
    /// Which pods.
    pub matcher: &'a Selector,
}

/// One look.
pub fn sync<'a>(
    autoscaler: &HorizontalPodAutoscaler,
    history: &mut History,
    others: impl Iterator<Item = Rival<'a>>,
    context: &mut Context<'_>,
) -> (Option<Scale>, Outlook) {
    let mut look = Look {
        autoscaler,
        status: autoscaler.status.clone(),
    };
    let scale = Scale::of(autoscaler, context.store);
    let outlook = match &scale {
        Ok(scale) => look.at(scale, history, others, context),
        Err(error) => {
            look.warn("FailedGetScale", error.clone(), context);
            let message = format!("the HPA controller was unable to get the target's current scale: {error}");
            look.condition("AbleToScale", false, "FailedGetScale", message, context);
            Outlook::Failing
        }
    };
    let changed = look.status != autoscaler.status;
    let key = autoscaler.meta.key();
    context
        .store
        .modify::<HorizontalPodAutoscaler>(&key, |stored| stored.status = look.status);
    let outlook = match outlook {
        // What changes all the time, such as a leak, keeps nobody waiting.
        Outlook::Quiet(until) if changed && until.is_none_or(|at| at > context.now) => Outlook::Changing,
        outlook => outlook,
    };
    (scale.ok(), outlook)
}

struct Look<'a> {
    autoscaler: &'a HorizontalPodAutoscaler,
    status: HorizontalPodAutoscalerStatus,
}

/// What all metrics ask for together.
struct Wanted {
    replicas: i32,
    metric: String,
}

impl Look<'_> {
    fn at<'a>(
        &mut self,
        scale: &Scale,
        history: &mut History,
        others: impl Iterator<Item = Rival<'a>>,
        context: &mut Context<'_>,
    ) -> Outlook {
        let spec = self.autoscaler.spec.clone();
        let current = scale.replicas;
        let message = "the HPA controller was able to get the target's current scale";
        self.condition("AbleToScale", true, "SucceededGetScale", message, context);
        if history.recommendations.is_empty() {
            history.recommendations.push((context.now, current));
        }
        self.status.current_replicas = current;
        if current == 0 && spec.min_replicas != 0 {
            let message = "scaling is disabled since the replica count of the target is zero";
            self.condition("ScalingActive", false, "ScalingDisabled", message, context);
            (self.status.desired_replicas, self.status.current_metrics) = (0, Vec::new());
            return Outlook::Quiet(None);
        }
        let beyond = if current > spec.max_replicas {
            Some((spec.max_replicas, "Current number of replicas above Spec.MaxReplicas"))
        } else if current < spec.min_replicas {
            Some((spec.min_replicas, "Current number of replicas below Spec.MinReplicas"))
        } else {
            None
        };
        if let Some((desired, reason)) = beyond {
            self.status.current_metrics.clear();
            return self.rescale(scale, desired, reason, history, context);
        }
        let pods = context.store.objects();
        let pods = pods.pods_selected(&scale.key.namespace, &scale.selector, &scale.matcher);
        let pods: Vec<Arc<Pod>> = pods.into_iter().cloned().collect();
        if let Some(why) = self.shares_pods(scale, &pods, others) {
            self.warn("AmbiguousSelector", why.clone(), context);
            self.condition("ScalingActive", false, "AmbiguousSelector", &why, context);
            self.warn("FailedComputeMetricsReplicas", why, context);
            return Outlook::Failing;
        }
        let wanted = match self.ask(current, &pods, context) {
            Ok(wanted) => wanted,
            Err(message) => {
                self.warn("FailedComputeMetricsReplicas", message, context);
                return if self.awaits_metrics(&pods, context) {
                    Outlook::Changing
                } else {
                    Outlook::Failing
                };
            }
        };
        let limits = Limits {
            spec: &spec,
            downscale_stabilization: context.settings.hpa_downscale_stabilization,
            current,
            now: context.now,
        };
        history.forget(&limits);
        let limited = limits.apply(wanted.replicas, history);
        let unhindered = limits.apply(wanted.replicas, &History::default());
        history.recommendations.push((context.now, wanted.replicas));
        self.condition("AbleToScale", true, limited.able.0, limited.able.1, context);
        let (is_limited, reason, message) = limited.limited;
        self.condition("ScalingLimited", is_limited, reason, message, context);
        if limited.desired != current {
            let reason = if wanted.replicas > current {
                format!("{} above target", wanted.metric)
            } else {
                "All metrics below target".to_owned()
            };
            return self.rescale(scale, limited.desired, &reason, history, context);
        }
        self.status.desired_replicas = current;
        // Held back by what was before: that passes.
        if limited != unhindered || self.awaits_metrics(&pods, context) {
            return Outlook::Changing;
        }
        Outlook::Quiet(self.next_change(&pods, context))
    }

    /// Why the pods are not this autoscaler's alone, if they are not.
    fn shares_pods<'a>(
        &self,
        scale: &Scale,
        pods: &[Arc<Pod>],
        others: impl Iterator<Item = Rival<'a>>,
    ) -> Option<String> {
        let selects = |rival: &Rival<'_>| pods.iter().any(|pod| rival.matcher.matches(&pod.meta.labels));
        let own = self.autoscaler.meta.key();
        let mut all: BTreeSet<ObjectKey> = others.filter(selects).map(|rival| rival.key.clone()).collect();
        all.insert(own);
        let names: Vec<String> = all
            .iter()
            .map(|key| format!("{{{} {}}}", key.name, key.namespace))
            .collect();
        let selector = LabelSelector::format(Some(&scale.selector));
        (all.len() > 1).then(|| {
            format!(
                "pods by selector {selector} are controlled by multiple HPAs: [{}]",
                names.join(" ")
            )
        })
    }

    /// Asks every metric; the one that wants most pods decides. Where one says nothing, the others may only scale up.
    fn ask(&mut self, current: i32, pods: &[Arc<Pod>], context: &mut Context<'_>) -> Result<Wanted, String> {
        let specs = &self.autoscaler.spec.metrics;
        let tolerance = Tolerance::of(&self.autoscaler.spec, context.settings);
        let mut wanted: Option<Wanted> = None;
        let mut first_error: Option<MetricError> = None;
        let (mut failed, mut statuses) = (0, Vec::new());
        for spec in specs {
            match metric::propose(spec, current, tolerance, pods, context) {
                Ok(proposal) => {
                    statuses.push(proposal.status);
                    if wanted.as_ref().is_none_or(|wanted| proposal.replicas > wanted.replicas) {
                        wanted = Some(Wanted {
                            replicas: proposal.replicas,
                            metric: proposal.name,
                        });
                    }
                }
                Err(error) => {
                    statuses.push(json!({ "type": "" }));
                    failed += 1;
                    self.warn(error.reason, error.message.clone(), context);
                    first_error.get_or_insert(error);
                }
            }
        }
        match (wanted, first_error) {
            (Some(wanted), error) if error.is_none() || wanted.replicas >= current => {
                let message = format!(
                    "the HPA was able to successfully calculate a replica count from {}",
                    wanted.metric
                );
                self.condition("ScalingActive", true, "ValidMetricFound", message, context);
                self.status.current_metrics = statuses;
                Ok(wanted)
            }
            (_, Some(error)) => {
                let message = format!("the HPA was unable to compute the replica count: {}", error.message);
                self.condition("ScalingActive", false, error.reason, message, context);
                Err(format!(
                    "invalid metrics ({failed} invalid out of {}), first error is: {}",
                    specs.len(),
                    error.whole
                ))
            }
            (_, None) => Err("no metrics are given".to_owned()),
        }
    }

    fn rescale(
        &mut self,
        scale: &Scale,
        desired: i32,
        reason: &str,
        history: &mut History,
        context: &mut Context<'_>,
    ) -> Outlook {
        if let Err(error) = scale.update(desired, context) {
            let message = format!("New size: {desired}; reason: {reason}; error: {error}");
            self.warn("FailedRescale", message, context);
            let message = format!("the HPA controller was unable to update the target scale: {error}");
            self.condition("AbleToScale", false, "FailedUpdateScale", message, context);
            return Outlook::Failing;
        }
        let message = format!("the HPA controller was able to update the target scale to {desired}");
        self.condition("AbleToScale", true, "SucceededRescale", message, context);
        let message = format!("New size: {desired}; reason: {reason}");
        CONTROL.report(
            self.autoscaler,
            Report::normal(COMPONENT, "SuccessfulRescale", message),
            context,
        );
        let change = desired - scale.replicas;
        if self.autoscaler.spec.behavior.is_some() {
            let events = if change > 0 {
                &mut history.ups
            } else {
                &mut history.downs
            };
            events.push((context.now, change.abs()));
        }
        self.status.desired_replicas = desired;
        self.status.last_scale_time = Some(context.store.timestamp());
        Outlook::Changing
    }

    fn warn(&self, reason: &'static str, message: String, context: &mut Context<'_>) {
        CONTROL.report(self.autoscaler, Report::warning(COMPONENT, reason, message), context);
    }

    fn condition(
        &mut self,
        kind: &'static str,
        is_true: bool,
        reason: &str,
        message: impl AsRef<str>,
        context: &Context<'_>,
    ) {
        let now = context.store.timestamp();
        let condition = Condition::new(kind, is_true, reason, message.as_ref(), now);
        Condition::set(&mut self.status.conditions, condition);
    }

    /// Whether metrics will come, or begin to count, though nothing happens to the pods.
    fn awaits_metrics(&self, pods: &[Arc<Pod>], context: &Context<'_>) -> bool {
        let Ok(metrics) = Metrics::of(context.store, context.environment, context.settings) else {
            return false;
        };
        let settled_after = context.settings.metric_resolution;
        pods.iter().filter(|pod| !pod.meta.is_deleted()).any(|pod| {
            let ready = Condition::find(&pod.status.conditions, "Ready").filter(|condition| condition.is_true());
            let since = ready.and_then(|condition| condition.last_transition);
            metrics.is_awaited(pod) || since.is_some_and(|since| metrics.sampled() < since.plus(settled_after))
        })
    }

    /// When the pods' use changes, or a pod that has not become ready begins to count all the same.
    fn next_change(&self, pods: &[Arc<Pod>], context: &Context<'_>) -> Option<SimTime> {
        let metrics = Metrics::of(context.store, context.environment, context.settings).ok()?;
        let epoch = context.store.epoch();
        let counts_from = |pod: &Pod| {
            let start = pod.status.start_time.filter(|_| !pod.is_ready())?;
            let at = epoch.instant(start.plus(context.settings.hpa_cpu_initialization_period));
            (at > context.now).then_some(at)
        };
        let times = pods.iter().flat_map(|pod| [metrics.next_change(pod), counts_from(pod)]);
        times.flatten().min()
    }
}

/// Whether two autoscalers differ in more than what the controller writes.
pub fn is_edited(before: &HorizontalPodAutoscaler, after: &HorizontalPodAutoscaler) -> bool {
    let spec = |autoscaler: &HorizontalPodAutoscaler| -> Value { autoscaler.spec.json.clone() };
    !Arc::ptr_eq(&before.spec, &after.spec) && spec(before) != spec(after)
}
