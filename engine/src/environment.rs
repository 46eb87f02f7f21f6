//! What lies outside Kubernetes: registries, and what processes do.
//!
//! Behaviours and faults set it; kubelets read it. The control plane must not: it knows only what is in the store. Machines
//! (power, network) belong to the kubelets' own [`Kubelets`](crate::kubelet::Kubelets), since each has one.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use smol_str::SmolStr;

use crate::api::{Container, Kind, ObjectKey, Pod, Selector};
use crate::component::Task;
use crate::faults::{FaultId, FaultLog};
use crate::interference::{Fate, Interference};
use crate::kubelet::ProbeKind;
use crate::runtime::behaviour::normalized_reference;
use crate::runtime::{Behaviour, PullFailure, glob_matches};
use crate::sim::{Seed, SimTime, Urgency};
use crate::store::Objects;

/// Which containers a rule is about.
#[derive(Debug, Clone)]
pub enum ContainerSelector {
    /// Those of an image; a glob.
    Image(SmolStr),
    /// Those of this name in pods of this namespace and name (a glob); an empty container name means all of them.
    Pod {
        /// The pods' namespace.
        namespace: SmolStr,
        /// The pods' name, a glob.
        pod: SmolStr,
        /// The container's name; empty for all.
        container: SmolStr,
    },
    /// Those of the pods of a workload, also through a ReplicaSet or Job in between.
    Owner {
        /// The workload's namespace.
        namespace: SmolStr,
        /// The workload's kind.
        kind: Kind,
        /// The workload's name.
        name: SmolStr,
    },
    /// Those of the pods that carry labels.
    Labels {
        /// The pods' namespace; empty for all.
        namespace: SmolStr,
        /// What the labels must be.
        selector: Selector,
    },
}

impl ContainerSelector {
    /// Whether a container of a pod is meant.
    pub fn matches(&self, pod: &Pod, container: &Container, objects: &Objects) -> bool {
        match self {
            ContainerSelector::Image(pattern) => glob_matches(pattern, &container.image),
            ContainerSelector::Pod {
                namespace,
                pod: name,
                container: container_name,
            } => {
                pod.meta.namespace == *namespace
                    && glob_matches(name, &pod.meta.name)
                    && (container_name.is_empty() || container.name == *container_name)
            }
            ContainerSelector::Owner { namespace, kind, name } => {
                pod.meta.namespace == *namespace && owned_by(pod, *kind, name, objects)
            }
            ContainerSelector::Labels { namespace, selector } => {
                (namespace.is_empty() || pod.meta.namespace == *namespace) && selector.matches(&pod.meta.labels)
            }
        }
    }
}

/// Whether a pod belongs to a workload: its controller is it, or its controller's controller.
fn owned_by(pod: &Pod, kind: Kind, name: &str, objects: &Objects) -> bool {
    let Some(owner) = pod.meta.controller() else {
        return false;
    };
    if owner.kind == kind.name() && owner.name == name {
        return true;
    }
    let Some(between) = [Kind::REPLICA_SET, Kind::JOB]
        .into_iter()
        .find(|between| between.name() == owner.kind)
    else {
        return false;
    };
    let key = crate::api::ObjectKey::new(pod.meta.namespace.clone(), owner.name.clone());
    let above = objects
        .object(between, &key)
        .and_then(|object| object.meta().controller());
    above.is_some_and(|above| above.kind == kind.name() && above.name == name)
}

/// What some containers do.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Which containers.
    pub containers: ContainerSelector,
    /// What they do.
    pub behaviour: Behaviour,
}

/// What keeps images from being pulled.
#[derive(Debug, Clone)]
pub enum PullOutage {
    /// Images of this name; a glob.
    Image(SmolStr, PullFailure),
    /// Every image of a registry, such as `docker.io`.
    Registry(SmolStr),
    /// A registry serves so many pulls a minute and refuses what is beyond.
    Limit {
        /// The registry.
        registry: SmolStr,
        /// How many pulls a minute.
        per_minute: usize,
        /// When it last served, at most so many.
        served: VecDeque<SimTime>,
    },
}

/// Docker Hub's words for a pull beyond its limit.
const TOO_MANY_REQUESTS: &str = "429 Too Many Requests - Server message: toomanyrequests: You have reached your pull rate limit. \
     You may increase the limit by authenticating and upgrading: https://www.docker.com/increase-rate-limit";
/// Over this time pulls are counted.
const MINUTE: Duration = Duration::from_secs(60);

/// How a fault lets probes go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProbeOutage {
    /// They fail.
    Fails,
    /// They get no answer in time.
    TimesOut,
}

/// Registries and processes.
#[derive(Debug, Default)]
pub struct Environment {
    rules: Vec<Rule>,
    outages: BTreeMap<FaultId, PullOutage>,
    mounts: BTreeMap<FaultId, (ObjectKey, SmolStr)>,
    provisioning: BTreeMap<FaultId, SmolStr>,
    probes: BTreeMap<(crate::api::Uid, ProbeKind), BTreeMap<FaultId, ProbeOutage>>,
    faults: FaultLog,
    interference: Interference,
    nothing_said: Arc<Behaviour>,
}

impl Environment {
    /// Nothing is said of anything yet; chance comes from the seed.
    pub fn new(seed: Seed) -> Self {
        Environment {
            interference: Interference::new(seed),
            ..Environment::default()
        }
    }

