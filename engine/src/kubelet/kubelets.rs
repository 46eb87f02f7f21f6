//! The component: from changes and wake-ups to the agent and pod they concern.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use smol_str::SmolStr;

use super::agent::{Agent, Incoming};
use super::pod_slot::PodSlot;
use super::work::PodWork;
use crate::api::{Kind, Object, Pod, Uid};
use crate::component::{self, Component, Context};
use crate::sim::{Seed, Urgency};
use crate::storage::attached;
use crate::store::{Change, Verb};

/// A wake-up of a kubelet.
#[derive(Debug, Clone, Copy)]
pub struct Task {
    /// The number of the node.
    pub node: u32,
    /// The pod it is about; nil for the node itself.
    pub pod: Uid,
    /// What for.
    pub wake: Wake,
}

/// What a kubelet wakes up for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wake {
    /// A watch has shown something.
    Watch,
    /// The runtime is listed.
    List,
    /// A failed sync is retried.
    Retry,
    /// The next step of a sync.
    Step(u32),
    /// A process ends.
    Exit,
    /// A probe is run at its tick.
    Probe(u16),
    /// A probe is run out of turn.
    ProbeNow(u16),
    /// The pod's deadline has come.
    Deadline,
    /// A Service that a process may ask for has changed.
    Network,
    /// Memory use on the node has become another.
    Memory,
    /// The eviction thresholds are looked at.
    Thresholds,
    /// Images that nobody uses are looked for.
    Images,
    /// The mirror of a static pod is made anew.
    Mirror,
    /// The kubelet posts its node's status.
    Registers,
    /// The kubelet has started.
    Started,
    /// The kubelet looks whether its node still takes pods.
    Cordon,
    /// The object of a pod that has ended is removed.
    Remove,
    /// The files of its volumes are written anew.
    Volumes,
}

/// The name that kubelets write under.
const WRITER: &str = "kubelet";

/// The kubelets of all nodes.
#[derive(Debug)]
pub struct Kubelets {
    pub(super) seed: Seed,
    pub(super) agents: Vec<Agent>,
    pub(super) numbers: BTreeMap<SmolStr, u32>,
    /// Nodes with a pod whose processes have tried to reach something.
    asking: BTreeSet<u32>,
}

impl Kubelets {
    /// No nodes yet.
    pub fn new(seed: Seed) -> Self {
        Kubelets {
            seed,
            agents: Vec::new(),
            numbers: BTreeMap::new(),
            asking: BTreeSet::new(),
        }
    }

    pub(super) fn agent(&mut self, node_name: &str) -> Option<&mut Agent> {
        let number = *self.numbers.get(node_name)?;
        self.agents.get_mut(number as usize)
    }

    /// Lets `work` touch a pod of a node.
    pub(super) fn with_pod<R>(
        agent: &mut Agent,
        uid: Uid,
        context: &mut Context<'_>,
        work: impl FnOnce(&mut PodWork<'_, '_>) -> R,
    ) -> Option<R> {
        let uid = agent.identity(uid);
        let mut slot = agent.pods.remove(&uid)?;
        let mut pod_work = PodWork {
            agent,
            slot: &mut slot,
            context,
        };
        let result = work(&mut pod_work);
        let forget = slot.removed && slot.stage == super::pod_slot::Stage::Finished;
        if forget {
            PodWork {
                agent,
                slot: &mut slot,
                context,
            }
            .release();
            agent.askers.remove(&uid);
            agent.attaching.remove(&uid);
            for source in &slot.contents.sources {
                if let Some(readers) = agent.readers.get_mut(source) {
                    readers.remove(&uid);
                }
            }
        } else {
            agent.pods.insert(uid, slot);
        }
        Some(result)
    }

    /// Lets pods whose processes have tried to reach something look again.
    fn wake_askers(&mut self, context: &mut Context<'_>) {
        for number in &self.asking {
            let Some(agent) = self.agents.get(*number as usize) else {
                continue;
            };
            for pod in &agent.askers {
                let task = Task {
                    node: *number,
                    pod: *pod,
                    wake: Wake::Network,
                };
                context
                    .agenda
                    .schedule(context.now, Urgency::Active, component::Task::Kubelet(task));
            }
        }
    }

    /// A volume has been attached to a node: pods there that wait for that look again.
    fn volume_attached(&mut self, attachment: &Object, context: &mut Context<'_>) {
        let node = attached(attachment).map(|(_, node)| node).unwrap_or_default();
        let Some(agent) = self.agent(&node) else { return };
        for uid in std::mem::take(&mut agent.attaching) {
            let Some(slot) = agent.pods.get(&uid) else { continue };
            let task = Task {
                node: agent.number,
                pod: uid,
                wake: Wake::Step(slot.step),
            };
            let task = component::Task::Kubelet(task);
            context.agenda.schedule(context.now, Urgency::Active, task);
        }
    }

