//! The scheduler as a component: watches pods and nodes, tries one pod at a time.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use smol_str::SmolStr;

use super::bind::{self, SCHEDULER_NAME};
use super::decision::Decision;
use super::node_info::NodeInfo;
use super::nodes::Nodes;
use super::plugins::{node_ports, node_resources_fit};
use super::queue::{Failure, Queue};
use super::shapes::ShapeId;
use super::slots::Slots;
use super::template::Template;
use crate::api::{Kind, Node, Object, ObjectKey, Pod, json};
use crate::component::{self, Component, Context};
use crate::settings::Settings;
use crate::sim::{Random, Seed, SimTime, Urgency};
use crate::store::{Change, Store};

/// A wake-up of the scheduler.
#[derive(Debug, Clone)]
pub enum Task {
    /// Try the next pod.
    Cycle,
    /// Back-offs may be over.
    EndBackOffs,
    /// Pods may have been parked for too long.
    Flush,
}

/// How often back-offs are looked at. kube-scheduler: 1s.
const BACK_OFF_PERIOD: Duration = Duration::from_secs(1);
/// How often pods that were parked for too long are looked for. kube-scheduler: 30s.
const FLUSH_PERIOD: Duration = Duration::from_secs(30);
/// Pods that share their work: same shape, and same controller (what it selects is spread).
type TemplateKey = (ShapeId, SmolStr, SmolStr);

/// How many templates are remembered while nothing waits.
const TEMPLATES_MAX: usize = 256;

/// The scheduler.
#[derive(Debug)]
pub struct Scheduler {
    random: Random,
    queue: Queue,
    nodes: Nodes,
    template_ids: BTreeMap<TemplateKey, u64>,
    templates: BTreeMap<u64, Template>,
    next_template: u64,
    /// The last failure of a template: at which version of it, and what was said.
    failures: BTreeMap<u64, (u64, Arc<str>, BTreeSet<&'static str>)>,
    /// Counts changes of Services per namespace: the default spread depends on them.
    services_version: BTreeMap<SmolStr, u64>,
    spread_versions: BTreeMap<u64, u64>,
    cycle_at: Option<SimTime>,
    back_off_at: Option<SimTime>,
    flush_at: Option<SimTime>,
    flush_phase: Duration,
}

impl Scheduler {
    /// Nothing to schedule yet.
    pub fn new(seed: Seed) -> Self {
        let mut random = seed.stream("scheduler");
        let flush_phase = random.duration(Duration::ZERO, FLUSH_PERIOD);
        Scheduler {
            random,
            queue: Queue::default(),
            nodes: Nodes::default(),
            template_ids: BTreeMap::new(),
            templates: BTreeMap::new(),
            next_template: 1,
            failures: BTreeMap::new(),
            services_version: BTreeMap::new(),
            spread_versions: BTreeMap::new(),
            cycle_at: None,
            back_off_at: None,
            flush_at: None,
            flush_phase,
        }
    }

    fn observe_pod(&mut self, change: &Change, context: &mut Context<'_>) {
        let (before, after) = (pod_of(change.before.as_ref()), pod_of(change.after.as_ref()));
        self.nodes.pod_changed(before, after);
        let takes_room = |pod: Option<&Arc<Pod>>| {
            pod.is_some_and(|pod| !pod.node_name.is_empty() && !pod.status.phase.is_terminal())
        };
        if takes_room(before) && !takes_room(after) {
            self.wake_for_freed_room(context);
        }
        let (waited, waits) = (
            before.is_some_and(|pod| is_ours(pod)),
            after.is_some_and(|pod| is_ours(pod)),
        );
        let key = change.key();
        match after.filter(|_| waits) {
            None if waited => self.queue.remove(&key),
            None => {}
            Some(pod) if !waited => {
                self.queue.add(key, pod.spec.priority, context.now);
                self.request_cycle(context);
            }
            Some(pod)
                if before.is_some_and(|before| before.spec != pod.spec || before.meta.labels != pod.meta.labels) =>
            {
                self.queue.wake(&key, context.now, context.settings);
                self.request_wake_ups(context);
            }
            Some(_) => {}
        }
    }

    fn observe_node(&mut self, change: &Change, context: &mut Context<'_>) {
        let Some(node) = change.after.as_ref().and_then(Object::as_node) else {
            self.nodes.remove_node(&change.object().meta().name);
            return;
        };
        let before = change.before.as_ref().and_then(Object::as_node);
        if before.is_some_and(|before| !matters(before, node)) {
            return;
        }
        self.nodes.set_node(node);
        self.wake_for_node(&node.meta.name, context);
    }

