//! Laws of pods and their containers.

use smol_str::SmolStr;

use super::laws::{Finding, is_person, unequal};
use crate::api::{Condition, ContainerStatus, Pod, PodPhase};

/// What must hold of a pod however it came to be so.
pub(super) fn alone(pod: &Pod) -> Finding {
    let is_true =
        |kind: &str| Condition::find(&pod.status.conditions, kind).is_some_and(|condition| condition.is_true());
    if is_true("Ready") && !is_true("ContainersReady") {
        return Some(("Ready implies ContainersReady", "Ready alone is True".to_owned()));
    }
    // Who garbage collects pods asks no kubelet, and leaves the conditions as they are.
    let collected = Condition::find(&pod.status.conditions, "DisruptionTarget")
        .is_some_and(|target| target.reason == "DeletionByPodGC");
    if is_true("Ready") && pod.status.phase != PodPhase::Running && !collected {
        return Some((
            "only a Running pod is Ready",
            format!("its phase is {}", pod.status.phase.as_str()),
        ));
    }
    if is_true("PodScheduled") && pod.node_name.is_empty() {
        return Some(("PodScheduled implies a node", "the pod is bound to none".to_owned()));
    }
    let unready = pod.status.containers.iter().find(|container| !container.ready);
    if let Some(unready) = unready.filter(|_| is_true("ContainersReady")) {
        return Some((
            "ContainersReady means every container",
            format!("{} is not ready", unready.name),
        ));
    }
    let container = |status: &ContainerStatus| {
        let state = &status.state;
        let states = usize::from(state.waiting.is_some())
            + usize::from(state.running.is_some())
            + usize::from(state.terminated.is_some());
        if states != 1 {
            return Some((
                "a container is in exactly one state",
                format!("{}: {states}", status.name),
            ));
        }
        (status.restart_count < 0).then(|| ("a restart count is not negative", status.name.to_string()))
    };
    let statuses = pod.status.init_containers.iter().chain(&pod.status.containers);
    statuses.clone().find_map(container).or_else(|| {
        let mut apps = pod.status.containers.iter();
        let idle = apps.find(|status| status.ready && status.state.running.is_none())?;
        Some(("only a running container is ready", idle.name.to_string()))
    })
}

/// What must hold of each change of a pod.
pub(super) fn change(before: &Pod, after: &Pod, writer: &str) -> Finding {
    let (old, new) = (&before.status, &after.status);
    if !before.node_name.is_empty() && before.node_name != after.node_name {
        return unequal(
            "a bound pod never changes its node",
            &before.node_name,
            &after.node_name,
        );
    }
    if old.phase.is_terminal() && new.phase != old.phase {
        return unequal(
            "a pod that has ended never leaves its phase",
            &old.phase.as_str(),
            &new.phase.as_str(),
        );
    }
    if old.phase != PodPhase::Unset && new.phase == PodPhase::Unset {
        return Some(("a pod always has a phase", "it is gone".to_owned()));
    }
    if old.start_time.is_some() && old.start_time != new.start_time {
        return unequal("a pod's startTime never changes", &old.start_time, &new.start_time);
    }
    let names = |pod: &Pod| -> Vec<SmolStr> {
        pod.spec
            .all_containers()
            .map(|container| container.name.clone())
            .collect()
    };
    if !std::sync::Arc::ptr_eq(&before.spec, &after.spec) && names(before) != names(after) {
        return unequal("a pod's containers are fixed", &names(before), &names(after));
    }
    // A person may write any status by the subresource; components may not.
    if is_person(writer) {
        return None;
    }
    let pairs = |old: &[ContainerStatus], new: &[ContainerStatus]| {
        new.iter().find_map(|new| {
            let old = old.iter().find(|old| old.name == new.name)?;
            container_change(old, new, before.status.phase)
        })
    };
    pairs(&old.init_containers, &new.init_containers).or_else(|| pairs(&old.containers, &new.containers))
}

fn container_change(old: &ContainerStatus, new: &ContainerStatus, phase: PodPhase) -> Finding {
    let name = &new.name;
    if new.restart_count < old.restart_count {
        return Some((
            "a restart count never falls",
            format!("{name}: {} after {}", new.restart_count, old.restart_count),
        ));
    }
    let same_life = !old.container_id.is_empty() && old.container_id == new.container_id;
    if phase.is_terminal() && new.state.running.is_some() && !(same_life && old.state.running.is_some()) {
        return Some(("nothing runs anew in a pod that has ended", format!("{name} runs")));
    }
    if same_life && old.state.terminated.is_some() && new.state.running.is_some() {
        return Some((
            "a container that has ended never runs again in the same life",
            format!("{name} runs"),
        ));
    }
    if let (true, Some(old), Some(new)) = (same_life, old.state.running, new.state.running)
        && old.started_at != new.started_at
    {
        return unequal("a running container keeps its start", &old.started_at, &new.started_at);
    }
    None
}
