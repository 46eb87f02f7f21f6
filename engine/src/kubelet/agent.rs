//! The agent of one node: its machine, its clockwork, its images, its pods.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use smol_str::{SmolStr, format_smolstr};

use super::eviction::Shortage;
use super::pace::Clock;
use super::pod_slot::PodSlot;
use crate::api::{Kind, Node, ObjectKey, Pod, Uid};
use crate::settings::Settings;
use crate::sim::{Random, Seed, SimTime};
use std::sync::Arc;

/// What a watch has shown of a pod.
#[derive(Debug, Clone)]
pub(super) enum Incoming {
    /// It is there, like this.
    Present(Arc<Pod>),
    /// It is gone.
    Removed,
}

/// Whether the machine has power, its kubelet runs, and both reach the control plane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Machine {
    /// It has power: containers can run.
    pub powered: bool,
    /// Its kubelet runs.
    pub kubelet: bool,
    /// It reaches the control plane.
    pub connected: bool,
}

/// The agent of one node.
#[derive(Debug)]
pub(super) struct Agent {
    /// The node's name.
    pub name: SmolStr,
    /// Its number: the order in which nodes joined.
    pub number: u32,
    /// Its own random stream.
    pub random: Random,
    /// The node as its kubelet registers it.
    pub node: Arc<Node>,
    /// What it runs low on.
    pub shortage: Shortage,
    /// The names of the mirrors of its static pods.
    pub static_pods: BTreeMap<Uid, SmolStr>,
    /// Which static pod a mirror belongs to that was made anew: it has another uid than the first.
    pub mirrors: BTreeMap<Uid, Uid>,
    /// Pods with volumes of a ConfigMap or Secret, by what they read.
    pub readers: BTreeMap<(Kind, ObjectKey), BTreeSet<Uid>>,
    /// When it posts its node's status next because it starts or is connected again.
    pub registers: SimTime,
    /// Whether that is because it starts.
    pub restarted: bool,
    /// Whether its kubelet last reported it as cordoned.
    pub cordoned: bool,
    /// How many times as long everything takes.
    pub slowness: u32,
    /// Its clock.
    pub clock: Clock,
    /// The state of the machine.
    pub machine: Machine,
    /// When it last started: wake-ups from before are stale.
    pub started: SimTime,
    /// The node's address.
    pub host_ip: SmolStr,
    /// When the runtime is first listed; then once a period.
    pub list_phase: SimTime,
    /// When due retries are first looked at; then once a second.
    pub sync_phase: SimTime,
    /// Images on the node, and when each was last used.
    pub images: BTreeMap<SmolStr, SimTime>,
    /// When images are looked through next, if they take too much room.
    pub collects_at: Option<SimTime>,
    /// When the pull that waits last will have ended: pulls come one at a time.
    pub pulls_end: SimTime,
    /// Its pods.
    pub pods: BTreeMap<Uid, Box<PodSlot>>,
    /// What watches have shown and nobody has looked at.
    pub inbox: BTreeMap<Uid, Incoming>,
    /// Pods whose processes have tried to reach something: they are told when Services change.
    pub askers: BTreeSet<Uid>,
    /// Pods that wait for volumes to be attached.
    pub attaching: BTreeSet<Uid>,
    /// What its pods have asked for together, in thousandths.
    pub admitted: BTreeMap<SmolStr, i64>,
    next_ip: u32,
    free_ips: BTreeSet<u32>,
}

/// How often due retries are looked at (kubelet `syncLoop`: a ticker of one second).
pub(super) const SYNC_TICK: Duration = Duration::from_secs(1);

impl Agent {
    /// The agent of a new node.
    pub fn new(seed: Seed, node: Arc<Node>, number: u32, now: SimTime, settings: &Settings) -> Self {
        let name = &node.meta.name;
        let mut random = seed.stream(&format!("kubelet/{name}"));
        let list_phase = now + random.duration(Duration::ZERO, settings.kubelet_relist_period);
        let sync_phase = now + random.duration(Duration::ZERO, SYNC_TICK);
        Agent {
            name: name.clone(),
            host_ip: node.internal_ip(),
            shortage: Shortage::default(),
            static_pods: BTreeMap::new(),
            mirrors: BTreeMap::new(),
            readers: BTreeMap::new(),
            registers: now,
            restarted: false,
            cordoned: node.unschedulable,
            number,
            random,
            slowness: 1,
            clock: Clock::default(),
            machine: Machine {
                powered: true,
                kubelet: true,
                connected: true,
            },
            started: now,
            list_phase,
            sync_phase,
            images: BTreeMap::new(),
            collects_at: None,
            pulls_end: SimTime::ZERO,
            pods: BTreeMap::new(),
            inbox: BTreeMap::new(),
            askers: BTreeSet::new(),
            attaching: BTreeSet::new(),
            admitted: BTreeMap::new(),
            next_ip: 2,
            free_ips: BTreeSet::new(),
            node,
        }
    }

    /// By which uid the pod of an object is known here: a mirror's is not always its own.
    pub fn identity(&self, uid: Uid) -> Uid {
        self.mirrors.get(&uid).copied().unwrap_or(uid)
    }

    /// The first listing of the runtime after `now`.
    pub fn list_after(&self, now: SimTime, settings: &Settings) -> SimTime {
        (now + Duration::from_nanos(1)).next_tick(self.list_phase, settings.kubelet_relist_period)
    }

    /// An address of the node's range 10.244.NUMBER.0/24 that no pod has; the range grows upwards when it is used up.
    pub fn take_ip(&mut self) -> SmolStr {
        let host = self.free_ips.pop_first().unwrap_or_else(|| {
            self.next_ip += 1;
            self.next_ip - 1
        });
        let (high, low) = (self.number / 256, self.number % 256);
        match host {
            0..=254 => format_smolstr!("10.{}.{low}.{host}", 244 - (high % 200)),
            _ => format_smolstr!("100.{}.{low}.{}", 64 + host / 255 % 64, host % 255),
        }
    }

    /// Gives an address back.
    pub fn release_ip(&mut self, ip: &str) {
        if let Some(host) = ip
            .strip_prefix("10.")
            .and_then(|rest| rest.rsplit('.').next()?.parse().ok())
        {
            self.free_ips.insert(host);
        }
    }
}
