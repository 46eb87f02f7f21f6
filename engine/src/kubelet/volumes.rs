//! A pod's volumes: what they hold, and what keeps them from being mounted.
//!
//! A volume of a ConfigMap or Secret that is missing, or lacks a key that is asked for, is not mounted: FailedMount, retried
//! after 0.5 s and then twice as long each time, up to 2 min 2 s. Source: volume manager `nestedpendingoperations`; volume
//! plugins `configmap`, `secret`, `projected`, `downwardapi`; documentation "Volumes". Volumes of any other kind mount at once,
//! and are empty. Not modelled: that a changed ConfigMap reaches its files only after up to a minute; here it is seen by the
//! next process that looks.

use std::time::Duration;

use serde_json::Value;
use smol_str::SmolStr;

use super::configuration::Data;
use super::steps::Step;
use super::work::PodWork;
use crate::api::{Kind, ObjectKey, json};
use crate::sim::SimTime;

/// How long a mount that fails for the first time waits, and at most (volume manager `exponentialbackoff`).
const MOUNT_BACKOFF: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(122));

/// A file of a volume: its path in it, and its text.
type VolumeFile = (SmolStr, SmolStr);

impl PodWork<'_, '_> {
    /// Mounts the pod's volumes. The kubelet looks whether they are there every 300 ms; each pod has at least its token.
    pub fn mount(&mut self) -> Option<SimTime> {
        if let Some((volume, claim)) = self.missing_claim() {
            let namespace = &self.slot.pod.meta.namespace;
            let message = format!(
                "Unable to attach or mount volumes: unmounted volumes=[{volume}], unattached volumes=[], failed to process \
                 volumes=[{volume}]: error processing PVC {namespace}/{claim}: failed to fetch PVC from API server: \
                 persistentvolumeclaims \"{claim}\" not found"
            );
            self.report(true, "FailedMount", message, "".into());
            self.abort();
            return None;
        }
        let Some((volume, why)) = self.missing_volume().or_else(|| self.failing_mount()) else {
            self.slot.mount = None;
            self.next_step(Step::Mounted);
            return Some(self.now() + self.context.settings.volume_mount_duration);
        };
        let now = self.now();
        let (due, delay) = self.slot.mount.unwrap_or((now, MOUNT_BACKOFF.0));
        if due <= now {
            let message = format!("MountVolume.SetUp failed for volume \"{volume}\" : {why}");
            self.report(true, "FailedMount", message, "".into());
            self.slot.mount = Some((now + delay, (delay * 2).min(MOUNT_BACKOFF.1)));
        }
        self.next_step(Step::Mount);
        self.slot.mount.map(|(due, _)| due)
    }

    /// The first volume whose claim is not there, and the claim. (That it is bound, the scheduler has waited for.)
    fn missing_claim(&self) -> Option<(SmolStr, SmolStr)> {
        json::list(&self.slot.pod.spec.json, "volumes")
            .iter()
            .find_map(|volume| {
                let claim = json::text(volume.get("persistentVolumeClaim")?, "claimName");
                let key = ObjectKey::new(self.slot.pod.meta.namespace.clone(), claim.clone());
                let found = self.context.store.objects().object(Kind::PERSISTENT_VOLUME_CLAIM, &key);
                found.is_none().then(|| (json::text(volume, "name"), claim))
            })
    }

    /// The first volume that cannot be mounted, and why.
    fn missing_volume(&self) -> Option<(SmolStr, String)> {
        json::list(&self.slot.pod.spec.json, "volumes")
            .iter()
            .find_map(|volume| {
                let missing = sources(volume).into_iter().find_map(|source| self.missing_in(source));
                missing.map(|why| (json::text(volume, "name"), why))
            })
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

/// All keys as files, or those that are asked for under the paths they are to have.
fn configured_files(data: &Data, items: &[Value]) -> Vec<VolumeFile> {
    if items.is_empty() {
        return data.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
    }
    let of = |item: &Value| Some((json::text(item, "path"), data.get(&json::text(item, "key"))?.clone()));
    items.iter().filter_map(of).collect()
}
