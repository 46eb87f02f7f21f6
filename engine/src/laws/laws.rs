//! All laws, held against one change after the other.

use std::fmt;

use super::creation::Creation;
use super::eviction::Eviction;
use super::storage::Storage;
use super::{metadata, ownership, pod, status};
use crate::api::Object;
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
    creation: Creation,
    eviction: Eviction,
    storage: Storage,
}

/// What a law finds wrong.
pub(super) type Finding = Option<(&'static str, String)>;

/// Whether a person wrote it: they may write any status by the subresource, and own what they like.
pub(super) fn is_person(writer: &str) -> bool {
    matches!(writer, "user" | "kubectl")
}

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
        self.creation.follow(change);
        self.eviction.follow(change);
        self.storage.follow(change);
        finding.map(|(law, seen)| Broken {
            law,
            seen,
            change: timeline::describe(change),
        })
    }

    fn finding(&self, change: &Change) -> Finding {
        let (before, after) = (change.before.as_ref(), change.after.as_ref()?);
        let by_component = !is_person(change.writer);
        before
            .and_then(|before| metadata::metadata(before, after))
            .or_else(|| ownership::check(before, after))
            .or_else(|| self.creation.check(change))
            .or_else(|| self.storage.check(before, after))
            .or_else(|| status::check(before.filter(|_| by_component), after))
            .or_else(|| match (before, after) {
                (before, Object::Pod(after)) => {
                    let before = before.and_then(Object::as_pod);
                    let of_change = |before| pod::change(before, after, change.writer);
                    pod::alone(after)
                        .or_else(|| before.and_then(|before| of_change(before)))
                        .or_else(|| self.eviction.check(before.map(|before| before.as_ref()), after))
                }
                (Some(Object::Event(before)), Object::Event(after)) if after.count < before.count => Some((
                    "an event's count never falls",
                    format!("{} after {}", after.count, before.count),
                )),
                _ => None,
            })
    }
}

/// The first law that any change of a timeline breaks.
pub fn first_broken(log: &[Change]) -> Option<Broken> {
    let mut laws = Laws::default();
    log.iter().find_map(|change| laws.check(change))
}

pub(super) fn unequal<T: PartialEq + fmt::Debug>(law: &'static str, before: &T, after: &T) -> Finding {
    (before != after).then(|| (law, format!("{after:?} after {before:?}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{
        Condition, ContainerState, ContainerStatus, ObjectMeta, Pod, PodPhase, Running, Terminated, Timestamp,
    };
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
        }]
        .into();
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
                started_at: Some(Timestamp::from_secs(1)),
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
            |pod| pod.status.conditions = vec![Condition::new("Ready", true, "", "", Timestamp::from_secs(1))].into(),
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
