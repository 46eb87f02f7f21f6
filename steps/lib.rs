//! Shakedown: scenarios about Kubernetes workloads, run on a deterministic simulation of a cluster.
//!
//! The world, the parameters and the step functions of the vocabulary, and the runner that runs feature files with them.
//!
//! # Steps of your own
//! A crate that depends on `shakedown` adds functions with cucumber's attributes on [`World`] and gives the runner a test target
//! (`harness = false`) of five lines:
//!
//! ```no_run
//! fn main() -> std::process::ExitCode {
//!     shakedown::runner::Suite::new("features").main()
//! }
//! ```
//!
//! A function gets the parameters of [`parameters`]; an assertion is a [`assertion::Claim`], written once and asked in every
//! tense by [`World::assert`]. `examples/extending` is such a crate, whole.

pub mod assertion;
pub mod catalogue;
pub mod check;
pub mod conformance;
pub mod explain;
pub mod parameters;
pub mod runner;
pub mod subject;
pub mod world;

mod excerpt;
mod given;
mod hint;
mod manifest;
mod placement;
mod table;
mod then;
mod vocabulary;
mod when;

/// The simulated cluster, for steps of your own.
pub use shakedown_engine as engine;
pub use world::World;
