//! What processes in containers do: commands are interpreted, behaviours that a scenario sets come before them.
//!
//! Nothing here knows of kubelets or pods' statuses. A process is a small state machine in virtual time whose next event is
//! known when it starts (it exits, it runs out of memory), so nothing has to be polled.

pub mod behaviour;
pub mod cpu;
mod effects;
pub mod exec;
mod file_tools;
pub mod files;
pub mod glob;
mod interpreter;
pub mod memory;
mod network_tools;
mod output;
pub mod process;
pub mod program;
pub(crate) mod references;
pub mod reply;
mod shell;
mod start_failure;
pub mod surroundings;
mod tools;
mod words;

pub use behaviour::{Behaviour, Life, PullFailure, Stop};
pub use cpu::CpuUse;
pub use exec::{ExecScript, Outcome};
pub use glob::glob_matches;
pub use memory::MemoryUse;
pub use process::{Exit, ExitCause, Process};
pub use program::Program;
pub use reply::{Answer, Reply};
pub use start_failure::StartFailure;
pub use surroundings::{Mount, Surroundings};
