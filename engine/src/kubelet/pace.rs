//! How fast a node is, and what its clock says.
//!
//! On a slow node everything that is work takes longer: mounting, pulling, making and starting containers, a process's way to
//! being ready, its answer to a probe. What waits does not: `sleep 30` is over after 30 s, a probe's timeout stays what it is. A
//! clock that is off shows in all that kubelet and runtime write down (start and end of containers, conditions, heartbeats,
//! events); the control plane goes by its own. Not modelled: a process that was on its way to being ready when the node became
//! slow, or fast again, keeps its pace.

use std::time::Duration;

use super::kubelets::Kubelets;
use super::work::PodWork;
use crate::api::Timestamp;
use crate::faults::Fault;
use crate::sim::SimTime;

/// How long a probe's answer takes on a node that is not slow: what a small HTTP request takes.
const ANSWER: Duration = Duration::from_millis(20);

/// A node's clock: by how many seconds it has been ahead since when.
#[derive(Debug, Default)]
pub(super) struct Clock(Vec<(SimTime, i64)>);

impl Clock {
    /// By how many seconds it was ahead then.
    fn ahead_at(&self, at: SimTime) -> i64 {
        let known = self.0.iter().rev().find(|(since, _)| *since <= at);
        known.map_or(0, |(_, ahead)| *ahead)
    }

    /// What it showed when it was `right`.
    pub fn shown(&self, right: Timestamp, at: SimTime) -> Timestamp {
        Timestamp::from_secs(right.secs().saturating_add(self.ahead_at(at)))
    }
}

impl Kubelets {
    /// Sets how many times as long a node takes, and by how many seconds its clock is ahead. Returns whether that is new.
    pub(crate) fn set_pace(&mut self, node: &str, slowness: u32, clock_ahead: i64, now: SimTime) -> bool {
        let Some(agent) = self.agent(node) else { return false };
        let was_slow = std::mem::replace(&mut agent.slowness, slowness);
        let was_ahead = agent.clock.ahead_at(now);
        if was_ahead != clock_ahead {
            agent.clock.0.push((now, clock_ahead));
        }
        (was_slow, was_ahead) != (slowness, clock_ahead)
    }
}

impl PodWork<'_, '_> {
    /// How long this much work takes here.
    pub fn takes(&mut self, work: Duration) -> Duration {
        if self.agent.slowness <= 1 {
            return work;
        }
        self.slowed();
        work.saturating_mul(self.agent.slowness)
    }

    /// Something has taken longer here than it would elsewhere.
    pub fn slowed(&mut self) {
        if self.agent.slowness > 1 {
            self.struck(|fault, node| matches!(fault, Fault::NodeSlow(name, _) if name == node));
        }
    }

    /// How long a probe's answer that takes `usually` this long takes here.
    pub fn answer_takes(&self, usually: Duration) -> Duration {
        match self.agent.slowness {
            0 | 1 => usually,
            slowness => (usually + ANSWER).saturating_mul(slowness),
        }
    }

    /// The calendar time of an instant, as this node's clock shows it.
    pub fn timestamp(&self, at: SimTime) -> Timestamp {
        self.agent.clock.shown(self.context.store.epoch().at(at), at)
    }

    /// By how many seconds this node's clock is ahead; who asks shows it to somebody.
    pub fn clock_ahead(&mut self) -> i64 {
        let ahead = self.agent.clock.ahead_at(self.context.now);
        if ahead != 0 {
            self.struck(|fault, node| matches!(fault, Fault::ClockSkewed(name, _) if name == node));
        }
        ahead
    }

    /// Notes that faults of this node have changed something.
    fn struck(&mut self, is_meant: impl Fn(&Fault, &str) -> bool) {
        let node = &self.agent.name;
        let faults = self.context.environment.faults().in_force();
        let ids: Vec<_> = faults
            .filter(|record| is_meant(&record.fault, node))
            .map(|record| record.id)
            .collect();
        for id in ids {
            self.context.environment.faults_mut().strike(id, 1);
        }
    }
}
