//! How fast, and how far, an autoscaler may go: stabilisation windows, scaling policies, the least and the greatest number.
//!
//! Source: `horizontal.go` (`normalizeDesiredReplicas`, `normalizeDesiredReplicasWithBehaviors`); documentation "Horizontal Pod
//! Autoscaling: Configurable scaling behavior".

use std::time::Duration;

use crate::api::{HorizontalPodAutoscalerSpec, ScalingBehavior, ScalingRules, SelectPolicy};
use crate::sim::SimTime;

/// Without `behavior`: at most so many times the present number …
const UP_FACTOR: i32 = 2;
/// … but so many at any rate.
const UP_MINIMUM: i32 = 4;

/// What an autoscaler remembers of the past.
#[derive(Debug, Default, Clone)]
pub struct History {
    /// What was recommended, and when.
    pub recommendations: Vec<(SimTime, i32)>,
    /// By how many pods it scaled up, and when.
    pub ups: Vec<(SimTime, i32)>,
    /// By how many pods it scaled down, and when.
    pub downs: Vec<(SimTime, i32)>,
}

/// What the limits make of a recommendation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limited {
    /// The number of pods.
    pub desired: i32,
    /// Reason and message of `AbleToScale`.
    pub able: (&'static str, &'static str),
    /// Whether it is held back, and reason and message of `ScalingLimited`.
    pub limited: (bool, &'static str, &'static str),
}

const WITHIN: (&str, &str) = ("DesiredWithinRange", "the desired count is within the acceptable range");
const READY: (&str, &str) = ("ReadyForNewScale", "recommended size matches current size");
const UP_STABILIZED: (&str, &str) = (
    "ScaleUpStabilized",
    "recent recommendations were lower than current one, applying the lowest recent recommendation",
);
const DOWN_STABILIZED: (&str, &str) = (
    "ScaleDownStabilized",
    "recent recommendations were higher than current one, applying the highest recent recommendation",
);
const TOO_MANY: (&str, &str) = (
    "TooManyReplicas",
    "the desired replica count is more than the maximum replica count",
);
const TOO_FEW: (&str, &str) = (
    "TooFewReplicas",
    "the desired replica count is less than the minimum replica count",
);
const UP_LIMIT: (&str, &str) = (
    "ScaleUpLimit",
    "the desired replica count is increasing faster than the maximum scale rate",
);
const DOWN_LIMIT: (&str, &str) = (
    "ScaleDownLimit",
    "the desired replica count is decreasing faster than the maximum scale rate",
);

/// One recommendation, and what it is to be held against.
pub struct Limits<'a> {
    /// What the autoscaler may do.
    pub spec: &'a HorizontalPodAutoscalerSpec,
    /// The window downwards of those that do not say (`--horizontal-pod-autoscaler-downscale-stabilization`).
    pub downscale_stabilization: Duration,
    /// The present number of pods.
    pub current: i32,
    /// Now.
    pub now: SimTime,
}

