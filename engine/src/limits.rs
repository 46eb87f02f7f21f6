//! Limits on everything that could go on for ever. Reaching one is an error that names it and what kept going.

use std::time::Duration;

use crate::sim::SimTime;

/// The limits of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Agenda entries at one instant of virtual time.
    pub entries_per_instant_max: u64,
    /// Entries on the agenda.
    pub agenda_len_max: usize,
    /// Stored objects.
    pub objects_max: usize,
    /// Virtual time.
    pub virtual_time_max: SimTime,
    /// How long `the cluster settles` may take.
    pub settle_max: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            entries_per_instant_max: 1_000_000,
            agenda_len_max: 20_000_000,
            objects_max: 4_000_000,
            virtual_time_max: SimTime::from_secs(10 * 366 * 24 * 3600),
            settle_max: Duration::from_secs(3600),
        }
    }
}

/// A limit was reached.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LimitError {
    /// Time stands still: components keep waking each other.
    #[error("limit entries-per-instant-max reached at {at}: {count} agenda entries without time passing; last {last}")]
    EntriesPerInstant {
        /// When.
        at: SimTime,
        /// How many.
        count: u64,
        /// The last one.
        last: String,
    },
    /// Work piles up.
    #[error("limit agenda-len-max reached at {at}: {len} entries on the agenda; last {last}")]
    AgendaLen {
        /// When.
        at: SimTime,
        /// How many.
        len: usize,
        /// The last one done.
        last: String,
    },
    /// The scenario asks for more time than there is.
    #[error("limit virtual-time-max reached: {wanted} lies beyond {max}")]
    VirtualTime {
        /// The instant asked for.
        wanted: SimTime,
        /// The last instant there is.
        max: SimTime,
    },
    /// Whoever runs the simulation does not want to wait any longer; see [`Cluster::interrupt_when`](crate::Cluster::interrupt_when).
    #[error("{reason}, {at} into the simulation; last {last}")]
    Interrupted {
        /// When, in virtual time.
        at: SimTime,
        /// Why.
        reason: String,
        /// The last entry done.
        last: String,
    },
    /// The cluster does not settle.
    #[error("the cluster did not settle within {after:?} of virtual time; still at work: {busy}")]
    NotSettled {
        /// How long it was given.
        after: Duration,
        /// What kept it busy.
        busy: String,
    },
}
