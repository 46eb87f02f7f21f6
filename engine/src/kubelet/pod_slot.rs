//! Everything a node holds about one pod: what runs, what the kubelet believes, where its worker stands.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use smol_str::SmolStr;

use super::backoff::Backoff;
use super::contents::Contents;
use super::environment::Environment;
use super::instance::{Instance, LiveInstance, Sandbox};
use super::probes::ProbeWorker;
use super::steps::Step;
use crate::api::{Container, Pod, PodStatus, Uid};
use crate::runtime::files::Files;
use crate::runtime::surroundings::ReachHistory;
use crate::sim::SimTime;

/// The most that a pod's worker lags behind the ticks of its node; the recordings' pods that wait for the same tick report
/// within a tenth of a second.
const LAG_MAX: Duration = Duration::from_millis(80);

/// Where a pod stands in its worker's life (`pod_workers.go`: SyncPod, TerminatingPod, TerminatedPod).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    /// It is to run.
    Syncing,
    /// Its containers are to end.
    Terminating,
    /// They have ended.
    Terminated,
    /// Nothing is left to do.
    Finished,
}

/// What the worker does at the moment.
#[derive(Debug)]
pub(super) enum Activity {
    /// Nothing.
    Idle,
    /// Waits until the runtime has been listed anew.
    AwaitingList,
    /// Works through the steps of a sync.
    Working(Work),
}

/// A sync under way.
#[derive(Debug, Default)]
pub(super) struct Work {
    /// What is left to do.
    pub steps: VecDeque<Step>,
    /// Whether something has failed.
    pub failed: bool,
}

/// Why a container could not be started: what the next sync shows as its waiting reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reason {
    /// One word, such as `CrashLoopBackOff`.
    pub reason: &'static str,
    /// A sentence.
    pub message: SmolStr,
}

/// A status that stands above what the containers say (eviction, an exceeded deadline).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Verdict {
    /// One word, such as `Evicted`.
    pub reason: &'static str,
    /// A sentence.
    pub message: SmolStr,
}

/// Everything a node holds about one pod.
#[derive(Debug)]
pub(super) struct PodSlot {
    /// By which uid the node knows it: that of its object, or of a static pod's first mirror.
    pub identity: Uid,
    /// The pod as the API server last showed it.
    pub pod: Arc<Pod>,
    /// Whether its object is gone.
    pub removed: bool,
    /// The sandbox.
    pub sandbox: Option<Sandbox>,
    /// Containers: at most the running life and the one before of each.
    pub instances: Vec<LiveInstance>,
    /// The last life of init containers that were removed with their sandbox.
    pub purged: BTreeMap<usize, u32>,
    /// The sandbox as last listed.
    pub listed_sandbox: Option<Sandbox>,
    /// Containers as last listed.
    pub listed: Vec<Instance>,
    /// When the runtime is to be listed next because of this pod.
    pub list_at: Option<SimTime>,
    /// When a failed sync is to be retried.
    pub retry_at: Option<SimTime>,
    /// Counts steps: an old wake-up is recognised by its number.
    pub step: u32,
    /// Where it stands.
    pub stage: Stage,
    /// What its worker does.
    pub activity: Activity,
    /// Whether something happened while the worker was busy.
    pub pending: bool,
    /// When its worker last finished a sync.
    pub synced_at: Option<SimTime>,
    /// What could not be started, by container.
    pub reasons: BTreeMap<usize, Reason>,
    /// Restart back-off, by container.
    pub restarts: BTreeMap<usize, Backoff>,
    /// Pull back-off and the last error, by image.
    pub pulls: BTreeMap<SmolStr, (Backoff, String)>,
    /// When its volumes' next mount is tried, and the delay after that.
    pub mount: Option<(SimTime, Duration)>,
    /// Until when its volumes must be attached, if that is waited for.
    pub attach_by: Option<SimTime>,
    /// Whether its volumes are mounted.
    pub mounted: bool,
    /// What its volumes of ConfigMaps and Secrets hold, and have held.
    pub contents: Contents,
    /// The environments of containers as they were when they started, by container, with the life.
    pub environments: BTreeMap<usize, (u32, Environment)>,
    /// What its processes have written and will write.
    pub files: Files,
    /// Whom its processes have tried to reach, and since when that succeeds or fails.
    pub network: BTreeMap<SmolStr, ReachHistory>,
    /// The status as last generated.
    pub status: PodStatus,
    /// Whether the API server has not got it yet (it was not to be reached).
    pub unsent: bool,
    /// Its probes.
    pub probes: Vec<ProbeWorker>,
    /// Whether its init containers were done when it began to end.
    pub was_initialized: bool,
    /// Overrides the grace period.
    pub grace: Option<Duration>,
    /// Why it failed as a whole.
    pub verdict: Option<Verdict>,
    /// Whether what it asks for has been set aside.
    pub admitted: bool,
}

