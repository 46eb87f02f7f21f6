//! A deterministic simulation of a Kubernetes cluster.

pub mod kubectl;