    /// Adds a rule; where rules contradict each other, the later one holds. It counts for containers started from now on.
    pub fn behave(&mut self, rule: Rule) {
        self.rules.push(rule);
    }

    /// What all rules together say about a container.
    pub fn behaviour(&self, pod: &Pod, container: &Container, objects: &Objects) -> Arc<Behaviour> {
        let mut matching = self
            .rules
            .iter()
            .filter(|rule| rule.containers.matches(pod, container, objects))
            .peekable();
        if matching.peek().is_none() {
            return Arc::clone(&self.nothing_said);
        }
        let mut behaviour = Behaviour::default();
        for rule in matching {
            behaviour.overlay(&rule.behaviour);
        }
        Arc::new(behaviour)
    }

    /// Whether the pull of an image that is just ending fails because of a fault, and why. The fault has struck then.
    pub fn pull_fails(&mut self, image: &str, now: SimTime) -> Option<PullFailure> {
        let reference = normalized_reference(image);
        let of = reference.split('/').next().unwrap_or_default();
        let (fault, failure) = self.outages.iter_mut().find_map(|(fault, outage)| match outage {
            PullOutage::Image(pattern, failure) => glob_matches(pattern, image).then(|| (*fault, failure.clone())),
            PullOutage::Registry(registry) => (of == registry).then_some((*fault, PullFailure::Unreachable)),
            PullOutage::Limit {
                registry,
                per_minute,
                served,
            } => {
                if of != registry {
                    return None;
                }
                while served.front().is_some_and(|at| *at + MINUTE <= now) {
                    served.pop_front();
                }
                if served.len() < *per_minute {
                    served.push_back(now);
                    return None;
                }
                Some((*fault, PullFailure::Other(TOO_MANY_REQUESTS.into())))
            }
        })?;
        self.faults.strike(fault, 1);
        Some(failure)
    }

    /// All faults so far.
    pub fn faults(&self) -> &FaultLog {
        &self.faults
    }

    /// All faults so far, to add to.
    pub(crate) fn faults_mut(&mut self) -> &mut FaultLog {
        &mut self.faults
    }

    /// Lets a volume of a pod not be mounted, until [`Environment::end`].
    pub(crate) fn begin_mount_outage(&mut self, fault: FaultId, pod: ObjectKey, volume: SmolStr) {
        self.mounts.insert(fault, (pod, volume));
    }

    /// Whether a fault keeps a volume of a pod from being mounted.
    pub(crate) fn mount_fails(&mut self, pod: &ObjectKey, volume: &str) -> bool {
        let mut mounts = self.mounts.iter();
        let Some((fault, _)) = mounts.find(|(_, (of, name))| of == pod && name == volume) else {
            return false;
        };
        self.faults.strike(*fault, 1);
        true
    }

    /// Lets no volume of a StorageClass be made, until [`Environment::end`].
    pub(crate) fn begin_provisioning_outage(&mut self, fault: FaultId, class: SmolStr) {
        self.provisioning.insert(fault, class);
    }

    /// Whether a fault keeps volumes of a StorageClass from being made. The fault has struck then.
    pub(crate) fn provisioning_fails(&mut self, class: &str) -> bool {
        let Some((fault, _)) = self.provisioning.iter().find(|(_, of)| *of == class) else {
            return false;
        };
        self.faults.strike(*fault, 1);
        true
    }

    /// Lets pulls fail, until [`Environment::end`].
    pub fn begin_outage(&mut self, fault: FaultId, outage: PullOutage) {
        self.outages.insert(fault, outage);
    }

    /// How a probe of a pod goes wrong because of a fault.
    pub fn probe_outage(&self, pod: crate::api::Uid, probe: ProbeKind) -> Option<ProbeOutage> {
        self.probes.get(&(pod, probe))?.values().next_back().copied()
    }

    /// Notes that a fault has let a probe of a pod go wrong.
    pub fn probe_struck(&mut self, pod: crate::api::Uid, probe: ProbeKind) {
        let faults = self.probes.get(&(pod, probe)).into_iter().flat_map(BTreeMap::keys);
        for fault in faults {
            self.faults.strike(*fault, 1);
        }
    }

    /// Lets a probe of a pod go wrong, until [`Environment::end`].
    pub fn begin_probe_outage(&mut self, fault: FaultId, pod: crate::api::Uid, probe: ProbeKind, outage: ProbeOutage) {
        self.probes.entry((pod, probe)).or_default().insert(fault, outage);
    }

    /// What disturbs the control plane.
    pub fn interference(&self) -> &Interference {
        &self.interference
    }

    /// To begin and end disturbances.
    pub(crate) fn interference_mut(&mut self) -> &mut Interference {
        &mut self.interference
    }

    /// What becomes of a wake-up that is due.
    pub(crate) fn fate(&mut self, urgency: Urgency, task: Task) -> Fate {
        let (fate, struck) = self.interference.fate(urgency, task);
        if let Some(fault) = struck {
            self.faults.strike(fault, 1);
        }
        fate
    }

    /// Ends what a fault has begun.
    pub fn end(&mut self, fault: FaultId) {
        self.interference.end(fault);
        self.outages.remove(&fault);
        self.mounts.remove(&fault);
        self.provisioning.remove(&fault);
        for outages in self.probes.values_mut() {
            outages.remove(&fault);
        }
        self.probes.retain(|_, outages| !outages.is_empty());
    }
}
