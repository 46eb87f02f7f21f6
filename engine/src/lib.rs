//! A deterministic, event-driven simulation of a Kubernetes cluster in virtual time.
//!
//! No I/O, no async, no threads, no wall clock: a run is a pure function of what it was told and its seed.
//! [`Cluster`] is the façade; everything else is for those who look inside.

pub mod admission;
pub mod api;
pub mod apiserver;
pub mod cluster;
pub mod component;
mod components;
pub mod controllers;
pub mod environment;
pub mod events;
pub mod faults;
pub mod interference;
pub mod kubectl;
pub mod kubelet;
pub mod laws;
pub mod limits;
pub mod metrics;
pub mod networking;
mod plans;
pub mod runtime;
pub mod scheduler;
pub mod settings;
pub mod sim;
pub mod storage;
pub mod store;
pub mod timeline;

pub use cluster::{Cluster, ClusterOptions};
