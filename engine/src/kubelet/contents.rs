//! What the volumes of ConfigMaps and Secrets hold, over time: their files follow the objects only when the kubelet looks.
//!
//! The kubelet writes the files of such a volume anew whenever it syncs the pod, which happens at least once in its sync period
//! (`syncFrequency`, 1 min, and up to half as much again at random). What is mounted with `subPath` stays as it was when the
//! container started, and so does an environment. An object that is deleted leaves the files, and a FailedMount. Source: kubelet
//! `pod_workers.go` (`completeWork`), volume manager `desired_state_of_world_populator.go` (`ReprocessPod`); documentation
//! "ConfigMaps: mounted ConfigMaps are updated automatically". Not modelled: that immutable objects are not watched.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use smol_str::{SmolStr, format_smolstr};

use super::agent::SYNC_TICK;
use super::kubelets::{Kubelets, Wake};
use super::pod_slot::Stage;
use super::volumes::{VolumeFile, configured_objects};
use super::work::PodWork;
use crate::api::{Inert, Kind, ObjectKey, json};
use crate::component::Context;
use crate::runtime::Mount;
use crate::runtime::files::{Edit, FileChange, Files};
use crate::sim::{SimTime, Urgency};

/// What a pod's volumes of ConfigMaps and Secrets hold, and have held.
#[derive(Debug, Default)]
pub(super) struct Contents {
    /// By the volume's name: its files, and since when.
    history: BTreeMap<SmolStr, Vec<(SimTime, Vec<VolumeFile>)>>,
    /// Which objects they are made of.
    pub sources: BTreeSet<(Kind, ObjectKey)>,
    /// One of them has changed: when its files are written anew.
    pub due: Option<SimTime>,
}

impl Contents {
    /// Whether a volume is one of them.
    pub fn has(&self, volume: &str) -> bool {
        self.history.contains_key(volume)
    }

    /// Notes what a volume holds from now on. Returns whether that is new.
    fn set(&mut self, volume: SmolStr, files: Vec<VolumeFile>, now: SimTime) -> bool {
        let history = self.history.entry(volume).or_default();
        let is_new = history.last().is_none_or(|(_, present)| *present != files);
        if is_new {
            history.push((now, files));
        }
        is_new
    }

    /// Adds a volume's files to others, with all that has happened to them. The first it held were always there.
    pub fn show(&self, volume: &str, files: &mut Files) {
        let mut before: &[VolumeFile] = &[];
        for (order, (at, present)) in self.history.get(volume).into_iter().flatten().enumerate() {
            let at = if order == 0 { SimTime::ZERO } else { *at };
            let gone = before
                .iter()
                .filter(|(path, _)| !present.iter().any(|(kept, _)| kept == path));
            gone.for_each(|(path, _)| files.push(change(volume, path, Edit::Remove, at)));
            let new = present.iter().filter(|file| !before.contains(file));
            new.for_each(|(path, text)| files.push(change(volume, path, Edit::Write(text.clone()), at)));
            before = present;
        }
    }

    /// Puts what a container sees of a volume by `subPath` in a place of its own: it stays as it was at an instant.
    pub fn freeze(&self, mount: &mut Mount, owner: &str, at: SimTime, files: &mut Files) {
        let Some(history) = self.history.get(&mount.volume).filter(|_| !mount.sub_path.is_empty()) else {
            return;
        };
        let then = history.iter().rev().find(|(since, _)| *since <= at).or(history.first());
        mount.volume = format_smolstr!("{}@{owner}", mount.volume);
        for (path, text) in then.into_iter().flat_map(|(_, files)| files) {
            files.push(change(&mount.volume, path, Edit::Write(text.clone()), SimTime::ZERO));
        }
    }
}

/// A change of a volume's file that no process does.
pub(super) fn change(volume: &str, path: &str, edit: Edit, at: SimTime) -> FileChange {
    FileChange {
        at,
        every: None,
        until: None,
        file: format_smolstr!("{volume}:/{}", path.trim_start_matches('/')),
        edit,
        writer: None,
    }
}

