//! The scheduler as a component: watches pods and nodes, tries one pod at a time.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use smol_str::SmolStr;

use super::bind::SCHEDULER_NAME;
use super::cycle::Refusal;
use super::nodes::Nodes;
use super::placement::Placement;
use super::pre_bind::PreBind;
use super::queue::Queue;
use super::sampling::Sampling;
use super::shapes::ShapeId;
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
    /// The claims of a pod may be bound.
    LookAtVolumes(ObjectKey),
}

/// How often back-offs are looked at. kube-scheduler: 1s.
const BACK_OFF_PERIOD: Duration = Duration::from_secs(1);
/// How often pods that were parked for too long are looked for. kube-scheduler: 30s.
const FLUSH_PERIOD: Duration = Duration::from_secs(30);
/// What volume plugins look at.
const VOLUME_KINDS: [Kind; 4] = [
    Kind::PERSISTENT_VOLUME_CLAIM,
    Kind::PERSISTENT_VOLUME,
    Kind::STORAGE_CLASS,
    Kind::CSI_NODE,
];

/// Pods that share their work: same shape, and same controller (what it selects is spread).
type TemplateKey = (ShapeId, SmolStr, SmolStr);

/// How many verdicts on nodes the templates may hold together: some 100 MB.
const VERDICTS_MAX: usize = 500_000;

