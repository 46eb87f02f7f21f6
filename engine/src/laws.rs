//! What must be true of any Kubernetes cluster at every instant, whatever scenarios do to it.
//!
//! A law looks at one change (the object before and after) and costs in proportion to that object, so that all of them can be
//! held against every change of every scenario. A broken law is a defect of the simulation, never of the scenario. Sources:
//! API conventions ("Metadata"), documentation "Pod Lifecycle", kubelet `status_manager.go` (`checkContainerStateTransition`).
//!
//! Deliberately no laws: Running may turn back to Pending (a new sandbox runs the init containers again); a phase that the
//! garbage collector of pods sets leaves containers as they were last seen, since nobody can ask the node.

use std::fmt;

use smol_str::SmolStr;

use crate::api::{Condition, ContainerStatus, Object, Pod, PodPhase};
use crate::store::Change;
use crate::timeline;

/// A law that a change breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// The law, as a sentence.
    pub law: &'static str,
    /// What the change shows instead.
    pub seen: String,
    /// The change, as [`timeline::describe`] puts it.
    pub change: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the law \"{}\" is broken by {}: {}",
            self.law, self.change, self.seen
        )
    }
}

/// Holds the laws against changes, one after the other.
#[derive(Debug, Default)]
pub struct Laws {
    revision: u64,
}