impl PodWork<'_, '_> {
    /// The volumes are mounted: what those of ConfigMaps and Secrets hold is noted.
    pub fn note_contents(&mut self) {
        let (uid, namespace) = (self.slot.uid(), self.slot.pod.meta.namespace.clone());
        let spec = self.slot.pod.spec.clone();
        let volumes = json::list(&spec.json, "volumes").iter();
        for (kind, name) in volumes.flat_map(configured_objects) {
            let key = (kind, ObjectKey::new(namespace.clone(), name));
            self.agent.readers.entry(key.clone()).or_default().insert(uid);
            self.slot.contents.sources.insert(key);
        }
        self.write_contents();
    }

    /// Writes the files as the objects are now. Returns whether any is another one.
    fn write_contents(&mut self) -> bool {
        self.slot.contents.due = None;
        let (spec, now) = (self.slot.pod.spec.clone(), self.now());
        let mut is_new = false;
        let volumes = json::list(&spec.json, "volumes").iter();
        for volume in volumes.filter(|volume| configured_objects(volume).next().is_some()) {
            let name = json::text(volume, "name");
            match self.missing_of(volume) {
                None => {
                    let files = self.volume_files(volume);
                    is_new |= self.slot.contents.set(name, files, now);
                }
                Some(why) => self.mount_failed(&name, &why),
            }
        }
        is_new
    }

    /// A ConfigMap or Secret has changed, and the kubelet looks at the pod.
    pub fn refresh_volumes(&mut self) {
        let is_due = self.slot.contents.due.is_some_and(|due| due <= self.now());
        let is_kept = self.slot.mounted && self.slot.stage == Stage::Syncing;
        if is_due && is_kept && self.write_contents() {
            self.refresh_processes(None);
        }
    }

    /// When the kubelet looks at the pod next, though nothing else happens.
    fn next_resync(&self) -> SimTime {
        let period = self.context.settings.kubelet_sync_frequency.max(SYNC_TICK);
        let jitter = u64::try_from(period.as_nanos() / 2).unwrap_or(u64::MAX).max(1);
        let period = period + Duration::from_nanos(self.slot.uid().low_bits() % jitter);
        let now = self.now() + Duration::from_nanos(1);
        let due = now.next_tick(self.slot.synced_at.unwrap_or(now), period);
        due.next_tick(self.agent.sync_phase, SYNC_TICK) + self.context.settings.volume_mount_duration
    }

    fn contents_changed(&mut self) {
        if self.slot.contents.due.is_none() && self.slot.stage == Stage::Syncing {
            let at = self.next_resync();
            self.slot.contents.due = Some(at);
            self.wake(at, Urgency::Active, Wake::Volumes);
        }
    }
}

impl Kubelets {
    /// A ConfigMap or Secret has changed: the pods whose volumes are made of it hear of it when they are synced next.
    pub(super) fn configuration_changed(&mut self, object: &Inert, context: &mut Context<'_>) {
        let key = (object.kind, object.meta.key());
        for agent in &mut self.agents {
            let readers: Vec<_> = agent.readers.get(&key).into_iter().flatten().copied().collect();
            for uid in readers {
                Kubelets::with_pod(agent, uid, context, |work| work.contents_changed());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_follow_their_object_and_subpaths_do_not() {
        let file = |path: &str, text: &str| (SmolStr::from(path), SmolStr::from(text));
        let mut contents = Contents::default();
        let first = vec![file("mode", "fast"), file("old", "x")];
        assert!(contents.set("v".into(), first.clone(), SimTime::from_secs(5)));
        assert!(!contents.set("v".into(), first, SimTime::from_secs(30)));
        assert!(contents.set("v".into(), vec![file("mode", "slow")], SimTime::from_secs(60)));
        let mut mount = Mount {
            path: "/etc/mode".into(),
            volume: "v".into(),
            sub_path: "mode".into(),
        };
        let mut files = Files::default();
        contents.show("v", &mut files);
        contents.freeze(&mut mount, "0.0", SimTime::from_secs(10), &mut files);
        assert_eq!(mount.volume, "v@0.0");
        let check = |key: &str, at: u64, expect: Option<&str>| {
            let lines = files.lines(key, SimTime::from_secs(at)).unwrap_or_default();
            let seen = lines.last().map(|(_, line)| line.as_str());
            assert_eq!(seen, expect, "{key} after {at} s");
        };
        check("v:/mode", 1, Some("fast"));
        check("v:/mode", 61, Some("slow"));
        check("v:/old", 59, Some("x"));
        check("v:/old", 61, None);
        check("v@0.0:/mode", 100, Some("fast"));
    }
}
