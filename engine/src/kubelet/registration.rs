//! Nodes join: the Node object as its kubelet registers it, its Lease, and the agent that acts for it.
//!
//! Source: kubelet `kubelet_node_status.go`; documentation "Nodes: self-registration", "Leases". Conditions, labels and columns
//! are those of a kubeadm node with containerd.

use std::sync::Arc;

use smol_str::{SmolStr, format_smolstr};

use super::agent::Agent;
use super::kubelets::Kubelets;
use crate::Cluster;
use crate::api::{
    Condition, Labels, Lease, Node, ObjectKey, ObjectMeta, Quantity, Resource, ResourceList, Taint, Timestamp, json,
};
use crate::component::Context;
use crate::store::StoreError;

/// What a node is to be like.
#[derive(Debug, Clone, PartialEq)]
pub struct NodeTemplate {
    /// Its name.
    pub name: SmolStr,
    /// CPU: `4`.
    pub cpu: Quantity,
    /// Memory: `8Gi`.
    pub memory: Quantity,
    /// How many pods it takes.
    pub pods: u32,
    /// Its zone; empty for none.
    pub zone: SmolStr,
    /// Its region; empty for none.
    pub region: SmolStr,
    /// Further labels.
    pub labels: Vec<(SmolStr, SmolStr)>,
    /// Its taints.
    pub taints: Vec<Taint>,
    /// Further resources.
    pub resources: ResourceList,
}

impl NodeTemplate {
    /// A node of the usual size: 4 CPU, 8Gi, 110 pods, without a zone.
    pub fn named(name: impl Into<SmolStr>) -> Self {
        let quantity = |text| Quantity::parse(text).unwrap_or_else(|_| Quantity::zero());
        NodeTemplate {
            name: name.into(),
            cpu: quantity("4"),
            memory: quantity("8Gi"),
            pods: 110,
            zone: SmolStr::default(),
            region: SmolStr::default(),
            labels: Vec::new(),
            taints: Vec::new(),
            resources: ResourceList::new(),
        }
    }

    fn node(&self) -> Node {
        let quantity = |text: &str| Quantity::parse(text).unwrap_or_else(|_| Quantity::zero());
        let mut capacity = self.resources.clone();
        capacity.insert("cpu".into(), self.cpu.clone());
        capacity.insert("memory".into(), self.memory.clone());
        capacity.insert("pods".into(), quantity(&self.pods.to_string()));
        capacity
            .entry("ephemeral-storage".into())
            .or_insert_with(|| quantity("100Gi"));
        let mut labels = self.labels.clone();
        for (key, value) in [
            ("topology.kubernetes.io/zone", &self.zone),
            ("topology.kubernetes.io/region", &self.region),
        ] {
            if !value.is_empty() {
                labels.push((key.into(), value.clone()));
            }
        }
        Node {
            meta: ObjectMeta {
                labels: Labels::new(labels.into_iter().collect()),
                ..ObjectMeta::named("", self.name.clone())
            },
            taints: self.taints.clone(),
            allocatable: capacity.clone(),
            capacity,
            ..Node::default()
        }
    }
}

impl Cluster {
    /// Lets a node join.
    ///
    /// # Errors
    /// If there is a node of that name, or no room for another object.
    pub fn add_node(&mut self, template: &NodeTemplate) -> Result<(), StoreError> {
        self.join_node(template.node())
    }

    /// Lets a node join that was described as an object: what it leaves out is as for any node, and its conditions are those
    /// of a healthy one.
    ///
    /// # Errors
    /// If there is a node of that name, or no room for another object.
    pub fn join_node(&mut self, node: Node) -> Result<(), StoreError> {
        self.with_context("kubelet", |context, kubelets| kubelets.join(node, context))
    }
}

impl Kubelets {
    fn join(&mut self, mut node: Node, context: &mut Context<'_>) -> Result<(), StoreError> {
        let name = node.meta.name.clone();
        if context.store.get::<Node>(&ObjectKey::cluster(name.clone())).is_some() {
            return Err(StoreError::AlreadyExists(Node::KIND, node.meta.key()));
        }
        let number = match self.numbers.get(&name) {
            Some(number) => *number,
            None => u32::try_from(self.agents.len()).unwrap_or(u32::MAX),
        };
        complete(&mut node, number, context);
        node.meta.uid = crate::api::Uid::default();
        node.meta.deletion = None;
        let registered = node.clone();
        context.store.create(node)?;
        self.heartbeat(&name, context);
        let agent = Agent::new(self.seed, Arc::new(registered), number, context.now, context.settings);
        match self.agents.get_mut(number as usize) {
            Some(present) => *present = agent,
            None => self.agents.push(agent),
        }
        self.numbers.insert(name, number);
        Ok(())
    }

    /// Starts the node's heartbeat, or starts it anew.
    pub(crate) fn heartbeat(&mut self, name: &SmolStr, context: &mut Context<'_>) {
        let key = ObjectKey::new("kube-node-lease", name.clone());
        let (now, period) = (context.now, context.settings.node_lease_renew_interval);
        if context.store.get::<Lease>(&key).is_some() {
            context.store.modify::<Lease>(&key, |lease| {
                lease.first_renewal = now;
                lease.silent_since = None;
            });
            return;
        }
        let lease = Lease {
            meta: ObjectMeta::named("kube-node-lease", name.clone()),
            holder: name.clone(),
            first_renewal: now,
            period,
            ..Lease::default()
        };
        // The name is free, and a full store has refused the node already.
        let _ = context.store.create(lease);
    }

