//! What lies outside Kubernetes: machines, registries, and what processes do.
//!
//! Behaviours and faults set it; kubelets read it. The control plane must not: it knows only what is in the store.

/// Machines, registries, processes.
#[derive(Debug, Default)]
pub struct Environment {}
