//! ConfigMaps and Secrets that a pod refers to: as environment when a container is created, as volumes before anything starts.
//!
//! A missing one fails the container's creation (CreateContainerConfigError, retried with every sync) or the volume's mount
//! (FailedMount, retried after 0.5 s and then twice as long each time, up to 2 min 2 s). Source: kubelet `kubelet_pods.go`
//! (`makeEnvironmentVariables`), volume manager `nestedpendingoperations`; documentation "ConfigMaps", "Secrets". Volumes of
//! any other kind mount at once.

use std::time::Duration;

use serde_json::Value;
use smol_str::SmolStr;

use super::steps::Step;
use super::work::PodWork;
use crate::api::{Kind, ObjectKey, json};
use crate::sim::SimTime;

/// How long a mount that fails for the first time waits, and at most (volume manager `exponentialbackoff`).
const MOUNT_BACKOFF: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(122));

impl PodWork<'_, '_> {
    /// Whether everything is there that a container takes its environment from.
    ///
    /// # Errors
    /// The kubelet's words for what is missing.
    pub fn check_references(&self, container: usize) -> Result<(), String> {
        let Some(spec) = self.slot.container(container) else {
            return Ok(());
        };
        for source in &spec.env_from {
            for (key, kind) in [("configMapRef", Kind::CONFIG_MAP), ("secretRef", Kind::SECRET)] {
                if let Some(reference) = source.get(key) {
                    self.find(kind, reference, None)?;
                }
            }
        }
        for variable in &spec.env {
            for (key, kind) in [("configMapKeyRef", Kind::CONFIG_MAP), ("secretKeyRef", Kind::SECRET)] {
                if let Some(reference) = variable.value_from.get(key) {
                    let wanted = json::text(reference, "key");
                    self.find(kind, reference, Some(&wanted))?;
                }
            }
        }
        Ok(())
    }

    fn find(&self, kind: Kind, reference: &Value, key: Option<&SmolStr>) -> Result<(), String> {
        let optional = json::flag(reference, "optional");
        let name = json::text(reference, "name");
        let namespace = &self.slot.pod.meta.namespace;
        let object = self
            .context
            .store
            .objects()
            .inert(kind, &ObjectKey::new(namespace.clone(), name.clone()));
        let Some(object) = object else {
            let resource = if kind == Kind::SECRET { "secret" } else { "configmap" };
            return if optional {
                Ok(())
            } else {
                Err(format!("{resource} \"{name}\" not found"))
            };
        };
        let has = |key: &str| {
            let maps = ["data", "binaryData", "stringData"].into_iter();
            maps.filter_map(|map| object.body.get(map))
                .any(|map| map.get(key).is_some())
        };
        match key {
            Some(key) if !has(key) && !optional => {
                let title = if kind == Kind::SECRET { "Secret" } else { "ConfigMap" };
                Err(format!("couldn't find key {key} in {title} {namespace}/{name}"))
            }
            _ => Ok(()),
        }
    }

    /// The first volume that cannot be mounted, and why.
    fn missing_volume(&self) -> Option<(SmolStr, String)> {
        json::list(&self.slot.pod.spec.json, "volumes").iter().find_map(|volume| {
            let name = json::text(volume, "name");
            let refer = |value: &Value, key: &str| serde_json::json!({ "name": json::text(value, key), "optional": json::flag(value, "optional") });
            let sources = match volume.get("projected") {
                Some(projected) => json::list(projected, "sources").iter().collect(),
                None => vec![volume],
            };
            let missing = sources.into_iter().find_map(|source| {
                let named = |key| if volume.get("projected").is_some() { "name" } else { key };
                let config_map = source.get("configMap").map(|of| (Kind::CONFIG_MAP, refer(of, "name")));
                let secret = source.get("secret").map(|of| (Kind::SECRET, refer(of, named("secretName"))));
                let found = config_map.or(secret).map(|(kind, reference)| self.find(kind, &reference, None));
                found.and_then(Result::err)
            });
            missing.map(|why| (name, why))
        })
    }

    /// Mounts the pod's volumes. The kubelet looks whether they are there every 300 ms; each pod has at least its token.
    pub fn mount(&mut self) -> Option<SimTime> {
        let Some((volume, why)) = self.missing_volume() else {
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
}
