//! What metrics-server tells: how much CPU and memory containers used when it last asked.
//!
//! Nothing is sampled: the use of a process is known in closed form (`runtime/`), so what the last round of samples saw is
//! computed when somebody asks. As in metrics-server, rounds are a fixed time apart, and a container is known after the second
//! round since its start. What no scenario says is not used at all.
//! Source: metrics-server (`--metric-resolution`); documentation "Resource metrics pipeline". Not modelled: rounds that fail.

use std::time::Duration;

use smol_str::SmolStr;

use crate::api::{Node, ObjectKey, Pod, Timestamp};
use crate::environment::Environment;
use crate::runtime::Behaviour;
use crate::settings::Settings;
use crate::sim::SimTime;
use crate::store::Store;

/// What one container used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerUse {
    /// Its name.
    pub name: SmolStr,
    /// In thousandths of a core.
    pub cpu_milli: u64,
    /// In bytes.
    pub memory_bytes: u64,
}

/// Why there are no metrics at all: nobody serves them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the server could not find the requested resource (get pods.metrics.k8s.io)")]
pub struct NoMetricsServer;

/// The metrics API.
#[derive(Clone, Copy)]
pub struct Metrics<'a> {
    store: &'a Store,
    environment: &'a Environment,
    settings: &'a Settings,
    now: SimTime,
}

impl<'a> Metrics<'a> {
    /// The metrics API of a cluster, if it has one (setting `metrics-server`).
    ///
    /// # Errors
    /// There is none.
    pub fn of(store: &'a Store, environment: &'a Environment, settings: &'a Settings) -> Result<Self, NoMetricsServer> {
        if !settings.metrics_server {
            return Err(NoMetricsServer);
        }
        Ok(Metrics {
            store,
            environment,
            settings,
            now: store.now(),
        })
    }

    /// When the latest round of samples was taken.
    pub fn sampled(&self) -> Timestamp {
        self.store.epoch().at(self.round())
    }

    /// What the running containers of a pod used in the latest round; none if one of them is too young, or none runs.
    pub fn pod(&self, pod: &Pod) -> Option<Vec<ContainerUse>> {
        let uses: Option<Vec<ContainerUse>> = self.running(pod).map(|running| self.container(running)).collect();
        uses.filter(|uses| !uses.is_empty())
    }

    /// Whether a pod will be known in one of the next rounds though nothing happens to it.
    pub fn is_awaited(&self, pod: &Pod) -> bool {
        self.running(pod).next().is_some() && self.pod(pod).is_none()
    }

    /// When the use of a pod's containers differs from now's for the first time, as far as its behaviours say.
    pub fn next_change(&self, pod: &Pod) -> Option<SimTime> {
        let next = self.running(pod).filter_map(|(_, started, behaviour)| {
            let leaks = (behaviour.memory.as_ref()).is_some_and(|memory| memory.leak_bytes_per_minute > 0);
            let memory = behaviour.memory.as_ref().and_then(|memory| memory.later);
            let cpu = behaviour.cpu.and_then(|cpu| cpu.later);
            let later = [memory, cpu].into_iter().flatten().map(|(after, _)| started + after);
            let later = later.filter(|at| *at > self.round()).min();
            if leaks { Some(self.now) } else { later }
        });
        next.min()
    }

    /// The running containers of a pod: name, start, behaviour.
    fn running<'p>(
        &self,
        pod: &'p Pod,
    ) -> impl Iterator<Item = (&'p SmolStr, SimTime, std::sync::Arc<Behaviour>)> + use<'p, 'a> {
        let Metrics { store, environment, .. } = *self;
        // The kubelet of a node that is not ready does not answer.
        let node = store.get::<Node>(&ObjectKey::cluster(pod.node_name.clone()));
        let answers = node.is_some_and(|node| node.is_ready());
        let statuses = pod.status.containers.iter().chain(&pod.status.init_containers);
        statuses.filter(move |_| answers).filter_map(move |status| {
            let started = store.epoch().instant(status.state.running.as_ref()?.started_at?);
            let mut containers = pod.spec.containers.iter().chain(&pod.spec.init_containers);
            let container = containers.find(|container| container.name == status.name)?;
            let behaviour = environment.behaviour(pod, container, store.objects());
            Some((&status.name, started, behaviour))
        })
    }

    fn container(
        &self,
        (name, started, behaviour): (&SmolStr, SimTime, std::sync::Arc<Behaviour>),
    ) -> Option<ContainerUse> {
        let round = self.round();
        if started + self.resolution() > round {
            return None;
        }
        let elapsed = round.since(started);
        Some(ContainerUse {
            name: name.clone(),
            cpu_milli: behaviour.cpu.map_or(0, |cpu| cpu.at(elapsed)),
            memory_bytes: behaviour.memory.as_ref().map_or(0, |memory| memory.at(elapsed)),
        })
    }

    fn resolution(&self) -> Duration {
        self.settings.metric_resolution.max(Duration::from_secs(1))
    }

    /// The latest round.
    fn round(&self) -> SimTime {
        let period = u64::try_from(self.resolution().as_nanos()).unwrap_or(u64::MAX);
        SimTime::from_nanos(self.now.as_nanos() / period * period)
    }
}
