//! The record of faults: what began when, what ended when, what it changed.

use crate::sim::SimTime;

use super::Fault;

/// A fault that was injected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct FaultId(pub u32);

/// What is known of a fault that was injected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaultRecord {
    /// Its number.
    pub id: FaultId,
    /// The fault.
    pub fault: Fault,
    /// How it reads, such as `node "node-2" is lost`.
    pub text: String,
    /// What it strikes, such as `node node-2`.
    pub target: String,
    /// When it began.
    pub from: SimTime,
    /// When it ended; none while it is in force.
    pub to: Option<SimTime>,
    /// How many targets it has changed: nodes, containers, pods, pulls, probes.
    pub struck: usize,
}

/// All faults of a run.
#[derive(Debug, Default)]
pub struct FaultLog {
    records: Vec<FaultRecord>,
}

impl FaultLog {
    /// The faults, in the order in which they were injected.
    pub fn records(&self) -> &[FaultRecord] {
        &self.records
    }

    /// Those in force.
    pub fn in_force(&self) -> impl Iterator<Item = &FaultRecord> {
        self.records.iter().filter(|record| record.to.is_none())
    }

    pub(super) fn begin(&mut self, fault: Fault, from: SimTime) -> FaultId {
        let id = FaultId(u32::try_from(self.records.len()).unwrap_or(u32::MAX));
        self.records.push(FaultRecord {
            id,
            text: fault.to_string(),
            target: fault.target(),
            fault,
            from,
            to: None,
            struck: 0,
        });
        id
    }

    pub(super) fn get(&self, id: FaultId) -> Option<&FaultRecord> {
        self.records.get(id.0 as usize)
    }

    pub(super) fn end(&mut self, id: FaultId, to: SimTime) {
        if let Some(record) = self.records.get_mut(id.0 as usize) {
            record.to = record.to.or(Some(to));
        }
    }

    /// Forgets the latest fault: it could not strike.
    pub(super) fn withdraw(&mut self, id: FaultId) {
        if self.records.last().is_some_and(|record| record.id == id) {
            self.records.pop();
        }
    }

    /// Notes that a fault has changed something.
    pub(crate) fn strike(&mut self, id: FaultId, count: usize) {
        if let Some(record) = self.records.get_mut(id.0 as usize) {
            record.struck += count;
        }
    }
}