    fn watch(&mut self, pod: &Arc<Pod>, incoming: Incoming, context: &mut Context<'_>) {
        let Some(agent) = self.agent(&pod.node_name) else {
            return;
        };
        if !agent.machine.kubelet || !agent.machine.connected {
            return;
        }
        let uid = agent.identity(pod.meta.uid);
        let waiting = agent.inbox.insert(uid, incoming).is_some();
        if waiting {
            return;
        }
        let settings = context.settings;
        let latency = agent
            .random
            .duration(settings.component_latency_min, settings.component_latency_max);
        let task = Task {
            node: agent.number,
            pod: uid,
            wake: Wake::Watch,
        };
        let at = context.now + latency;
        context
            .agenda
            .schedule(at, Urgency::Active, component::Task::Kubelet(task));
    }
}

/// Whether a change of a pod is one that its kubelet acts on: not its own status updates.
fn concerns_kubelet(before: &Pod, after: &Pod) -> bool {
    before.node_name != after.node_name
        || before.meta.deletion != after.meta.deletion
        || before.meta.uid != after.meta.uid
        || before.meta.labels != after.meta.labels
        || before.meta.annotations != after.meta.annotations
        || !(Arc::ptr_eq(&before.spec, &after.spec) || before.spec == after.spec)
        || (after.status.phase.is_terminal() && after.status.phase != before.status.phase)
}

impl Component for Kubelets {
    type Task = Task;

    fn observe(&mut self, change: &Change, context: &mut Context<'_>) {
        let pod = match change.object() {
            Object::Pod(pod) => pod,
            Object::Node(node) => return self.observe_cordon(node, context),
            Object::Service(_) | Object::EndpointSlice(_) => return self.wake_askers(context),
            object if object.kind() == Kind::VOLUME_ATTACHMENT => return self.volume_attached(object, context),
            Object::Inert(object) if matches!(object.kind, Kind::CONFIG_MAP | Kind::SECRET) => {
                return self.configuration_changed(object, context);
            }
            _ => return,
        };
        if pod.node_name.is_empty() {
            return;
        }
        match change.verb() {
            Verb::Deleted => self.watch(pod, Incoming::Removed, context),
            Verb::Created => self.watch(pod, Incoming::Present(Arc::clone(pod)), context),
            Verb::Updated => {
                let before = change.before.as_ref().and_then(Object::as_pod);
                let theirs = |before: &Arc<Pod>| change.writer != WRITER && before.status != pod.status;
                if before.is_none_or(|before| concerns_kubelet(before, pod) || theirs(before)) {
                    self.watch(pod, Incoming::Present(Arc::clone(pod)), context);
                }
            }
        }
    }

    fn run(&mut self, task: Task, context: &mut Context<'_>) {
        let Some(agent) = self.agents.get_mut(task.node as usize) else {
            return;
        };
        // Processes end even where no kubelet looks.
        if task.wake == Wake::Exit {
            Kubelets::with_pod(agent, task.pod, context, |work| work.process_ended());
            return;
        }
        if !agent.machine.powered || !agent.machine.kubelet {
            return;
        }
        match task.wake {
            Wake::Started => {
                self.kubelet_started(task.node, context);
            }
            Wake::Registers => {
                self.registers(task.node, context);
            }
            Wake::Memory => self.review_memory(task.node, context),
            Wake::Thresholds => self.look_at_thresholds(task.node, context),
            Wake::Images => self.collect_images(task.node, context),
            Wake::Mirror => self.make_mirror(task.node, task.pod, context),
            Wake::Cordon => agent.report_cordon(context),
            Wake::Watch => {
                let Some(incoming) = agent.inbox.remove(&task.pod) else {
                    return;
                };
                let shown = match &incoming {
                    Incoming::Present(pod) => Some((Arc::clone(pod), false)),
                    Incoming::Removed => agent.pods.get(&task.pod).map(|slot| (Arc::clone(&slot.pod), true)),
                };
                if shown.is_some_and(|(pod, gone)| self.keeps_mirror(task.node, &pod, gone, context)) {
                    return;
                }
                let Some(agent) = self.agents.get_mut(task.node as usize) else {
                    return;
                };
                if let Incoming::Present(pod) = &incoming
                    && !agent.pods.contains_key(&task.pod)
                {
                    agent.pods.insert(task.pod, Box::new(PodSlot::new(Arc::clone(pod))));
                }
                Kubelets::with_pod(agent, task.pod, context, |work| work.incoming(incoming));
            }
            wake => {
                Kubelets::with_pod(agent, task.pod, context, |work| match wake {
                    Wake::List => work.list(),
                    Wake::Retry => work.retry(),
                    Wake::Step(step) => work.step(step),
                    Wake::Probe(probe) => work.probe_tick(usize::from(probe)),
                    Wake::ProbeNow(probe) => work.run_probe(usize::from(probe)),
                    Wake::Deadline => work.deadline(),
                    Wake::Network => work.network_changed(),
                    Wake::Remove => work.remove_object(),
                    Wake::Volumes => work.refresh_volumes(),
                    _ => {}
                });
                if self
                    .agents
                    .get(task.node as usize)
                    .is_some_and(|agent| !agent.askers.is_empty())
                {
                    self.asking.insert(task.node);
                }
            }
        }
    }
}
