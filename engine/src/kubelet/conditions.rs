//! The conditions that a kubelet keeps on its pods.
//!
//! Source: kubelet `status/generate.go`; documentation "Pod Lifecycle: pod conditions". `PodReadyToStartContainers` is there
//! since v1.29.

use super::work::PodWork;
use crate::api::{Condition, ContainerStatus, PodPhase, PodStatus, Timestamp, json};

/// Conditions that belong to the kubelet; all others are left alone.
pub(super) fn is_owned(kind: &str) -> bool {
    matches!(
        kind,
        "PodReadyToStartContainers" | "Initialized" | "Ready" | "ContainersReady" | "PodScheduled" | "PodResizePending"
    )
}

impl PodWork<'_, '_> {
    /// Sets the kubelet's conditions; an unchanged one keeps its transition time.
    pub fn set_conditions(&self, status: &mut PodStatus) {
        let now = self.timestamp(self.now());
        let mut conditions: Vec<Condition> = Vec::with_capacity(6);
        let foreign = self
            .slot
            .status
            .conditions
            .iter()
            .filter(|condition| !is_owned(&condition.kind));
        conditions.extend(foreign.cloned());
        let standing = self.slot.listed_sandbox.as_ref().is_some_and(|sandbox| sandbox.ready);
        let mut put = |condition: Condition| {
            let before = Condition::find(&self.slot.status.conditions, &condition.kind);
            let unchanged = before.filter(|before| before.status == condition.status);
            conditions.push(Condition {
                last_transition: unchanged.map_or(condition.last_transition, |before| before.last_transition),
                ..condition
            });
        };
        if self.context.settings.since(1, 29) {
            put(Condition::new("PodReadyToStartContainers", standing, "", "", now));
        }
        put(self.initialized(status, now));
        let ready = containers_ready("ContainersReady", self, status, now);
        put(self.ready(&ready, now));
        put(ready);
        put(Condition::new("PodScheduled", true, "", "", now));
        status.conditions = conditions.into();
    }

    fn initialized(&self, status: &PodStatus, now: Timestamp) -> Condition {
        let kind = "Initialized";
        let started = status.containers.iter().any(|container| {
            container.state.running.is_some()
                || container.state.terminated.is_some()
                || container.last_state.terminated.is_some()
        });
        let incomplete: Vec<&str> = status
            .init_containers
            .iter()
            .enumerate()
            .filter(|(index, container)| match self.slot.is_sidecar(*index) {
                true => !started && container.started != Some(true),
                false => !container.ready,
            })
            .map(|(_, container)| container.name.as_str())
            .collect();
        if status.phase == PodPhase::Succeeded {
            return Condition::new(kind, true, "PodCompleted", "", now);
        }
        if incomplete.is_empty() || (started && status.phase != PodPhase::Failed) {
            return Condition::new(kind, true, "", "", now);
        }
        let message = format!("containers with incomplete status: [{}]", incomplete.join(" "));
        Condition::new(kind, false, "ContainersNotInitialized", message, now)
    }

    /// Ready is ContainersReady and the pod's readiness gates.
    fn ready(&self, containers: &Condition, now: Timestamp) -> Condition {
        let gates = json::list(&self.slot.pod.spec.json, "readinessGates");
        let theirs = &self.slot.pod.status.conditions;
        let unmet: Vec<String> = gates
            .iter()
            .map(|gate| json::text(gate, "conditionType"))
            .filter_map(|gate| match Condition::find(theirs, &gate) {
                None => Some(format!(
                    "corresponding condition of pod readiness gate \"{gate}\" does not exist."
                )),
                Some(condition) if condition.is_true() => None,
                Some(condition) => Some(format!(
                    "the status of pod readiness gate \"{gate}\" is not \"True\", but {}",
                    condition.status
                )),
            })
            .collect();
        if !containers.is_true() || unmet.is_empty() {
            return Condition {
                kind: "Ready".into(),
                ..containers.clone()
            };
        }
        Condition::new("Ready", false, "ReadinessGatesNotReady", unmet.join(", "), now)
    }
}

fn containers_ready(kind: &'static str, work: &PodWork<'_, '_>, status: &PodStatus, now: Timestamp) -> Condition {
    match status.phase {
        PodPhase::Succeeded => return Condition::new(kind, false, "PodCompleted", "", now),
        PodPhase::Failed => return Condition::new(kind, false, "PodFailed", "", now),
        _ => {}
    }
    let sidecars = status
        .init_containers
        .iter()
        .enumerate()
        .filter(|(index, _)| work.slot.is_sidecar(*index));
    let all = sidecars.map(|(_, container)| container).chain(&status.containers);
    let unready: Vec<&str> = all
        .filter(|container: &&ContainerStatus| !container.ready)
        .map(|container| container.name.as_str())
        .collect();
    if unready.is_empty() {
        return Condition::new(kind, true, "", "", now);
    }
    let message = format!("containers with unready status: [{}]", unready.join(" "));
    Condition::new(kind, false, "ContainersNotReady", message, now)
}
