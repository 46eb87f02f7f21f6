//! The controllers of kube-controller-manager, one file a controller, named as there.

mod node_lifecycle;
mod pod_gc;
mod taint_eviction;
mod work_queue;

pub use node_lifecycle::NodeLifecycleController;
pub use pod_gc::PodGcController;
pub use taint_eviction::TaintEvictionController;
pub use work_queue::WorkQueue;

use crate::api::ObjectKey;
use crate::component::{Component, Context};
use crate::sim::Seed;
use crate::store::Change;

/// Which controller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ControllerId {
    /// Keeps the pods of ReplicaSets.
    ReplicaSet,
    /// Rolls Deployments out.
    Deployment,
    /// Writes EndpointSlices.
    EndpointSlice,
    /// Deletes what has lost its owner.
    GarbageCollector,
    /// Watches node heartbeats, taints nodes.
    NodeLifecycle,
    /// Evicts pods that do not tolerate a `NoExecute` taint.
    TaintEviction,
    /// Deletes pods whose node is gone.
    PodGc,
}

/// A wake-up of a controller: reconcile this object.
#[derive(Debug, Clone)]
pub struct Task {
    /// Which controller.
    pub controller: ControllerId,
    /// Which object.
    pub key: ObjectKey,
}

impl ControllerId {
    /// Its name in kube-controller-manager.
    pub fn name(self) -> &'static str {
        match self {
            ControllerId::ReplicaSet => "replicaset-controller",
            ControllerId::Deployment => "deployment-controller",
            ControllerId::EndpointSlice => "endpointslice-controller",
            ControllerId::GarbageCollector => "garbage-collector-controller",
            ControllerId::NodeLifecycle => "node-lifecycle-controller",
            ControllerId::TaintEviction => "taint-eviction-controller",
            ControllerId::PodGc => "pod-garbage-collector-controller",
        }
    }
}

/// All controllers.
#[derive(Debug)]
pub struct Controllers {}

impl Controllers {
    /// Controllers that have seen nothing yet.
    pub fn new(_seed: Seed) -> Self {
        Controllers {}
    }
}

impl Component for Controllers {
    type Task = Task;

    fn observe(&mut self, _change: &Change, _context: &mut Context<'_>) {}

    fn run(&mut self, _task: Task, _context: &mut Context<'_>) {}
}
