//! What is remembered of a DaemonSet, node by node: a change of one pod or node costs one node's work, whatever their number.
//!
//! The sums are those of the status; the sets of nodes by [`Progress`] are what a rolling update chooses from.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use smol_str::SmolStr;

use super::placement::{Placement, target_node};
use crate::api::{Condition, DaemonSet, DaemonSetSpec, DaemonSetStatus, Node, ObjectKey, Pod, Timestamp};
use crate::component::Context;
use crate::controllers::available_at;
use crate::controllers::history::{HASH_LABEL, Snapshot};
use crate::sim::SimTime;

/// The label that counts the templates of old (`spec.templateGeneration`, kept as an annotation).
pub const GENERATION_LABEL: &str = "pod-template-generation";
/// The annotation it is taken from.
pub const GENERATION_ANNOTATION: &str = "deprecated.daemonset.template.generation";

/// Where a node stands in an update.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Progress {
    /// No pod to speak of, or several old ones: the next look at this node puts that right.
    Unsettled,
    /// Both an old and a new pod; the new one is not available yet.
    Surging,
    /// Both, and the new one is available.
    Surged,
    /// Only an old pod, which is not available.
    OldUnavailable,
    /// Only an old pod, which is available.
    OldAvailable,
    /// Only an old pod, on a node that should have none.
    Astray,
    /// Only a new pod, which is not available.
    NewUnavailable,
    /// Only a new pod, which is available.
    Done,
}

/// What one node adds to the status.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Tally {
    desired: bool,
    scheduled: bool,
    misscheduled: bool,
    ready: bool,
    available: bool,
    updated: bool,
    progress: Option<Progress>,
}

/// What is remembered of one DaemonSet.
#[derive(Debug, Default)]
pub struct Ledger {
    /// What the nodes were judged by.
    pub judged_by: Option<(Arc<DaemonSetSpec>, Placement)>,
    /// The hash of the current template.
    pub hash: SmolStr,
    /// The number of the current template, for labels.
    pub generation: SmolStr,
    /// The pods, by the node they are meant for.
    pub pods: BTreeMap<SmolStr, BTreeSet<ObjectKey>>,
    /// Nodes to look at.
    pub dirty: BTreeSet<SmolStr>,
    /// Nodes to look at once this time has come: a pod becomes available.
    ripening: BTreeSet<(Timestamp, SmolStr)>,
    /// Until when failed pods of a node are left alone, and how long the last wait was.
    pub failures: BTreeMap<SmolStr, (SimTime, std::time::Duration)>,
    nodes: BTreeMap<SmolStr, Tally>,
    progress: BTreeMap<Progress, BTreeSet<SmolStr>>,
    sums: DaemonSetStatus,
}

impl Ledger {
    /// Notes where a pod is, or that it is gone.
    pub fn place(&mut self, node: SmolStr, pod: ObjectKey, present: bool) {
        if present {
            self.pods.entry(node.clone()).or_default().insert(pod);
        } else if let Some(pods) = self.pods.get_mut(&node) {
            pods.remove(&pod);
            if pods.is_empty() {
                self.pods.remove(&node);
            }
        }
        self.dirty.insert(node);
    }