impl Limits<'_> {
    /// How long recommendations matter, upwards and downwards.
    pub fn windows(&self) -> (Duration, Duration) {
        let seconds = |seconds: i64| Duration::from_secs(u64::try_from(seconds).unwrap_or(0));
        let window = |rules: &ScalingRules| rules.stabilization_window_seconds.map(seconds);
        match &self.spec.behavior {
            None => (Duration::ZERO, self.downscale_stabilization),
            Some(behavior) => (
                window(&behavior.up).unwrap_or_default(),
                window(&behavior.down).unwrap_or(self.downscale_stabilization),
            ),
        }
    }

    /// What becomes of a recommendation.
    pub fn apply(&self, recommended: i32, history: &History) -> Limited {
        let (stabilized, reason) = self.stabilize(recommended, history);
        let able = if stabilized == recommended { READY } else { reason };
        let (desired, (reason, message)) = match &self.spec.behavior {
            None => self.without_behavior(stabilized),
            Some(behavior) => self.with_behavior(stabilized, behavior, history),
        };
        Limited {
            desired,
            able,
            limited: (desired != stabilized, reason, message),
        }
    }

    /// The recommendation that recent ones allow.
    fn stabilize(&self, recommended: i32, history: &History) -> (i32, (&'static str, &'static str)) {
        let (up, down) = self.windows();
        let within = |window: Duration| {
            let recent = history.recommendations.iter();
            recent
                .filter(move |(at, _)| self.now.since(*at) < window)
                .map(|(_, replicas)| *replicas)
        };
        if self.spec.behavior.is_none() {
            // A recommendation as old as the window still counts here.
            let recent = history
                .recommendations
                .iter()
                .filter(|(at, _)| self.now.since(*at) <= down);
            let highest = recent.map(|(_, replicas)| *replicas).max();
            return (highest.unwrap_or(recommended).max(recommended), DOWN_STABILIZED);
        }
        let least = within(up).min().unwrap_or(recommended).min(recommended);
        let greatest = within(down).max().unwrap_or(recommended).max(recommended);
        let reason = if recommended >= self.current {
            UP_STABILIZED
        } else {
            DOWN_STABILIZED
        };
        (self.current.max(least).min(greatest), reason)
    }

    fn without_behavior(&self, desired: i32) -> (i32, (&'static str, &'static str)) {
        let limit = self.current.saturating_mul(UP_FACTOR).max(UP_MINIMUM);
        let (most, reason) = if self.spec.max_replicas > limit {
            (limit, UP_LIMIT)
        } else {
            (self.spec.max_replicas, TOO_MANY)
        };
        if desired < self.spec.min_replicas {
            (self.spec.min_replicas, TOO_FEW)
        } else if desired > most {
            (most, reason)
        } else {
            (desired, WITHIN)
        }
    }

    fn with_behavior(
        &self,
        desired: i32,
        behavior: &ScalingBehavior,
        history: &History,
    ) -> (i32, (&'static str, &'static str)) {
        if desired > self.current {
            let limit = self.up_limit(&behavior.up, history).max(self.current);
            let (most, reason) = if self.spec.max_replicas > limit {
                (limit, UP_LIMIT)
            } else {
                (self.spec.max_replicas, TOO_MANY)
            };
            if desired > most {
                return (most, reason);
            }
        } else if desired < self.current {
            let limit = self.down_limit(&behavior.down, history).min(self.current);
            let (least, reason) = if self.spec.min_replicas < limit {
                (limit, DOWN_LIMIT)
            } else {
                (self.spec.min_replicas, TOO_FEW)
            };
            if desired < least {
                return (least, reason);
            }
        }
        (desired, WITHIN)
    }

    /// The most pods that the policies allow now.
    fn up_limit(&self, rules: &ScalingRules, history: &History) -> i32 {
        let proposals = rules.policies.iter().map(|policy| {
            let start = f64::from(self.at_start_of(policy.period_seconds, history));
            let value = f64::from(policy.value);
            // Rounded up, since a change too small would otherwise never be made. A cast from a float saturates.
            (if policy.is_percent {
                (start * (1.0 + value / 100.0)).ceil()
            } else {
                start + value
            }) as i32
        });
        let chosen = match rules.select {
            SelectPolicy::Disabled => None,
            SelectPolicy::Min => proposals.min(),
            SelectPolicy::Max => proposals.max(),
        };
        chosen.unwrap_or(self.current)
    }

    /// The fewest pods that the policies allow now.
    fn down_limit(&self, rules: &ScalingRules, history: &History) -> i32 {
        let proposals = rules.policies.iter().map(|policy| {
            let start = f64::from(self.at_start_of(policy.period_seconds, history));
            let value = f64::from(policy.value);
            (if policy.is_percent {
                start * (1.0 - value / 100.0)
            } else {
                start - value
            }) as i32
        });
        let chosen = match rules.select {
            SelectPolicy::Disabled => None,
            SelectPolicy::Min => proposals.max(),
            SelectPolicy::Max => proposals.min(),
        };
        chosen.unwrap_or(self.current)
    }

    /// How many pods there were when a period began.
    fn at_start_of(&self, period_seconds: i64, history: &History) -> i32 {
        let period = Duration::from_secs(u64::try_from(period_seconds).unwrap_or(0));
        let changed = |events: &[(SimTime, i32)]| -> i32 {
            let recent = events.iter().filter(|(at, _)| self.now.since(*at) < period);
            recent.map(|(_, pods)| *pods).sum()
        };
        self.current - changed(&history.ups) + changed(&history.downs)
    }
}

