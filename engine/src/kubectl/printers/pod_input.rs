//! The two forms of a pod that READY, STATUS and RESTARTS are computed from: the stored one, and external JSON.

use serde_json::Value;

use super::pod_status::{ConditionColumns, ContainerColumns, PodColumns, TerminatedColumns};
use crate::api::{Condition, Container, ContainerStatus, Pod};
use crate::kubectl::{field, text};

impl PodColumns for Pod {
    fn phase(&self) -> &str {
        self.status.phase.as_str()
    }

    fn reason(&self) -> &str {
        &self.status.reason
    }

    fn is_deleted(&self) -> bool {
        self.meta.is_deleted()
    }

    fn conditions(&self) -> impl Iterator<Item = ConditionColumns<'_>> {
        self.status.conditions.iter().map(stored_condition)
    }

    fn container_count(&self) -> usize {
        self.spec.containers.len()
    }

    fn init_container_count(&self) -> usize {
        self.spec.init_containers.len()
    }

    fn sidecar_count(&self) -> usize {
        self.spec
            .init_containers
            .iter()
            .filter(|container| container.is_sidecar())
            .count()
    }

    fn is_sidecar(&self, name: &str) -> bool {
        let is_meant = |container: &Container| container.name == name && container.is_sidecar();
        self.spec.init_containers.iter().any(is_meant)
    }

    fn init_statuses(&self) -> impl Iterator<Item = ContainerColumns<'_>> {
        self.status.init_containers.iter().map(stored_container)
    }

    fn statuses(&self) -> impl DoubleEndedIterator<Item = ContainerColumns<'_>> {
        self.status.containers.iter().map(stored_container)
    }
}

fn stored_condition(condition: &Condition) -> ConditionColumns<'_> {
    ConditionColumns {
        type_name: &condition.kind,
        status: &condition.status,
        reason: &condition.reason,
    }
}

fn stored_container(status: &ContainerStatus) -> ContainerColumns<'_> {
    let last = status.last_state.terminated.as_ref();
    ContainerColumns {
        name: &status.name,
        ready: status.ready,
        started: status.started.unwrap_or_default(),
        restart_count: status.restart_count.into(),
        waiting: status.state.waiting.as_ref().map(|waiting| waiting.reason.as_str()),
        running: status.state.running.is_some(),
        terminated: status.state.terminated.as_ref().map(|terminated| TerminatedColumns {
            exit_code: terminated.exit_code.into(),
            signal: terminated.signal.into(),
            reason: &terminated.reason,
        }),
        last_finished_at_ns: last
            .and_then(|terminated| terminated.finished_at)
            .and_then(text::instant_ns),
    }
}

/// A pod's external JSON.
pub struct JsonPod<'a>(pub &'a Value);

impl JsonPod<'_> {
    fn init_containers(&self) -> &[Value] {
        field::items(self.0, "spec.initContainers")
    }
}

impl PodColumns for JsonPod<'_> {
    fn phase(&self) -> &str {
        field::text(self.0, "status.phase")
    }

    fn reason(&self) -> &str {
        field::text(self.0, "status.reason")
    }

    fn is_deleted(&self) -> bool {
        field::at(self.0, "metadata.deletionTimestamp").is_some()
    }

    fn conditions(&self) -> impl Iterator<Item = ConditionColumns<'_>> {
        field::items(self.0, "status.conditions")
            .iter()
            .map(|condition| ConditionColumns {
                type_name: field::text(condition, "type"),
                status: field::text(condition, "status"),
                reason: field::text(condition, "reason"),
            })
    }

    fn container_count(&self) -> usize {
        field::items(self.0, "spec.containers").len()
    }

    fn init_container_count(&self) -> usize {
        self.init_containers().len()
    }

    fn sidecar_count(&self) -> usize {
        self.init_containers()
            .iter()
            .filter(|container| is_sidecar(container))
            .count()
    }

    fn is_sidecar(&self, name: &str) -> bool {
        self.init_containers()
            .iter()
            .any(|container| field::text(container, "name") == name && is_sidecar(container))
    }

    fn init_statuses(&self) -> impl Iterator<Item = ContainerColumns<'_>> {
        field::items(self.0, "status.initContainerStatuses")
            .iter()
            .map(container_columns)
    }

    fn statuses(&self) -> impl DoubleEndedIterator<Item = ContainerColumns<'_>> {
        field::items(self.0, "status.containerStatuses")
            .iter()
            .map(container_columns)
    }
}

/// Whether an init container of the spec keeps running beside the app containers.
fn is_sidecar(container: &Value) -> bool {
    field::text(container, "restartPolicy") == "Always"
}

fn container_columns(status: &Value) -> ContainerColumns<'_> {
    ContainerColumns {
        name: field::text(status, "name"),
        ready: field::boolean(status, "ready"),
        started: field::boolean(status, "started"),
        restart_count: field::integer(status, "restartCount"),
        waiting: field::at(status, "state.waiting").map(|waiting| field::text(waiting, "reason")),
        running: field::at(status, "state.running").is_some(),
        terminated: field::at(status, "state.terminated").map(|terminated| TerminatedColumns {
            exit_code: field::integer(terminated, "exitCode"),
            signal: field::integer(terminated, "signal"),
            reason: field::text(terminated, "reason"),
        }),
        last_finished_at_ns: text::timestamp_ns(field::text(status, "lastState.terminated.finishedAt")),
    }
}
