//! What containers have written: what `kubectl logs` asks a node's kubelet for.
//!
//! Source: kubelet `kuberuntime_logs.go`, `kubelet_pods.go` (`validateContainerLogStatus`). As in the real one, the log of a
//! container goes when the runtime forgets that life of it.

use smol_str::SmolStr;

use super::kubelets::Kubelets;
use super::pod_slot::PodSlot;
use crate::api::Uid;
use crate::sim::SimTime;

/// The most lines that are read of one log.
const LINES_MAX: usize = 10_000;

impl Kubelets {
    /// The lines a container's newest life (or the one before it) has written until `now`, each with its time; none if there
    /// is no such life.
    pub(crate) fn log(
        &self,
        node_name: &str,
        pod: Uid,
        container: usize,
        previous: bool,
        now: SimTime,
    ) -> Option<Vec<(SimTime, SmolStr)>> {
        let slot = self.slot_of(node_name, pod)?;
        let lives = slot
            .instances
            .iter()
            .rev()
            .filter(|life| life.listed.container == container);
        let life = lives.into_iter().nth(usize::from(previous))?;
        let process = life.process.as_ref()?;
        let until = process.end.as_ref().map_or(now, |end| end.at.min(now));
        Some(process.log(until, LINES_MAX))
    }

    /// When the newest life of a container ends, or has ended, as far as anybody knows.
    pub(crate) fn container_end(&self, node_name: &str, pod: Uid, container: usize) -> Option<SimTime> {
        let mut lives = self.slot_of(node_name, pod)?.instances.iter();
        let life = lives.rfind(|life| life.listed.container == container)?;
        match life.listed.ended() {
            Some(ended) => Some(ended.finished),
            None => life.process.as_ref()?.end.map(|end| end.at),
        }
    }

    fn slot_of(&self, node_name: &str, pod: Uid) -> Option<&PodSlot> {
        let number = *self.numbers.get(node_name)?;
        let agent = self.agents.get(number as usize)?;
        agent.pods.get(&agent.identity(pod)).map(AsRef::as_ref)
    }
}