impl History {
    /// Forgets what matters no more.
    pub fn forget(&mut self, limits: &Limits<'_>) {
        let (up, down) = limits.windows();
        let now = limits.now;
        self.recommendations.retain(|(at, _)| now.since(*at) <= up.max(down));
        let longest = |rules: &ScalingRules| rules.policies.iter().map(|policy| policy.period_seconds).max();
        let behavior = limits.spec.behavior.iter();
        let longest = behavior.flat_map(|behavior| [longest(&behavior.up), longest(&behavior.down)]);
        let longest = u64::try_from(longest.flatten().max().unwrap_or(0)).unwrap_or(0);
        for events in [&mut self.ups, &mut self.downs] {
            events.retain(|(at, _)| now.since(*at).as_secs() <= longest);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::api::{HorizontalPodAutoscaler, Resource};

    /// The number of pods and the word of `ScalingLimited` for one recommendation, ten minutes after the start.
    fn apply(behavior: &Value, current: i32, recommended: i32, history: &History) -> (i32, &'static str) {
        let spec = json!({ "minReplicas": 2, "maxReplicas": 20, "behavior": behavior });
        let autoscaler = HorizontalPodAutoscaler::from_json(json!({ "spec": spec }));
        let limits = Limits {
            spec: &autoscaler.spec,
            downscale_stabilization: Duration::from_secs(300),
            current,
            now: SimTime::from_secs(600),
        };
        let limited = limits.apply(recommended, history);
        (limited.desired, limited.limited.1)
    }

    #[test]
    fn without_behavior_it_doubles_at_most() {
        let none = History::default();
        assert_eq!(apply(&Value::Null, 2, 3, &none), (3, "DesiredWithinRange"));
        assert_eq!(apply(&Value::Null, 2, 9, &none), (4, "ScaleUpLimit"));
        assert_eq!(apply(&Value::Null, 5, 90, &none), (10, "ScaleUpLimit"));
        assert_eq!(apply(&Value::Null, 12, 90, &none), (20, "TooManyReplicas"));
        assert_eq!(apply(&Value::Null, 5, 1, &none), (2, "TooFewReplicas"));
    }

    #[test]
    fn the_highest_recommendation_of_the_window_holds() {
        let history = |age_secs: u64| History {
            recommendations: vec![(SimTime::from_secs(600 - age_secs), 8)],
            ..History::default()
        };
        assert_eq!(apply(&Value::Null, 8, 3, &history(299)), (8, "DesiredWithinRange"));
        assert_eq!(apply(&Value::Null, 8, 3, &history(301)), (3, "DesiredWithinRange"));
    }

    #[test]
    fn policies_count_what_was_done_in_their_period() {
        let policy = |kind: &str, value: i32| json!({ "type": kind, "value": value, "periodSeconds": 60 });
        let up = |select: &str| {
            json!({
                "scaleUp": {
                    "stabilizationWindowSeconds": 0, "selectPolicy": select,
                    "policies": [policy("Pods", 4), policy("Percent", 100)],
                },
                "scaleDown": { "selectPolicy": "Disabled", "policies": [policy("Percent", 100)] },
            })
        };
        let none = History::default();
        assert_eq!(apply(&up("Max"), 6, 18, &none), (12, "ScaleUpLimit"));
        assert_eq!(apply(&up("Min"), 6, 18, &none), (10, "ScaleUpLimit"));
        assert_eq!(apply(&up("Disabled"), 6, 18, &none), (6, "ScaleUpLimit"));
        assert_eq!(apply(&up("Max"), 6, 2, &none), (6, "ScaleDownLimit"));
        let added = |age_secs: u64| History {
            ups: vec![(SimTime::from_secs(600 - age_secs), 2)],
            ..History::default()
        };
        assert_eq!(apply(&up("Min"), 6, 18, &added(30)), (8, "ScaleUpLimit"));
        assert_eq!(apply(&up("Min"), 6, 18, &added(61)), (10, "ScaleUpLimit"));
    }
}
