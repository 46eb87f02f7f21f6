//! A number per topology domain, kept up as pods come and go: what spreading and inter-pod affinity decide by.

use std::sync::Arc;

use smol_str::SmolStr;

use super::topology::Topology;

/// From this many domains on, nodes are told apart by the number of their domain rather than by the domain.
const MANY_DOMAINS: usize = 32;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Pods that a constraint that must hold counts; the constraint's position.
    Must(usize),
    /// Pods that a constraint that scores counts; the constraint's position.
    Should(usize),
    /// Pods that meet all required affinity terms.
    Near,
    /// Pods that a required anti-affinity term of the pod means.
    Away,
    /// Required anti-affinity terms of existing pods that mean the pod.
    KeepsAway,
    /// The weights of preferences.
    Worth,
}

impl Role {
    /// Whether this counts for spreading: pods that are being deleted do not, and some nodes do not.
    pub fn is_spread(self) -> bool {
        matches!(self, Role::Must(_) | Role::Should(_))
    }
}

/// What distinguishes a node, as far as one counter is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// It lacks the topology's label.
    Missing,
    /// It is in this domain.
    Domain(u32),
    /// Its domain has this number, and it does not matter which domain it is.
    Count(i64),
}

/// One number per domain of one topology key.
#[derive(Debug)]
pub struct Counter {
    /// What is counted.
    pub role: Role,
    /// The topology key.
    pub key: SmolStr,
    topology: Arc<Topology>,
    counts: Vec<i64>,
    /// How many nodes that count are in each domain.
    members: Vec<u32>,
    total: i64,
    /// Only the node itself counts: scoring by host.
    own_node_only: bool,
}

impl Counter {
    /// Nothing counted yet. `own_node_only`: the number of a node is its own, whatever other nodes share the domain.
    pub fn new(role: Role, key: SmolStr, own_node_only: bool) -> Self {
        Counter {
            role,
            key,
            topology: Arc::default(),
            counts: Vec::new(),
            members: Vec::new(),
            total: 0,
            own_node_only,
        }
    }

    /// Starts anew with these domains.
    pub fn reset(&mut self, topology: Arc<Topology>) {
        self.counts = vec![0; topology.len()];
        self.members = vec![0; topology.len()];
        self.total = 0;
        self.topology = topology;
    }

    /// Whether a node has the label.
    pub fn knows(&self, slot: usize) -> bool {
        self.topology.domain(slot).is_some()
    }

    /// What a node adds to its domain; `sign` -1 takes it away again.
    pub fn add(&mut self, slot: usize, amount: i64, sign: i64) {
        let Some(domain) = self.topology.domain(slot).map(|domain| domain as usize) else {
            return;
        };
        if let (Some(count), Some(members)) = (self.counts.get_mut(domain), self.members.get_mut(domain)) {
            *count += sign * amount;
            self.total += sign * amount;
            *members = if sign > 0 {
                *members + 1
            } else {
                members.saturating_sub(1)
            };
        }
    }

    /// Whether nodes are told apart by number: where each domain is few nodes.
    fn is_fine(&self) -> bool {
        self.topology.len() > MANY_DOMAINS && !matches!(self.role, Role::Should(_))
    }

    /// What distinguishes a node that itself adds `own`.
    pub fn place(&self, slot: usize, own: i64) -> Place {
        match self.topology.domain(slot) {
            None => Place::Missing,
            Some(_) if self.own_node_only => Place::Count(own),
            Some(domain) if self.is_fine() => Place::Count(self.count(domain)),
            Some(domain) => Place::Domain(domain),
        }
    }

    /// The other nodes whose place changes with that of a node.
    pub fn neighbours(&self, slot: usize) -> &[usize] {
        match self.topology.domain(slot) {
            Some(domain) if self.is_fine() => self.topology.slots(domain),
            _ => &[],
        }
    }

    fn count(&self, domain: u32) -> i64 {
        self.counts.get(domain as usize).copied().unwrap_or_default()
    }

    /// The number of a node's domain; none where the label is missing.
    pub fn value(&self, place: Place) -> Option<i64> {
        match place {
            Place::Missing => None,
            Place::Domain(domain) => Some(self.count(domain)),
            Place::Count(count) => Some(count),
        }
    }

    /// The sum over all domains.
    pub fn total(&self) -> i64 {
        self.total
    }

    /// The least number of the domains that have nodes that count, if the domain of `slot` had `delta` more; 0 if there are fewer
    /// domains than `min_domains`.
    pub fn least(&self, min_domains: i64, slot: usize, delta: i64) -> i64 {
        let changed = self.topology.domain(slot).filter(|_| delta != 0);
        let (mut least, mut domains) = (i64::MAX, 0_i64);
        for (domain, (count, _)) in (self.counts.iter().zip(&self.members))
            .enumerate()
            .filter(|(_, (_, members))| **members > 0)
        {
            let delta = if changed == u32::try_from(domain).ok() {
                delta
            } else {
                0
            };
            least = least.min(count + delta);
            domains += 1;
        }
        if domains < min_domains.max(1) { 0 } else { least }
    }
}
