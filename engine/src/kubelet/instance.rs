//! What the container runtime of a node holds of a pod: its sandbox, and each life of each container.

use smol_str::SmolStr;

use crate::runtime::Process;
use crate::sim::{SimTime, StableHasher};

/// The sandbox of a pod: its network namespace and address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sandbox {
    /// How many sandboxes the pod had before.
    pub attempt: u32,
    /// Whether it stands.
    pub ready: bool,
    /// The pod's address.
    pub ip: SmolStr,
}

/// How a container ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ended {
    /// When it started; none if it never did.
    pub started: Option<SimTime>,
    /// When it ended.
    pub finished: SimTime,
    /// Its exit code.
    pub code: i32,
    /// One word.
    pub reason: SmolStr,
    /// A sentence.
    pub message: SmolStr,
}

/// The state of a container in the runtime.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum InstanceState {
    /// It runs since then.
    Running(SimTime),
    /// It has ended.
    Exited(Ended),
}

/// One life of a container, as the runtime lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Instance {
    /// Which container: its place among all of the pod's, init containers first.
    pub container: usize,
    /// How many lives came before.
    pub life: u32,
    /// The attempt of the sandbox that it runs in.
    pub sandbox: u32,
    /// The runtime's identity of it.
    pub id: SmolStr,
    /// The image it was made of.
    pub image: SmolStr,
    /// What it does.
    pub state: InstanceState,
}

impl Instance {
    /// Whether it runs.
    pub fn is_running(&self) -> bool {
        matches!(self.state, InstanceState::Running(_))
    }

    /// How it ended, if it has.
    pub fn ended(&self) -> Option<&Ended> {
        match &self.state {
            InstanceState::Exited(ended) => Some(ended),
            InstanceState::Running(_) => None,
        }
    }
}

/// One life of a container with its process, as it really is.
#[derive(Debug, Clone)]
pub(super) struct LiveInstance {
    /// What the runtime would list.
    pub listed: Instance,
    /// Its process, as long as it runs (or did when the power went).
    pub process: Option<Process>,
}

/// The newest life of a container.
pub(super) fn newest(instances: &[Instance], container: usize) -> Option<&Instance> {
    instances.iter().rev().find(|instance| instance.container == container)
}

/// A made-up but stable identity in 64 hexadecimal digits, as containerd's.
pub(super) fn hex_id(seed: u64, parts: &[&str]) -> String {
    let mut hasher = StableHasher::default();
    hasher.write_u64(seed);
    for part in parts {
        hasher.write_str(part);
    }
    let mut digits = String::with_capacity(64);
    for word in 0..4_u64 {
        let mut hasher = hasher;
        hasher.write_u64(word);
        // FNV mixes its last bytes poorly into the high bits: fold and multiply once more.
        let hash = hasher.finish();
        digits.push_str(&format!(
            "{:016x}",
            (hash ^ (hash >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9)
        ));
    }
    digits
}
