//! The lifecycle event generator: once a second the runtime is listed, and what has changed becomes events.
//!
//! Source: kubelet `pleg/generic.go`. Each changed container or sandbox is one event, each event is one update for the pod's
//! worker: the first one starts a sync, all others together make it sync once more afterwards.

use super::instance::{Instance, InstanceState, Sandbox};
use super::pod_slot::Activity;
use super::work::PodWork;

impl PodWork<'_, '_> {
    /// The runtime is listed.
    pub fn list(&mut self) {
        if self.slot.list_at != Some(self.now()) {
            return;
        }
        self.slot.list_at = None;
        let listed: Vec<Instance> = self
            .slot
            .instances
            .iter()
            .map(|instance| instance.listed.clone())
            .collect();
        let events = changed_containers(&self.slot.listed, &listed)
            + changed_sandbox(self.slot.listed_sandbox.as_ref(), self.slot.sandbox.as_ref());
        self.slot.listed = listed;
        self.slot.listed_sandbox.clone_from(&self.slot.sandbox);
        if matches!(self.slot.activity, Activity::AwaitingList) {
            self.slot.activity = Activity::Idle;
            self.sync();
        }
        for _ in 0..events {
            self.update();
        }
    }

    /// Takes over what the runtime holds right now, without waiting for the listing (`GetPodStatus`).
    pub fn look_at_runtime(&mut self) {
        self.slot.listed = self
            .slot
            .instances
            .iter()
            .map(|instance| instance.listed.clone())
            .collect();
        self.slot.listed_sandbox.clone_from(&self.slot.sandbox);
    }
}

fn changed_containers(before: &[Instance], after: &[Instance]) -> usize {
    let is_new = |instance: &&Instance| {
        let old = before.iter().find(|old| old.id == instance.id);
        let ended = |old: &Instance| old.is_running() && matches!(instance.state, InstanceState::Exited(_));
        old.is_none_or(ended)
    };
    after.iter().filter(is_new).count()
}

fn changed_sandbox(before: Option<&Sandbox>, after: Option<&Sandbox>) -> usize {
    let standing = |sandbox: Option<&Sandbox>| sandbox.map(|sandbox| (sandbox.attempt, sandbox.ready));
    usize::from(standing(before) != standing(after))
}