/// The scheduler.
#[derive(Debug)]
pub struct Scheduler {
    seed: Seed,
    pub(super) random: Random,
    pub(super) placement: Placement,
    pub(super) queue: Queue,
    pub(super) pre_bind: PreBind,
    pub(super) nodes: Nodes,
    template_ids: BTreeMap<TemplateKey, u64>,
    pub(super) templates: BTreeMap<u64, Template>,
    next_template: u64,
    /// The last failure of a template: at which version of it, and what was said.
    pub(super) failures: BTreeMap<u64, Refusal>,
    pub(super) sampling: Sampling,
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
            seed,
            random,
            placement: Placement::default(),
            queue: Queue::default(),
            pre_bind: PreBind::default(),
            nodes: Nodes::default(),
            template_ids: BTreeMap::new(),
            templates: BTreeMap::new(),
            next_template: 1,
            failures: BTreeMap::new(),
            sampling: Sampling::default(),
            services_version: BTreeMap::new(),
            spread_versions: BTreeMap::new(),
            cycle_at: None,
            back_off_at: None,
            flush_at: None,
            flush_phase,
        }
    }

    /// Its process starts anew: what it knew is forgotten (who waits for how long, what was refused, who was nominated but not
    /// told), and it is shown everything there is, as a watch begins.
    pub(crate) fn restart(&mut self, context: &mut Context<'_>) {
        let seed = self.seed;
        let placement = std::mem::take(&mut self.placement);
        // Another process draws other numbers.
        *self = Scheduler {
            seed,
            ..Scheduler::new(Seed(seed.0 ^ context.now.as_nanos()))
        };
        let nodes_first = std::iter::once(Kind::NODE).chain(Kind::all().filter(|kind| *kind != Kind::NODE));
        for change in context.list_all(nodes_first) {
            self.observe(&change, context);
        }
        self.placement = placement;
    }

    /// Says which node new pods ought to get if several are equally good.
    pub fn place(&mut self, placement: Placement) {
        self.placement = placement;
    }

    fn observe_pod(&mut self, change: &Change, context: &mut Context<'_>) {
        let (before, after) = (pod_of(change.before.as_ref()), pod_of(change.after.as_ref()));
        let key = change.key();
        match self.pre_bind.follow(&key, after) {
            Some((before, after)) => {
                self.nodes.pod_changed(Some(&before), after.as_ref());
                self.wake_for_placed_pod(Some(&before), after.as_ref(), context);
            }
            None => {
                self.nodes.pod_changed(before, after);
                self.wake_for_placed_pod(before, after, context);
            }
        }
        let (waited, waits) = (
            before.is_some_and(|pod| is_ours(pod)),
            after.is_some_and(|pod| is_ours(pod)),
        );
        match (before, after) {
            (None, Some(pod)) => self.placement.created(pod),
            (Some(_), None) => self.placement.deleted(&key),
            _ => {}
        }
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

    /// Terms of inter-pod affinity may select namespaces by label: who knew the old labels begins anew.
    fn observe_namespace(&mut self, change: &Change, context: &mut Context<'_>) {
        let labels = |object: Option<&Object>| object.map(|object| object.meta().labels.clone());
        if change.before.is_some() && labels(change.before.as_ref()) != labels(change.after.as_ref()) {
            for template in self.templates.values_mut() {
                template.reread_namespaces(context.store.objects());
            }
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

    /// Puts the next cycle on the agenda as soon as the watch event has arrived.
    pub(super) fn request_cycle(&mut self, context: &mut Context<'_>) {
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
    pub(super) fn request_wake_ups(&mut self, context: &mut Context<'_>) {
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

    pub(super) fn request_flush(&mut self, since: SimTime, context: &mut Context<'_>) {
        let due = since + context.settings.scheduler_unschedulable_max;
        let at = (due + Duration::from_nanos(1)).next_tick(SimTime::ZERO + self.flush_phase, FLUSH_PERIOD);
        if self.flush_at.is_none_or(|present| present > at) {
            self.flush_at = Some(at);
            context.schedule_periodic(at, component::Task::Scheduler(Task::Flush));
        }
    }

    /// The number of a pod's template; new ones are taken in.
    pub(super) fn template(&mut self, pod: &Pod, store: &Store) -> u64 {
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
        self.forget_templates();
        let id = self.next_template;
        self.next_template += 1;
        self.template_ids.insert(key, id);
        let info = self.nodes.shapes().get(shape).cloned();
        let info = info.unwrap_or_else(|| Arc::new(super::PodInfo::new(pod)));
        self.templates.insert(id, Template::new(pod, info, store.objects()));
        self.spread_versions.insert(id, services);
        id
    }

    /// Forgets templates that nobody waits for, once they hold much; those that pods wait for keep what the queue asks them.
    fn forget_templates(&mut self) {
        let held = self.templates.len() * (self.nodes.slots().len() + 64);
        if held <= VERDICTS_MAX {
            return;
        }
        let parked: BTreeSet<u64> = self.queue.parked_templates().collect();
        self.templates.values_mut().for_each(Template::forget_nodes);
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
pub(super) fn is_ours(pod: &Pod) -> bool {
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
            object if object.kind() == Kind::NAMESPACE => self.observe_namespace(change, context),
            object if VOLUME_KINDS.contains(&object.kind()) => {
                self.wake_for_volumes(context);
                self.wake_pre_binding(change, context);
            }
            _ => {}
        }
    }

    fn run(&mut self, task: Task, context: &mut Context<'_>) {
        match task {
            Task::Cycle if self.cycle_at.is_some_and(|at| at <= context.now) => {
                self.cycle_at = None;
                if let Some(key) = self.queue.pop(is_eager(context.settings)) {
                    self.schedule_one(&key, context);
                }
                if self.queue.has_next(is_eager(context.settings)) {
                    self.schedule_cycle(context.settings.scheduler_cycle_duration, context);
                }
            }
            Task::EndBackOffs if self.back_off_at.is_some_and(|at| at <= context.now) => {
                self.back_off_at = None;
                self.queue.end_back_offs(context.now);
                self.request_wake_ups(context);
            }
            Task::Flush if self.flush_at.is_some_and(|at| at <= context.now) => {
                self.flush_at = None;
                let longest = context.settings.scheduler_unschedulable_max;
                self.queue.flush(longest, context.now, context.settings);
                if let Some(since) = self.queue.parked_since() {
                    self.request_flush(since, context);
                }
                self.request_wake_ups(context);
            }
            Task::LookAtVolumes(key) => self.look_at_volumes(&key, context),
            Task::Cycle | Task::EndBackOffs | Task::Flush => {}
        }
    }
}
