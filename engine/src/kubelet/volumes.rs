//! A pod's volumes: what they hold, and what keeps them from being mounted.
//!
//! A volume of a ConfigMap or Secret that is missing, or lacks a key that is asked for, is not mounted: FailedMount, retried
//! after 0.5 s and then twice as long each time, up to 2 min 2 s. Source: volume manager `nestedpendingoperations`; volume
//! plugins `configmap`, `secret`, `projected`, `downwardapi`; documentation "Volumes". Volumes of CSI drivers wait until they
//! are attached. Volumes of any other kind mount at once, and are empty. How changed objects reach the files: `contents.rs`.

use std::time::Duration;

use serde_json::Value;
use smol_str::SmolStr;

use super::configuration::Data;
use super::steps::Step;
use super::work::PodWork;
use crate::api::{Kind, ObjectKey, json};
use crate::sim::SimTime;
use crate::storage::{Claim, Volume, attachment_key, needs_attachment, pod_claims};

/// How long a mount that fails for the first time waits, and at most (volume manager `exponentialbackoff`).
const MOUNT_BACKOFF: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(122));

/// How long a sync waits for volumes to be attached (volume manager `podAttachAndMountTimeout`: 2m3s).
const ATTACH_TIMEOUT: Duration = Duration::from_secs(123);

/// A file of a volume: its path in it, and its text.
pub(super) type VolumeFile = (SmolStr, SmolStr);

impl PodWork<'_, '_> {
    /// Mounts the pod's volumes. The kubelet looks whether they are there every 300 ms; each pod has at least its token.
    pub fn mount(&mut self) -> Option<SimTime> {
        if let Some((volume, why)) = self.unusable_claim() {
            let message = format!(
                "Unable to attach or mount volumes: unmounted volumes=[{volume}], unattached volumes=[], failed to process \
                 volumes=[{volume}]: {why}"
            );
            self.report(true, "FailedMount", message, "".into());
            self.abort();
            return None;
        }
        let unattached = self.unattached_volumes();
        if !unattached.is_empty() {
            return self.wait_for_attachment(&unattached.join(" "));
        }
        self.slot.attach_by = None;
        let Some((volume, why)) = self.missing_volume().or_else(|| self.failing_mount()) else {
            self.slot.mount = None;
            self.next_step(Step::Mounted);
            return Some(self.now() + self.takes(self.context.settings.volume_mount_duration));
        };
        let now = self.now();
        let (due, delay) = self.slot.mount.unwrap_or((now, MOUNT_BACKOFF.0));
        if due <= now {
            let name = self.persistent_volume(&volume).unwrap_or(volume);
            self.mount_failed(&name, &why);
            self.slot.mount = Some((now + delay, (delay * 2).min(MOUNT_BACKOFF.1)));
        }
        self.next_step(Step::Mount);
        self.slot.mount.map(|(due, _)| due)
    }

    /// Reports that a volume could not be set up.
    pub fn mount_failed(&mut self, volume: &str, why: &str) {
        let message = format!("MountVolume.SetUp failed for volume \"{volume}\" : {why}");
        self.report(true, "FailedMount", message, "".into());
    }

    /// The first volume whose claim is not there, or has no volume, and why.
    fn unusable_claim(&self) -> Option<(SmolStr, String)> {
        let objects = self.context.store.objects();
        pod_claims(&self.slot.pod).find_map(|(volume, key)| {
            let found = objects.object(Kind::PERSISTENT_VOLUME_CLAIM, &key).map(Claim::of);
            let why = match found {
                None => format!(
                    "failed to fetch PVC from API server: persistentvolumeclaims \"{}\" not found",
                    key.name
                ),
                Some(claim) if claim.is_deleted && !self.slot.mounted => "PVC is being deleted".to_owned(),
                Some(claim) if !claim.is_bound || claim.phase != "Bound" => "PVC is not bound".to_owned(),
                Some(_) => return None,
            };
            Some((
                volume,
                format!("error processing PVC {}/{}: {why}", key.namespace, key.name),
            ))
        })
    }

    /// The volumes that must be attached to this node, and are not.
    fn unattached_volumes(&self) -> Vec<SmolStr> {
        let objects = self.context.store.objects();
        let is_unattached = |key: &ObjectKey| {
            let claim = objects.object(Kind::PERSISTENT_VOLUME_CLAIM, key).map(Claim::of)?;
            let volume = objects.object(Kind::PERSISTENT_VOLUME, &ObjectKey::cluster(claim.volume_name.clone()))?;
            let attachment = attachment_key(&claim.volume_name, &self.agent.name);
            let is_attached = objects.object(Kind::VOLUME_ATTACHMENT, &attachment).is_some();
            Some(!is_attached && needs_attachment(&Volume::of(volume), objects))
        };
        pod_claims(&self.slot.pod)
            .filter(|(_, key)| is_unattached(key) == Some(true))
            .map(|(volume, _)| volume)
            .collect()
    }

    /// The attach-detach controller has to act first. Every two minutes the sync is given up and begun anew.
    fn wait_for_attachment(&mut self, volumes: &str) -> Option<SimTime> {
        let by = *self.slot.attach_by.get_or_insert(self.context.now + ATTACH_TIMEOUT);
        if by > self.context.now {
            let uid = self.slot.uid();
            self.agent.attaching.insert(uid);
            self.next_step(Step::Mount);
            return Some(by);
        }
        self.slot.attach_by = None;
        let words = match self.context.settings.since(1, 29) {
            true => "context deadline exceeded",
            false => "timed out waiting for the condition",
        };
        let message = format!(
            "Unable to attach or mount volumes: unmounted volumes=[{volumes}], unattached volumes=[{volumes}], failed to process \
             volumes=[]: {words}"
        );
        self.report(true, "FailedMount", message, "".into());
        self.abort();
        None
    }

