//! The attach-detach controller: a volume is attached to the nodes whose pods use it, and detached from all others.
//!
//! Source: kube-controller-manager `pkg/controller/volume/attachdetach`; documentation "Non-graceful node shutdown". A volume that
//! one node at a time may use (no `ReadWriteMany` or `ReadOnlyMany`) is not attached to a second one: a Multi-Attach error. From a
//! node that is not ready a volume is detached by force only six minutes after its last pod is gone, since nobody can say that it
//! is unmounted; the taint `node.kubernetes.io/out-of-service` says it. Deliberately not modelled: `status.volumesInUse` (on a
//! ready node a volume counts as unmounted once its pod is gone), and the time that drivers take.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use smol_str::SmolStr;

use super::find::find_volume;
use crate::api::{Kind, Node, Object, ObjectKey, Pod, Uid};
use crate::component::Context;
use crate::controllers::{ControllerId, WorkQueue};
use crate::events::Report;
use crate::sim::{Seed, SimTime, Urgency};
use crate::storage::{Claim, ClaimUsers, Volume, attached, attachment, attachment_key, needs_attachment};
use crate::store::{Change, DeleteOptions};

/// The controller's name in events.
const COMPONENT: &str = "attachdetach-controller";
/// How long it is waited that a node that is not ready unmounts a volume (`maxWaitForUnmountDuration`): 6m.
const MAX_WAIT_FOR_UNMOUNT: Duration = Duration::from_secs(360);
/// Says that a node is off for good.
const OUT_OF_SERVICE: &str = "node.kubernetes.io/out-of-service";

/// The controller. Its queue holds the names of volumes.
#[derive(Debug)]
pub struct AttachDetach {
    queue: WorkQueue,
    users: ClaimUsers,
    /// The nodes that each volume is attached to.
    nodes: BTreeMap<SmolStr, BTreeSet<SmolStr>>,
    /// The volumes attached to each node.
    volumes: BTreeMap<SmolStr, BTreeSet<SmolStr>>,
    /// Since when no pod of a node needs a volume: volume and node.
    unwanted: BTreeMap<(SmolStr, SmolStr), SimTime>,
    /// Pods that were told of a Multi-Attach error.
    told: BTreeSet<(SmolStr, Uid)>,
}

impl AttachDetach {
    /// A controller that has seen nothing yet.
    pub fn new(seed: Seed) -> Self {
        AttachDetach {
            queue: WorkQueue::new(ControllerId::AttachDetach, seed, COMPONENT),
            users: ClaimUsers::default(),
            nodes: BTreeMap::new(),
            volumes: BTreeMap::new(),
            unwanted: BTreeMap::new(),
            told: BTreeSet::new(),
        }
    }

    /// See [`Component::observe`](crate::component::Component::observe).
    pub fn observe(&mut self, change: &Change, context: &mut Context<'_>) {
        match change.object() {
            Object::Pod(_) => self.observe_pod(change, context),
            Object::Node(node) => {
                for volume in self.volumes.get(&node.meta.name).cloned().unwrap_or_default() {
                    if change.after.is_none() || self.unwanted.contains_key(&(volume.clone(), node.meta.name.clone())) {
                        self.queue.add(ObjectKey::cluster(volume), context);
                    }
                }
            }
            object if object.kind() == Kind::VOLUME_ATTACHMENT => self.observe_attachment(change, context),
            object if object.kind() == Kind::PERSISTENT_VOLUME_CLAIM => {
                let is_used = self.users.of(&change.key()).next().is_some();
                let claim = change.after.as_ref().filter(|_| is_used).map(Claim::of);
                if let Some(claim) = claim.filter(|claim| claim.is_bound) {
                    self.queue.add(ObjectKey::cluster(claim.volume_name), context);
                }
            }
            object if object.kind() == Kind::PERSISTENT_VOLUME && change.after.is_none() => {
                self.queue.add(object.key(), context);
            }
            _ => {}
        }
    }

    fn observe_pod(&mut self, change: &Change, context: &mut Context<'_>) {
        let uses = |object: Option<&Object>| object.and_then(Object::as_pod).and_then(|pod| user_node(pod).cloned());
        let (before, after) = (uses(change.before.as_ref()), uses(change.after.as_ref()));
        let is_whole = change.before.is_none() || change.after.is_none();
        if !is_whole && before == after {
            return;
        }
        for key in self.users.follow(change) {
            let claim = context
                .store
                .objects()
                .object(Kind::PERSISTENT_VOLUME_CLAIM, &key)
                .map(Claim::of);
            if let Some(claim) = claim.filter(|claim| claim.is_bound && before != after) {
                self.queue.add(ObjectKey::cluster(claim.volume_name), context);
            }
        }
    }

    fn observe_attachment(&mut self, change: &Change, context: &mut Context<'_>) {
        let Some((volume, node)) = attached(change.object()) else {
            return;
        };
        if change.after.is_some() {
            self.nodes.entry(volume.clone()).or_default().insert(node.clone());
            self.volumes.entry(node).or_default().insert(volume);
            return;
        }
        self.unwanted.remove(&(volume.clone(), node.clone()));
        forget(&mut self.nodes, &volume, &node);
        forget(&mut self.volumes, &node, &volume);
        self.queue.add(ObjectKey::cluster(volume), context);
    }

