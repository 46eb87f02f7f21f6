//! The control plane against what real Kubernetes was recorded to do, with a small stand-in for the kubelets.

mod control {
    mod deletion;
    mod deployments;
    pub mod harness;
    mod nodes;
    mod replica_sets;
    mod scheduling;
    mod services;
}