    /// The persistent volume behind a volume of the pod.
    fn persistent_volume(&self, volume: &str) -> Option<SmolStr> {
        let objects = self.context.store.objects();
        let (_, key) = pod_claims(&self.slot.pod).find(|(name, _)| name == volume)?;
        objects
            .object(Kind::PERSISTENT_VOLUME_CLAIM, &key)
            .map(|claim| Claim::of(claim).volume_name)
    }

    /// The first volume that cannot be mounted, and why.
    fn missing_volume(&self) -> Option<(SmolStr, String)> {
        json::list(&self.slot.pod.spec.json, "volumes")
            .iter()
            .find_map(|volume| Some((json::text(volume, "name"), self.missing_of(volume)?)))
    }

    /// What keeps a volume from being set up, if anything that it is made of is not there.
    pub fn missing_of(&self, volume: &Value) -> Option<String> {
        sources(volume).into_iter().find_map(|source| self.missing_in(source))
    }

    /// The first volume that a fault keeps from being mounted.
    fn failing_mount(&mut self) -> Option<(SmolStr, String)> {
        let (key, spec) = (self.slot.pod.meta.key(), self.slot.pod.spec.clone());
        let mut names = json::list(&spec.json, "volumes")
            .iter()
            .map(|volume| json::text(volume, "name"));
        let environment = &mut self.context.environment;
        let failing = names.find(|name| environment.mount_fails(&key, name))?;
        Some((failing, "mount failed: exit status 32".to_owned()))
    }

    fn missing_in(&self, source: Source<'_>) -> Option<String> {
        let Source::Configuration(kind, name, value) = source else {
            return None;
        };
        let optional = json::flag(value, "optional");
        let data = match self.configuration(kind, &name, optional) {
            Ok(data) => data?,
            Err(why) => return Some(why),
        };
        let keys = json::list(value, "items").iter().map(|item| json::text(item, "key"));
        let missing = keys.into_iter().find(|key| !optional && !data.contains_key(key))?;
        Some(match kind {
            Kind::SECRET => format!("references non-existent secret key: {missing}"),
            _ => format!("configmap references non-existent config key: {missing}"),
        })
    }

    /// What a volume holds before anybody writes into it.
    pub fn volume_files(&self, volume: &Value) -> Vec<VolumeFile> {
        let of = |source: Source<'_>| match source {
            Source::Configuration(kind, name, value) => {
                let data = self.configuration(kind, &name, true).ok().flatten();
                configured_files(&data.unwrap_or_default(), json::list(value, "items"))
            }
            Source::DownwardApi(value) => json::list(value, "items")
                .iter()
                .map(|item| (json::text(item, "path"), self.downward_text(item)))
                .collect(),
            Source::Token(value) => vec![(json::text(value, "path"), SmolStr::new_static("token"))],
        };
        sources(volume).into_iter().flat_map(of).collect()
    }

    fn downward_text(&self, item: &Value) -> SmolStr {
        if let Some(field) = item.get("fieldRef") {
            return self.pod_field(&json::text(field, "fieldPath"));
        }
        let first = self.slot.pod.spec.containers.first();
        match (item.get("resourceFieldRef"), first) {
            (Some(field), Some(first)) => self.resource_field(field, first),
            _ => SmolStr::default(),
        }
    }
}

/// Where a volume's files come from.
enum Source<'v> {
    /// A ConfigMap or Secret of this name.
    Configuration(Kind, SmolStr, &'v Value),
    /// The pod itself.
    DownwardApi(&'v Value),
    /// A service account's token.
    Token(&'v Value),
}

/// What a volume is made of; nothing for one that is empty at first, or lies outside.
fn sources(volume: &Value) -> Vec<Source<'_>> {
    let projected = volume.get("projected");
    let parts: Vec<&Value> = match projected {
        Some(projected) => json::list(projected, "sources").iter().collect(),
        None => vec![volume],
    };
    let secret_name = if projected.is_some() { "name" } else { "secretName" };
    parts
        .into_iter()
        .filter_map(|part| source_of(part, secret_name))
        .collect()
}

fn source_of<'v>(part: &'v Value, secret_name: &str) -> Option<Source<'v>> {
    if let Some(value) = part.get("configMap") {
        return Some(Source::Configuration(
            Kind::CONFIG_MAP,
            json::text(value, "name"),
            value,
        ));
    }
    if let Some(value) = part.get("secret") {
        return Some(Source::Configuration(
            Kind::SECRET,
            json::text(value, secret_name),
            value,
        ));
    }
    let downward = part.get("downwardAPI").map(Source::DownwardApi);
    downward.or_else(|| part.get("serviceAccountToken").map(Source::Token))
}

/// The ConfigMaps and Secrets that a volume is made of, but for the cluster's own certificate, which every pod has and nobody
/// changes.
pub(super) fn configured_objects(volume: &Value) -> impl Iterator<Item = (Kind, SmolStr)> {
    let sources = sources(volume).into_iter();
    let named = sources.filter_map(|source| match source {
        Source::Configuration(kind, name, _) => Some((kind, name)),
        _ => None,
    });
    named.filter(|(_, name)| name != "kube-root-ca.crt")
}

/// All keys as files, or those that are asked for under the paths they are to have.
fn configured_files(data: &Data, items: &[Value]) -> Vec<VolumeFile> {
    if items.is_empty() {
        return data.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
    }
    let of = |item: &Value| Some((json::text(item, "path"), data.get(&json::text(item, "key"))?.clone()));
    items.iter().filter_map(of).collect()
}