    /// Pods that would fit on this node now may try again. Since v1.32 (queueing hints) what runs there already is left out.
    fn wake_for_node(&mut self, name: &str, context: &mut Context<'_>) {
        let Some(info) = self.nodes.get(name) else { return };
        let empty = context.settings.since(1, 32).then(|| NodeInfo::new(info.node.clone()));
        let node = empty.as_ref().unwrap_or(info);
        let fits = |template: &u64| {
            self.templates
                .get(template)
                .is_some_and(|template| template.fits_alone(node))
        };
        let woken: Vec<u64> = self.queue.parked_templates().filter(fits).collect();
        for template in woken {
            self.queue.wake_template(template, context.now, context.settings);
        }
        self.request_wake_ups(context);
    }

    /// A pod has left its node: what was refused for want of room may try again.
    fn wake_for_freed_room(&mut self, context: &mut Context<'_>) {
        let plugins = [node_resources_fit::NAME, node_ports::NAME];
        let refused = |template: &u64| self.queue.is_rejected_by(*template, &plugins);
        let woken: Vec<u64> = self.queue.parked_templates().filter(refused).collect();
        for template in woken {
            self.queue.wake_template(template, context.now, context.settings);
        }
        self.request_wake_ups(context);
    }

    /// Puts the next cycle on the agenda as soon as the watch event has arrived.
    fn request_cycle(&mut self, context: &mut Context<'_>) {
        if self.cycle_at.is_some() {
            return;
        }
        let settings = context.settings;
        let latency = self
            .random
            .duration(settings.component_latency_min, settings.component_latency_max);
        self.schedule_cycle(latency, context);
    }

    fn schedule_cycle(&mut self, delay: Duration, context: &mut Context<'_>) {
        self.cycle_at = Some(context.now + delay);
        context.schedule(delay, component::Task::Scheduler(Task::Cycle));
    }

    /// Sees to it that everything that waits has a wake-up.
    fn request_wake_ups(&mut self, context: &mut Context<'_>) {
        if self.queue.has_next(is_eager(context.settings)) {
            self.request_cycle(context);
        }
        if let Some(until) = self.queue.back_off_ends() {
            let at = until.next_tick(SimTime::ZERO, BACK_OFF_PERIOD);
            if self.back_off_at.is_none_or(|present| present > at) {
                self.back_off_at = Some(at);
                let task = component::Task::Scheduler(Task::EndBackOffs);
                context.agenda.schedule(at, Urgency::Active, task);
            }
        }
    }

    fn request_flush(&mut self, since: SimTime, context: &mut Context<'_>) {
        let due = since + context.settings.scheduler_unschedulable_max;
        let at = (due + Duration::from_nanos(1)).next_tick(SimTime::ZERO + self.flush_phase, FLUSH_PERIOD);
        if self.flush_at.is_none_or(|present| present > at) {
            self.flush_at = Some(at);
            context.schedule_periodic(at, component::Task::Scheduler(Task::Flush));
        }
    }

    fn schedule_one(&mut self, key: &ObjectKey, context: &mut Context<'_>) {
        let Some(pod) = context.store.get::<Pod>(key).filter(|pod| is_ours(pod)).cloned() else {
            self.queue.remove(key);
            return;
        };
        let id = self.template(&pod, context.store);
        let Some(template) = self.templates.get_mut(&id) else {
            return;
        };
        template.refresh(&pod, &mut self.nodes, context.store.objects(), context.settings);
        let best = template.best(None);
        match self.pick(&best) {
            Some(name) => {
                self.queue.remove(key);
                bind::bind(key, &name, context);
            }
            None => self.fail(key, &pod, id, context),
        }
    }

    /// Picks one of the best nodes, which are equally good: at random, as kube-scheduler does.
    fn pick(&mut self, best: &Slots) -> Option<SmolStr> {
        let index = match best.len() {
            0 | 1 => 0,
            ties => self.random.index(ties),
        };
        let node = self.nodes.slots().get(best.nth(index)?)?;
        Some(node.name().clone())
    }

    /// The number of a pod's template; new ones are taken in.
    fn template(&mut self, pod: &Pod, store: &Store) -> u64 {
        let shape = self.nodes.shape(pod);
        let owner = pod.meta.controller();
        let key = (
            shape,
            owner.map(|owner| owner.kind.clone()).unwrap_or_default(),
            owner.map(|owner| owner.name.clone()).unwrap_or_default(),
        );
        let services = self
            .services_version
            .get(&pod.meta.namespace)
            .copied()
            .unwrap_or_default();
        if let Some(id) = self.template_ids.get(&key).copied() {
            if self.spread_versions.insert(id, services) != Some(services)
                && let Some(template) = self.templates.get_mut(&id)
            {
                template.set_spread(pod, store.objects());
            }
            return id;
        }
        let id = self.next_template;
        self.next_template += 1;
        self.template_ids.insert(key, id);
        let info = self.nodes.shapes().get(shape).cloned();
        let info = info.unwrap_or_else(|| Arc::new(super::PodInfo::new(pod)));
        self.templates.insert(id, Template::new(pod, info, store.objects()));
        self.spread_versions.insert(id, services);
        id
    }