/// What a law finds wrong.
type Finding = Option<(&'static str, String)>;

impl Laws {
    /// The first law that the next change breaks.
    pub fn check(&mut self, change: &Change) -> Option<Broken> {
        let before = std::mem::replace(&mut self.revision, change.revision);
        let finding = (change.revision <= before)
            .then(|| {
                (
                    "resourceVersion rises with every write",
                    format!("{} after {before}", change.revision),
                )
            })
            .or_else(|| self.finding(change));
        finding.map(|(law, seen)| Broken {
            law,
            seen,
            change: timeline::describe(change),
        })
    }

    fn finding(&self, change: &Change) -> Finding {
        let (before, after) = (change.before.as_ref(), change.after.as_ref());
        if let (Some(before), Some(after)) = (before, after)
            && let Some(found) = metadata(before, after)
        {
            return Some(found);
        }
        match (before, after) {
            (before, Some(Object::Pod(after))) => {
                let before = before.and_then(Object::as_pod);
                pod_alone(after).or_else(|| before.and_then(|before| pod_change(before, after, change.writer)))
            }
            (_, Some(Object::Deployment(after))) => {
                let status = &after.status;
                counts(status.replicas, status.ready_replicas, status.available_replicas)
                    .or_else(|| observed(status.observed_generation, after.meta.generation))
            }
            (_, Some(Object::ReplicaSet(after))) => {
                let status = &after.status;
                counts(status.replicas, status.ready_replicas, status.available_replicas)
                    .or_else(|| observed(status.observed_generation, after.meta.generation))
            }
            (Some(Object::Event(before)), Some(Object::Event(after))) if after.count < before.count => Some((
                "an event's count never falls",
                format!("{} after {}", after.count, before.count),
            )),
            _ => None,
        }
    }
}

/// The first law that any change of a timeline breaks.
pub fn first_broken(log: &[Change]) -> Option<Broken> {
    let mut laws = Laws::default();
    log.iter().find_map(|change| laws.check(change))
}

fn unequal<T: PartialEq + fmt::Debug>(law: &'static str, before: &T, after: &T) -> Finding {
    (before != after).then(|| (law, format!("{after:?} after {before:?}")))
}

fn metadata(before: &Object, after: &Object) -> Finding {
    let (old, new) = (before.meta(), after.meta());
    unequal("an object's uid never changes", &old.uid, &new.uid)
        .or_else(|| {
            unequal(
                "an object's creationTimestamp never changes",
                &old.creation,
                &new.creation,
            )
        })
        .or_else(|| match (old.deletion, new.deletion) {
            (Some(_), None) => Some(("deletionTimestamp is never unset", "it is gone".to_owned())),
            (Some(old), Some(new)) if new.at > old.at => Some((
                "deletionTimestamp never moves into the future",
                format!("{} after {}", new.at, old.at),
            )),
            _ => None,
        })
        .or_else(|| {
            (new.generation < old.generation).then(|| {
                (
                    "an object's generation never falls",
                    format!("{} after {}", new.generation, old.generation),
                )
            })
        })
}

fn counts(replicas: i32, ready: i32, available: i32) -> Finding {
    (available > ready || ready > replicas || available < 0).then(|| {
        (
            "available replicas are ready, ready replicas exist",
            format!("{available} available of {ready} ready of {replicas}"),
        )
    })
}

fn observed(observed: i64, generation: i64) -> Finding {
    (observed > generation).then(|| {
        (
            "a status is about a generation that exists",
            format!("observedGeneration {observed} of generation {generation}"),
        )
    })
}

/// What must hold of a pod however it came to be so.
fn pod_alone(pod: &Pod) -> Finding {
    let is_true =
        |kind: &str| Condition::find(&pod.status.conditions, kind).is_some_and(|condition| condition.is_true());
    if is_true("Ready") && !is_true("ContainersReady") {
        return Some(("Ready implies ContainersReady", "Ready alone is True".to_owned()));
    }
    if is_true("Ready") && pod.status.phase != PodPhase::Running {
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

fn pod_change(before: &Pod, after: &Pod, writer: &str) -> Finding {
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
    if matches!(writer, "user" | "kubectl") {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{ContainerState, ObjectMeta, Running, Terminated, Timestamp};
    use crate::sim::SimTime;
    use std::sync::Arc;

    fn pod(phase: PodPhase, restart_count: i32, state: ContainerState) -> Pod {
        let mut pod = Pod {
            meta: ObjectMeta::named("default", "web"),
            node_name: "node-1".into(),
            ..Pod::default()
        };
        pod.status.phase = phase;
        pod.status.containers = vec![ContainerStatus {
            name: "app".into(),
            restart_count,
            state,
            container_id: "containerd://1".into(),
            ..ContainerStatus::default()
        }];
        pod
    }

    fn broken_by(before: Pod, after: Pod) -> Option<&'static str> {
        let change = Change {
            revision: 2,
            at: SimTime::ZERO,
            writer: "kubelet",
            before: Some(Object::Pod(Arc::new(before))),
            after: Some(Object::Pod(Arc::new(after))),
        };
        Laws::default().check(&change).map(|broken| broken.law)
    }

    fn running() -> ContainerState {
        ContainerState {
            running: Some(Running {
                started_at: Some(Timestamp(1)),
            }),
            ..ContainerState::default()
        }
    }

    fn ended() -> ContainerState {
        ContainerState::terminated(Terminated::default())
    }

    #[test]
    fn each_change_is_held_against_the_laws() {
        let start = || pod(PodPhase::Running, 1, running());
        let check = |before: Pod, change: fn(&mut Pod), expect: Option<&'static str>| {
            let mut after = before.clone();
            change(&mut after);
            assert_eq!(broken_by(before, after), expect);
        };
        check(start(), |pod| pod.status.pod_ip = "10.244.0.2".into(), None);
        check(
            start(),
            |pod| pod.status.containers[0].restart_count = 0,
            Some("a restart count never falls"),
        );
        check(
            start(),
            |pod| pod.node_name = "node-2".into(),
            Some("a bound pod never changes its node"),
        );
        check(
            pod(PodPhase::Failed, 1, ended()),
            |pod| pod.status.phase = PodPhase::Running,
            Some("a pod that has ended never leaves its phase"),
        );
        check(
            pod(PodPhase::Running, 1, ended()),
            |pod| pod.status.containers[0].state = running(),
            Some("a container that has ended never runs again in the same life"),
        );
        check(
            start(),
            |pod| pod.status.conditions = vec![Condition::new("Ready", true, "", "", Timestamp(1))],
            Some("Ready implies ContainersReady"),
        );
        check(
            start(),
            |pod| pod.status.containers[0].state.running = None,
            Some("a container is in exactly one state"),
        );
        check(
            start(),
            |pod| pod.meta.uid = crate::api::Uid::from_random(7),
            Some("an object's uid never changes"),
        );
        check(
            start(),
            |pod| {
                pod.status.containers[0].container_id = "containerd://2".into();
                pod.status.containers[0].restart_count = 2;
            },
            None,
        );
    }
}