    /// Notes where all pods are, and that there are no others.
    pub fn place_all<'a>(&mut self, pods: impl Iterator<Item = &'a Arc<Pod>>) {
        self.dirty.extend(std::mem::take(&mut self.pods).into_keys());
        for pod in pods {
            if let Some(node) = target_node(pod) {
                self.place(node, pod.meta.key(), true);
            }
        }
    }

    /// Takes over the spec as it is now; a new one makes every node worth a look.
    pub fn read(&mut self, set: &DaemonSet, context: &Context<'_>) {
        if self
            .judged_by
            .as_ref()
            .is_some_and(|(spec, _)| Arc::ptr_eq(spec, &set.spec))
        {
            return;
        }
        self.hash = Snapshot::new(&set.meta, &set.spec.template).hash;
        self.generation = set
            .meta
            .annotations
            .get(GENERATION_ANNOTATION)
            .cloned()
            .unwrap_or_default();
        self.judged_by = Some((set.spec.clone(), Placement::new(&set.spec)));
        let nodes = context.store.objects().all::<Node>().map(|node| node.meta.name.clone());
        self.dirty.extend(nodes);
        self.dirty.extend(self.pods.keys().chain(self.nodes.keys()).cloned());
    }

    /// The nodes to look at, and those whose time has come.
    pub fn take_dirty(&mut self, now: Timestamp) -> BTreeSet<SmolStr> {
        while let Some((_, node)) = self.ripening.pop_first_if_due(now) {
            self.dirty.insert(node);
        }
        std::mem::take(&mut self.dirty)
    }

    /// Whether a pod should run on this node, and whether one that does may stay; neither if the node is gone.
    pub fn judge(&self, node: &str, context: &Context<'_>) -> (bool, bool) {
        let node = context.store.get::<Node>(&ObjectKey::cluster(node));
        match (&self.judged_by, node) {
            (Some((_, placement)), Some(node)) => placement.judge(node),
            _ => (false, false),
        }
    }

    /// The pods for a node, the oldest first, without those that have ended and are going.
    pub fn pods_on(&self, node: &str, context: &Context<'_>) -> Vec<Arc<Pod>> {
        let keys = self.pods.get(node).into_iter().flatten();
        let pods = keys.filter_map(|key| context.store.get::<Pod>(key));
        let mut pods: Vec<Arc<Pod>> = pods
            .filter(|pod| !(pod.status.phase.is_terminal() && pod.meta.is_deleted()))
            .cloned()
            .collect();
        pods.sort_by(|a, b| {
            let order = |pod: &Pod| (pod.node_name.is_empty(), pod.meta.creation);
            order(a).cmp(&order(b)).then_with(|| a.meta.name.cmp(&b.meta.name))
        });
        pods
    }

    /// Whether a pod is of the current template.
    pub fn is_updated(&self, pod: &Pod) -> bool {
        let has = |key: &str, value: &SmolStr| !value.is_empty() && pod.meta.labels.get(key) == Some(value);
        has(HASH_LABEL, &self.hash) || has(GENERATION_LABEL, &self.generation)
    }

    /// Whether a pod is available now; if it will be later, its node is looked at again then.
    fn is_available(&mut self, node: &SmolStr, pod: &Pod, now: Timestamp) -> bool {
        let min_ready_seconds = self.judged_by.as_ref().map_or(0, |(spec, _)| spec.min_ready_seconds);
        match available_at(pod, min_ready_seconds) {
            Some(at) if at > now => {
                self.ripening.insert((at, node.clone()));
                false
            }
            Some(_) => true,
            None => false,
        }
    }

    /// Counts a node anew.
    pub fn count(&mut self, node: &SmolStr, context: &Context<'_>) {
        let now = context.store.timestamp();
        let (should_run, _) = self.judge(node, context);
        let pods = self.pods_on(node, context);
        let is_there = context.store.get::<Node>(&ObjectKey::cluster(node.clone())).is_some();
        let mut tally = Tally {
            desired: should_run,
            misscheduled: is_there && !should_run && !pods.is_empty(),
            scheduled: should_run && !pods.is_empty(),
            progress: (should_run || !pods.is_empty()).then(|| self.progress_of(node, should_run, &pods, now)),
            ..Tally::default()
        };
        if let Some(pod) = pods.first().filter(|_| should_run) {
            tally.ready = pod.is_ready();
            tally.available = self.is_available(node, pod, now);
            tally.updated = self.is_updated(pod);
        }
        let before = self.nodes.remove(node).unwrap_or_default();
        self.add(node, &before, -1);
        self.add(node, &tally, 1);
        if tally != Tally::default() {
            self.nodes.insert(node.clone(), tally);
        }
    }

    fn add(&mut self, node: &SmolStr, tally: &Tally, sign: i32) {
        let sums = &mut self.sums;
        sums.desired_number_scheduled += sign * i32::from(tally.desired);
        sums.current_number_scheduled += sign * i32::from(tally.scheduled);
        sums.number_misscheduled += sign * i32::from(tally.misscheduled);
        sums.number_ready += sign * i32::from(tally.ready);
        sums.number_available += sign * i32::from(tally.available);
        sums.updated_number_scheduled += sign * i32::from(tally.updated);
        if let Some(progress) = tally.progress {
            let nodes = self.progress.entry(progress).or_default();
            match sign > 0 {
                true => nodes.insert(node.clone()),
                false => nodes.remove(node),
            };
        }
    }

    fn progress_of(&mut self, node: &SmolStr, should_run: bool, pods: &[Arc<Pod>], now: Timestamp) -> Progress {
        let living = || pods.iter().filter(|pod| !pod.meta.is_deleted());
        let (new, old): (Vec<_>, Vec<_>) = living().partition(|pod| self.is_updated(pod));
        match (new.as_slice(), old.as_slice()) {
            ([new], [_]) if self.is_available(node, new, now) => Progress::Surged,
            ([_], [_]) => Progress::Surging,
            ([new], []) if self.is_available(node, new, now) => Progress::Done,
            ([_], []) => Progress::NewUnavailable,
            ([], [_]) if !should_run => Progress::Astray,
            ([], [old]) if self.is_available(node, old, now) => Progress::OldAvailable,
            ([], [_]) => Progress::OldUnavailable,
            _ => Progress::Unsettled,
        }
    }

    /// The nodes that stand at this point of an update, by name.
    pub fn at(&self, progress: Progress) -> impl Iterator<Item = &SmolStr> {
        self.progress.get(&progress).into_iter().flatten()
    }

    /// How many nodes should have a pod.
    pub fn desired(&self) -> i32 {
        self.sums.desired_number_scheduled
    }

    /// The status as it should be now.
    pub fn status(&self, set: &DaemonSet) -> DaemonSetStatus {
        DaemonSetStatus {
            number_unavailable: self.sums.desired_number_scheduled - self.sums.number_available,
            observed_generation: set.meta.generation,
            conditions: Vec::<Condition>::clone(&set.status.conditions),
            ..self.sums.clone()
        }
    }

    /// When the next pod becomes available by itself.
    pub fn next_ripe(&self) -> Option<Timestamp> {
        self.ripening.first().map(|(at, _)| *at)
    }
}

/// Taking what is due from a set ordered by time.
trait PopDue {
    fn pop_first_if_due(&mut self, now: Timestamp) -> Option<(Timestamp, SmolStr)>;
}

impl PopDue for BTreeSet<(Timestamp, SmolStr)> {
    fn pop_first_if_due(&mut self, now: Timestamp) -> Option<(Timestamp, SmolStr)> {
        self.first()
            .is_some_and(|(at, _)| *at <= now)
            .then(|| self.pop_first())?
    }
}