impl PodSlot {
    /// A pod that the node has just heard of.
    pub fn new(pod: Arc<Pod>) -> Self {
        PodSlot {
            identity: pod.meta.uid,
            status: pod.status.clone(),
            pod,
            removed: false,
            sandbox: None,
            instances: Vec::new(),
            purged: BTreeMap::new(),
            listed_sandbox: None,
            listed: Vec::new(),
            list_at: None,
            retry_at: None,
            step: 0,
            stage: Stage::Syncing,
            activity: Activity::Idle,
            pending: false,
            synced_at: None,
            reasons: BTreeMap::new(),
            restarts: BTreeMap::new(),
            pulls: BTreeMap::new(),
            mount: None,
            attach_by: None,
            mounted: false,
            contents: Contents::default(),
            environments: BTreeMap::new(),
            files: Files::default(),
            network: BTreeMap::new(),
            unsent: false,
            probes: Vec::new(),
            was_initialized: false,
            grace: None,
            verdict: None,
            admitted: false,
        }
    }

    /// What a kubelet that starts anew knows of a pod: what the runtime holds, and what the API server shows.
    pub fn forget(&mut self, pod: Option<Arc<Pod>>) {
        let fresh = PodSlot::new(pod.unwrap_or_else(|| Arc::clone(&self.pod)));
        let old = std::mem::replace(self, fresh);
        self.identity = old.identity;
        self.sandbox = old.sandbox;
        self.instances = old.instances;
        self.purged = old.purged;
        self.step = old.step + 1;
        self.admitted = old.admitted;
        self.mounted = old.mounted;
        self.contents = old.contents;
        self.environments = old.environments;
        self.files = old.files;
        self.network = old.network;
    }

    /// How far behind the ticks of its node the pod's worker is: it depends on chance, but stays the same.
    pub fn lag(&self) -> Duration {
        let most = u64::try_from(LAG_MAX.as_nanos()).unwrap_or(1).max(1);
        Duration::from_nanos(self.uid().low_bits() % most)
    }

    /// The pod's identity.
    pub fn uid(&self) -> Uid {
        self.identity
    }

    /// How many init containers there are: containers are numbered with these first.
    pub fn init_len(&self) -> usize {
        self.pod.spec.init_containers.len()
    }

    /// The number of the first ephemeral container: they come last.
    pub fn ephemeral_from(&self) -> usize {
        self.init_len() + self.pod.spec.containers.len()
    }

    /// The container of a number.
    pub fn container(&self, index: usize) -> Option<&Container> {
        let init = &self.pod.spec.init_containers;
        let containers = &self.pod.spec.containers;
        let ephemeral = || {
            let position = index.checked_sub(self.ephemeral_from())?;
            self.pod.spec.ephemeral_containers.get(position)
        };
        let main = || containers.get(index.checked_sub(init.len())?);
        init.get(index).or_else(main).or_else(ephemeral)
    }

    /// Whether it is a regular init container, one that must end before the next starts.
    pub fn is_init(&self, index: usize) -> bool {
        self.pod
            .spec
            .init_containers
            .get(index)
            .is_some_and(|container| !container.is_sidecar())
    }

    /// Whether it is a sidecar.
    pub fn is_sidecar(&self, index: usize) -> bool {
        self.pod
            .spec
            .init_containers
            .get(index)
            .is_some_and(Container::is_sidecar)
    }

    /// The running life of a container.
    pub fn running(&self, container: usize) -> Option<&LiveInstance> {
        self.instances
            .iter()
            .rev()
            .find(|instance| instance.listed.container == container && instance.listed.is_running())
    }
}