    /// Attaches and detaches one volume.
    pub fn run(&mut self, key: &ObjectKey, context: &mut Context<'_>) {
        if !self.queue.take(key, context.now) {
            return;
        }
        let volume = find_volume(&key.name, context).filter(|volume| needs_attachment(volume, context.store.objects()));
        let wanted = volume
            .as_ref()
            .map(|volume| self.wanted(volume, context))
            .unwrap_or_default();
        for node in self.nodes.get(&key.name).cloned().unwrap_or_default() {
            if wanted.contains_key(&node) {
                self.unwanted.remove(&(key.name.clone(), node));
            } else {
                self.detach(&key.name, &node, context);
            }
        }
        let Some(volume) = volume else { return };
        for (node, pods) in &wanted {
            self.attach(&key.name, &volume, node, pods, &wanted, context);
        }
    }

    /// The nodes whose pods use a volume, with those pods.
    fn wanted(&self, volume: &Volume, context: &Context<'_>) -> BTreeMap<SmolStr, Vec<ObjectKey>> {
        let mut wanted: BTreeMap<SmolStr, Vec<ObjectKey>> = BTreeMap::new();
        let Some((claim, _)) = &volume.claim else { return wanted };
        for key in self.users.of(claim) {
            let node = context.store.get::<Pod>(&key).and_then(|pod| user_node(pod).cloned());
            if let Some(node) = node {
                wanted.entry(node).or_default().push(key);
            }
        }
        wanted
    }

    fn attach(
        &mut self,
        name: &SmolStr,
        volume: &Volume,
        node: &SmolStr,
        pods: &[ObjectKey],
        wanted: &BTreeMap<SmolStr, Vec<ObjectKey>>,
        context: &mut Context<'_>,
    ) {
        if context
            .store
            .objects()
            .object(Kind::VOLUME_ATTACHMENT, &attachment_key(name, node))
            .is_some()
        {
            return;
        }
        let may_share = volume
            .modes
            .iter()
            .any(|mode| mode == "ReadWriteMany" || mode == "ReadOnlyMany");
        // Nothing is shown to this controller before it has run: what it has just attached is looked up.
        let is_at = |other: &SmolStr| {
            let key = attachment_key(name, other);
            context.store.objects().object(Kind::VOLUME_ATTACHMENT, &key).is_some()
        };
        let known = self.nodes.get(name).into_iter().flatten();
        let others: BTreeSet<&SmolStr> = known.chain(wanted.keys()).filter(|other| is_at(other)).collect();
        if !may_share && !others.is_empty() {
            let users: Vec<&str> = (others.iter())
                .filter_map(|other| wanted.get(*other))
                .flatten()
                .map(|pod| pod.name.as_str())
                .collect();
            let why = match users.as_slice() {
                [] => "Volume is already exclusively attached to one node and can't be attached to another".to_owned(),
                users => format!("Volume is already used by pod(s) {}", users.join(", ")),
            };
            let message = format!("Multi-Attach error for volume \"{name}\" {why}");
            return self.tell_of_multi_attach(name, pods, &message, context);
        }
        // Nobody else makes attachments.
        let _ = context.store.create_object(attachment(name, volume, node).into());
        for pod in pods
            .iter()
            .filter_map(|key| context.store.get::<Pod>(key).cloned())
            .collect::<Vec<_>>()
        {
            self.told.remove(&(name.clone(), pod.meta.uid));
            let message = format!("AttachVolume.Attach succeeded for volume \"{name}\" ");
            say(
                &pod,
                Report::normal(COMPONENT, "SuccessfulAttachVolume", message),
                context,
            );
        }
    }

    fn tell_of_multi_attach(&mut self, name: &SmolStr, pods: &[ObjectKey], message: &str, context: &mut Context<'_>) {
        for pod in pods
            .iter()
            .filter_map(|key| context.store.get::<Pod>(key).cloned())
            .collect::<Vec<_>>()
        {
            if self.told.insert((name.clone(), pod.meta.uid)) {
                say(&pod, Report::warning(COMPONENT, "FailedAttachVolume", message), context);
            }
        }
    }

    /// Detaches a volume from a node that does not need it any more, as soon as that is safe or has taken too long.
    fn detach(&mut self, volume: &SmolStr, node: &SmolStr, context: &mut Context<'_>) {
        let object = context.store.get::<Node>(&ObjectKey::cluster(node.clone()));
        let is_safe =
            object.is_none_or(|node| node.is_ready() || node.taints.iter().any(|taint| taint.key == OUT_OF_SERVICE));
        let since = *self
            .unwanted
            .entry((volume.clone(), node.clone()))
            .or_insert(context.now);
        let due = since + MAX_WAIT_FOR_UNMOUNT;
        if is_safe || due <= context.now {
            // Nobody else deletes attachments; one that is gone is gone.
            let key = attachment_key(volume, node);
            let _ = context
                .store
                .delete(Kind::VOLUME_ATTACHMENT, &key, DeleteOptions::default());
        } else {
            self.queue
                .add_at(ObjectKey::cluster(volume.clone()), due, Urgency::Active, context);
        }
    }
}

/// The node whose kubelet mounts a pod's volumes; none for a pod without a node, or one that has ended.
fn user_node(pod: &Pod) -> Option<&SmolStr> {
    (!pod.node_name.is_empty() && !pod.status.phase.is_terminal()).then_some(&pod.node_name)
}

fn forget(index: &mut BTreeMap<SmolStr, BTreeSet<SmolStr>>, key: &SmolStr, value: &SmolStr) {
    if let Some(values) = index.get_mut(key) {
        values.remove(value);
        if values.is_empty() {
            index.remove(key);
        }
    }
}

fn say(pod: &Pod, report: Report<'_>, context: &mut Context<'_>) {
    let Context {
        store,
        settings,
        events,
        ..
    } = context;
    events.record(store, settings, pod, report);
}
