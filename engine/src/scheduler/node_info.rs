//! One node as the scheduler knows it: with its pods and the sums of what they ask for.
//!
//! Source: kube-scheduler `framework.NodeInfo`. A pod counts from its binding until it is gone or has ended for good; one being
//! deleted still counts.

use std::sync::Arc;

use smol_str::SmolStr;

use super::plugins::node_ports::HostPort;
use super::shapes::ShapeId;
use super::{PodInfo, Usage};
use crate::api::{Node, Pod};

/// A pod on a node.
#[derive(Debug, Clone)]
pub struct PlacedPod {
    /// The pod.
    pub pod: Arc<Pod>,
    /// Its shape's number.
    pub shape: ShapeId,
    /// Its shape.
    pub info: Arc<PodInfo>,
}

/// A node and what runs there.
#[derive(Debug, Clone)]
pub struct NodeInfo {
    /// The node.
    pub node: Arc<Node>,
    /// It has no taints and is not cordoned, as nearly all nodes: what asks about either need not look.
    pub is_open: bool,
    /// What pods may have.
    pub allocatable: Usage,
    /// What its pods ask for.
    pub requested: Usage,
    /// Ports its pods hold. A set, as in kube-scheduler: where two pods hold one port, the first to go frees it.
    pub host_ports: Vec<HostPort>,
    /// The pods that count here, by namespace and name.
    pub pods: Vec<PlacedPod>,
    /// Counts changes, so that who knows an older state sees that it is old.
    pub generation: u64,
}

impl NodeInfo {
    /// An empty node.
    pub fn new(node: Arc<Node>) -> Self {
        NodeInfo {
            is_open: is_open(&node),
            allocatable: Usage::allocatable(&node),
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

    /// The node has changed; its pods have not.
    pub fn set_node(&mut self, node: &Arc<Node>) {
        self.is_open = is_open(node);
        self.allocatable = Usage::allocatable(node);
        self.node = node.clone();
    }

    /// A pod counts from now on.
    pub fn add_pod(&mut self, placed: PlacedPod) {
        self.requested.change(&placed.info.usage, 1);
        for port in &placed.info.host_ports {
            if !self.host_ports.contains(port) {
                self.host_ports.push(port.clone());
            }
        }
        let position = self.position(&placed.pod);
        self.pods.insert(position, placed);
    }

    /// Where a pod stands, or would stand: pods are in the order of namespace and name.
    fn position(&self, pod: &Pod) -> usize {
        let key = (&pod.meta.namespace, &pod.meta.name);
        self.pods
            .partition_point(|other| (&other.pod.meta.namespace, &other.pod.meta.name) < key)
    }

    /// A pod has changed in nothing that counts.
    pub fn replace_pod(&mut self, pod: &Arc<Pod>) {
        let position = self.position(pod);
        if let Some(placed) = self
            .pods
            .get_mut(position)
            .filter(|placed| placed.pod.meta.uid == pod.meta.uid)
        {
            placed.pod = pod.clone();
        }
    }

    /// A pod counts no more; false if it did not.
    pub fn remove_pod(&mut self, pod: &Pod) -> bool {
        let position = self.position(pod);
        let is_it = |other: &PlacedPod| {
            other.pod.meta.uid == pod.meta.uid
                && other.pod.meta.name == pod.meta.name
                && other.pod.meta.namespace == pod.meta.namespace
        };
        if !self.pods.get(position).is_some_and(is_it) {
            return false;
        }
        let placed = self.pods.remove(position);
        self.requested.change(&placed.info.usage, -1);
        for port in &placed.info.host_ports {
            if let Some(held) = self.host_ports.iter().position(|held| held == port) {
                self.host_ports.swap_remove(held);
            }
        }
        true
    }
}

fn is_open(node: &Node) -> bool {
    node.taints.is_empty() && !node.unschedulable
}
