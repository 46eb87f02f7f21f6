//! The kernel of the simulation: virtual time, the agenda, seeded random streams, stable hashes.
//!
//! It knows nothing of Kubernetes: everything here would serve a simulation of something else as well.

mod agenda;
mod hash;
mod random;
mod time;

pub use agenda::{Agenda, Entry, Urgency};
pub use hash::StableHasher;
pub use random::{Random, Ratio, Seed};
pub use time::SimTime;
