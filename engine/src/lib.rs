//! A deterministic, event-driven simulation of a Kubernetes cluster in virtual time.

pub mod api;
pub mod kubectl;
