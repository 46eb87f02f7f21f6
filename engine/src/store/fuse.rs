//! A process that is about to crash: so many writes of it arrive, then none.
//!
//! Events do not count: a recorder sends them from a queue of its own, and what is in it dies with the process.

use super::StoreError;
use crate::api::Kind;

/// What is left of a process that is about to crash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fuse {
    /// How many more writes arrive.
    left: u32,
    /// How many have arrived.
    written: u32,
}

impl Fuse {
    /// A process that crashes after so many writes.
    pub(super) fn new(left: u32) -> Self {
        Fuse { left, written: 0 }
    }

    /// How many writes have arrived.
    pub(super) fn written(self) -> u32 {
        self.written
    }

    /// Counts a write of an object of this kind.
    ///
    /// # Errors
    /// The process has crashed by now.
    pub(super) fn spend(&mut self, kind: Kind) -> Result<(), StoreError> {
        if self.left == 0 {
            return Err(StoreError::Crashed);
        }
        if kind != Kind::EVENT {
            self.left -= 1;
            self.written += 1;
        }
        Ok(())
    }
}
