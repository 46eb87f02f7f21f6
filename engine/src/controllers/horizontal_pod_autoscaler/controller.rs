//! When an autoscaler is looked at.
//!
//! The real controller looks at each every 15 s, from 15 s after it was created on. Here the series of looks is the same, but those
//! that would change nothing are left out.

use std::collections::BTreeMap;
use std::ops::Bound;

use super::super::pod_control::PodControl;
use super::super::{ControllerId, Task};
use super::limits::History;
use super::scale::{self, Scale};
use super::sync::{self, Outlook};
use crate::api::{HorizontalPodAutoscaler, Kind, Object, ObjectKey, Pod, ScaleTarget};
use crate::component::{self, Context};
use crate::sim::{SimTime, Urgency};
use crate::store::Change;

/// The controller's name in events.
pub const COMPONENT: &str = "horizontal-pod-autoscaler";
/// Who reports.
pub const CONTROL: PodControl = PodControl(COMPONENT);

/// What is remembered of one autoscaler.
#[derive(Debug)]
struct Memory {
    /// When the series of looks began.
    begin: SimTime,
    /// The next look, and whether it is waited for.
    next: Option<(SimTime, Urgency)>,
    /// What it scales.
    target: ScaleTarget,
    /// The same as it was last seen.
    scale: Option<Scale>,
    history: History,
    /// It sleeps, and has recommended this all the time since.
    steady: Option<i32>,
}

/// The controller.
#[derive(Debug, Default)]
pub struct HorizontalPodAutoscalerController {
    memory: BTreeMap<ObjectKey, Memory>,
}

impl HorizontalPodAutoscalerController {
    /// See [`Component::observe`](crate::component::Component::observe).
    pub fn observe(&mut self, change: &Change, context: &mut Context<'_>) {
        if let Object::HorizontalPodAutoscaler(autoscaler) = change.object() {
            return self.observe_autoscaler(change, autoscaler, context);
        }
        if self.memory.is_empty() {
            return;
        }
        match change.object() {
            Object::Pod(pod) => {
                let before = change.before.as_ref().and_then(Object::as_pod);
                let after = change.after.as_ref().and_then(Object::as_pod);
                if before.zip(after).is_none_or(|(before, after)| matters(before, after)) {
                    self.wake(&pod.meta.namespace, context, |memory| {
                        let scale = memory.scale.as_ref();
                        scale.is_some_and(|scale| scale.matcher.matches(&pod.meta.labels))
                    });
                }
            }
            object if object.kind().is_namespaced() && object.kind() != Kind::EVENT => {
                let (kind, key) = (object.kind(), object.key());
                let same = |object: &Option<Object>| object.as_ref().map(|object| object.meta().generation);
                if same(&change.before) != same(&change.after) {
                    self.wake(&key.namespace, context, |memory| {
                        memory.target.name == key.name && scale::kind_of(&memory.target) == Some(kind)
                    });
                }
            }
            _ => {}
        }
    }

    fn observe_autoscaler(&mut self, change: &Change, autoscaler: &HorizontalPodAutoscaler, context: &mut Context<'_>) {
        let key = autoscaler.meta.key();
        if change.after.is_none() {
            self.memory.remove(&key);
            return;
        }
        if let Some(Object::HorizontalPodAutoscaler(before)) = &change.before
            && !sync::is_edited(before, autoscaler)
        {
            return;
        }
        let memory = self.memory.entry(key.clone()).or_insert_with(|| Memory {
            begin: context.now,
            next: None,
            target: ScaleTarget::default(),
            scale: None,
            history: History::default(),
            steady: None,
        });
        memory.target = autoscaler.spec.target.clone();
        memory.look_next(&key, Urgency::Active, context);
    }

    /// What processes do was changed: every autoscaler looks again.
    pub fn behaviours_changed(&mut self, context: &mut Context<'_>) {
        for (key, memory) in &mut self.memory {
            memory.look_next(key, Urgency::Active, context);
        }
    }

    fn wake(&mut self, namespace: &str, context: &mut Context<'_>, is_concerned: impl Fn(&Memory) -> bool) {
        let start = Bound::Included(ObjectKey::new(namespace, ""));
        let in_namespace = self.memory.range_mut((start, Bound::Unbounded));
        for (key, memory) in in_namespace.take_while(|(key, _)| key.namespace == namespace) {
            if is_concerned(memory) {
                memory.look_next(key, Urgency::Active, context);
            }
        }
    }

    /// Looks at one autoscaler.
    pub fn run(&mut self, key: &ObjectKey, context: &mut Context<'_>) {
        let Some(memory) = self.memory.get_mut(key) else { return };
        if memory.next.is_none_or(|(at, _)| at > context.now) {
            return;
        }
        memory.next = None;
        let Some(autoscaler) = context.store.get::<HorizontalPodAutoscaler>(key).cloned() else {
            return;
        };
        let period = context.settings.hpa_sync_period;
        if let Some(replicas) = memory.steady.take() {
            // The last of the looks that were left out.
            let last = SimTime::from_nanos(
                context
                    .now
                    .as_nanos()
                    .saturating_sub(u64::try_from(period.as_nanos()).unwrap_or(0)),
            );
            memory.history.recommendations.push((last, replicas));
        }
        let (scale, outlook) = sync::sync(&autoscaler, &mut memory.history, context);
        memory.scale = scale;
        match outlook {
            Outlook::Changing => memory.look_next(key, Urgency::Active, context),
            Outlook::Failing => memory.look_next(key, Urgency::Periodic, context),
            Outlook::Quiet(until) => {
                memory.steady = memory.history.recommendations.last().map(|(_, replicas)| *replicas);
                if let Some(until) = until {
                    memory.look_at(until.max(context.now), key, Urgency::Periodic, context);
                }
            }
        }
    }
}

impl Memory {
    fn look_next(&mut self, key: &ObjectKey, urgency: Urgency, context: &mut Context<'_>) {
        self.look_at(context.now, key, urgency, context);
    }

    /// The first look of the series after `after`, unless one comes sooner.
    fn look_at(&mut self, after: SimTime, key: &ObjectKey, urgency: Urgency, context: &mut Context<'_>) {
        let period = context.settings.hpa_sync_period;
        let first = self.begin + period;
        let at = SimTime::from_nanos(after.as_nanos().saturating_add(1)).next_tick(first, period);
        let is_known = |(known, waited): (SimTime, Urgency)| {
            known < at || (known == at && (waited == Urgency::Active || urgency == Urgency::Periodic))
        };
        if self.next.is_some_and(is_known) {
            return;
        }
        self.next = Some((at, urgency));
        let task = Task {
            controller: ControllerId::HorizontalPodAutoscaler,
            key: key.clone(),
        };
        context.agenda.schedule(at, urgency, component::Task::Controller(task));
    }
}

/// Whether a change of a pod can matter to its autoscaler.
fn matters(before: &Pod, after: &Pod) -> bool {
    let starts = |pod: &Pod| -> Vec<_> {
        let statuses = pod.status.containers.iter();
        statuses
            .map(|status| status.state.running.as_ref().and_then(|running| running.started_at))
            .collect()
    };
    before.status.phase != after.status.phase
        || before.is_ready() != after.is_ready()
        || before.meta.deletion != after.meta.deletion
        || before.meta.labels != after.meta.labels
        || starts(before) != starts(after)
}
