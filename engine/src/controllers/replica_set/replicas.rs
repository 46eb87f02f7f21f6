//! What ReplicaSets and ReplicationControllers have in common: all but their names.

use std::sync::Arc;

use crate::api::{ReplicaSet, ReplicaSetSpec, ReplicaSetStatus, ReplicationController};
use crate::controllers::ControllerId;
use crate::store::Stored;

/// An object that keeps a number of equal pods.
pub trait Replicas: Stored + Clone {
    /// Its controller.
    const CONTROLLER: ControllerId;
    /// The controller's name in events.
    const COMPONENT: &'static str;
    /// What it is meant to be.
    fn spec(&self) -> &Arc<ReplicaSetSpec>;
    /// How it does.
    fn status(&self) -> &ReplicaSetStatus;
    /// How it does, to change.
    fn status_mut(&mut self) -> &mut ReplicaSetStatus;
}

macro_rules! replicas {
    ($type:ident, $controller:ident, $component:literal) => {
        impl Replicas for $type {
            const CONTROLLER: ControllerId = ControllerId::$controller;
            const COMPONENT: &'static str = $component;

            fn spec(&self) -> &Arc<ReplicaSetSpec> {
                &self.spec
            }

            fn status(&self) -> &ReplicaSetStatus {
                &self.status
            }

            fn status_mut(&mut self) -> &mut ReplicaSetStatus {
                &mut self.status
            }
        }
    };
}

replicas!(ReplicaSet, ReplicaSet, "replicaset-controller");
replicas!(ReplicationController, ReplicationController, "replication-controller");
