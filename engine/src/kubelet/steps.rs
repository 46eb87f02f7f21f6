//! The steps of a sync that take time.

use smol_str::SmolStr;

use crate::sim::SimTime;

/// What a worker does next.
#[derive(Debug, Clone)]
pub(super) enum Step {
    /// Waits for the pod's volumes.
    Mount,
    /// The volumes are there.
    Mounted,
    /// Stops containers; with which words each.
    Kill(Vec<(usize, Option<String>)>),
    /// They have stopped.
    Killed,
    /// Takes the sandbox down.
    StopSandbox,
    /// Sets up a sandbox.
    CreateSandbox,
    /// The sandbox stands.
    SandboxCreated,
    /// Starts a container: back-off, then its image.
    Start(usize),
    /// The pull has ended; since when it ran, and since when it waited.
    Pulled(usize, SimTime, SimTime),
    /// Creates it.
    Create(usize),
    /// It is created.
    Created(usize, SmolStr),
    /// It is started.
    Started(usize, SmolStr),
    /// Its postStart hook has ended.
    Hooked(usize, SmolStr),
    /// The containers of a pod that ends have stopped.
    Stopped,
}
