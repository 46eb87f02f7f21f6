//! Generic ephemeral volumes: a pod that asks for one gets a claim of its own, which goes with it.
//!
//! Source: kube-controller-manager `pkg/controller/volume/ephemeral`; documentation "Ephemeral Volumes: generic ephemeral volumes".

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::api::defaulting::{default_object, prepare_for_create};
use crate::api::{Inert, Kind, Object, ObjectKey, OwnerReference, Pod, json as read};
use crate::component::Context;
use crate::controllers::{ControllerId, WorkQueue, work_queue};
use crate::events::Report;
use crate::sim::{Seed, Urgency};
use crate::storage::assign_default_class;
use crate::store::Change;

/// The controller's name in events.
const COMPONENT: &str = "ephemeral_volume";

/// The controller. Its queue holds pods.
#[derive(Debug)]
pub struct EphemeralVolume {
    queue: WorkQueue,
    /// How often a pod's claims could not be made in a row.
    failures: BTreeMap<ObjectKey, u32>,
}

impl EphemeralVolume {
    /// A controller that has seen nothing yet.
    pub fn new(seed: Seed) -> Self {
        EphemeralVolume {
            queue: WorkQueue::new(ControllerId::EphemeralVolume, seed, "ephemeral-volume-controller"),
            failures: BTreeMap::new(),
        }
    }

    /// See [`Component::observe`](crate::component::Component::observe).
    pub fn observe(&mut self, change: &Change, context: &mut Context<'_>) {
        let Some(Object::Pod(pod)) = change.after.as_ref().filter(|_| change.before.is_none()) else {
            return;
        };
        if templates(pod).next().is_some() {
            self.queue.add(pod.meta.key(), context);
        }
    }

    /// Makes the claims of one pod.
    pub fn run(&mut self, key: &ObjectKey, context: &mut Context<'_>) {
        if !self.queue.take(key, context.now) {
            return;
        }
        let found = context.store.get::<Pod>(key).cloned();
        let Some(pod) = found.filter(|pod| !pod.meta.is_deleted()) else {
            self.failures.remove(key);
            return;
        };
        let failure = templates(&pod).find_map(|(volume, template)| {
            let why = provide(&pod, &volume, template, context).err()?;
            Some(format!("ephemeral volume {volume}: {why}"))
        });
        let Some(why) = failure else {
            self.failures.remove(key);
            return;
        };
        let count = self.failures.entry(key.clone()).or_default();
        let at = context.now + work_queue::retry_delay(*count);
        *count += 1;
        self.queue.add_at(key.clone(), at, Urgency::Periodic, context);
        let (store, settings) = (&mut *context.store, context.settings);
        let report = Report::warning(COMPONENT, "FailedBinding", why);
        context.events.record(store, settings, pod.as_ref(), report);
    }
}

/// Sees to it that an ephemeral volume has its claim.
///
/// # Errors
/// A claim of that name is somebody else's, or cannot be made.
fn provide(pod: &Pod, volume: &str, template: &Value, context: &mut Context<'_>) -> Result<(), String> {
    let name = format!("{}-{volume}", pod.meta.name);
    let key = ObjectKey::new(pod.meta.namespace.clone(), name.as_str());
    let present = context.store.objects().inert(Kind::PERSISTENT_VOLUME_CLAIM, &key);
    if let Some(present) = present {
        let is_ours = present.meta.owners.iter().any(|owner| owner.uid == pod.meta.uid);
        let refusal = || {
            format!(
                "PVC {key} was not created for pod {} (pod is not owner)",
                pod.meta.key()
            )
        };
        return if is_ours { Ok(()) } else { Err(refusal()) };
    }
    let claim = new_claim(pod, template, &name, context);
    let created = context.store.create_object(claim.into());
    created.map(drop).map_err(|error| format!("create PVC {name}: {error}"))
}

/// The ephemeral volumes of a pod: their names, and the templates of their claims.
fn templates(pod: &Pod) -> impl Iterator<Item = (smol_str::SmolStr, &Value)> {
    let volumes = read::list(&pod.spec.json, "volumes").iter();
    volumes.filter_map(|volume| {
        Some((
            read::text(volume, "name"),
            volume.pointer("/ephemeral/volumeClaimTemplate")?,
        ))
    })
}

fn new_claim(pod: &Pod, template: &Value, name: &str, context: &Context<'_>) -> Inert {
    let metadata = template.get("metadata");
    let part = |field: &str| {
        metadata
            .and_then(|metadata| metadata.get(field))
            .cloned()
            .unwrap_or_else(|| json!({}))
    };
    let mut object = json!({
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {
            "name": name, "namespace": pod.meta.namespace.as_str(),
            "labels": part("labels"), "annotations": part("annotations"),
        },
        "spec": template.get("spec").cloned().unwrap_or_default(),
    });
    default_object(Kind::PERSISTENT_VOLUME_CLAIM, &mut object);
    prepare_for_create(Kind::PERSISTENT_VOLUME_CLAIM, &mut object, "");
    assign_default_class(&mut object, context.store.objects());
    let mut claim = Inert::from_json(Kind::PERSISTENT_VOLUME_CLAIM, object);
    claim.meta.owners.push(OwnerReference {
        api_version: "v1".into(),
        kind: Kind::POD.name().into(),
        name: pod.meta.name.clone(),
        uid: pod.meta.uid,
        controller: true,
        block_owner_deletion: true,
    });
    claim
}
