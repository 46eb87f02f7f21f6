//! What pods ask for and what nodes have, summed up.
//!
//! Source: component-helpers `resource.PodRequests`; kube-scheduler `framework.PodInfo.CalculateResource` (what scoring assumes
//! of containers that name no request) and `NodeResourcesFit`.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use crate::api::{Container, Node, PodSpec};

/// What scoring assumes of a container that does not say how much CPU it wants: 100m (`schedutil.DefaultMilliCPURequest`).
const DEFAULT_CPU_MILLI: i64 = 100;
/// What scoring assumes of a container that does not say how much memory it wants: 200 MiB (`schedutil.DefaultMemoryRequest`).
const DEFAULT_MEMORY_BYTES: i64 = 200 * 1024 * 1024;

/// CPU and memory as scoring counts them: containers that name none count with a default.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Scored {
    /// CPU, in milli-CPU.
    pub cpu_milli: i64,
    /// Memory, in bytes.
    pub memory_bytes: i64,
}

impl Scored {
    /// For a pod that is to be scheduled. What is asked for at the level of the pod does not count here, as in kube-scheduler.
    pub fn incoming(spec: &PodSpec) -> Self {
        let of = |container: &Container| Scored {
            cpu_milli: (container.requests.get("cpu")).map_or(DEFAULT_CPU_MILLI, |cpu| cpu.milli_value()),
            memory_bytes: (container.requests.get("memory")).map_or(DEFAULT_MEMORY_BYTES, |memory| memory.value()),
        };
        let running = spec.containers.iter().map(of).fold(Scored::default(), Scored::plus);
        let (mut sidecars, mut starting) = (Scored::default(), Scored::default());
        for container in &spec.init_containers {
            let peak = sidecars.plus(of(container));
            if container.is_sidecar() {
                sidecars = peak;
            }
            starting = starting.max(peak);
        }
        let overhead = crate::api::resource_list(spec.json.get("overhead"));
        let overhead = Scored {
            cpu_milli: overhead.get("cpu").map_or(0, |cpu| cpu.milli_value()),
            memory_bytes: overhead.get("memory").map_or(0, |memory| memory.value()),
        };
        running.plus(sidecars).max(starting).plus(overhead)
    }

    /// For a pod on its node: what is asked for at the level of the pod counts.
    fn bound(spec: &PodSpec) -> Self {
        let incoming = Scored::incoming(spec);
        if !spec.has_pod_level_requests() {
            return incoming;
        }
        let requests = spec.requests();
        Scored {
            cpu_milli: requests.get("cpu").map_or(incoming.cpu_milli, |cpu| cpu.milli_value()),
            memory_bytes: (requests.get("memory")).map_or(incoming.memory_bytes, |memory| memory.value()),
        }
    }

    fn plus(self, other: Scored) -> Scored {
        Scored {
            cpu_milli: self.cpu_milli.saturating_add(other.cpu_milli),
            memory_bytes: self.memory_bytes.saturating_add(other.memory_bytes),
        }
    }

    fn max(self, other: Scored) -> Scored {
        Scored {
            cpu_milli: self.cpu_milli.max(other.cpu_milli),
            memory_bytes: self.memory_bytes.max(other.memory_bytes),
        }
    }
}

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
    /// CPU and memory as scoring counts them.
    pub scored: Scored,
    /// How many pods.
    pub pods: i64,
}

impl Usage {
    /// What one pod of this spec asks for.
    pub fn of(spec: &PodSpec) -> Self {
        Usage {
            pods: 1,
            scored: Scored::bound(spec),
            ..Usage::of_list(spec.requests())
        }
    }

    /// What a node has for pods.
    pub fn allocatable(node: &Node) -> Self {
        Usage {
            pods: node.allocatable.get("pods").map_or(0, |pods| pods.value()),
            ..Usage::of_list(&node.allocatable)
        }
    }

    fn of_list(list: &crate::api::ResourceList) -> Self {
        let mut usage = Usage::default();
        for (name, quantity) in list {
            match name.as_str() {
                "cpu" => usage.cpu_milli = quantity.milli_value(),
                "memory" => usage.memory_bytes = quantity.value(),
                "ephemeral-storage" => usage.ephemeral_bytes = quantity.value(),
                "pods" => {}
                _ => {
                    usage.other.insert(name.clone(), quantity.value());
                }
            }
        }
        usage
    }

    /// Adds (`sign` 1) or takes away (-1).
    pub fn change(&mut self, of: &Usage, sign: i64) {
        let change = |amount: &mut i64, by: i64| *amount = amount.saturating_add(by.saturating_mul(sign));
        change(&mut self.cpu_milli, of.cpu_milli);
        change(&mut self.memory_bytes, of.memory_bytes);
        change(&mut self.ephemeral_bytes, of.ephemeral_bytes);
        change(&mut self.scored.cpu_milli, of.scored.cpu_milli);
        change(&mut self.scored.memory_bytes, of.scored.memory_bytes);
        change(&mut self.pods, of.pods);
        for (name, amount) in &of.other {
            change(self.other.entry(name.clone()).or_default(), *amount);
        }
    }
}