    /// A kubelet that was started has come up: it says so, registers its node, and looks at its pods.
    pub(crate) fn kubelet_started(&mut self, number: u32, context: &mut Context<'_>) {
        let Some(agent) = self.agents.get_mut(number as usize) else {
            return;
        };
        if agent.started != context.now || !agent.machine.connected {
            return;
        }
        let pods: Vec<_> = context.store.objects().pods_on(&agent.name).cloned().collect();
        let known: Vec<_> = agent.pods.keys().copied().collect();
        for uid in known {
            let present = pods.iter().find(|pod| agent.identity(pod.meta.uid) == uid).cloned();
            let is_static = agent.static_pods.contains_key(&uid);
            if is_static && present.is_none() {
                super::static_pods::wake_mirror(agent, uid, context);
            }
            if let Some(slot) = agent.pods.get_mut(&uid) {
                let removed = present.is_none() && !is_static;
                slot.forget(present);
                slot.removed = removed;
            }
        }
        for pod in &pods {
            let uid = agent.identity(pod.meta.uid);
            let slot = || Box::new(super::pod_slot::PodSlot::new(std::sync::Arc::clone(pod)));
            agent.pods.entry(uid).or_insert_with(slot);
        }
        for uid in agent.pods.keys().copied().collect::<Vec<_>>() {
            Kubelets::with_pod(agent, uid, context, |work| work.adopt());
        }
    }
}

/// The conditions of a healthy node, in the order in which `kubectl describe` shows them.
pub(crate) fn healthy_conditions(now: Timestamp) -> Vec<Condition> {
    let of = |kind, status, reason: &'static str, message: &'static str| Condition {
        last_update: Some(now),
        ..Condition::new(kind, status, reason, message, now)
    };
    vec![
        of(
            "MemoryPressure",
            false,
            "KubeletHasSufficientMemory",
            "kubelet has sufficient memory available",
        ),
        of(
            "DiskPressure",
            false,
            "KubeletHasNoDiskPressure",
            "kubelet has no disk pressure",
        ),
        of(
            "PIDPressure",
            false,
            "KubeletHasSufficientPID",
            "kubelet has sufficient PID available",
        ),
        of("Ready", true, "KubeletReady", "kubelet is posting ready status"),
    ]
}

/// Adds what every kubelet says of its node and this one does not yet.
fn complete(node: &mut Node, number: u32, context: &Context<'_>) {
    let name = node.meta.name.clone();
    let labels = std::sync::Arc::make_mut(&mut node.meta.labels);
    for (key, value) in [
        ("kubernetes.io/hostname", name.as_str()),
        ("kubernetes.io/os", "linux"),
        ("kubernetes.io/arch", "amd64"),
        ("beta.kubernetes.io/os", "linux"),
        ("beta.kubernetes.io/arch", "amd64"),
    ] {
        labels.entry(key.into()).or_insert_with(|| value.into());
    }
    if node.allocatable.is_empty() {
        node.allocatable.clone_from(&node.capacity);
    }
    if !node.capacity.contains_key("pods") && !node.allocatable.contains_key("pods") {
        let pods = Quantity::parse("110").unwrap_or_else(|_| Quantity::zero());
        node.allocatable.insert("pods".into(), pods);
    }
    if node.capacity.is_empty() {
        node.capacity.clone_from(&node.allocatable);
    }
    node.conditions = healthy_conditions(context.store.timestamp());
    // A node that is described as unwell, or held back by its conditions, is new here all the same.
    node.taints
        .retain(|taint| !taint.key.starts_with("node.kubernetes.io/"));
    if json::list(&node.status_json, "addresses").is_empty() {
        let host = number + 2;
        let ip = format_smolstr!("172.20.{}.{}", host / 256, host % 256);
        set(
            &mut node.status_json,
            "addresses",
            serde_json::json!([
                { "type": "InternalIP", "address": ip.as_str() },
                { "type": "Hostname", "address": name.as_str() },
            ]),
        );
    }
    if node.status_json.get("nodeInfo").is_none() {
        let version = context.settings.kubernetes_version;
        let version = format!("v{}.{}.0", version.major, version.minor);
        set(
            &mut node.status_json,
            "nodeInfo",
            serde_json::json!({
                "architecture": "amd64", "operatingSystem": "linux", "kubeletVersion": version, "kubeProxyVersion": version,
                "containerRuntimeVersion": "containerd://2.1.3", "osImage": "Debian GNU/Linux 12 (bookworm)",
                "kernelVersion": "6.1.0-37-amd64", "machineID": format!("{number:032x}"), "systemUUID": format!("{number:032x}"),
                "bootID": format!("{number:032x}"),
            }),
        );
    }
    if node.spec_json.get("podCIDR").is_none() {
        let range = format!("10.{}.{}.0/24", 244 - (number / 256 % 200), number % 256);
        set(&mut node.spec_json, "podCIDR", range.as_str().into());
        set(&mut node.spec_json, "podCIDRs", serde_json::json!([range]));
    }
}

fn set(object: &mut serde_json::Value, key: &str, value: serde_json::Value) {
    if !object.is_object() {
        *object = serde_json::json!({});
    }
    if let Some(map) = object.as_object_mut() {
        map.insert(key.to_owned(), value);
    }
}
