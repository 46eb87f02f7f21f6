//! The nodes as the scheduler knows them: each with the sums of what its pods ask for, kept up with every change.
//!
//! Source: kube-scheduler `framework.NodeInfo` and the scheduler cache. A pod counts from its binding until it is gone or has
//! ended for good; one being deleted still counts.

use std::collections::BTreeMap;
use std::sync::Arc;

use smol_str::SmolStr;

use super::plugins::node_ports::HostPort;
use crate::api::{Container, Node, Pod, PodSpec};

/// What scoring assumes of a container that does not say how much CPU it wants: 100m (`schedutil.DefaultMilliCPURequest`).
const DEFAULT_CPU_MILLI: i64 = 100;
/// What scoring assumes of a container that does not say how much memory it wants: 200 MiB (`schedutil.DefaultMemoryRequest`).
const DEFAULT_MEMORY_BYTES: i64 = 200 * 1024 * 1024;

/// Amounts of resources: CPU in thousandths, memory and ephemeral storage in bytes, others in whole units.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Usage {
    /// CPU, in milli-CPU.
    pub cpu_milli: i64,
    /// Memory, in bytes.
    pub memory_bytes: i64,
    /// Ephemeral storage, in bytes.
    pub ephemeral_bytes: i64,
    /// Extended resources and huge pages.
    pub other: BTreeMap<SmolStr, i64>,
    /// CPU with defaults for containers that name none, for scoring.
    pub scored_cpu_milli: i64,
    /// Memory with defaults for containers that name none, for scoring.
    pub scored_memory_bytes: i64,
    /// How many pods.
    pub pods: i64,
}

impl Usage {
    /// What one pod of this spec asks for.
    pub fn of(spec: &PodSpec) -> Self {
        let mut usage = Usage {
            pods: 1,
            ..Usage::default()
        };
        for (name, quantity) in spec.requests() {
            match name.as_str() {
                "cpu" => usage.cpu_milli = quantity.milli_value(),
                "memory" => usage.memory_bytes = quantity.value(),
                "ephemeral-storage" => usage.ephemeral_bytes = quantity.value(),
                _ => {
                    usage.other.insert(name.clone(), quantity.value());
                }
            }
        }
        let (cpu, memory) = defaulted_requests(spec);
        usage.scored_cpu_milli = cpu;
        usage.scored_memory_bytes = memory;
        usage
    }

    fn change(&mut self, of: &Usage, sign: i64) {
        self.cpu_milli += sign * of.cpu_milli;
        self.memory_bytes += sign * of.memory_bytes;
        self.ephemeral_bytes += sign * of.ephemeral_bytes;
        self.scored_cpu_milli += sign * of.scored_cpu_milli;
        self.scored_memory_bytes += sign * of.scored_memory_bytes;
        self.pods += sign * of.pods;
        for (name, amount) in &of.other {
            *self.other.entry(name.clone()).or_default() += sign * amount;
        }
    }
}

/// CPU and memory of a pod where each container that names none counts with the default.
fn defaulted_requests(spec: &PodSpec) -> (i64, i64) {
    let of = |container: &Container| {
        let cpu = container
            .requests
            .get("cpu")
            .map_or(DEFAULT_CPU_MILLI, |cpu| cpu.milli_value());
        let memory = container
            .requests
            .get("memory")
            .map_or(DEFAULT_MEMORY_BYTES, |memory| memory.value());
        (cpu, memory)
    };
    let add = |a: (i64, i64), b: (i64, i64)| (a.0 + b.0, a.1 + b.1);
    let max = |a: (i64, i64), b: (i64, i64)| (a.0.max(b.0), a.1.max(b.1));
    let running = spec.containers.iter().map(of).fold((0, 0), add);
    let (mut sidecars, mut starting) = ((0, 0), (0, 0));
    for container in &spec.init_containers {
        let peak = add(sidecars, of(container));
        if container.is_sidecar() {
            sidecars = peak;
        }
        starting = max(starting, peak);
    }
    let overhead = crate::api::resource_list(spec.json.get("overhead"));
    let overhead = (
        overhead.get("cpu").map_or(0, |cpu| cpu.milli_value()),
        overhead.get("memory").map_or(0, |memory| memory.value()),
    );
    add(max(add(running, sidecars), starting), overhead)
}

/// A node and what runs there.
#[derive(Debug, Clone)]
pub struct NodeInfo {
    /// The node.
    pub node: Arc<Node>,
    /// What pods may have.
    pub allocatable: Usage,
    /// What its pods ask for.
    pub requested: Usage,
    /// Ports its pods hold.
    pub host_ports: Vec<HostPort>,
    /// The pods that count here.
    pub pods: Vec<Arc<Pod>>,
    /// Counts changes, so that who knows an older state sees that it is old.
    pub generation: u64,
}

impl NodeInfo {
    /// An empty node.
    pub fn new(node: Arc<Node>) -> Self {
        NodeInfo {
            allocatable: allocatable(&node),
            node,
            requested: Usage::default(),
            host_ports: Vec::new(),
            pods: Vec::new(),
            generation: 0,
        }
    }

    /// Its name.
    pub fn name(&self) -> &SmolStr {
        &self.node.meta.name
    }

    /// A pod counts from now on.
    pub fn add_pod(&mut self, pod: Arc<Pod>) {
        self.requested.change(&Usage::of(&pod.spec), 1);
        self.host_ports.extend(HostPort::of(&pod.spec));
        self.pods.push(pod);
    }

