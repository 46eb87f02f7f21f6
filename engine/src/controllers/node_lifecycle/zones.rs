//! How fast the nodes of a zone may be tainted, so that a fault of the network between zones does not evict everything.
//!
//! Documentation: "Nodes: rate limits on eviction". One node in 10 s per zone; one in 100 s if at least 55% of the nodes of a
//! zone of more than 50 are lost, none if the zone is smaller; none at all if every node of every zone is lost.

use std::collections::BTreeMap;
use std::time::Duration;

use smol_str::{SmolStr, format_smolstr};

use crate::api::Node;
use crate::sim::SimTime;

/// `--node-eviction-rate`: 0.1 a second.
const NORMAL_INTERVAL: Duration = Duration::from_secs(10);
/// `--secondary-node-eviction-rate`: 0.01 a second.
const SECONDARY_INTERVAL: Duration = Duration::from_secs(100);
/// `--large-cluster-size-threshold`: zones of up to so many nodes are left alone when most of it is lost.
const LARGE_ZONE: usize = 50;

/// The zone of a node: region and zone labels together.
pub fn zone_of(node: &Node) -> SmolStr {
    let label = |key| node.meta.labels.get(key).cloned().unwrap_or_default();
    format_smolstr!(
        "{}:{}",
        label("topology.kubernetes.io/region"),
        label("topology.kubernetes.io/zone")
    )
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Normal,
    Partial,
    Full,
}

#[derive(Debug)]
struct Zone {
    state: State,
    /// Time between two nodes; none: no node at all.
    interval: Option<Duration>,
    /// When the next node may be tainted.
    next: SimTime,
    /// Lost nodes and the taints they are to get, in the order in which they were lost.
    waiting: Vec<(SmolStr, &'static str)>,
}

impl Default for Zone {
    fn default() -> Self {
        Zone {
            state: State::Normal,
            interval: Some(NORMAL_INTERVAL),
            next: SimTime::ZERO,
            waiting: Vec::new(),
        }
    }
}

/// What has become of the cluster as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Every node of every zone has been lost.
    AllLost,
    /// That is over.
    SomeBack,
}

/// The zones of the cluster.
#[derive(Debug, Default)]
pub struct Zones {
    zones: BTreeMap<SmolStr, Zone>,
    all_lost: bool,
    /// Silence before this instant does not count: everything had been lost, so it may have been this controller's own fault.
    amnesty: SimTime,
}

impl Zones {
    /// From when on silence counts.
    pub fn amnesty(&self) -> SimTime {
        self.amnesty
    }

    /// A node is to be tainted.
    pub fn add(&mut self, zone: SmolStr, node: SmolStr, taint: &'static str) {
        let waiting = &mut self.zones.entry(zone).or_default().waiting;
        match waiting.iter_mut().find(|(present, _)| *present == node) {
            Some(present) => present.1 = taint,
            None => waiting.push((node, taint)),
        }
    }

    /// A node is not to be tainted after all.
    pub fn remove(&mut self, node: &str) {
        for zone in self.zones.values_mut() {
            zone.waiting.retain(|(present, _)| present != node);
        }
    }

    /// The zones in which nodes wait.
    pub fn waiting(&self) -> Vec<SmolStr> {
        let waiting = self.zones.iter().filter(|(_, zone)| !zone.waiting.is_empty());
        waiting.map(|(name, _)| name.clone()).collect()
    }

    /// When the next node of a zone may be tainted; none if none waits or none may.
    pub fn next_at(&self, zone: &str, now: SimTime) -> Option<SimTime> {
        let zone = self
            .zones
            .get(zone)
            .filter(|zone| !zone.waiting.is_empty() && zone.interval.is_some())?;
        Some(zone.next.max(now))
    }

    /// Takes the next node of a zone and its taint.
    pub fn take(&mut self, zone: &str, now: SimTime) -> Option<(SmolStr, &'static str)> {
        let zone = self
            .zones
            .get_mut(zone)
            .filter(|zone| !zone.waiting.is_empty() && zone.next <= now)?;
        zone.next = now + zone.interval?;
        Some(zone.waiting.remove(0))
    }

    /// Takes in which nodes of which zones are ready. Returns whether that turned everything.
    pub fn update(&mut self, nodes: &[(SmolStr, bool)], now: SimTime) -> Option<Turn> {
        let mut counts: BTreeMap<&SmolStr, (usize, usize)> = BTreeMap::new();
        for (zone, ready) in nodes {
            let (ready_count, lost) = counts.entry(zone).or_default();
            *(if *ready { ready_count } else { lost }) += 1;
        }
        let all_lost = !counts.is_empty() && counts.values().all(|(ready, lost)| *ready == 0 && *lost > 0);
        let (entered, left) = (all_lost && !self.all_lost, !all_lost && self.all_lost);
        self.all_lost = all_lost;
        if left {
            self.amnesty = now;
        }
        for (name, (ready, lost)) in counts {
            let zone = self.zones.entry(name.clone()).or_default();
            let state = state_of(ready, lost);
            if all_lost {
                zone.interval = None;
            } else if zone.state != state || left {
                zone.interval = interval(state, ready + lost);
                zone.next = now;
            }
            zone.state = state;
        }
        match (entered, left) {
            (true, _) => Some(Turn::AllLost),
            (_, true) => Some(Turn::SomeBack),
            _ => None,
        }
    }
}

fn state_of(ready: usize, lost: usize) -> State {
    if ready == 0 && lost > 0 {
        State::Full
    } else if lost > 2 && lost * 100 >= 55 * (ready + lost) {
        State::Partial
    } else {
        State::Normal
    }
}

fn interval(state: State, size: usize) -> Option<Duration> {
    match state {
        State::Normal | State::Full => Some(NORMAL_INTERVAL),
        State::Partial => (size > LARGE_ZONE).then_some(SECONDARY_INTERVAL),
    }
}
