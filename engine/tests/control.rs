//! The control plane against what real Kubernetes was recorded to do, with a small stand-in for the kubelets.

mod control {
    mod deployments;
    pub mod harness;
    mod scheduling;
}
