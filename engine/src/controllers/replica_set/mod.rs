//! The ReplicaSet and the ReplicationController controller, which are one program in kube-controller-manager, too.

mod controller;
mod deletion;
mod replicas;

pub use controller::{ReplicaSetController, available_at};
