//! How much CPU a process uses over time.

use std::time::Duration;

/// CPU use: an amount, perhaps another one from some moment on.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct CpuUse {
    /// From the start on, in thousandths of a core.
    pub initial_milli: u64,
    /// From then on so much instead, in thousandths of a core.
    pub later: Option<(Duration, u64)>,
}

impl CpuUse {
    /// Thousandths of a core in use after `elapsed`.
    pub fn at(self, elapsed: Duration) -> u64 {
        match self.later {
            Some((after, milli)) if elapsed >= after => milli,
            _ => self.initial_milli,
        }
    }
}
