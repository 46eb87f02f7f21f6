//! The PersistentVolume controller: watching, and when to look again.
//!
//! Source: kube-controller-manager `pkg/controller/volume/persistentvolume`. Claims that wait are looked at again every 15 s
//! (`--pvclaimbinder-sync-period`), all in the same rhythm; that is also when a volume or class that has come late is noticed. Such
//! a look is unfinished business once something has changed that may help.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use smol_str::SmolStr;

use super::claims::{self, Waits};
use super::find::{find_claim, find_volume};
use super::volumes::{self, Outcome};
use crate::api::{Kind, Object, ObjectKey};
use crate::component::Context;
use crate::controllers::{ControllerId, WorkQueue};
use crate::sim::{Seed, SimTime, Urgency};
use crate::storage::{Claim, ClaimUsers, Volume, find_match};
use crate::store::Change;

/// The controller's name in events.
pub const COMPONENT: &str = "persistentvolume-controller";
/// How often claims that wait are looked at. kube-controller-manager `--pvclaimbinder-sync-period`: 15s.
const RESYNC_PERIOD: Duration = Duration::from_secs(15);

/// The controller. In its queue a key without a namespace is a volume, any other a claim.
#[derive(Debug)]
pub struct PersistentVolumeController {
    queue: WorkQueue,
    /// When the looks at claims that wait began.
    phase: SimTime,
    /// Claims that wait, each with the look that has been made unfinished business.
    waiting: BTreeMap<ObjectKey, Option<SimTime>>,
    /// Volumes that are for no claim.
    free: BTreeMap<SmolStr, Volume>,
    /// Volumes that are for a claim.
    reserved: BTreeMap<ObjectKey, BTreeSet<SmolStr>>,
    pub(super) users: ClaimUsers,
}

impl PersistentVolumeController {
    /// A controller that has seen nothing yet.
    pub fn new(seed: Seed) -> Self {
        let mut queue = WorkQueue::new(ControllerId::PersistentVolume, seed, COMPONENT);
        let phase = SimTime::ZERO + queue.random().duration(Duration::ZERO, RESYNC_PERIOD);
        PersistentVolumeController {
            queue,
            phase,
            waiting: BTreeMap::new(),
            free: BTreeMap::new(),
            reserved: BTreeMap::new(),
            users: ClaimUsers::default(),
        }
    }

    /// The best volume for a claim: one of those that are free, or of those that are for it.
    pub(super) fn best_volume(&self, claim: &Claim, waits: bool, context: &Context<'_>) -> Option<SmolStr> {
        let reserved: BTreeMap<&SmolStr, Volume> = (self.reserved.get(&claim.key).into_iter().flatten())
            .filter_map(|name| Some((name, find_volume(name, context)?)))
            .collect();
        let reserved = reserved.iter().map(|(name, volume)| (*name, volume));
        find_match(claim, self.free.iter().chain(reserved), None, &BTreeSet::new(), waits).cloned()
    }

    /// See [`Component::observe`](crate::component::Component::observe).
    pub fn observe(&mut self, change: &Change, context: &mut Context<'_>) {
        let object = change.object();
        if let Object::Pod(_) = object {
            self.users.follow(change);
        } else if object.kind() == Kind::PERSISTENT_VOLUME {
            self.observe_volume(change, context);
        } else if object.kind() == Kind::PERSISTENT_VOLUME_CLAIM {
            self.observe_claim(change, context);
        } else if object.kind() == Kind::STORAGE_CLASS {
            self.look_at_waiting(context);
        }
    }

    fn observe_volume(&mut self, change: &Change, context: &mut Context<'_>) {
        let name = change.object().meta().name.clone();
        if let Some(before) = &change.before {
            self.free.remove(&name);
            if let Some((claim, _)) = Volume::claim_of(before)
                && let Some(names) = self.reserved.get_mut(&claim)
            {
                names.remove(&name);
                if names.is_empty() {
                    self.reserved.remove(&claim);
                }
            }
        }
        match &change.after {
            Some(after) => {
                match Volume::claim_of(after) {
                    Some((claim, _)) => {
                        self.reserved.entry(claim).or_default().insert(name.clone());
                    }
                    None => {
                        self.free.insert(name.clone(), Volume::of(after));
                        self.look_at_waiting(context);
                    }
                }
                self.queue.add(ObjectKey::cluster(name), context);
            }
            None => {
                if let Some((claim, _)) = change.before.as_ref().and_then(Volume::claim_of) {
                    self.queue.add(claim, context);
                }
            }
        }
    }

    fn observe_claim(&mut self, change: &Change, context: &mut Context<'_>) {
        let key = change.key();
        if change.after.is_some() {
            self.queue.add(key, context);
            return;
        }
        self.waiting.remove(&key);
        for volume in self.reserved.get(&key).cloned().unwrap_or_default() {
            self.queue.add(ObjectKey::cluster(volume), context);
        }
    }

    /// Something has come that may help claims that wait: they see it at the next look.
    fn look_at_waiting(&mut self, context: &mut Context<'_>) {
        let at = self.next_look(context.now);
        for (key, urged) in &mut self.waiting {
            if *urged != Some(at) {
                *urged = Some(at);
                self.queue.urge(key.clone(), at, context);
            }
        }
    }

    fn next_look(&self, now: SimTime) -> SimTime {
        (now + Duration::from_nanos(1)).next_tick(self.phase, RESYNC_PERIOD)
    }

    /// Looks at one claim or volume.
    pub fn run(&mut self, key: &ObjectKey, context: &mut Context<'_>) {
        if !self.queue.take(key, context.now) {
            return;
        }
        if !key.namespace.is_empty() {
            self.run_claim(key, context);
        } else if let Some(volume) = find_volume(&key.name, context) {
            match volumes::sync(&key.name, &volume, context) {
                Outcome::Done => {}
                Outcome::LookAt(claim) => self.queue.add(claim, context),
            }
        }
    }

    fn run_claim(&mut self, key: &ObjectKey, context: &mut Context<'_>) {
        let Some(claim) = find_claim(key, context) else {
            self.waiting.remove(key);
            return;
        };
        let waits = if claim.bind_completed {
            claims::sync_bound(&claim, context)
        } else {
            self.sync_unbound(&claim, context)
        };
        match waits {
            Waits::No => {
                self.waiting.remove(key);
            }
            Waits::Yes => {
                self.waiting.insert(key.clone(), None);
                let at = self.next_look(context.now);
                self.queue.add_at(key.clone(), at, Urgency::Periodic, context);
            }
        }
    }
}