    /// A pod counts no more; false if it did not.
    pub fn remove_pod(&mut self, uid: crate::api::Uid) -> bool {
        let Some(position) = self.pods.iter().position(|pod| pod.meta.uid == uid) else {
            return false;
        };
        let pod = self.pods.swap_remove(position);
        self.requested.change(&Usage::of(&pod.spec), -1);
        for port in HostPort::of(&pod.spec) {
            if let Some(held) = self.host_ports.iter().position(|held| *held == port) {
                self.host_ports.swap_remove(held);
            }
        }
        true
    }
}

fn allocatable(node: &Node) -> Usage {
    let mut usage = Usage::default();
    for (name, quantity) in &node.allocatable {
        match name.as_str() {
            "cpu" => usage.cpu_milli = quantity.milli_value(),
            "memory" => usage.memory_bytes = quantity.value(),
            "ephemeral-storage" => usage.ephemeral_bytes = quantity.value(),
            "pods" => usage.pods = quantity.value(),
            _ => {
                usage.other.insert(name.clone(), quantity.value());
            }
        }
    }
    usage
}

/// All nodes in the order of their names, each in a slot, and a journal of which slots changed.
#[derive(Debug, Default)]
pub struct Nodes {
    slots: Vec<NodeInfo>,
    by_name: BTreeMap<SmolStr, usize>,
    /// Pods whose node is not known (yet, or any more).
    homeless: BTreeMap<SmolStr, Vec<Arc<Pod>>>,
    generation: u64,
    /// Counts rebuilds of the slots: everything known by slot is void then.
    epoch: u64,
    journal: Vec<usize>,
}

impl Nodes {
    /// The nodes by slot, that is by name.
    pub fn slots(&self) -> &[NodeInfo] {
        &self.slots
    }

    /// The node of this name.
    pub fn get(&self, name: &str) -> Option<&NodeInfo> {
        self.slots.get(*self.by_name.get(name)?)
    }

    /// Changes when slots get other meanings.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Slots that changed, in order; may name a slot more than once.
    pub fn journal(&self) -> &[usize] {
        &self.journal
    }

    /// A node is new or has changed.
    pub fn set_node(&mut self, node: &Arc<Node>) {
        let name = node.meta.name.clone();
        if let Some(slot) = self.by_name.get(&name).copied() {
            self.change(slot, |info| {
                info.allocatable = allocatable(node);
                info.node = node.clone();
            });
            return;
        }
        let mut info = NodeInfo::new(node.clone());
        for pod in self.homeless.remove(&name).unwrap_or_default() {
            info.add_pod(pod);
        }
        let slot = self.slots.partition_point(|other| *other.name() < name);
        self.slots.insert(slot, info);
        self.renumber(slot);
    }

    /// A node is gone; its pods, which may still exist, are kept in case it comes back.
    pub fn remove_node(&mut self, name: &str) {
        let Some(slot) = self.by_name.remove(name) else { return };
        let info = self.slots.remove(slot);
        if !info.pods.is_empty() {
            self.homeless.insert(name.into(), info.pods);
        }
        self.renumber(slot);
    }

    fn renumber(&mut self, from: usize) {
        for (slot, info) in self.slots.iter_mut().enumerate().skip(from) {
            self.by_name.insert(info.name().clone(), slot);
        }
        self.epoch += 1;
        self.journal.clear();
    }

    /// A pod has changed from one version to another.
    pub fn pod_changed(&mut self, before: Option<&Arc<Pod>>, after: Option<&Arc<Pod>>) {
        let (before, after) = (before.filter(|pod| counts(pod)), after.filter(|pod| counts(pod)));
        if let (Some(before), Some(after)) = (before, after)
            && before.node_name == after.node_name
            && Arc::ptr_eq(&before.spec, &after.spec)
            && Arc::ptr_eq(&before.meta.labels, &after.meta.labels)
            && before.meta.deletion == after.meta.deletion
        {
            return;
        }
        if let Some(pod) = before {
            let uid = pod.meta.uid;
            match self.by_name.get(&pod.node_name).copied() {
                Some(slot) => self.change(slot, |info| {
                    info.remove_pod(uid);
                }),
                None => {
                    if let Some(pods) = self.homeless.get_mut(&pod.node_name) {
                        pods.retain(|pod| pod.meta.uid != uid);
                    }
                }
            }
        }
        if let Some(pod) = after {
            match self.by_name.get(&pod.node_name).copied() {
                Some(slot) => self.change(slot, |info| info.add_pod(pod.clone())),
                None => self
                    .homeless
                    .entry(pod.node_name.clone())
                    .or_default()
                    .push(pod.clone()),
            }
        }
    }

    fn change(&mut self, slot: usize, change: impl FnOnce(&mut NodeInfo)) {
        let Some(info) = self.slots.get_mut(slot) else { return };
        self.generation += 1;
        info.generation = self.generation;
        change(info);
        if self.journal.len() > 8 * self.slots.len() + 1024 {
            self.journal.clear();
            self.epoch += 1;
        }
        self.journal.push(slot);
    }
}

/// Whether a pod takes room on a node.
fn counts(pod: &Pod) -> bool {
    !pod.node_name.is_empty() && !pod.status.phase.is_terminal()
}
