//! What processes in containers do: commands are interpreted, behaviours that a scenario sets come before them.
//!
//! Nothing here knows of kubelets or pods' statuses. A process is a small state machine in virtual time whose next event is
//! known when it starts (it exits, it runs out of memory), so nothing has to be polled.

pub mod behaviour;
pub mod cpu;
pub mod exec;
mod file_tools;
pub mod files;
pub mod glob;
mod interpreter;
pub mod memory;
mod network_tools;
pub mod process;
pub mod program;
mod shell;
pub mod surroundings;
mod tools;
mod words;

pub use behaviour::{Behaviour, Life, PullFailure, Stop};
pub use cpu::CpuUse;
pub use exec::{ExecScript, Outcome};
pub use glob::glob_matches;
pub use memory::MemoryUse;
pub use process::{Exit, ExitCause, Process};
pub use program::{Program, StartFailure};
pub use surroundings::{Mount, Surroundings};
