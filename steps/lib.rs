//! Shakedown: scenarios about Kubernetes workloads, run on a deterministic simulation of a cluster.
//!
//! The world, the parameters and the step functions of the vocabulary, and the runner that runs feature files with them.
//! To extend the vocabulary, write functions with cucumber's attributes on [`World`] and give [`runner::Suite`] a test target.

pub mod assertion;
pub mod catalogue;
pub mod check;
pub mod conformance;
pub mod parameters;
pub mod runner;
pub mod subject;
pub mod world;

mod excerpt;
mod given;
mod manifest;
mod table;
mod then;
mod vocabulary;
mod when;

pub use world::World;
