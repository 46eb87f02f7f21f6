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
use super::sync::{self, Outlook, Rival};
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

    /// The other autoscalers of a namespace that have found their target.
    fn others<'a>(&'a self, key: &'a ObjectKey) -> impl Iterator<Item = Rival<'a>> {
        let start = Bound::Included(ObjectKey::new(key.namespace.clone(), ""));
        let in_namespace = self.memory.range((start, Bound::Unbounded));
        (in_namespace.take_while(|(other, _)| other.namespace == key.namespace))
            .filter(move |(other, _)| *other != key)
            .filter_map(|(other, memory)| {
                let matcher = &memory.scale.as_ref()?.matcher;
                Some(Rival { key: other, matcher })
            })
    }

    /// Looks at one autoscaler.
    pub fn run(&mut self, key: &ObjectKey, context: &mut Context<'_>) {
        let is_due = |memory: &mut Memory| memory.next.take_if(|(at, _)| *at <= context.now).is_some();
        if !self.memory.get_mut(key).is_some_and(is_due) {
            return;
        }
        let (Some(autoscaler), Some(mut memory)) = (
            context.store.get::<HorizontalPodAutoscaler>(key).cloned(),
            self.memory.remove(key),
        ) else {
            return;
        };
        let was_found = memory.scale.is_some();
        memory.look(key, &autoscaler, self.others(key), context);
        let is_found = memory.scale.is_some();
        self.memory.insert(key.clone(), memory);
        if is_found && !was_found {
            // Perhaps another one counts the same pods for its own.
            self.wake(&key.namespace, context, |_| true);
        }
    }
}

impl Memory {
    /// One look, and when the next one comes.
    fn look<'a>(
        &mut self,
        key: &ObjectKey,
        autoscaler: &HorizontalPodAutoscaler,
        others: impl Iterator<Item = Rival<'a>>,
        context: &mut Context<'_>,
    ) {
        let period = context.settings.hpa_sync_period;
        if let Some(replicas) = self.steady.take() {
            // The last of the looks that were left out.
            let last = SimTime::from_nanos(
                context
                    .now
                    .as_nanos()
                    .saturating_sub(u64::try_from(period.as_nanos()).unwrap_or(0)),
            );
            self.history.recommendations.push((last, replicas));
        }
        let (scale, outlook) = sync::sync(autoscaler, &mut self.history, others, context);
        self.scale = scale;
        match outlook {
            Outlook::Changing => self.look_next(key, Urgency::Active, context),
            Outlook::Failing => self.look_next(key, Urgency::Periodic, context),
            Outlook::Quiet(until) => {
                self.steady = self.history.recommendations.last().map(|(_, replicas)| *replicas);
                if let Some(until) = until {
                    self.look_at(until.max(context.now), key, Urgency::Periodic, context);
                }
            }
        }
    }

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
