//! Laws of what controllers create: never more than they are asked for.
//!
//! Only a controller's own creations are judged, at the moment it makes them: what a person creates, adopts or scales may leave
//! too many at any time. Documentation "Deployment: Max Surge", "StatefulSet: Pod Identity", "DaemonSet", "Job: parallelism".

use std::collections::BTreeMap;

use smol_str::SmolStr;

use super::laws::Finding;
use crate::api::{DaemonSetStrategy, Deployment, DeploymentStrategy, IntOrString, Object, Pod, StatefulSet, Uid};
use crate::store::Change;

/// What pods of one owner are counted by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    /// All of them.
    Any,
    /// Those meant for a node.
    Node(SmolStr),
}

/// What is known of workloads and of the pods that live.
#[derive(Debug, Default)]
pub(super) struct Creation {
    /// Deployments, ReplicaSets, StatefulSets, DaemonSets and Jobs, as last written.
    workloads: BTreeMap<Uid, Object>,
    /// How many pods of an owner live: neither ended nor being deleted.
    living: BTreeMap<(Uid, Place), i32>,
    /// How many replicas all ReplicaSets of a Deployment are to have together.
    wanted: BTreeMap<Uid, i32>,
}

impl Creation {
    /// Takes note of a change that has been judged.
    pub(super) fn follow(&mut self, change: &Change) {
        for (object, sign) in [(&change.before, -1), (&change.after, 1)] {
            match object {
                Some(Object::Pod(pod)) => self.count(pod, sign),
                Some(Object::ReplicaSet(set)) => {
                    if let Some(owner) = set.meta.controller() {
                        add(&mut self.wanted, owner.uid, sign * set.spec.replicas);
                    }
                }
                _ => {}
            }
        }
        let is_workload = matches!(
            change.object(),
            Object::Deployment(_)
                | Object::ReplicaSet(_)
                | Object::StatefulSet(_)
                | Object::DaemonSet(_)
                | Object::Job(_)
        );
        if is_workload {
            match &change.after {
                Some(after) => drop(self.workloads.insert(after.meta().uid, after.clone())),
                None => drop(self.workloads.remove(&change.object().meta().uid)),
            }
        }
    }

    fn count(&mut self, pod: &Pod, sign: i32) {
        let Some(owner) = pod.meta.controller().filter(|_| lives(pod)) else {
            return;
        };
        add(&mut self.living, (owner.uid, Place::Any), sign);
        if owner.kind == "DaemonSet"
            && let Some(node) = target_node(pod)
        {
            add(&mut self.living, (owner.uid, Place::Node(node)), sign);
        }
    }

    /// Whether a controller makes more than it may.
    pub(super) fn check(&self, change: &Change) -> Finding {
        match (&change.before, change.after.as_ref()?) {
            (None, Object::Pod(pod)) => self.new_pod(pod, change.writer),
            (before, Object::ReplicaSet(set)) if change.writer == "deployment-controller" => {
                let was = match before {
                    Some(Object::ReplicaSet(before)) => before.spec.replicas,
                    _ => 0,
                };
                let owner = set.meta.controller()?.uid;
                let Some(Object::Deployment(deployment)) = self.workloads.get(&owner) else {
                    return None;
                };
                let (more, most) = (set.spec.replicas - was, most(deployment));
                let wanted = self.wanted.get(&owner).copied().unwrap_or(0) + more;
                (more > 0 && wanted > most).then(|| {
                    (
                        "a Deployment's ReplicaSets never want more than replicas + maxSurge",
                        format!("{wanted} of at most {most}"),
                    )
                })
            }
            _ => None,
        }
    }

    /// A pod that a controller has just made, before it is counted.
    fn new_pod(&self, pod: &Pod, writer: &str) -> Finding {
        let owner = pod.meta.controller()?;
        let living = |place| self.living.get(&(owner.uid, place)).copied().unwrap_or(0) + 1;
        let too_many =
            |law, living: i32, most: i32| (living > most).then(|| (law, format!("{living} of at most {most}")));
        match (writer, self.workloads.get(&owner.uid)) {
            ("replicaset-controller", Some(Object::ReplicaSet(set))) => too_many(
                "a ReplicaSet makes no more pods than its replicas",
                living(Place::Any),
                set.spec.replicas,
            ),
            ("job-controller", Some(Object::Job(job))) => too_many(
                "a Job makes no more pods than its parallelism",
                living(Place::Any),
                job.spec.parallelism,
            ),
            ("daemonset-controller", Some(Object::DaemonSet(set))) => too_many(
                "a DaemonSet makes one pod a node, and one more where it surges",
                living(Place::Node(target_node(pod)?)),
                1 + i32::from(matches!(&set.spec.strategy,
                    DaemonSetStrategy::RollingUpdate { max_surge, .. } if *max_surge != IntOrString::Int(0))),
            ),
            ("statefulset-controller", Some(Object::StatefulSet(set))) => identity(set, pod),
            ("replicaset-controller" | "job-controller" | "daemonset-controller" | "statefulset-controller", None) => {
                Some(("nothing is made for an owner that is gone", owner.name.to_string()))
            }
            _ => None,
        }
    }
}

/// A pod of a StatefulSet has an ordinal of those wanted, and is called by it; names being unique, there is one of each.
fn identity(set: &StatefulSet, pod: &Pod) -> Finding {
    let law = "a StatefulSet makes one pod of each identity";
    let suffix = pod
        .meta
        .name
        .strip_prefix(set.meta.name.as_str())
        .and_then(|rest| rest.strip_prefix('-'));
    let Some(ordinal) = suffix.and_then(|suffix| suffix.parse::<i32>().ok()) else {
        return Some((law, format!("{} has no ordinal", pod.meta.name)));
    };
    let (first, replicas) = (set.spec.first_ordinal, set.spec.replicas);
    let is_wanted = (first..first.saturating_add(replicas)).contains(&ordinal);
    (!is_wanted || suffix != Some(ordinal.to_string().as_str()))
        .then(|| (law, format!("{} of {replicas} from {first} on", pod.meta.name)))
}

/// How many pods a Deployment's ReplicaSets may have together.
fn most(deployment: &Deployment) -> i32 {
    let wanted = deployment.spec.replicas;
    let surge = match &deployment.spec.strategy {
        DeploymentStrategy::Recreate => 0,
        DeploymentStrategy::RollingUpdate { max_surge, .. } => {
            max_surge.scaled_value(wanted.into(), true).unwrap_or_default()
        }
    };
    wanted.saturating_add(i32::try_from(surge).unwrap_or(i32::MAX))
}

fn lives(pod: &Pod) -> bool {
    !pod.status.phase.is_terminal() && !pod.meta.is_deleted()
}

/// The node that a pod of a DaemonSet is meant for.
fn target_node(pod: &Pod) -> Option<SmolStr> {
    crate::controllers::target_node(pod)
}

fn add<K: Ord>(counts: &mut BTreeMap<K, i32>, key: K, count: i32) {
    match counts.entry(key) {
        std::collections::btree_map::Entry::Occupied(mut entry) => {
            *entry.get_mut() += count;
            if *entry.get() == 0 {
                entry.remove();
            }
        }
        std::collections::btree_map::Entry::Vacant(entry) if count != 0 => {
            entry.insert(count);
        }
        std::collections::btree_map::Entry::Vacant(_) => {}
    }
}
