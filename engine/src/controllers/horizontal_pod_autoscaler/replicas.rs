//! How many pods a metric asks for.
//!
//! Source: `replica_calculator.go`; documentation "Horizontal Pod Autoscaling: Algorithm details". Pods that have not been ready yet,
//! and pods without metrics, are assumed to use nothing when that speaks against scaling up, and all they may when it speaks
//! against scaling down.

use std::collections::BTreeMap;
use std::sync::Arc;

use smol_str::SmolStr;

use crate::api::{Condition, HorizontalPodAutoscalerSpec, Pod, PodPhase, ScalingBehavior, ScalingRules, Timestamp};
use crate::settings::Settings;

/// What pods use, by name, in thousandths.
pub type Usage = BTreeMap<SmolStr, i64>;

/// The pods of a target by what their metrics are worth.
#[derive(Debug, Default)]
pub struct Groups {
    /// How many count.
    pub ready: usize,
    /// Those that have not been ready long enough.
    pub unready: Vec<SmolStr>,
    /// Those without metrics.
    pub missing: Vec<SmolStr>,
}

impl Groups {
    /// Sorts the pods; the metrics of those that do not count are taken out.
    pub fn of(
        pods: &[Arc<Pod>],
        usage: &mut Usage,
        cpu_sampled: Option<Timestamp>,
        settings: &Settings,
        now: Timestamp,
    ) -> Self {
        let mut groups = Groups::default();
        for pod in pods {
            let name = pod.meta.name.clone();
            if pod.meta.is_deleted() || pod.status.phase == PodPhase::Failed {
                usage.remove(&name);
            } else if pod.status.phase == PodPhase::Pending {
                usage.remove(&name);
                groups.unready.push(name);
            } else if !usage.contains_key(&name) {
                groups.missing.push(name);
            } else if cpu_sampled.is_some_and(|sampled| is_starting(pod, sampled, settings, now)) {
                usage.remove(&name);
                groups.unready.push(name);
            } else {
                groups.ready += 1;
            }
        }
        groups
    }
}

/// Whether the CPU that a pod uses may still be that of its start.
fn is_starting(pod: &Pod, sampled: Timestamp, settings: &Settings, now: Timestamp) -> bool {
    let (Some(ready), Some(start)) = (Condition::find(&pod.status.conditions, "Ready"), pod.status.start_time) else {
        return true;
    };
    let changed = ready.last_transition.unwrap_or(start);
    if start.plus(settings.hpa_cpu_initialization_period) > now {
        return !ready.is_true() || sampled < changed.plus(settings.metric_resolution);
    }
    // Later, only a pod that has never been ready.
    !ready.is_true() && start.plus(settings.hpa_initial_readiness_delay) > changed
}

/// How far from 1 a ratio may be without any consequence.
#[derive(Debug, Clone, Copy)]
pub struct Tolerance {
    /// Below 1.
    pub down: f64,
    /// Above 1.
    pub up: f64,
}

impl Tolerance {
    /// What an autoscaler says of its own, and else the controller's setting.
    pub fn of(spec: &HorizontalPodAutoscalerSpec, settings: &Settings) -> Self {
        let usual = settings.hpa_tolerance.milli_value();
        let own = |rules: fn(&ScalingBehavior) -> &ScalingRules| {
            let own = spec
                .behavior
                .as_ref()
                .and_then(|behavior| rules(behavior).tolerance_milli);
            own.unwrap_or(usual) as f64 / 1000.0
        };
        Tolerance {
            down: own(|behavior| &behavior.down),
            up: own(|behavior| &behavior.up),
        }
    }
}

/// How a metric's use compares with its target.
pub struct Ratio<'a> {
    /// The ratio of these pods' use.
    pub of: &'a dyn Fn(&Usage) -> Result<f64, String>,
    /// What a pod without metrics is assumed to use when that speaks against scaling down.
    pub assumed: &'a dyn Fn(&SmolStr) -> i64,
    /// How far from 1 it may be.
    pub tolerance: Tolerance,
}

impl Ratio<'_> {
    /// The number of pods that the metric asks for.
    ///
    /// # Errors
    /// The ratio cannot be told.
    pub fn replicas(&self, current: i32, usage: &Usage, groups: &Groups) -> Result<i32, String> {
        let ratio = (self.of)(usage)?;
        let is_near = |ratio: f64| 1.0 - self.tolerance.down <= ratio && ratio <= 1.0 + self.tolerance.up;
        let is_up_with_unready = !groups.unready.is_empty() && ratio > 1.0;
        if !is_up_with_unready && groups.missing.is_empty() {
            return Ok(if is_near(ratio) {
                current
            } else {
                pods(ratio, groups.ready)
            });
        }
        let mut assumed = usage.clone();
        for name in &groups.missing {
            if ratio < 1.0 {
                assumed.insert(name.clone(), (self.assumed)(name));
            } else if ratio > 1.0 {
                assumed.insert(name.clone(), 0);
            }
        }
        if is_up_with_unready {
            assumed.extend(groups.unready.iter().map(|name| (name.clone(), 0)));
        }
        let corrected = (self.of)(&assumed)?;
        let turned = (ratio < 1.0 && corrected > 1.0) || (ratio > 1.0 && corrected < 1.0);
        if is_near(corrected) || turned {
            return Ok(current);
        }
        let wanted = pods(corrected, assumed.len());
        let turned = (corrected < 1.0 && wanted > current) || (corrected > 1.0 && wanted < current);
        Ok(if turned { current } else { wanted })
    }
}

fn pods(ratio: f64, count: usize) -> i32 {
    let count = f64::from(i32::try_from(count).unwrap_or(i32::MAX));
    // A cast from a float saturates.
    (ratio * count).ceil() as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_and_unready_pods_damp_what_is_asked_for() {
        let check = |uses: &[i64], unready: usize, missing: usize, current: i32, expect: i32| {
            let name = |kind: &str, number: usize| SmolStr::from(format!("{kind}-{number}"));
            let usage: Usage = (uses.iter().enumerate())
                .map(|(number, milli)| (name("ready", number), *milli))
                .collect();
            let groups = Groups {
                ready: uses.len(),
                unready: (0..unready).map(|number| name("unready", number)).collect(),
                missing: (0..missing).map(|number| name("missing", number)).collect(),
            };
            // Each pod requests 1000m; 50% of that is the target.
            let ratio = Ratio {
                of: &|usage| {
                    let count = i64::try_from(usage.len()).unwrap_or(1);
                    Ok(usage.values().sum::<i64>() as f64 / (500 * count) as f64)
                },
                assumed: &|_| 1000,
                tolerance: Tolerance { down: 0.1, up: 0.1 },
            };
            assert_eq!(ratio.replicas(current, &usage, &groups), Ok(expect), "{uses:?}");
        };
        check(&[500, 500], 0, 0, 2, 2);
        check(&[549, 549], 0, 0, 2, 2);
        check(&[560, 560], 0, 0, 2, 3);
        check(&[1000, 1000], 0, 0, 2, 4);
        check(&[100, 100, 100, 100], 0, 0, 4, 1);
        // Two of four are starting: they count as idle against scaling up, and not at all against scaling down.
        check(&[1000, 1000], 2, 0, 4, 4);
        check(&[100, 100], 2, 0, 4, 1);
        // One of three has no metrics: it counts as busy against scaling down, as idle against scaling up.
        check(&[100, 100], 0, 1, 3, 3);
        check(&[10, 10, 10, 10], 0, 1, 5, 3);
        check(&[1000, 1000], 0, 1, 3, 4);
    }
}