    fn fail(&mut self, key: &ObjectKey, pod: &Pod, id: u64, context: &mut Context<'_>) {
        let Some(template) = self.templates.get(&id) else {
            return;
        };
        let known = self
            .failures
            .get(&id)
            .filter(|(version, ..)| *version == template.version);
        let (message, rejected_by) = match known {
            Some((_, message, plugins)) => (message.clone(), plugins.clone()),
            None => {
                let (message, plugins) = {
                    let objects = context.store.objects();
                    let decision = Decision::of(template, pod, &self.nodes, objects, context.settings, 0);
                    (Arc::<str>::from(decision.message.as_str()), decision.refusing_plugins())
                };
                self.failures
                    .insert(id, (template.version, message.clone(), plugins.clone()));
                (message, plugins)
            }
        };
        let failure = Failure {
            template: id,
            rejected_by,
        };
        self.queue.park(key, failure, context.now);
        self.request_flush(context.now, context);
        bind::report_failure(pod, &message, context);
    }

    /// Forgets templates that nobody waits for, once they are many.
    fn forget_templates(&mut self) {
        if self.templates.len() <= TEMPLATES_MAX {
            return;
        }
        let parked: BTreeSet<u64> = self.queue.parked_templates().collect();
        self.template_ids.retain(|_, id| parked.contains(id));
        self.templates.retain(|id, _| parked.contains(id));
        self.failures.retain(|id, _| parked.contains(id));
        self.spread_versions.retain(|id, _| parked.contains(id));
    }
}

/// Whether pods in their back-off are taken when no active pod waits (feature `SchedulerPopFromBackoffQ`).
fn is_eager(settings: &Settings) -> bool {
    settings.since(1, 33)
}

fn pod_of(object: Option<&Object>) -> Option<&Arc<Pod>> {
    object.and_then(Object::as_pod)
}

/// Whether a pod waits for this scheduler.
fn is_ours(pod: &Pod) -> bool {
    let scheduler = pod.spec.scheduler_name.as_str();
    pod.node_name.is_empty()
        && pod.is_active()
        && (scheduler.is_empty() || scheduler == SCHEDULER_NAME)
        && json::list(&pod.spec.json, "schedulingGates").is_empty()
}

/// Whether a change of a node can change where pods fit.
fn matters(before: &Node, after: &Node) -> bool {
    before.unschedulable != after.unschedulable
        || before.taints != after.taints
        || before.allocatable != after.allocatable
        || before.meta.labels != after.meta.labels
}

impl Component for Scheduler {
    type Task = Task;

    fn observe(&mut self, change: &Change, context: &mut Context<'_>) {
        match change.object() {
            Object::Pod(_) => self.observe_pod(change, context),
            Object::Node(_) => self.observe_node(change, context),
            object if object.kind() == Kind::SERVICE => {
                *self
                    .services_version
                    .entry(object.meta().namespace.clone())
                    .or_default() += 1;
            }
            _ => {}
        }
    }

    fn run(&mut self, task: Task, context: &mut Context<'_>) {
        match task {
            Task::Cycle if self.cycle_at == Some(context.now) => {
                self.cycle_at = None;
                if let Some(key) = self.queue.pop(is_eager(context.settings)) {
                    self.schedule_one(&key, context);
                }
                if self.queue.has_next(is_eager(context.settings)) {
                    self.schedule_cycle(context.settings.scheduler_cycle_duration, context);
                } else {
                    self.forget_templates();
                }
            }
            Task::EndBackOffs if self.back_off_at == Some(context.now) => {
                self.back_off_at = None;
                self.queue.end_back_offs(context.now);
                self.request_wake_ups(context);
            }
            Task::Flush if self.flush_at == Some(context.now) => {
                self.flush_at = None;
                let longest = context.settings.scheduler_unschedulable_max;
                self.queue.flush(longest, context.now, context.settings);
                if let Some(since) = self.queue.parked_since() {
                    self.request_flush(since, context);
                }
                self.request_wake_ups(context);
            }
            Task::Cycle | Task::EndBackOffs | Task::Flush => {}
        }
    }
}
