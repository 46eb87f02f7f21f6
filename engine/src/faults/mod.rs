//! The fault catalogue: one enum, to strike and to heal.
//!
//! Faults act on the machines and processes behind the cluster (or, where that is what they are, on the API), never on what
//! the control plane believes. Each is recorded with when it began and ended and how many targets it changed, so that a
//! scenario whose fault struck nothing can fail.

mod fault;
mod log;
mod machines;
mod pods;
mod strike;

pub use fault::{ControlPlanePart, Fault, FaultError, Pressure};
pub use log::{FaultId, FaultLog, FaultRecord};
pub use strike::heal;
